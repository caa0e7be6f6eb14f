"""Which store sent a delivery: proved by its signature, and held against what the delivery says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from order_processing.stores.platform import Delivery, NeedsFetch, NotAnOrder, OrderDeleted, Platform, SignatureError

EVERY_STORE = ""
"""The name under which a platform's one secret for all its stores is kept."""


def sender_of(
    shop: Platform, secrets: Mapping[str, Sequence[str]], headers: Mapping[str, str], raw: bytes, now: datetime
) -> str:
    """The store whose secret signed the delivery. secrets: of each store, all that are valid now.

    Where the headers name the store, its own secrets alone count. Where they do not, each store's are tried: nobody
    may send with one store's secret for another one. Raises SignatureError.
    """
    if named := shop.store_of(headers):
        shop.verify(headers, raw, secrets.get(named, ()), now)
        return named
    refused: SignatureError | None = None
    for store, valid in secrets.items():
        try:
            shop.verify(headers, raw, valid, now)
        except SignatureError as error:
            refused = error
            continue
        return store
    if refused is None:
        shop.verify(headers, raw, (), now)
        raise SignatureError("no store of this kind is connected")
    raise refused


def check_sender(delivery: Delivery, sender: str) -> None:
    """Refuse a delivery that speaks of another store than the one that signed it; SignatureError."""
    says = _store_in(delivery)
    if says is None or sender in (EVERY_STORE, says) or says.startswith(f"{sender}/"):  # Adobe: instance and view
        return
    raise SignatureError(f"the signature is that of {sender[:60]!r}, and the body speaks of another store")


def connection_of(source: str, store: str) -> str:
    """The name under which a store is connected: Adobe Commerce's instance, without the store view of an order."""
    return store.partition("/")[0] if source == "adobe-commerce" else store


def _store_in(delivery: Delivery) -> str | None:
    """The store that a delivery speaks of; None for one that brings nothing."""
    if isinstance(delivery, NeedsFetch | OrderDeleted):
        return delivery.store
    return None if isinstance(delivery, NotAnOrder) else delivery.order.store
