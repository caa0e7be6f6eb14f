"""The order as it was placed: one shape for every door it may come through.

Amounts are minor units of `Order.currency` (see `money`). What a store's payload holds beyond
this shape is not dropped: the raw body is kept with the order.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Amount = Annotated[int, Field(ge=0, le=10**15)]
Quantity = Annotated[int, Field(gt=0, le=1_000_000)]


class Record(BaseModel):
    """A value of the trade: immutable, and it refuses fields that it does not know.

    What checks and writes it is built when it is first used: a function imports many records and uses few.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Address(Record):
    """A postal address as written by the customer; `country` and `region` are codes once verified
    (ISO 3166-1 alpha-2; the part of an ISO 3166-2 code after the hyphen)."""

    name: Text = ""
    company: Text = ""
    line1: Text = ""
    line2: Text = ""
    city: Text = ""
    region: Text = ""
    postal_code: Text = ""
    country: Text = ""
    phone: Text = ""


class Customer(Record):
    """Who ordered. `store_customer_id` is the store's own id; None for a guest."""

    store_customer_id: Text | None = None
    email: Text = ""
    name: Text = ""
    phone: Text = ""
    company: Text = ""
    tax_number: Text = ""
    locale: Text = ""


class Option(Record):
    """A choice the customer made for a line: a colour, a size, an engraving."""

    name: Text
    value: Text


class Line(Record):
    """One line item. `line_id` is unique in its order.

    sku: our SKU or the store's; "" where the store gives none, then `store_variant_id` identifies.
    unit_price: what the customer saw for one, before discounts; with tax iff the order's prices are.
    discount: the line's whole share of discounts, for all its units.
    tax: the tax that the platform computed for the whole line.
    """

    line_id: Text
    sku: Text = ""
    store_variant_id: Text = ""
    gtin: Text = ""
    title: Text = ""
    options: tuple[Option, ...] = ()
    quantity: Quantity
    unit_price: Amount
    discount: Amount = 0
    tax: Amount = 0
    tax_rate: Text = ""
    requires_shipping: bool = True

    @property
    def gross(self) -> int:
        """Unit price times quantity, before the discount."""
        return self.unit_price * self.quantity

    @property
    def net(self) -> int:
        """What the line costs after its discount."""
        return self.gross - self.discount


class Shipping(Record):
    """The shipping that the customer chose and its price before tax unless prices include it."""

    service: Text = ""
    title: Text = ""
    price: Amount = 0
    discount: Amount = 0
    tax: Amount = 0


class Discount(Record):
    """A discount as the customer saw it; its amounts are also spread over the lines and the shipping."""

    code: Text = ""
    title: Text = ""
    kind: Literal["percentage", "fixed_amount", "shipping", "other"] = "other"
    value: Text = ""
    amount: Amount = 0


class Tax(Record):
    """One tax over the whole order; `rate` is a fraction in text ("0.06"), "" where the store gives none."""

    title: Text = ""
    rate: Text = ""
    amount: Amount = 0


class Fee(Record):
    """A charge beside lines and shipping: a tip, a duty, a payment surcharge; negative for a rebate."""

    title: Text = ""
    amount: int = 0
    tax: int = 0


class Order(Record):
    """An order as placed.

    source: the door: "api", "shopify", "woocommerce", ...; store: which store behind that door.
    store_order_id: the store's stable id; store_order_number: what the store shows its customer.
    store_version: the store's own time or number of this state of the order; later states sort higher.
    store_status: the store's own word for the order's state, as it came; "" where it has none.
    closed_reason: set when the store says that the order must not be delivered
        (cancelled, voided, already fulfilled, a test delivery, ...), in words; else None.
    paid: whether the store says that it is paid or the payment is authorised.
    gift, gift_message: whether it is a present, and what the giver writes to whom it goes.
    flags: what the store says of the order's risk, in words of its own (`charge_risk:elevated`).
    subtotal: the sum of the lines before or after discounts, as the platform says; None if it says nothing.
    total: what the customer is asked to pay, everything included.
    """

    schema_version: Literal[1] = 1
    source: Text
    store: Text
    store_order_id: Text
    store_order_number: Text = ""
    store_version: Text = ""
    store_status: Text = ""
    placed_at: datetime
    currency: Text
    customer: Customer = Field(default_factory=Customer)
    shipping_address: Address | None = None
    billing_address: Address | None = None
    lines: Annotated[tuple[Line, ...], Field(max_length=500)]
    shipping: Shipping = Field(default_factory=Shipping)
    discounts: tuple[Discount, ...] = ()
    taxes: tuple[Tax, ...] = ()
    fees: tuple[Fee, ...] = ()
    prices_include_tax: bool = False
    tax_total: Amount = 0
    discount_total: Amount = 0
    total: Amount
    paid: bool = True
    closed_reason: Text | None = None
    note: Text = ""
    gift: bool = False
    gift_message: Text = ""
    flags: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    allow_partial_shipment: bool = False

    @property
    def is_gift(self) -> bool:
        """Whether the recipient should see no prices."""
        return self.gift or bool(self.gift_message)

    @property
    def origin(self) -> str:
        """The key that makes this order one order, however often it is sent."""
        return origin_of(self.source, self.store, self.store_order_id)


def origin_of(source: str, store: str, store_order_id: str) -> str:
    """The origin of the order that a store knows by this id."""
    return f"{source}\n{store}\n{store_order_id}"
