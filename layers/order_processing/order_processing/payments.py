"""Payments that come after the order: each is counted once, and never more than was open."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictStr, ValidationError

from order_processing.account import AccountEntry, Accounts, Payment
from order_processing.errors import OrderNotFound
from order_processing.http import Problem
from order_processing.money import AmountError, major_units, minor_units
from order_processing.order import Record
from order_processing.order_number import OrderNumberError, parse
from order_processing.orders import Orders

_TRIES = 5


class PaymentBody(Record):
    """The body of a payment's notice. amount: as people write it ("19.99"); document: the payment's own number."""

    document: Annotated[StrictStr, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
    order: Annotated[StrictStr, Field(min_length=1, max_length=40)]
    amount: Annotated[StrictStr, Field(min_length=1, max_length=30)]
    currency: Annotated[StrictStr, Field(pattern=r"^[A-Z]{3}$")]


def read_payment(raw: bytes, received_at: datetime) -> Payment:
    """The payment in a request's body; Problem with every mistake in it."""
    try:
        body = PaymentBody.model_validate_json(raw)
    except ValidationError as error:
        mistakes = [(".".join(map(str, each["loc"])) or "body", each["msg"]) for each in error.errors()]
        raise Problem(400, "PAYMENT_INVALID", "the body is not a payment's notice", mistakes) from None
    try:
        amount, order_id = minor_units(body.amount, body.currency), parse(body.order)
    except (AmountError, OrderNumberError) as error:
        raise Problem(400, "PAYMENT_INVALID", str(error)) from None
    if amount <= 0:
        raise Problem(400, "PAYMENT_INVALID", f"amount: found {body.amount}, expected more than 0")
    return Payment(
        document=body.document, order_id=order_id, amount=amount, currency=body.currency, received_at=received_at
    )


def take_payment(payment: Payment, *, orders: Orders, accounts: Accounts) -> AccountEntry:
    """Take a payment off what is open of its order, once for its document; the order's entry afterwards.

    Problem for a document that told of another payment before, for an order that is not in an account (yet), or
    is there no longer, and for more than is open.
    """
    for _ in range(_TRIES):
        known = accounts.payment(payment.document)
        if known and known.model_copy(update={"received_at": payment.received_at}) != payment:
            was = f"{major_units(known.amount, known.currency)} {known.currency} for order {known.order_id}"
            raise Problem(409, "DOCUMENT_REUSED", f"document: {payment.document} told of {was} before")
        entry = _entry(payment.order_id, orders, accounts)
        if known:
            return entry
        _check(payment, entry)
        if accounts.settle(entry, payment):
            return _entry(payment.order_id, orders, accounts)
    raise Problem(503, "ACCOUNT_BUSY", "the account changes all the time: send the notice again")


def _entry(order_id: str, orders: Orders, accounts: Accounts) -> AccountEntry:
    try:
        verified = orders.load(order_id).verified
    except OrderNotFound:
        raise Problem(404, "NO_SUCH_ORDER", f"order: no order has the number {order_id}") from None
    entry = accounts.entry(verified.customer_id, order_id) if verified else None
    if entry is None:
        raise Problem(
            409, "NOT_RECORDED", f"order {order_id} does not stand in an account yet: send the notice again later"
        )
    return entry


def _check(payment: Payment, entry: AccountEntry) -> None:
    if entry.reversed_at:
        raise Problem(409, "ORDER_CANCELLED", f"order {entry.order_id} was cancelled: nothing is to be paid for it")
    if payment.currency != entry.currency:
        raise Problem(409, "CURRENCY_DIFFERS", f"currency: found {payment.currency}, expected {entry.currency}")
    if payment.amount > entry.open:
        found = f"{major_units(payment.amount, entry.currency)} {entry.currency}"
        at_most = f"{major_units(entry.open, entry.currency)} {entry.currency}"
        raise Problem(409, "MORE_THAN_OPEN", f"amount: found {found}, expected at most {at_most}, which is open")
