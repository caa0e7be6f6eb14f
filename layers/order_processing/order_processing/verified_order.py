"""The verified order: the order with its discrepancies put right, and what later stages need of each product."""

from typing import Annotated

from pydantic import Field

from order_processing.discrepancy import Discrepancy
from order_processing.order import Order, Record, Text


class Part(Record):
    """What is packed: a product, or a bundle's component. weight_g, size_mm: of one piece in its own packing.

    hs_code, origin: as in `Item`; "" where the bundle's stand for it.
    """

    sku: Text
    description: Text
    weight_g: Annotated[int, Field(ge=0)] = 0
    size_mm: tuple[int, int, int] = (0, 0, 0)
    fragile: bool = False
    keep_upright: bool = False
    dangerous: Text = ""
    hs_code: Text = ""
    origin: Text = ""


class Item(Record):
    """The product behind a line, as the catalogue had it when the order was verified.

    weight_g: grams of one piece. size_mm: length, width, height of one piece in its own packing.
    hs_code: Harmonized System code; origin: ISO 3166-1 alpha-2. picture: https URL or "".
    components: for a bundle, (SKU, pieces per bundle): they are what is reserved and packed.
    parts: for a bundle, what the catalogue says of each component.
    licence_keys, instructions: what is handed out with a digital product (see `product`).
    component_amounts: for a bundle, what each component takes of the line's price after discount; they sum to it.
    cost: what one piece costs the store, in minor units of the order's currency; None where that is not known.
    """

    line_id: Text
    sku: Text
    description: Text
    digital: bool = False
    weight_g: Annotated[int, Field(ge=0)] = 0
    size_mm: tuple[int, int, int] = (0, 0, 0)
    hs_code: Text = ""
    origin: Text = ""
    picture: Text = ""
    components: tuple[tuple[str, int], ...] = ()
    fragile: bool = False
    keep_upright: bool = False
    dangerous: Text = ""
    parts: tuple[Part, ...] = ()
    component_amounts: tuple[int, ...] = ()
    licence_keys: bool = False
    instructions: Text = ""
    cost: Annotated[int, Field(ge=0)] | None = None

    def part(self, sku: str) -> Part:
        """What is packed for one of the line's SKUs.

        A component that the catalogue said nothing of is taken as an even share of the bundle's weight
        (rounded up, so that a parcel is never heavier than it says), and as large as the bundle.
        """
        known = next((part for part in self.parts if part.sku == sku), None)
        if known:
            return known
        pieces = sum(count for _, count in self.components) or 1
        return Part(
            sku=sku,
            description=self.description if sku == self.sku else f"{self.description[:300]}: {sku[:190]}",
            weight_g=-(-self.weight_g // pieces),
            size_mm=self.size_mm,
            fragile=self.fragile,
            keep_upright=self.keep_upright,
            dangerous=self.dangerous,
            hs_code=self.hs_code,
            origin=self.origin,
        )


class CouponUse(Record):
    """An order's use of a coupon that so many orders may use."""

    code: Text
    uses: int


class VerifiedOrder(Record):
    """What verification leaves behind. `order` is as corrected; `items` holds one Item a line.

    customer_id: the account's id: the known customer's, or a keyed hash of a guest's e-mail.
    service: our delivery service that carries it ("" for digital-only orders).
    """

    order: Order
    customer_id: Text
    items: tuple[Item, ...]
    service: Text = ""
    discrepancies: tuple[Discrepancy, ...] = ()

    def item(self, line_id: str) -> Item:
        """The product behind a line."""
        return next(item for item in self.items if item.line_id == line_id)
