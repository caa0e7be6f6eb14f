"""What can be offered when an order cannot be promised as asked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from order_processing.allotment import needs_of
from order_processing.availability import Shortage, promise
from order_processing.inventory import Recipe, Stock, Supply
from order_processing.licences import keys_wanted
from order_processing.offer import Alternative, Offer, Replacement, changed, difference, hold_for
from order_processing.order import Amount, Line, Record, Text
from order_processing.promise import Promise
from order_processing.settings import Settings
from order_processing.verified_order import Item, VerifiedOrder

_WHENEVER = 366
_MOST_SUBSTITUTES = 3


class Substitute(Record):
    """A product that may take another's place. grade: higher is better, within its family.

    unit_price: for this customer in the order's currency, with tax iff the order's prices are.
    """

    item: Item
    unit_price: Amount
    family: Text
    grade: int


class Substitutes(Record):
    """What the catalogue lists in place of a product of this family and grade, in its own order of preference."""

    family: Text
    grade: int
    products: tuple[Substitute, ...] = ()

    def fit(self, item: Item) -> list[Substitute]:
        """Those of the same family that are as good or better, and are shipped if the product is."""
        return [
            other
            for other in self.products
            if other.family == self.family
            and other.grade >= self.grade
            and other.item.sku != item.sku
            and other.item.digital == item.digital
        ]


def make_offer(
    verified: VerifiedOrder,
    shortage: Shortage,
    stock: Iterable[Stock],
    supply: Iterable[Supply],
    settings: Settings,
    *,
    substitutes: Mapping[str, Substitutes],
    ordered_at: datetime,
    recipes: Iterable[Recipe] = (),
) -> Offer:
    """All that the customer may choose instead, the least change first; every alternative can be kept.

    stock, supply, recipes: as for `promise`, of the order's SKUs and of its substitutes'.
    substitutes: by the id of the line that they stand for.
    To cancel is always among them, and the only one when nothing else can be kept.
    """
    held_stock, coming, known = list(stock), list(supply), list(recipes)
    patient = settings.model_copy(
        update={"limits": settings.limits.model_copy(update={"longest_wait_days": _WHENEVER})}
    )

    def kept(alternative: Alternative, rules: Settings) -> Alternative | None:
        """The alternative with its promise and price, if it can be kept."""
        order = changed(verified, alternative)
        outcome = promise(order, held_stock, coming, rules, ordered_at=ordered_at, recipes=known)
        if not isinstance(outcome, Promise):
            return None
        change = difference(verified.order, order.order.lines)
        return alternative.model_copy(update={"promise": outcome, "difference": change})

    late = kept(Alternative(key="later", kind="later"), patient)
    found = [late]
    if late and not verified.order.allow_partial_shipment:
        parts = kept(Alternative(key="in_parts", kind="in_parts"), patient)
        found.append(parts if parts and _sooner(parts, late) else None)
    lines = short_lines(verified, shortage)
    found += [kept(choice, settings) for choice in _replacements(verified, lines, substitutes)]
    if len(lines) < len(verified.order.lines):
        removed = tuple(line.line_id for line in lines)
        found.append(kept(Alternative(key="without", kind="without", removed=removed), settings))
    cancel = Alternative(key="cancel", kind="cancel", difference=-verified.order.total)
    alternatives = (*(choice for choice in found if choice), cancel)
    hold = hold_for(choice.promise for choice in alternatives if choice.promise)
    return Offer(alternatives=alternatives, hold=hold, made_at=ordered_at)


def skus_of(substitutes: Mapping[str, Substitutes]) -> list[str]:
    """What has to be there for the substitutes: their own SKUs, or their components'."""
    items = (product.item for listed in substitutes.values() for product in listed.products)
    return [sku for item in items for sku in ([part for part, _ in item.components] or [item.sku])]


def short_lines(verified: VerifiedOrder, shortage: Shortage) -> list[Line]:
    """The lines that need a SKU of which there is not enough."""
    short = {need.line_id for need in needs_of(verified) if need.sku in shortage.skus}
    short |= {wanted.line_id for wanted in keys_wanted(verified) if wanted.sku in shortage.skus}
    return [line for line in verified.order.lines if line.line_id in short]


def _replacements(
    verified: VerifiedOrder, lines: Sequence[Line], substitutes: Mapping[str, Substitutes]
) -> list[Alternative]:
    """Each short line replaced by its first substitute, then by its second, ...; nothing unless all can be."""
    fitting: list[list[Substitute]] = []
    for line in lines:
        listed = substitutes.get(line.line_id)
        fitting.append(listed.fit(verified.item(line.line_id)) if listed else [])
    if not fitting or not all(fitting):
        return []
    return [
        Alternative(
            key=f"substitute-{rank + 1}",
            kind="substitute",
            replacements=tuple(
                Replacement(line_id=line.line_id, item=of[min(rank, len(of) - 1)].item, unit_price=_price(of, rank))
                for line, of in zip(lines, fitting, strict=True)
            ),
        )
        for rank in range(min(_MOST_SUBSTITUTES, max(len(of) for of in fitting)))
    ]


def _price(of: Sequence[Substitute], rank: int) -> int:
    return of[min(rank, len(of) - 1)].unit_price


def _sooner(parts: Alternative, late: Alternative) -> bool:
    """Whether anything comes earlier in parts than all of it does together."""
    first = min((a.delivery_date for a in parts.promise.allocations), default=None) if parts.promise else None
    last = late.promise.delivery_date if late.promise else None
    return first is not None and last is not None and first < last
