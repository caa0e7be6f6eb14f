"""The doors of the API: who may come in, what they bring, and what they are told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from order_processing import cancellation, order_number
from order_processing.account import Accounts
from order_processing.api_order import InvalidOrder, read_order, show
from order_processing.callers import CANCEL_OWN, DECIDE, PLACE, READ_ALL, READ_OWN, Caller, Callers, Right, Tokens
from order_processing.cancellation import CannotCancel, cancel
from order_processing.conditional import etag_of, is_named
from order_processing.decisions import Executions
from order_processing.deliveries import Deliveries, Taken
from order_processing.door import Senders, door, idempotency_key, required_holder
from order_processing.errors import OrderNotFound
from order_processing.http import Answer, Problem, Request, answer
from order_processing.intake import take_in
from order_processing.money import major_units
from order_processing.observe import count, logger
from order_processing.order import Order
from order_processing.order_queries import OrderQueries, QueryError, find_orders
from order_processing.orders import Orders, OrderTooLarge, Placed
from order_processing.payments import read_payment, take_payment
from order_processing.staff_decisions import Decider, decide_as_staff, read_cancellation, read_decision
from order_processing.stored_order import StoredOrder
from order_processing.stores.platform import Platform, SignatureError, UnknownPlatform, platform
from order_processing.stores.sender import sender_of

_NEWEST = 30.0
"""How old, in seconds, the known secrets may be when none of them fits."""


class Links(Protocol):
    """Links that prove whose an order is."""

    def status_url(self, order_id: str) -> str: ...

    def may_see(self, order_id: str, token: str) -> bool: ...


class Doors:
    """Every route of the public API."""

    def __init__(
        self,
        *,
        orders: Orders,
        accounts: Accounts,
        queries: OrderQueries,
        executions: Executions,
        links: Links,
        senders: Senders,
        deliveries: Deliveries,
        tokens: Tokens | None = None,
    ) -> None:
        self._orders = orders
        self._accounts = accounts
        self._queries = queries
        self._executions = executions
        self._links = links
        self._senders = senders
        self._callers = Callers(senders, tokens)
        self._deliveries = deliveries

    @door
    def receive(self, request: Request) -> Answer:
        """POST /orders: an order from a front end."""
        client = self._callers.required(request, PLACE).name
        key = idempotency_key(request, "order")
        raw = request.raw_body()
        now = datetime.now(UTC)
        try:
            order = read_order(raw, client=client, idempotency_key=key, received_at=now)
        except InvalidOrder as error:
            raise Problem(400, "ORDER_INVALID", "the body is not an order that can be taken", error.errors) from None
        fingerprint = hashlib.sha256(json.dumps(json.loads(raw), sort_keys=True).encode()).hexdigest()
        placed = self._take_in(order, raw, fingerprint, now)
        if not placed.same_body:
            raise Problem(
                422,
                "IDEMPOTENCY_KEY_REUSED",
                "this Idempotency-Key came before with another order; a new order needs a key of its own",
            )
        return answer(202, self._receipt(placed.order_id))

    @door
    def webhook(self, source: str, request: Request) -> Answer:
        """POST /webhooks/{source}: an order that a store forwards, signed over the raw body.

        Whatever has a right signature is answered 2xx once it is kept: as an order, to be fetched, or set aside.
        """
        try:
            shop = platform(source)
        except UnknownPlatform as error:
            raise Problem(404, "UNKNOWN_SOURCE", str(error)) from None
        raw = request.raw_body()
        if ping := shop.ping(request.headers, raw):
            return answer(200, {"taken": False, "reason": ping.reason})
        now = datetime.now(UTC)
        sender = self._sender(shop, source, request, raw, now)
        try:
            taken = self._deliveries.receive(source, request.headers, raw, now, sender=sender)
        except SignatureError as error:
            raise _refused(source, error) from None
        except CannotCancel as error:  # only while the order is being confirmed: the store sends it again
            raise Problem(503, error.code, str(error)) from None
        return _said(taken, self._receipt)

    @door
    def challenge(self, source: str, request: Request) -> Answer:
        """GET /webhooks/{source}: answers the challenge with which Adobe registers an address."""
        said = request.query.get("challenge", "")
        if source != "adobe-commerce" or not 0 < len(said) <= 200:
            raise Problem(404, "NO_SUCH_ROUTE", "only adobe-commerce asks here, with ?challenge=")
        return Answer(status=200, body=said, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})

    @door
    def status(self, order_id: str, request: Request) -> Answer:
        """GET /orders/{id}: the order, to whoever holds its token, to the front end that placed it, and to staff."""
        _, stored = self._opened(order_id, request, READ_ALL, READ_OWN)
        return answer(200, show(stored), tagged=True)

    @door
    def cancel(self, order_id: str, request: Request) -> Answer:
        """POST /orders/{id}/cancel: the customer wants the order no longer, or staff ends it."""
        caller, stored = self._opened(order_id, request, DECIDE, CANCEL_OWN)
        number, reason = stored.order_id, cancellation.BY_CUSTOMER
        if caller and caller.is_staff:
            reason = read_cancellation(request.raw_body())
            logger.info("staff cancels", extra={"order_id": number, "by": caller.by})
        try:
            stored = cancel(
                number,
                orders=self._orders,
                executions=self._executions,
                reason=reason,
                now=datetime.now(UTC),
                check=_as_seen(request),
            )
        except CannotCancel as error:
            raise Problem(409, error.code, str(error)) from None
        return answer(200, show(stored), tagged=True)

    @door
    def decision(self, order_id: str, request: Request) -> Answer:
        """POST /orders/{id}/decision: staff consents to an order that waits, puts it right, chooses of its offer
        for the customer, or rejects it."""
        staff = self._callers.required(request, DECIDE)
        number = _number(order_id)
        body = read_decision(request.raw_body())
        try:
            stored = decide_as_staff(
                number,
                body,
                Decider(by=staff.by, actor=staff.actor),
                orders=self._orders,
                executions=self._executions,
                now=datetime.now(UTC),
                check=_as_seen(request),
            )
        except OrderNotFound:
            raise _not_found() from None
        logger.info("staff decided", extra={"order_id": number, "decision": body.decision, "by": staff.by})
        return answer(200, show(stored), tagged=True)

    @door
    def find(self, request: Request) -> Answer:
        """GET /orders: orders by day, status, SKU, promised date, or customer, a page at a time.

        Staff find all of them, a front end those that it has placed.
        """
        caller = self._callers.required(request, READ_ALL, READ_OWN)
        try:
            return answer(200, find_orders(request.query, self._queries, "" if caller.is_staff else caller.name))
        except QueryError as error:
            raise Problem(400, "QUERY_INVALID", str(error)) from None

    @door
    def payment(self, request: Request) -> Answer:
        """POST /payments: a payment came for an order that was not paid."""
        told_by = required_holder(self._senders, request, "accounting")
        payment = read_payment(request.raw_body(), datetime.now(UTC))
        entry = take_payment(payment, orders=self._orders, accounts=self._accounts)
        logger.info("payment taken", extra={"order_id": entry.order_id, "by": told_by})
        still_open = major_units(entry.open, entry.currency)
        return answer(200, {"order": entry.order_id, "open": still_open, "currency": entry.currency})

    def _sender(self, shop: Platform, source: str, request: Request, raw: bytes, now: datetime) -> str:
        """The store that signed a delivery. A secret that was set a moment ago is valid too."""
        known: dict[str, list[str]] = self._senders.read().get(source, {})
        try:
            return sender_of(shop, known, request.headers, raw, now)
        except SignatureError as error:
            newest: dict[str, list[str]] = self._senders.read(seconds=_NEWEST).get(source, {})
            if newest == known:
                raise _refused(source, error) from None
        try:
            return sender_of(shop, newest, request.headers, raw, now)
        except SignatureError as error:
            raise _refused(source, error) from None

    def _opened(self, order_id: str, request: Request, *rights: Right) -> tuple[Caller | None, StoredOrder]:
        """The order, and who asks for it: None for whoever holds its link. Problem where it is not theirs."""
        number, bearer = _number(order_id), request.bearer()
        by_link = self._links.may_see(number, bearer or request.query.get("token", ""))
        caller = None if by_link else self._callers.who(request, *rights)
        if not by_link and not caller:
            raise _not_found()
        try:
            stored = self._orders.load(number)
        except OrderNotFound:
            raise _not_found() from None
        placed = stored.placed
        if caller and not caller.is_staff and (placed.source, placed.store) != ("api", caller.name):
            raise _not_found()
        return caller, stored

    def _take_in(self, order: Order, raw: bytes, fingerprint: str, now: datetime) -> Placed:
        try:
            placed = take_in(order, raw, fingerprint, orders=self._orders, executions=self._executions, now=now)
        except OrderTooLarge as error:
            raise Problem(413, "ORDER_TOO_LARGE", str(error)) from None
        logger.info("order taken in", extra={"order_id": placed.order_id, "new": placed.new})
        return placed

    def _receipt(self, order_id: str) -> dict[str, str]:
        return {
            "id": order_id,
            "number": order_number.display(order_id),
            "status_url": self._links.status_url(order_id),
        }


def _number(order_id: str) -> str:
    try:
        return order_number.parse(order_id)
    except order_number.OrderNumberError as error:
        raise Problem(404, "NO_SUCH_ORDER", str(error)) from None


def _as_seen(request: Request) -> Callable[[StoredOrder], None]:
    """Refuses an order that is not as the request's If-Match says it was seen (RFC 9110, 13.1.1)."""
    seen = request.headers.get("if-match", "")

    def check(stored: StoredOrder) -> None:
        if seen and not is_named(seen, etag_of(json.dumps(show(stored)))):
            raise Problem(412, "ORDER_CHANGED", "the order has changed since it was read: read it again, then decide")

    return check


def _refused(source: str, error: SignatureError) -> Problem:
    count("WebhookSignatureRefused", source=source)
    return Problem(401, "SIGNATURE_INVALID", str(error))


def _not_found() -> Problem:
    """One answer for an order that is not there and for one that is somebody else's."""
    return Problem(404, "NO_SUCH_ORDER", "no order has this number and token")


def _said(taken: Taken, receipt: Callable[[str], dict[str, str]]) -> Answer:
    """What a store is told of its delivery."""
    if taken.order_id:
        return answer(202 if taken.new else 200, receipt(taken.order_id))
    if taken.quarantined:
        errors = [{"path": taken.path or "body", "message": taken.reason}]
        return answer(202, {"taken": False, "quarantined": taken.quarantined, "errors": errors})
    return answer(202 if taken.fetching else 200, {"taken": False, "reason": taken.reason})
