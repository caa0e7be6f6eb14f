"""The order as a front end sends it to POST /orders, and as the API shows it."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from order_processing import money, order_number
from order_processing.api_offer import show_offer
from order_processing.approval import ORDER as APPROVAL
from order_processing.foreign_json import read_foreign_json
from order_processing.order import Address, Customer, Discount, Line, Option, Order, Shipping, Tax
from order_processing.order_parts import CUSTOMER
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import order_of

Words = Annotated[StrictStr, Field(max_length=500)]
_PLAIN = re.compile(r"[0-9]{1,16}(\.[0-9]{1,20})?")
# Told by `_Amounts`, which names all mistakes at once and knows the currency's decimals.
_AMOUNT = Annotated[StrictStr, Field(json_schema_extra={"pattern": f"^{_PLAIN.pattern}$", "examples": ["19.99"]})]
_PIECES = Annotated[StrictInt, Field(gt=0, le=1_000_000)]


class InvalidOrder(ValueError):
    """A body that is no order. `errors`: a (path, message) for each mistake, with the value and what is expected."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {message}" for path, message in errors))
        self.errors = errors


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class AddressBody(_Body):
    name: Words = ""
    company: Words = ""
    line1: Words = ""
    line2: Words = ""
    city: Words = ""
    region: Words = ""
    postal_code: Words = ""
    country: Words
    phone: Words = ""


class CustomerBody(_Body):
    email: Words
    name: Words
    id: Words | None = None
    phone: Words = ""
    company: Words = ""
    tax_number: Words = ""
    locale: Words = ""


class OptionBody(_Body):
    name: Words
    value: Words


class LineBody(_Body):
    sku: Annotated[StrictStr, Field(min_length=1, max_length=100)]
    quantity: _PIECES
    unit_price: _AMOUNT
    title: Words = ""
    options: list[OptionBody] = []
    discount: _AMOUNT = "0"
    tax: _AMOUNT = "0"


class ShippingBody(_Body):
    service: Words = ""
    price: _AMOUNT = "0"
    tax: _AMOUNT = "0"


class DiscountBody(_Body):
    code: Words
    amount: _AMOUNT


class TaxBody(_Body):
    title: Words
    amount: _AMOUNT
    rate: Words = ""


class OrderBody(_Body):
    """Amounts are text in major units of `currency` ("19.99"), as the customer saw them."""

    currency: Annotated[StrictStr, Field(pattern=r"^[A-Z]{3}$")]
    customer: CustomerBody
    shipping_address: AddressBody | None = None
    billing_address: AddressBody | None = None
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=500)]
    shipping: ShippingBody = Field(default_factory=ShippingBody)
    discounts: list[DiscountBody] = []
    taxes: list[TaxBody] = []
    prices_include_tax: StrictBool = False
    tax_total: _AMOUNT = "0"
    total: _AMOUNT
    order_number: Words = ""
    note: Words = ""
    gift: StrictBool = False
    paid: StrictBool = True
    gift_message: Words = ""
    flags: Annotated[list[Annotated[StrictStr, Field(min_length=1, max_length=100)]], Field(max_length=20)] = []
    allow_partial_shipment: StrictBool = False


def read_order(raw: bytes, *, client: str, idempotency_key: str, received_at: datetime) -> Order:
    """The order in a request's body, or InvalidOrder with every mistake in it.

    client: the authenticated front end; with the idempotency key it makes the order one order.
    """
    try:
        values = read_foreign_json(raw, parse_float=Decimal, parse_constant=_refuse_constant)
    except (UnicodeDecodeError, ValueError) as error:
        raise InvalidOrder([("body", f"not JSON: {error}; expected an object in UTF-8")]) from None
    try:
        body = OrderBody.model_validate(values)
    except ValidationError as error:
        raise InvalidOrder([_mistake(e) for e in error.errors(include_url=False)]) from None
    amounts = _Amounts(body.currency)
    order = _order(body, amounts, client, idempotency_key, received_at)
    if amounts.errors:
        raise InvalidOrder(amounts.errors)
    return order


class _Amounts:
    """Reads amounts and collects what is wrong with them, so that all mistakes are named at once."""

    def __init__(self, currency: str) -> None:
        self.errors: list[tuple[str, str]] = []
        self._currency = currency
        try:
            money.exponent(currency)
        except money.AmountError as error:
            self.errors.append(("currency", str(error)))

    def read(self, path: str, text: str) -> int:
        if any(path == "currency" for path, _ in self.errors):
            return 0
        try:
            if not _PLAIN.fullmatch(text):
                raise money.AmountError(f"{text[:40]!r} is not an amount from 0 on such as '19.99'")
            amount = money.minor_units(text, self._currency)
        except money.AmountError as error:
            self.errors.append((path, str(error)))
            return 0
        if not 0 <= amount <= 10**15:
            self.errors.append((path, f"{text} is not an amount from 0 to {10**15} minor units"))
            return 0
        return amount


