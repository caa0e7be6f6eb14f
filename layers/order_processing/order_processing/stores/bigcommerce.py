"""BigCommerce: notices that name an order, signed by Standard Webhooks with the app's client secret.

Answer 2xx at once: a destination that does not is switched off. The order, its products, addresses and
coupons are fetched from the store's V2 API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from order_processing.stores.bigcommerce_order import read_order
from order_processing.stores.payload import Part, one_order, parse_json
from order_processing.stores.platform import (
    Change,
    Delivery,
    NeedsFetch,
    NotAnOrder,
    OrderDeleted,
    Unreadable,
    placed_or_changed,
    within_bounds,
)
from order_processing.stores.signature import header, verify_standard_webhook

_CHANGES: dict[str, Change | None] = {
    "store/order/created": None,
    "store/order/updated": "updated",
    "store/order/statusupdated": "updated",
    "store/order/refund/created": "updated",
    "store/order/transaction/created": "updated",
    "store/order/transaction/updated": "updated",
}
# A webhook of one channel of the store: `store/channel/1/order/updated`.
_CHANNEL = re.compile(r"^store/channel/[0-9]+/")
_PRODUCER = re.compile(r"stores/([a-z0-9]{1,40})")
_ORDER_ID = re.compile(r"[0-9]{1,20}")
_PAGE = 250


class BigCommerce:
    """See `platform.Platform` and `platform.Fetching`."""

    name = "bigcommerce"

    def store_of(self, headers: Mapping[str, str]) -> str:
        """The headers do not name the store: one app's secret signs for all stores that installed it."""
        return ""

    def delivery_id(self, headers: Mapping[str, str]) -> str:
        """webhook-id, which stays the same when a notice is sent again."""
        return header(headers, "webhook-id")[:200]

    def ping(self, headers: Mapping[str, str], raw: bytes) -> NotAnOrder | None:
        """BigCommerce sends no ping."""
        return None

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> None:
        """The key is the client secret as it is written, not decoded."""
        verify_standard_webhook(headers, raw, [secret.encode() for secret in secrets if secret], now)

    @within_bounds
    def read(self, headers: Mapping[str, str], raw: bytes) -> Delivery:
        """The notice of a `store/order/...` scope. Raises Unreadable."""
        notice = Part(parse_json(raw))
        scope = _CHANNEL.sub("store/", notice.text("scope").lower())
        if not scope:
            raise Unreadable(notice.at("scope"), "", "a scope such as store/order/created")
        if scope not in (*_CHANGES, "store/order/archived"):
            return NotAnOrder(reason=f"the scope {scope[:60]} brings no order")
        producer = _PRODUCER.fullmatch(notice.text("producer"))
        if not producer:
            raise Unreadable(notice.at("producer"), notice.text("producer"), "a store such as stores/abc123")
        data = notice.part("data")
        # A refund's notice has an id of its own and names the order beside it.
        name = "order_id" if data.has("order_id") else "id"
        order_id = data.identity(name)
        if not _ORDER_ID.fullmatch(order_id):
            raise Unreadable(data.at(name), order_id, "the number of an order")
        if scope == "store/order/archived":
            return OrderDeleted(store=producer[1], store_order_id=order_id)
        order = f"https://api.bigcommerce.com/stores/{producer[1]}/v2/orders/{order_id}"
        return NeedsFetch(
            store=producer[1],
            store_order_id=order_id,
            change=_CHANGES[scope],
            urls=(order, f"{order}/products?limit={_PAGE}", f"{order}/shipping_addresses", f"{order}/coupons"),
        )

    @within_bounds
    def read_fetched(self, notice: NeedsFetch, answers: Mapping[str, bytes]) -> Delivery:
        """The order in the four answers; V2 answers an empty list with 204 and no body. Raises Unreadable."""
        body, *lists = (answers.get(url, b"") for url in notice.urls)
        order = one_order(parse_json(body))
        if order.text("id") != notice.store_order_id:
            raise Unreadable(order.at("id"), order.text("id"), notice.store_order_id)
        products, addresses, coupons = (
            list(Part({name: parse_json(raw) if raw.strip() else []}).parts(name))
            for name, raw in zip(("products", "shipping_addresses", "coupons"), lists, strict=True)
        )
        if len(products) >= _PAGE:
            raise Unreadable("products", f"{len(products)} or more", f"fewer than {_PAGE} lines")
        return placed_or_changed(read_order(order, products, addresses, coupons, store=notice.store), notice.change)


PLATFORM = BigCommerce()
