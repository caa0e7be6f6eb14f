"""Finding orders: by day and status, SKU or promised date, by customer, and by the store's own id."""

import base64
import binascii
import json
from datetime import date, datetime
from typing import Any, Protocol

from order_processing import order_number
from order_processing.account import AccountEntry
from order_processing.foreign_json import read_foreign_json
from order_processing.money import major_units
from order_processing.order import Record
from order_processing.status import Status

LONGEST_SPAN = 92
"""Days that one query may span."""


class QueryError(ValueError):
    """A query that cannot be answered; the message names the parameter, what was found and what is expected."""


class Criteria(Record):
    """Orders received from one day to another (UTC, both counted) that fit everything that is given.

    sku: ours, as verified. promised: the day on which everything is promised to be there.
    front_end: only those that it placed, at one more read unit an order that is looked at.
    """

    first: date
    last: date
    status: Status | None = None
    sku: str = ""
    promised: date | None = None
    front_end: str = ""


class OrderRow(Record):
    """One order in a list. total: minor units. delivery_date: None where nothing is promised (yet)."""

    order_id: str
    received_at: datetime
    status: Status
    store_order_number: str = ""
    customer_id: str = ""
    total: int = 0
    currency: str = ""
    skus: tuple[str, ...] = ()
    delivery_date: date | None = None
    reason_code: str = ""

    def fits(self, wanted: Criteria) -> bool:
        """Whether the order is one of those that are wanted, apart from the day it came."""
        return (
            (wanted.status is None or self.status is wanted.status)
            and (not wanted.sku or wanted.sku in self.skus)
            and (wanted.promised is None or self.delivery_date == wanted.promised)
        )


class Found(Record):
    """A page of orders. cursor: where the next one begins, "" at the end. looked_at: how many orders were read."""

    rows: tuple[OrderRow, ...]
    cursor: str = ""
    looked_at: int = 0


class Entries(Record):
    """A page of a customer's recorded orders. cursor: where the next one begins, "" at the end."""

    entries: tuple[AccountEntry, ...]
    cursor: str = ""


class OrderQueries(Protocol):
    """Orders by what is known of them. A cursor that is no cursor raises QueryError."""

    def received(self, wanted: Criteria, *, cursor: str = "", limit: int = 50) -> Found:
        """Orders by the day they came, those of a day in no particular order.

        A page may hold fewer than `limit` and still not be the last: it ends after so many orders were looked at.
        Costs half a read unit for a hundred orders, and one more for each order that is looked at.
        """
        ...

    def of_customer(self, customer_id: str, *, cursor: str = "", limit: int = 50) -> Entries:
        """The customer's recorded orders, cancelled ones too; half a read unit for about 20."""
        ...

    def from_store(self, source: str, store: str, store_order_id: str) -> str | None:
        """The id of the order that a store sent, or None; one read unit."""
        ...


def criteria_of(query: dict[str, str]) -> Criteria:
    """The criteria in a request's parameters: day or from and to, status, sku, promised."""
    first = _day(query, "day") or _day(query, "from")
    if first is None:
        raise QueryError("day: found nothing, expected a day such as 2026-11-25, or from and to")
    last = _day(query, "to") or (first if "day" in query or "from" not in query else None)
    if last is None:
        raise QueryError("to: found nothing, expected a day such as 2026-11-25")
    if not 0 <= (last - first).days < LONGEST_SPAN:
        raise QueryError(f"to: found {last}, expected a day from {first} on, at most {LONGEST_SPAN} days")
    status = query.get("status", "").upper()
    if status and status not in Status.__members__:
        raise QueryError(f"status: found {status[:30]!r}, expected one of {', '.join(Status.__members__)}")
    return Criteria(
        first=first,
        last=last,
        status=Status(status) if status else None,
        sku=query.get("sku", ""),
        promised=_day(query, "promised"),
    )


def find_orders(query: dict[str, str], queries: OrderQueries, front_end: str = "") -> dict[str, Any]:
    """The orders that a request's parameters ask for, as the API shows them. Without personal data.

    customer, or what `criteria_of` reads; cursor, of the page before; limit, 1 to 100. Raises QueryError.
    front_end: who asks, and sees nothing of others' orders; "" for staff.
    """
    limit, cursor = _limit(query), query.get("cursor", "")
    if customer := query.get("customer", ""):
        if front_end:
            raise QueryError("customer: only staff may ask by customer; expected day, or from and to")
        entries = queries.of_customer(customer, cursor=cursor, limit=limit)
        return {"orders": [_shown_entry(entry) for entry in entries.entries], "cursor": entries.cursor or None}
    wanted = criteria_of(query).model_copy(update={"front_end": front_end})
    found = queries.received(wanted, cursor=cursor, limit=limit)
    shown = {"orders": [_shown_row(row) for row in found.rows], "cursor": found.cursor or None}
    return shown if front_end else {**shown, "looked_at": found.looked_at}


def _shown_row(row: OrderRow) -> dict[str, Any]:
    return {
        **row.model_dump(mode="json"),
        "number": order_number.display(row.order_id),
        "total": major_units(row.total, row.currency) if row.currency else None,
    }


def _shown_entry(entry: AccountEntry) -> dict[str, Any]:
    return {
        **entry.model_dump(mode="json"),
        "number": order_number.display(entry.order_id),
        "amount": major_units(entry.amount, entry.currency),
        "open": major_units(entry.open, entry.currency),
    }


def _limit(query: dict[str, str]) -> int:
    text = query.get("limit", "50")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        raise QueryError(f"limit: found {text[:20]!r}, expected a whole number from 1 to 100")
    return int(text)


def pack_cursor(place: dict[str, Any]) -> str:
    """A place as text that can stand in an address."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> dict[str, Any]:
    """What `pack_cursor` wrote; {} for "". QueryError for anything else."""
    if not cursor:
        return {}
    try:
        place = read_foreign_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        place = None
    if not isinstance(place, dict):
        raise QueryError(f"cursor: found {cursor[:20]!r}, expected the cursor of the page before")
    return place


def _day(query: dict[str, str], name: str) -> date | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise QueryError(f"{name}: found {text[:20]!r}, expected a day such as 2026-11-25") from None