def _order(body: OrderBody, amounts: _Amounts, client: str, key: str, received_at: datetime) -> Order:
    lines = tuple(
        Line(
            line_id=str(number),
            sku=line.sku,
            title=line.title,
            options=tuple(Option(name=o.name, value=o.value) for o in line.options),
            quantity=line.quantity,
            unit_price=amounts.read(f"lines[{number - 1}].unit_price", line.unit_price),
            discount=amounts.read(f"lines[{number - 1}].discount", line.discount),
            tax=amounts.read(f"lines[{number - 1}].tax", line.tax),
        )
        for number, line in enumerate(body.lines, 1)
    )
    discounts = tuple(
        Discount(code=d.code, amount=amounts.read(f"discounts[{i}].amount", d.amount))
        for i, d in enumerate(body.discounts)
    )
    return Order(
        source="api",
        store=client,
        store_order_id=key,
        store_order_number=body.order_number,
        placed_at=received_at,
        currency=body.currency,
        customer=_customer(body.customer),
        shipping_address=_address(body.shipping_address),
        billing_address=_address(body.billing_address),
        lines=lines,
        shipping=Shipping(
            service=body.shipping.service,
            price=amounts.read("shipping.price", body.shipping.price),
            tax=amounts.read("shipping.tax", body.shipping.tax),
        ),
        discounts=discounts,
        taxes=tuple(
            Tax(title=t.title, rate=t.rate, amount=amounts.read(f"taxes[{i}].amount", t.amount))
            for i, t in enumerate(body.taxes)
        ),
        prices_include_tax=body.prices_include_tax,
        tax_total=amounts.read("tax_total", body.tax_total),
        discount_total=sum(line.discount for line in lines),
        total=amounts.read("total", body.total),
        note=body.note,
        gift=body.gift,
        paid=body.paid,
        gift_message=body.gift_message,
        flags=tuple(body.flags),
        allow_partial_shipment=body.allow_partial_shipment,
    )


def _customer(body: CustomerBody) -> Customer:
    values = body.model_dump(exclude={"id"})
    return Customer(store_customer_id=body.id, **values)


def _address(body: AddressBody | None) -> Address | None:
    return Address(**body.model_dump()) if body else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _mistake(error: Any) -> tuple[str, str]:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]).lstrip(".")
    if error["type"] == "missing":
        return path, "missing; expected " + ("an object" if path.endswith(("address", "customer")) else "a value")
    if error["type"] == "extra_forbidden":
        return path, "is not a field of an order"
    found = str(error["input"])
    return path or "body", f"{found[:60]!r}: {error['msg'][0].lower()}{error['msg'][1:]}"


def show(stored: StoredOrder) -> dict[str, Any]:
    """An order as GET /orders/{id} shows it to whoever holds its token."""
    order = stored.verified.order if stored.verified else order_of(stored)
    promise, delivery = stored.promise, stored.delivery
    return {
        "id": stored.order_id,
        "number": order_number.display(stored.order_id),
        "store_order_number": order.store_order_number,
        "status": stored.status.value,
        "times": {status: at.isoformat() for status, at in stored.times.items()},
        "reason": stored.reason.model_dump() if stored.reason else None,
        "currency": order.currency,
        "total": money.major_units(order.total, order.currency),
        "lines": [
            {
                "sku": stored.verified.item(line.line_id).sku if stored.verified else line.sku,
                "description": line.title,
                "quantity": line.quantity,
                "price": money.major_units(line.net, order.currency),
                "delivery_date": _date(promise.delivery_date_of(line.line_id)) if promise else None,
            }
            for line in order.lines
        ],
        "delivery_date": _date(promise.delivery_date) if promise else None,
        "discrepancies": [{**d.model_dump(), "message": d.message} for d in stored.discrepancies],
        "decisions": [
            {
                "actor": answer.actor if answer.actor == CUSTOMER else "staff",
                "at": answer.at.isoformat(),
                "corrections": [correction.model_dump() for correction in answer.corrections],
                "approvals": [a.model_dump() for a in answer.approvals if a.path != APPROVAL],
                "choice": answer.choice.alternative.key if answer.choice else None,
            }
            for answer in stored.answers
        ],
        "by_email": {
            "sent_at": _date(stored.handed_out.sent_at) if stored.handed_out else None,
            "lines": [
                {"sku": line.sku, "description": line.description, "quantity": line.quantity}
                for line in (delivery.handed_out if delivery else ())
            ],
        },
        "offer": show_offer(stored),
        "parcels": [
            {
                "sscc": parcel.sscc,
                "number": parcel.number,
                "of": parcel.of,
                "tracking_number": parcel.tracking,
                "tracking_url": parcel.tracking_url or None,
            }
            for shipment in (delivery.shipments if delivery else ())
            for parcel in shipment.parcels
        ],
    }


def _date(day: Any) -> str | None:
    return day.isoformat() if day else None
