"""The catalogue: what a store sells, to whom, for how much and with which tax; and what of it an order needs.

Prices are minor units of their currency (see `money`), weights grams, sizes millimetres.
Everything is fetched by key: `needed` says which keys an order asks for, `gather_facts` fetches them in a few
rounds (aliases lead to products, products to components and successors) and hands the rules plain data.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field

from order_processing.account import Totals
from order_processing.order import Amount, Line, Order, Record, Text
from order_processing.places import country_code, region_code
from order_processing.product import Product, is_gtin

Key = tuple[str, str]
_ROUNDS = 4


class KnownCustomer(Record):
    """A customer with an account. store_ids: `<source>:<store>:<id>`, with `*` for any store.

    age_checked: the age in years that was proven; licences: those that were shown.
    credit_limits: how much may be open at a time, in minor units by currency; in these currencies the customer
        orders on account, in others (and a guest always) orders are paid first.
    """

    customer_id: Text
    emails: tuple[Text, ...] = ()
    store_ids: tuple[Text, ...] = ()
    name: Text = ""
    group: Text = ""
    blocked: bool = False
    credit_hold: bool = False
    age_checked: int = 0
    licences: tuple[Text, ...] = ()
    credit_limits: dict[str, Amount] = Field(default_factory=dict)


class Coupon(Record):
    """A discount code, upper case. amounts: minor units per currency, for a `fixed_amount`.

    percent: of the lines it applies to. skus: the lines it applies to, empty is all.
    uses: how many orders may use it, None is no limit. counted: how many have.
    """

    code: Text
    kind: Literal["percentage", "fixed_amount", "free_shipping"]
    percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(0)
    amounts: dict[str, Amount] = Field(default_factory=dict)
    skus: tuple[Text, ...] = ()
    minimum: dict[str, Amount] = Field(default_factory=dict)
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    uses: Annotated[int, Field(ge=0)] | None = None
    counted: int = 0

    @property
    def uses_left(self) -> int | None:
        """How many orders may still use it; None is no limit."""
        return None if self.uses is None else self.uses - self.counted


class TaxRate(Record):
    """A rate for a tax class, as a fraction: 0.075. shipping: whether shipping is taxed at it too."""

    tax_class: Text = "standard"
    rate: Annotated[Decimal, Field(ge=0, lt=1)]
    title: Text = ""
    shipping: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None


class TaxZone(Record):
    """The whole tax at a destination: a country (`DE`) or, before it, a part of one (`US-CA`)."""

    place: Text
    rates: tuple[TaxRate, ...]


class Facts(Record):
    """What of the catalogue one order needs. aliases and gtins lead to SKUs; None: no such customer.

    open_balance: what is open in the customer's account, for an order on account; None where nobody looked.
    """

    products: dict[str, Product] = Field(default_factory=dict)
    aliases: dict[str, str] = Field(default_factory=dict)
    gtins: dict[str, str] = Field(default_factory=dict)
    by_email: KnownCustomer | None = None
    by_store_id: KnownCustomer | None = None
    coupons: dict[str, Coupon] = Field(default_factory=dict)
    taxes: dict[str, TaxZone] = Field(default_factory=dict)
    open_balance: int | None = None

    @property
    def customer(self) -> KnownCustomer | None:
        """The known customer: the store's own id says more than an address that is typed."""
        return self.by_store_id or self.by_email

    def credit_limit(self, order: Order) -> int | None:
        """How much the customer may owe with this order, which is not paid; None when it must be paid first."""
        if order.paid or not self.customer:
            return None
        return self.customer.credit_limits.get(order.currency.upper())


class Accounts(Protocol):
    """What customers' accounts come to."""

    def standing(self, customer_id: str, currency: str) -> Totals:
        """What the account comes to in a currency."""
        ...


class Catalogue(Protocol):
    """The catalogue by key. Kinds of key: product, alias, gtin, customer, customer_email, customer_store,
    coupon, tax. An alias, gtin, customer_email or customer_store holds `{"to": <SKU or customer id>}`."""

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """The items of those keys that exist."""
        ...


def gather_facts(
    order: Order,
    catalogue: Catalogue,
    *,
    guest_id: Callable[[str], str],
    accounts: Accounts | None = None,
    coupon_uses: Callable[[str], int] | None = None,
) -> Facts:
    """Everything that verifying this order needs, fetched in at most four rounds.

    guest_id: the keyed hash of a normalised e-mail address (`normal_email`).
    accounts: asked only for an order on account, and where None not even then.
    coupon_uses: how many orders have used a coupon; asked only for one that not everybody may use.
    """
    found: dict[Key, Mapping[str, Any]] = {}
    asked: set[Key] = set()
    wanted = needed(order, guest_id=guest_id)
    for _ in range(_ROUNDS):
        new = wanted - asked
        if not new:
            break
        asked |= new
        fetched = catalogue.fetch(sorted(new))
        found.update(fetched)
        wanted = {key for (kind, _), item in fetched.items() for key in _led_to(kind, item)}
    facts = _facts(order, found, guest_id)
    if coupon_uses:
        counted = {
            code: coupon.model_copy(update={"counted": coupon_uses(code)}) if coupon.uses is not None else coupon
            for code, coupon in facts.coupons.items()
        }
        facts = facts.model_copy(update={"coupons": counted})
    if accounts is None or facts.customer is None or facts.credit_limit(order) is None:
        return facts
    standing = accounts.standing(facts.customer.customer_id, order.currency.upper())
    return facts.model_copy(update={"open_balance": standing.open})


