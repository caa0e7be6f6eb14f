"""The console's page of one SKU's stock and coming supply, and who holds what of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from order_processing import order_number
from order_processing.console.order_actions import ACT
from order_processing.console.page import Route, Shown, View, Visit
from order_processing.console.staff import Group
from order_processing.inventory import Stock, Supply
from order_processing.order_queries import Criteria, OrderQueries
from order_processing.orders import Orders
from order_processing.reservation import Claim
from order_processing.settings import Settings

PATH = "/staff/stock"
WHO = frozenset({Group.OPERATIONS, Group.APPROVERS, Group.WAREHOUSE})
DAYS = 31
LOOKED_AT = 3000
"""No further day is looked through after so many orders, nor more orders are read than a tenth of it."""


class Inventory(Protocol):
    def read(self, skus: Iterable[str], /) -> tuple[list[Stock], list[Supply]]:
        """All stock and all coming supply of these SKUs."""
        ...


class Claims(Protocol):
    def claims(self, location: str, document: str, /) -> list[Claim]:
        """What orders hold of a supply, those that ship first before others."""
        ...


@dataclass(frozen=True)
class Holder:
    order_id: str
    number: str
    location: str
    source: str
    quantity: int
    leaves: str


@dataclass(frozen=True)
class SourceShown:
    """A location's stock, or one supply. told: of the reserved, how many the holders below account for."""

    location: str
    source: str
    due: str
    there: int
    available: int
    reserved: int
    safety: int
    told: int


class StockPage:
    """The page; `routes` brings it to the console."""

    def __init__(
        self, inventory: Inventory, claims: Claims, queries: OrderQueries, orders: Orders, settings: Settings
    ) -> None:
        self._inventory, self._claims = inventory, claims
        self._queries, self._orders, self._settings = queries, orders, settings

    def routes(self) -> tuple[Route, ...]:
        """The page with who may see it."""
        about = "How much of a SKU there is and comes, and which orders hold it."
        return (Route("GET", PATH, WHO, self.show, navigation="Stock", about=about),)

    def show(self, visit: Visit) -> Shown:
        """GET: `sku`."""
        sku = visit.query.get("sku", "").strip()[:80]
        if not sku:
            return View("stock.html", "Stock and supply", {"sku": "", "sources": (), "holders": (), "since": ""})
        stock, supply = self._inventory.read([sku])
        holders, since = self._holders(sku, visit.now.date())
        holders += [
            self._holder(claim.order_id, each.location, f"supply {each.document}", claim.quantity, claim.ship_date)
            for each in supply
            for claim in self._claims.claims(each.location, each.document)
            if claim.sku == sku
        ]
        told: dict[tuple[str, str], int] = {}
        for holder in holders:
            told[holder.location, holder.source] = told.get((holder.location, holder.source), 0) + holder.quantity
        sources = [*self._stock(stock, told), *self._supply(supply, told)]
        values = {"sku": sku, "sources": sources, "holders": holders, "since": since}
        values["may_open"] = visit.person.may(ACT)
        return View("stock.html", f"Stock and supply of {sku}", values)

    def _stock(self, stock: list[Stock], told: dict[tuple[str, str], int]) -> list[SourceShown]:
        """One line a location: a SKU's counters are one stock."""
        shown = []
        for location in dict.fromkeys(each.location for each in stock):
            there = [each for each in stock if each.location == location]
            name = self._name(location)
            shown.append(
                SourceShown(
                    location=name,
                    source="stock",
                    due="",
                    there=sum(each.on_hand for each in there),
                    available=sum(each.available for each in there),
                    reserved=sum(each.reserved for each in there),
                    safety=sum(each.safety for each in there),
                    told=told.get((name, "stock"), 0),
                )
            )
        return shown

    def _supply(self, supply: list[Supply], told: dict[tuple[str, str], int]) -> list[SourceShown]:
        return [
            SourceShown(
                location=self._name(each.location),
                source=f"supply {each.document}",
                due=str(each.due_on),
                there=each.quantity,
                available=each.available,
                reserved=each.reserved,
                safety=0,
                told=told.get((self._name(each.location), f"supply {each.document}"), 0),
            )
            for each in sorted(supply, key=lambda each: each.due_on)
        ]

    def _holders(self, sku: str, today: date) -> tuple[list[Holder], date]:
        """The orders of the last days that hold stock of it and have not left, and back to which day was looked."""
        holders: list[Holder] = []
        looked_at, loaded, day = 0, 0, today
        for days in range(DAYS):
            day = today - timedelta(days=days)
            found = self._queries.received(Criteria(first=day, last=day, sku=sku), limit=1000)
            for row in found.rows:
                stored = self._orders.load(row.order_id)
                if stored.ended or stored.handling.handed_over_at or not stored.held:
                    continue
                holders += [
                    self._holder(row.order_id, each.location, "stock", each.quantity, each.ship_date)
                    for each in (*stored.held.allocations, *stored.held.materials)
                    if each.sku == sku and each.kind == "stock"
                ]
            loaded += len(found.rows)
            looked_at += found.looked_at
            if looked_at >= LOOKED_AT or loaded >= LOOKED_AT // 10:
                break
        return holders, day

    def _holder(self, order_id: str, location: str, source: str, quantity: int, leaves: date) -> Holder:
        number = order_number.display(order_id)
        return Holder(order_id, number, self._name(location), source, quantity, str(leaves))

    def _name(self, location: str) -> str:
        return self._settings.locations[location].name if location in self._settings.locations else location
