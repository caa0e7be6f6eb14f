"""One question for an order, whatever somebody knows of it: its number, an e-mail address, a parcel's number, the
store's id or number, a SKU. By keys; where there is no key, the orders of some days are looked through."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, Protocol

from order_processing import order_number
from order_processing.order import Record
from order_processing.order_queries import Criteria, OrderQueries, OrderRow, QueryError
from order_processing.orders import Orders
from order_processing.warehouse.parcels import HandlingRefused, read_sscc

How = Literal["number", "e-mail", "parcel", "store's id", "store's number", "SKU", ""]
DAYS = 14
"""How many days are looked through at once for what has no key."""
MOST = 50
"""After so many were found no further page is looked through."""
LOOKED_AT = 3000
"""After so many orders neither: each costs a read unit or two."""
_PAGE = 250
_ON = "~"
_LONGEST = 200


class Parcels(Protocol):
    """Parcels by their numbers."""

    def order_of(self, number: str) -> str | None:
        """The order whose parcel has this SSCC, or this tracking number of a carrier."""
        ...


class Hit(Record):
    """An order that was found, as far as it is told in a list."""

    order_id: str
    row: OrderRow | None = None


class Search(Record):
    """What was found. how: by what. since, until: the days (UTC) that were looked through, both counted, None where a
    key led there; on: where to go on further back, "" where nothing was looked through; whole: whether the oldest of
    the days was looked through to its end. account: the customer of whose recorded orders there are more.
    """

    hits: tuple[Hit, ...] = ()
    how: How = ""
    since: date | None = None
    until: date | None = None
    on: str = ""
    whole: bool = True
    account: str = ""


@dataclass(frozen=True)
class _LookedThrough:
    hits: tuple[tuple[Hit, ...], ...]
    since: date
    until: date
    on: str
    whole: bool

    def span(self) -> dict[str, Any]:
        return {"since": self.since, "until": self.until, "on": self.on, "whole": self.whole}


class OrderSearch:
    """Finds orders. account_of: the account that an e-mail address leads to; stores: (source, store) of those known."""

    def __init__(
        self,
        orders: Orders,
        queries: OrderQueries,
        parcels: Parcels,
        *,
        account_of: Callable[[str], str],
        stores: Callable[[], Iterable[tuple[str, str]]],
    ) -> None:
        self._orders = orders
        self._queries = queries
        self._parcels = parcels
        self._account_of = account_of
        self._stores = stores

    def find(self, what: str, until: date, on: str = "") -> Search:
        """The orders that this text leads to, the newest days first where days are looked through, from `until` back.

        on: of the search before; days are looked through from there, and keys not tried again. QueryError for one
        that is none.
        """
        words = " ".join(what.split())[:_LONGEST]
        if not words:
            return Search()
        if not on and (found := self._by_number(words)):
            return found
        if "@" in words:
            return self._by_email(words, until, on)
        if not on and (found := self._by_parcel(words) or self._by_store(words)):
            return found
        sku, number = words.upper(), words.lstrip("#")
        looked = self._looked_through(
            until,
            on,
            lambda row: sku in map(str.upper, row.skus),
            lambda row: row.store_order_number.lstrip("#") == number,
        )
        by_sku, by_number = looked.hits
        how: How = "SKU" if by_sku else "store's number" if by_number else ""
        return Search(hits=by_sku or by_number, how=how, **looked.span())

    def _by_number(self, words: str) -> Search | None:
        try:
            order_id = order_number.parse(words)
        except order_number.OrderNumberError:
            return None
        return Search(hits=(Hit(order_id=order_id),), how="number") if self._orders.look_up(order_id) else None

    def _by_email(self, email: str, until: date, on: str) -> Search:
        """What stands in the account, and what came in the last days and does not stand there yet."""
        account = self._account_of(email)
        looked = self._looked_through(until, on, lambda row: row.customer_id == account)
        hits = {hit.order_id: hit for hit in looked.hits[0]}
        cursor = ""
        while not on and len(hits) < MOST:
            page = self._queries.of_customer(account, cursor=cursor)
            for entry in page.entries:
                hits.setdefault(entry.order_id, Hit(order_id=entry.order_id))
            cursor = page.cursor
            if not cursor:
                break
        return Search(hits=tuple(hits.values()), how="e-mail", account=account if cursor else "", **looked.span())

    def _by_parcel(self, words: str) -> Search | None:
        try:
            number = read_sscc(words)
        except HandlingRefused:
            number = words.replace(" ", "")
        order_id = self._parcels.order_of(number)
        return Search(hits=(Hit(order_id=order_id),), how="parcel") if order_id else None

    def _by_store(self, words: str) -> Search | None:
        ids = {words, words.lstrip("#")}
        found = [
            Hit(order_id=order_id)
            for source, store in self._stores()
            for store_order_id in sorted(ids)
            if (order_id := self._queries.from_store(source, store, store_order_id))
        ]
        return Search(hits=tuple(found), how="store's id") if found else None

    def _looked_through(self, until: date, on: str, *fits: Callable[[OrderRow], bool]) -> _LookedThrough:
        """The orders of some days that fit each of these, the newest day first; every order of the days is looked at.

        At most DAYS, and no further back once enough was looked at or found; the next one goes on there.
        """
        hits: list[list[Hit]] = [[] for _ in fits]
        day, cursor = _place(on) if on else (until, "")
        until, since, looked_at = day, day, 0
        while (until - day).days < DAYS:
            since = day
            found = self._queries.received(Criteria(first=day, last=day), cursor=cursor, limit=_PAGE)
            for listed, fit in zip(hits, fits, strict=True):
                listed += [Hit(order_id=row.order_id, row=row) for row in found.rows if fit(row)]
            looked_at, cursor = looked_at + found.looked_at, found.cursor
            if not cursor:
                day -= timedelta(days=1)
            if looked_at >= LOOKED_AT or any(len(listed) >= MOST for listed in hits):
                break
        return _LookedThrough(tuple(map(tuple, hits)), since, until, f"{day}{_ON}{cursor}", whole=not cursor)


def _place(on: str) -> tuple[date, str]:
    day, _, cursor = on.partition(_ON)
    try:
        return date.fromisoformat(day), cursor
    except ValueError:
        raise QueryError(f"on: found {day[:20]!r}, expected what the search before has given") from None