def needed(order: Order, *, guest_id: Callable[[str], str]) -> set[Key]:
    """The keys that an order itself names."""
    keys = {key for line in order.lines for key in _line_keys(order, line)}
    keys.update(("coupon", discount.code.upper()) for discount in order.discounts if discount.code)
    keys.update(("tax", place) for place in tax_places(order))
    keys.update(("customer_store", name) for name in _names(order, order.customer.store_customer_id or ""))
    if order.customer.email:
        keys.add(("customer_email", guest_id(normal_email(order.customer.email))))
    return keys


def tax_places(order: Order) -> tuple[str, ...]:
    """Where the order is taxed, the narrower place first: ("US-CA", "US")."""
    address = order.shipping_address or order.billing_address
    country = country_code(address.country) if address else None
    if not address or not country:
        return ()
    region = region_code(country, address.region)
    return (f"{country}-{region}", country) if region else (country,)


def normal_email(email: str) -> str:
    """An address as it is compared and hashed: no spaces around it, lower case."""
    return email.strip().lower()


def sku_forms(sku: str) -> tuple[str, ...]:
    """A SKU as written and in upper case, both without spaces around it."""
    return tuple(dict.fromkeys(form for form in (sku.strip(), sku.strip().upper()) if form))


def catalogue_items(
    products: Iterable[Product] = (),
    customers: Iterable[KnownCustomer] = (),
    coupons: Iterable[Coupon] = (),
    taxes: Iterable[TaxZone] = (),
    *,
    guest_id: Callable[[str], str],
) -> Iterator[tuple[Key, dict[str, Any]]]:
    """The items that a catalogue holds for these, each with its key: what loading a catalogue writes."""
    for product in products:
        yield ("product", product.sku), product.model_dump(mode="json", exclude_defaults=True)
        yield from ((("alias", alias), {"to": product.sku}) for alias in product.aliases)
        if product.gtin:
            yield ("gtin", product.gtin.zfill(14)), {"to": product.sku}
    for customer in customers:
        yield ("customer", customer.customer_id), customer.model_dump(mode="json", exclude_defaults=True)
        yield from ((("customer_store", name), {"to": customer.customer_id}) for name in customer.store_ids)
        for email in customer.emails:
            yield ("customer_email", guest_id(normal_email(email))), {"to": customer.customer_id}
    for coupon in coupons:
        yield ("coupon", coupon.code.upper()), coupon.model_dump(mode="json", exclude_defaults=True)
    for zone in taxes:
        yield ("tax", zone.place), zone.model_dump(mode="json", exclude_defaults=True)


def _line_keys(order: Order, line: Line) -> Iterator[Key]:
    yield from (("product", sku) for sku in sku_forms(line.sku))
    yield from (("alias", name) for name in _names(order, line.store_variant_id))
    yield from (("gtin", code.zfill(14)) for code in (line.gtin, line.sku) if is_gtin(code))


def _names(order: Order, name: str) -> tuple[str, ...]:
    """A store's own id as the catalogue knows it, the store's own entry before that of any store."""
    return (f"{order.source}:{order.store}:{name}", f"{order.source}:*:{name}") if name else ()


def _led_to(kind: str, item: Mapping[str, Any]) -> Iterator[Key]:
    """The keys that an item leads on to."""
    if kind in ("alias", "gtin"):
        yield ("product", item["to"])
    elif kind in ("customer_email", "customer_store"):
        yield ("customer", item["to"])
    elif kind == "product":
        yield from (("product", part["sku"]) for part in item.get("components", ()))
        if item.get("successor"):
            yield ("product", item["successor"])


def _facts(order: Order, found: Mapping[Key, Mapping[str, Any]], guest_id: Callable[[str], str]) -> Facts:
    def customer(keys: Iterable[Key]) -> KnownCustomer | None:
        ids = (found[key]["to"] for key in keys if key in found)
        item = next((found["customer", i] for i in ids if ("customer", i) in found), None)
        return KnownCustomer.model_validate(item) if item else None

    def of(kind: str) -> dict[str, Mapping[str, Any]]:
        return {name: item for (k, name), item in found.items() if k == kind}

    variants = {line.store_variant_id for line in order.lines if line.store_variant_id}
    named = {
        v: next((found["alias", n]["to"] for n in _names(order, v) if ("alias", n) in found), "") for v in variants
    }
    email_key = ("customer_email", guest_id(normal_email(order.customer.email))) if order.customer.email else None
    store_keys = [("customer_store", name) for name in _names(order, order.customer.store_customer_id or "")]
    return Facts(
        products={sku: Product.model_validate(item) for sku, item in of("product").items()},
        aliases={variant: sku for variant, sku in named.items() if sku},
        gtins={gtin: item["to"] for gtin, item in of("gtin").items()},
        by_email=customer([email_key] if email_key else []),
        by_store_id=customer(store_keys),
        coupons={code: Coupon.model_validate(item) for code, item in of("coupon").items()},
        taxes={place: TaxZone.model_validate(item) for place, item in of("tax").items()},
    )
