"""Reconciliation with stores: orders whose webhook never came are found in the store's own list, and taken in once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from order_processing.deliveries import Deliveries
from order_processing.fetching import StoreHttp, StoreRefused, get
from order_processing.order import Record, Text
from order_processing.stores.listing import StoreAccess, first_page, read_page

# A webhook on its way is not missed yet; and what changed while a list was read is asked for again.
_ON_ITS_WAY = timedelta(minutes=10)
_OVERLAP = timedelta(minutes=30)
_FIRST_LOOK = timedelta(days=1)
_LONGEST_LOOK = timedelta(days=60)
_MOST_PAGES = 1_000


class Reconciled(Record):
    """How far a store was compared, and what was found.

    until: every change before it was looked at. missed: ids of orders that were taken in only now. changed: of known
    orders of which a change had not come. looked_at: orders in the list. set_aside: ids in quarantine.
    """

    source: Text
    store: Text
    until: datetime
    at: datetime
    looked_at: int = 0
    missed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    fetching: int = 0
    set_aside: tuple[str, ...] = ()


class Reconciliations(Protocol):
    """What is known of earlier comparisons."""

    def last(self, source: str, store: str) -> Reconciled | None:
        """The last one of a store."""
        ...

    def keep(self, reconciled: Reconciled) -> None:
        """Keep one; what it found is kept for the report."""
        ...


def reconcile(
    source: str,
    store: str,
    accesses: Sequence[StoreAccess],
    *,
    http: StoreHttp,
    deliveries: Deliveries,
    reconciliations: Reconciliations,
    now: datetime,
) -> Reconciled:
    """Look at every order that changed in the store since the last time, and take in what was missed.

    Only when the whole list was read is the time moved on, so a cut run is simply run again.
    Raises StoreUnreachable, StoreRefused, Unreadable (of the list itself).
    """
    last = reconciliations.last(source, store)
    until = now - _ON_ITS_WAY
    since = max(last.until - _OVERLAP if last else until - _FIRST_LOOK, until - _LONGEST_LOOK)
    url = first_page(source, store, accesses, since, until)
    seen: set[str] = set()
    looked_at, fetching = 0, 0
    missed: list[str] = []
    changed: list[str] = []
    aside: list[str] = []
    while url:
        if url in seen or len(seen) >= _MOST_PAGES:
            raise StoreRefused(f"{source} {store}: the list of orders does not end after {len(seen)} pages")
        seen.add(url)
        answer = get(url, source, store, accesses, http)
        if answer.status == 404:
            raise StoreRefused(f"{source} {store}: the API has no list of orders at its address")
        page = read_page(source, store, url, answer.body, answer.headers)
        for found in page.orders:
            looked_at += 1
            taken = deliveries.take_or_set_aside(source, found.headers, found.raw, now, found.read)
            fetching += taken.fetching
            if taken.new:
                missed.append(taken.order_id)
            if taken.action not in ("", "ignore"):
                changed.append(taken.order_id)
            if taken.quarantined:
                aside.append(taken.quarantined)
        url = page.next_url
    done = Reconciled(
        source=source,
        store=store,
        until=until,
        at=now,
        looked_at=looked_at,
        missed=tuple(missed),
        changed=tuple(changed),
        fetching=fetching,
        set_aside=tuple(aside),
    )
    reconciliations.keep(done)
    return done
