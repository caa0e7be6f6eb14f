"""Stripe Checkout: events of checkout sessions, signed with the endpoint's secret and a timestamp.

The event holds the session, not its line items: they are fetched. A session is an order from the moment
it is completed; a delayed payment (bank debit) succeeds or fails days later in an event of its own.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from order_processing.stores.payload import Part, parse_json, version
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
from order_processing.stores.signature import check_time, header, verify_digests
from order_processing.stores.stripe_order import read_order

_CHANGES: dict[str, Change | None] = {
    "checkout.session.completed": None,
    "checkout.session.async_payment_succeeded": "paid",
    "checkout.session.async_payment_failed": "cancelled",
}
_REFUNDED = "charge.refunded"
_PAYMENT = re.compile(r"pi_[A-Za-z0-9_]{1,250}")
_SESSION = re.compile(r"cs_[A-Za-z0-9_]{1,250}")
_API = "https://api.stripe.com/v1/checkout/sessions"


class Stripe:
    """See `platform.Platform` and `platform.Fetching`."""

    name = "stripe"

    def store_of(self, headers: Mapping[str, str]) -> str:
        """Stripe's headers do not name the account; the endpoint's secret does."""
        return ""

    def delivery_id(self, headers: Mapping[str, str]) -> str:
        """Stripe's event id is in the body alone."""
        return ""

    def ping(self, headers: Mapping[str, str], raw: bytes) -> NotAnOrder | None:
        """Stripe sends no unsigned ping."""
        return None

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> None:
        """Stripe-Signature is `t=seconds,v1=hex,...`: HMAC over `t.body`; the key is the secret as it is written."""
        pairs = [item.strip().partition("=") for item in header(headers, "Stripe-Signature").split(",")]
        times = [value for key, _, value in pairs if key == "t"]
        if len(times) != 1:
            raise SignatureError("Stripe-Signature: the header is missing, or its time t is")
        check_time("Stripe-Signature", times[0], now)
        try:
            digests = [binascii.unhexlify(value) for key, _, value in pairs if key == "v1"]
        except (binascii.Error, ValueError):
            raise SignatureError("Stripe-Signature: v1 is not hexadecimal") from None
        if not digests:
            raise SignatureError("Stripe-Signature: no signature of version v1")
        keys = [secret.encode() for secret in secrets if secret]
        verify_digests("Stripe-Signature", digests, f"{times[0]}.".encode() + raw, keys)

    @within_bounds
    def read(self, headers: Mapping[str, str], raw: bytes) -> Delivery:
        """The session of an event: an order when it holds its line items, else a notice. Raises Unreadable."""
        event = Part(parse_json(raw))
        kind = event.text("type")
        if not kind:
            raise Unreadable(event.at("type"), "", "an event type such as checkout.session.completed")
        if kind == _REFUNDED:
            return _refunded(event)
        if kind not in _CHANGES:
            return NotAnOrder(reason=f"the event {kind[:60]} brings no order")
        session = event.part("data").part("object")
        mode = session.text("mode")
        if mode in ("setup", "subscription"):
            return NotAnOrder(reason=f"a checkout session for a {mode} orders no goods")
        session_id = session.identity("id")
        if not _SESSION.fullmatch(session_id):
            raise Unreadable(session.at("id"), session_id, "the id of a checkout session such as cs_live_a1")
        notice = NeedsFetch(
            store=event.text("account"),
            store_order_id=session_id,
            change=_CHANGES[kind],
            version=version(_seconds(event, "created")),
            urls=(
                f"{_API}/{session_id}?expand[]=shipping_cost.shipping_rate&expand[]=total_details.breakdown"
                "&expand[]=payment_intent.latest_charge",
                f"{_API}/{session_id}/line_items?limit=100&expand[]=data.price.product",
            ),
        )
        return self._order(notice, session, session.part("line_items")) if session.has("line_items") else notice

    @within_bounds
    def read_fetched(self, notice: NeedsFetch, answers: Mapping[str, bytes]) -> Delivery:
        """The order in the session and its line items, fetched; of a refund, in the payment's session. Raises
        Unreadable."""
        if _PAYMENT.fullmatch(notice.store_order_id):
            found = list(Part(parse_json(answers.get(notice.urls[0], b""))).parts("data"))
            if not found:
                return NotAnOrder(reason="a refund of a payment that no checkout session made")
            return self._order(notice, found[0], found[0].part("line_items"))
        session, lines = (Part(parse_json(answers.get(url, b""))) for url in notice.urls)
        if session.text("id") != notice.store_order_id:
            raise Unreadable("id", session.text("id"), notice.store_order_id)
        return self._order(notice, session, lines)

    def _order(self, notice: NeedsFetch, session: Part, lines: Part) -> Delivery:
        placed_at = _seconds(session, "created")
        order = read_order(session, lines, store=notice.store, placed_at=placed_at, failed=notice.change == "cancelled")
        return placed_or_changed(order.model_copy(update={"store_version": notice.version}), notice.change)


def _refunded(event: Part) -> Delivery:
    """The notice of a charge that was given back. A charge names its payment, and the API the payment's session."""
    charge = event.part("data").part("object")
    if charge.raw("refunded") is not True:
        return NotAnOrder(reason="a part of the payment was refunded; for which goods Stripe does not say")
    payment = charge.text("payment_intent")
    if not _PAYMENT.fullmatch(payment):
        return NotAnOrder(reason="a refund of a payment that no checkout session made")
    lines_and_charge = "expand[]=data.line_items&expand[]=data.payment_intent.latest_charge"
    return NeedsFetch(
        store=event.text("account"),
        store_order_id=payment,
        change="updated",
        version=version(_seconds(event, "created")),
        urls=(f"{_API}?payment_intent={payment}&limit=1&{lines_and_charge}",),
    )


def _seconds(part: Part, name: str) -> datetime:
    seconds = part.quantity(name, least=0, most=10**11)
    return datetime.fromtimestamp(seconds, UTC)


PLATFORM = Stripe()
