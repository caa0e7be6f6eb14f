"""Products: what is sold, at which prices, and under which conditions.

Prices are minor units of their currency (see `money`), weights grams, sizes millimetres.
"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from order_processing.order import Amount, Record, Text

Count = Annotated[int, Field(gt=0)]


class Price(Record):
    """A price for one piece. It holds for one group ("" is everybody), from a quantity on, in a span of time.

    includes_tax: whether tax is in the amount. valid_from is inside the span, valid_to is the first moment after it.
    """

    currency: Text
    amount: Amount
    group: Text = ""
    min_quantity: Count = 1
    includes_tax: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None


class Component(Record):
    """A part of a bundle: how many pieces of it are in one bundle."""

    sku: Text
    quantity: Count


class Product(Record):
    """A product. aliases: what stores call it, `<source>:<store>:<variant id>`, with `*` for any store.

    gtin: GS1 trade item number, 8 to 14 digits. origin: ISO 3166-1 alpha-2. countries: where it may be sold,
    empty is everywhere. successor: the SKU sold in its place once it is not active.
    licence_keys: each piece of this digital product comes with a key from the store's pool (see `licences`).
    instructions: what the e-mail says of a digital product or a service: where it is, what to do with it.
    costs: what one piece costs the store, without tax, by currency; only staff sees it.
    min_age: years; licence: the licence that a buyer must hold. dangerous: the UN number, or "".
    substitutes: SKUs that may be offered in its place, the best liked first; only those of its family whose grade is
    as high or higher are. Within a family a higher grade is a better product.
    """

    sku: Text
    title: Text
    aliases: tuple[Text, ...] = ()
    gtin: Text = ""
    active: bool = True
    successor: Text = ""
    countries: tuple[Text, ...] = ()
    min_quantity: Count = 1
    max_quantity: Count | None = None
    multiple: Count = 1
    tax_class: Text = "standard"
    prices: tuple[Price, ...] = ()
    components: tuple[Component, ...] = ()
    digital: bool = False
    weight_g: Annotated[int, Field(ge=0)] = 0
    size_mm: tuple[int, int, int] = (0, 0, 0)
    hs_code: Text = ""
    origin: Text = ""
    picture: Text = ""
    min_age: int = 0
    licence: Text = ""
    licence_keys: bool = False
    instructions: Text = ""
    dangerous: Text = ""
    fragile: bool = False
    keep_upright: bool = False
    costs: dict[Text, Amount] = {}
    family: Text = ""
    grade: int = 0
    substitutes: tuple[Text, ...] = ()


def is_gtin(code: str) -> bool:
    """Whether this is a GS1 trade item number (GTIN-8, -12, -13 or -14) with a right check digit."""
    if len(code) not in (8, 12, 13, 14) or not (code.isascii() and code.isdigit()):
        return False
    weighted = sum(int(digit) * (3, 1)[i % 2] for i, digit in enumerate(reversed(code[:-1])))
    return (weighted + int(code[-1])) % 10 == 0
