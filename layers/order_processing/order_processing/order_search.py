"""One question for an order, whatever somebody knows of it: its number, an e-mail address, a parcel's number, the
store's id or number, a SKU. By keys; where there is no key, the orders of some days are looked through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, Literal, Protocol

from order_processing import order_number
from order_processing.errors import OrderNotFound
from order_processing.order import Record
from order_processing.order_queries import Criteria, OrderQueries, OrderRow
from order_processing.orders import Orders
from order_processing.warehouse.parcels import HandlingRefused, read_sscc

How = Literal["number", "e-mail", "parcel", "store's id", "store's number", "SKU", ""]
DAYS = 14
"""How many days are looked through for what has no key."""
MOST = 50
LOOKED_AT = 3000
"""After so many orders no further day is looked through: each costs a read unit or two."""
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
    """What was found. how: by what; since: from which day on was looked, None where a key led there."""

    hits: tuple[Hit, ...] = ()
    how: How = ""
    since: date | None = None


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

    def find(self, what: str, today: date) -> Search:
        """The orders that this text leads to, the newest days first where days are looked through."""
        words = " ".join(what.split())[:_LONGEST]
        if not words:
            return Search()
        if found := self._by_number(words):
            return found
        if "@" in words:
            return self._by_email(words, today)
        if found := self._by_parcel(words):
            return found
        if found := self._by_store(words):
            return found
        sku, number = words.upper(), words.lstrip("#")
        by_sku, by_number, since = self._looked_through(
            today,
            lambda row: sku in map(str.upper, row.skus),
            lambda row: row.store_order_number.lstrip("#") == number,
        )
        return Search(hits=by_sku or by_number, how="SKU" if by_sku else "store's number", since=since)

    def _by_number(self, words: str) -> Search | None:
        try:
            order_id = order_number.parse(words)
            self._orders.load(order_id)
        except (order_number.OrderNumberError, OrderNotFound):
            return None
        return Search(hits=(Hit(order_id=order_id),), how="number")

    def _by_email(self, email: str, today: date) -> Search:
        """What stands in the account, and what came in the last days and does not stand there yet."""
        account = self._account_of(email)
        recent, since = self._looked_through(today, lambda row: row.customer_id == account)
        hits = {hit.order_id: hit for hit in recent}
        cursor = ""
        while len(hits) < MOST:
            page = self._queries.of_customer(account, cursor=cursor)
            for entry in page.entries:
                hits.setdefault(entry.order_id, Hit(order_id=entry.order_id))
            cursor = page.cursor
            if not cursor:
                break
        return Search(hits=tuple(hits.values())[:MOST], how="e-mail", since=since)

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

    def _looked_through(self, today: date, *fits: Callable[[OrderRow], bool]) -> tuple[Any, ...]:
        """The orders of the last days that fit each of these, the newest day first, and back to which day was looked.

        A day at most as far as one page looks, and no further back once enough was looked at.
        """
        hits: list[list[Hit]] = [[] for _ in fits]
        looked_at = 0
        day = today
        for days in range(DAYS):
            day = today - timedelta(days=days)
            found = self._queries.received(Criteria(first=day, last=day), limit=1000)
            for listed, fit in zip(hits, fits, strict=True):
                listed += [Hit(order_id=row.order_id, row=row) for row in found.rows if fit(row)]
            looked_at += found.looked_at
            if looked_at >= LOOKED_AT or any(len(listed) >= MOST for listed in hits):
                break
        return *(tuple(listed[:MOST]) for listed in hits), day
