"""Availability: what can be delivered of an order, from where and by when.

The rules, in this order:
1. Every line as early as it can be had, the lines in the order's own sequence.
2. Unless the order allows partial shipment, everything comes together: on the day of its latest line, and
   what could leave earlier waits at its location.
3. From the fewest locations; everything may come a little later (`consolidation_days`) when that saves one.
4. Which locations: the strategy in `sourcing`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from order_processing import sourcing
from order_processing.allotment import Need, allot, needs_of, pieces_by_sku
from order_processing.inventory import Recipe, Stock, Supply
from order_processing.lead_time import Route, routes, short_date
from order_processing.licences import KeysWanted, allot_keys, keys_wanted
from order_processing.making import batches, materials_of
from order_processing.order import Record, Text
from order_processing.promise import Allocation, Promise
from order_processing.settings import Settings
from order_processing.sources import Source, sources_by_sku
from order_processing.verified_order import VerifiedOrder

_DAY = timedelta(days=1)


class Missing(Record):
    """A SKU of which there is not enough in time.

    missing: how many of the `wanted` cannot be delivered within the longest wait.
    available_from: the day by which all could be delivered; None when that is not known.
    """

    sku: Text
    wanted: int
    missing: int
    available_from: date | None = None

    @property
    def message(self) -> str:
        """How many are missing, and from when they can be had, in words."""
        later = f"can be delivered by {short_date(self.available_from)}" if self.available_from else "no date known"
        return f"{self.missing} of {self.wanted} {self.sku} missing, {later}"


class Shortage(Record):
    """The order cannot be promised as asked."""

    missing: tuple[Missing, ...]

    @property
    def skus(self) -> tuple[str, ...]:
        """Of what there is not enough."""
        return tuple(missing.sku for missing in self.missing)

    @property
    def message(self) -> str:
        """All that is missing, in words."""
        return "; ".join(missing.message for missing in self.missing)


class NoDestination(ValueError):
    """An order with something to ship and no address to ship it to."""


def promise(
    verified: VerifiedOrder,
    stock: Iterable[Stock],
    supply: Iterable[Supply],
    settings: Settings,
    *,
    ordered_at: datetime,
    recipes: Iterable[Recipe] = (),
) -> Promise | Shortage:
    """The earliest date at which each line can be delivered, and from what.

    stock, supply: what there is of the SKUs in question, in any order; other SKUs do no harm.
    ordered_at: when the order was there (with its time zone): it decides about each location's cut-off.
    recipes: how products are made of which there is not enough; stock and supply then include the materials.
    Returns a Promise, or a Shortage that says how many are missing and from when they can be had.
    Never promises one unit twice, and nothing that is not available. Digital lines need nothing but keys where
    they have some.
    Raises NoDestination, and UnknownService for a service that the settings do not have.
    """
    needs, wanted = needs_of(verified), keys_wanted(verified)
    stock = tuple(stock)
    today = ordered_at.astimezone(ZoneInfo(settings.store.time_zone)).date()
    keys = allot_keys(wanted, stock, today)
    if lacking := _lacking(wanted, keys):
        others = _of_goods(needs, verified, stock, supply, settings, ordered_at, recipes) if needs else None
        return Shortage(missing=(*lacking, *(others.missing if isinstance(others, Shortage) else ())))
    if not needs:
        return Promise(allocations=keys)
    found = _of_goods(needs, verified, stock, supply, settings, ordered_at, recipes)
    if isinstance(found, Shortage):
        return found
    return found.model_copy(update={"allocations": found.allocations + keys})


def _of_goods(
    needs: list[Need],
    verified: VerifiedOrder,
    stock: Iterable[Stock],
    supply: Iterable[Supply],
    settings: Settings,
    ordered_at: datetime,
    recipes: Iterable[Recipe],
) -> Promise | Shortage:
    """As `promise`, for what travels."""
    if verified.order.shipping_address is None:
        raise NoDestination("order.shipping_address: is missing, and there are lines to ship")
    ways = routes(settings, verified.service, verified.order.shipping_address, ordered_at)
    sources = sources_by_sku(stock, supply, ways)
    made = batches(needs, sources, recipes, ways)
    last_day = _last_day(settings, ordered_at)
    deadlines = earliest_dates(needs, sources)
    if any(deadline is None or deadline > last_day for deadline in deadlines):
        return _shortage(needs, sources, last_day)
    partial = verified.order.allow_partial_shipment
    by = [deadline for deadline in deadlines if deadline]
    if not partial:
        by = [max(by)] * len(needs)
    chosen, by = _locations(needs, by, sources, ways, settings.limits.consolidation_days)
    there = [ways[at] for at in chosen]
    allocations = allot(needs, by, sources, there, together=not partial, turn=turn_of(verified))
    return Promise(allocations=allocations, materials=materials_of(made, allocations))


def turn_of(verified: VerifiedOrder) -> int:
    """At which bucket the order begins: the same each time, and evenly spread over orders."""
    return crc32(verified.order.origin.encode())


def earliest_dates(needs: Sequence[Need], sources: Mapping[str, Sequence[Source]]) -> list[date | None]:
    """For each need the earliest day by which its whole line can be there, given the lines before it.

    None for what cannot be had at all. A line takes what comes last but still in time, so that
    it leaves what comes first to the lines after it.
    """
    left = {sku: [source.left for source in of_sku] for sku, of_sku in sources.items()}
    deadlines: list[date | None] = []
    lines: dict[str, list[Need]] = {}
    for need in needs:
        lines.setdefault(need.line_id, []).append(need)
    for parts in lines.values():
        dates = [_date_of(part.quantity, sources.get(part.sku, ()), left.get(part.sku, [])) for part in parts]
        known = [day for day in dates if day]
        if len(known) < len(parts):
            deadlines += [None] * len(parts)
            continue
        deadline = max(known)
        deadlines += [deadline] * len(parts)
        for part in parts:
            _take_latest(part.quantity, deadline, sources[part.sku], left[part.sku])
    return deadlines


def _date_of(quantity: int, sources: Sequence[Source], left: Sequence[int]) -> date | None:
    for source, there in zip(sources, left, strict=True):
        quantity -= there
        if quantity <= 0:
            return source.arrives
    return None


def _take_latest(quantity: int, deadline: date, sources: Sequence[Source], left: list[int]) -> None:
    for place in range(len(sources) - 1, -1, -1):
        if sources[place].arrives <= deadline:
            taken = min(quantity, left[place])
            left[place] -= taken
            quantity -= taken
            if not quantity:
                return


def _locations(
    needs: Sequence[Need],
    by: list[date],
    sources: Mapping[str, Sequence[Source]],
    ways: Mapping[str, Route],
    longest: int,
) -> tuple[tuple[str, ...], list[date]]:
    """The locations to deliver from and the days by which; later than `by` only where that saves a location."""
    best, best_by = sourcing.choose(requirements(needs, by, sources), ways), by
    for wait in range(1, longest + 1):
        if len(best) == 1:
            break
        later = [day + wait * _DAY for day in by]
        chosen = sourcing.choose(requirements(needs, later, sources), ways)
        if len(chosen) < len(best):
            best, best_by = chosen, later
    return best, best_by


def requirements(
    needs: Sequence[Need], by: Sequence[date], sources: Mapping[str, Sequence[Source]]
) -> list[sourcing.Requirement]:
    """What locations must hold between them so that every need is met by its day: for each SKU and each
    of its days, as many as are needed up to that day."""
    wanted: dict[str, dict[date, int]] = {}
    for need, day in zip(needs, by, strict=True):
        days = wanted.setdefault(need.sku, {})
        days[day] = days.get(day, 0) + need.quantity
    found = []
    for sku, days in wanted.items():
        quantity, place = 0, 0
        held: dict[str, int] = {}
        of_sku = sources[sku]
        for day in sorted(days):
            quantity += days[day]
            while place < len(of_sku) and of_sku[place].arrives <= day:
                source = of_sku[place]
                held[source.location] = held.get(source.location, 0) + source.left
                place += 1
            found.append(sourcing.Requirement(quantity, dict(held)))
    return found


def _shortage(needs: Sequence[Need], sources: Mapping[str, Sequence[Source]], last_day: date) -> Shortage:
    missing = []
    for sku, quantity in pieces_by_sku(needs).items():
        of_sku = sources.get(sku, ())
        in_time = sum(source.left for source in of_sku if source.arrives <= last_day)
        if in_time < quantity:
            whole = _date_of(quantity, of_sku, [source.left for source in of_sku])
            missing.append(Missing(sku=sku, wanted=quantity, missing=quantity - in_time, available_from=whole))
    return Shortage(missing=tuple(missing))


def _lacking(wanted: Iterable[KeysWanted], keys: Iterable[Allocation]) -> list[Missing]:
    """The licence keys that are not there, by SKU; nobody knows when the pool will have more."""
    missing: dict[str, int] = {}
    quantities: dict[str, int] = {}
    for line in wanted:
        quantities[line.sku] = quantities.get(line.sku, 0) + line.quantity
    for sku, quantity in quantities.items():
        missing[sku] = quantity - sum(key.quantity for key in keys if key.sku == sku)
    return [Missing(sku=sku, wanted=quantities[sku], missing=lack) for sku, lack in missing.items() if lack]


def _last_day(settings: Settings, ordered_at: datetime) -> date:
    today = ordered_at.astimezone(ZoneInfo(settings.store.time_zone)).date()
    return today + settings.limits.longest_wait_days * _DAY
