"""Squarespace: notices that name an order, signed with the subscription's secret; the order is fetched."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from order_processing.stores.payload import Part, one_order, parse_json
from order_processing.stores.platform import (
    Change,
    Delivery,
    NeedsFetch,
    NotAnOrder,
    SignatureError,
    Unreadable,
    placed_or_changed,
    within_bounds,
)
from order_processing.stores.signature import header, verify_digests
from order_processing.stores.squarespace_order import read_order

_CHANGES: dict[str, Change | None] = {"order.create": None, "order.update": "updated"}
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_API = "https://api.squarespace.com/1.0/commerce/orders"


class Squarespace:
    """See `platform.Platform` and `platform.Fetching`."""

    name = "squarespace"

    def store_of(self, headers: Mapping[str, str]) -> str:
        """The headers do not name the website; the subscription's secret does."""
        return ""

    def delivery_id(self, headers: Mapping[str, str]) -> str:
        """The notice's id is in the body alone."""
        return ""

    def ping(self, headers: Mapping[str, str], raw: bytes) -> NotAnOrder | None:
        """Squarespace signs its test notices like everything else."""
        return None

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> None:
        """Squarespace-Signature is the body's HMAC in hexadecimal; the key is the secret, decoded from it."""
        given = header(headers, "Squarespace-Signature")
        if not given:
            raise SignatureError("Squarespace-Signature: the header is missing")
        verify_digests(
            "Squarespace-Signature",
            [_bytes(given, "the signature")],
            raw,
            [_bytes(secret, "the store's secret") for secret in secrets if secret],
        )

    @within_bounds
    def read(self, headers: Mapping[str, str], raw: bytes) -> Delivery:
        """The notice of an `order....` topic. Raises Unreadable."""
        notice = Part(parse_json(raw))
        topic = notice.text("topic").lower()
        if not topic:
            raise Unreadable(notice.at("topic"), "", "a topic such as order.create")
        if topic not in _CHANGES:
            return NotAnOrder(reason=f"the topic {topic[:60]} brings no order")
        data = notice.part("data")
        order_id = data.identity("orderId")
        if not _ID.fullmatch(order_id):
            raise Unreadable(data.at("orderId"), order_id, "the id of an order")
        return NeedsFetch(
            store=notice.identity("websiteId"),
            store_order_id=order_id,
            change=_CHANGES[topic],
            urls=(f"{_API}/{order_id}",),
        )

    @within_bounds
    def read_fetched(self, notice: NeedsFetch, answers: Mapping[str, bytes]) -> Delivery:
        """The order that was fetched. Raises Unreadable."""
        order = one_order(parse_json(answers.get(notice.urls[0], b"")))
        if order.text("id") != notice.store_order_id:
            raise Unreadable(order.at("id"), order.text("id"), notice.store_order_id)
        return placed_or_changed(read_order(order, store=notice.store), notice.change)


def _bytes(text: str, what: str) -> bytes:
    try:
        return binascii.unhexlify(text)
    except (binascii.Error, ValueError):
        raise SignatureError(f"Squarespace-Signature: {what} is not hexadecimal") from None


PLATFORM = Squarespace()
