"""The port `OrderQueries` on DynamoDB: the index `received-by-day`, the accounts, and an order's number.

The index holds each placed order under the day it came (UTC) and one of four shards, by time; it is written once,
with the order, and never again. What else is asked for is read from the orders of those days, head and verified
order, a hundred in one call.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from order_processing import order_number
from order_processing.adapters.accounts import entry_key, read_entry
from order_processing.adapters.attributes import read_document, text
from order_processing.adapters.order_items import RECEIVED_INDEX, SHARDS, is_verified, key, read_head
from order_processing.order import origin_of
from order_processing.order_queries import Criteria, Entries, Found, OrderRow, QueryError, pack_cursor, read_cursor
from order_processing.status import Status
from order_processing.verified_order import VerifiedOrder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_READ_AT_ONCE = 50  # orders, of two items each
_READ_AT_ONCE_OF_ONE = 33  # of three
_LOOKED_AT = 1000
_PROBES = 3


class DynamoOrderQueries:
    """Finds orders."""

    def __init__(self, client: DynamoDBClient, orders_table: str, accounts_table: str) -> None:
        self._client = client
        self._table = orders_table
        self._accounts_table = accounts_table

    def received(self, wanted: Criteria, *, cursor: str = "", limit: int = 50) -> Found:
        place = read_cursor(cursor)
        day, shard, after = _place(place, wanted)
        rows: list[OrderRow] = []
        looked_at = 0
        while day <= wanted.last:
            if looked_at >= _LOOKED_AT or len(rows) >= limit:
                return Found(rows=tuple(rows), cursor=pack_cursor(_cursor(day, shard, after)), looked_at=looked_at)
            at_once = _READ_AT_ONCE_OF_ONE if wanted.front_end else _READ_AT_ONCE
            request: dict[str, Any] = {
                "TableName": self._table,
                "IndexName": RECEIVED_INDEX,
                "KeyConditionExpression": "received_day = :day",
                "ExpressionAttributeValues": {":day": text(f"{day.isoformat()}#{shard}")},
                "Limit": min(at_once, limit - len(rows)),
            }
            if after and wanted.front_end:
                request["KeyConditionExpression"] += " AND received_at > :at"
                request["ExpressionAttributeValues"][":at"] = text(after["at"])
            elif after:
                request["ExclusiveStartKey"] = {
                    **key(after["id"], "placed"),
                    "received_day": text(f"{day.isoformat()}#{shard}"),
                    "received_at": text(after["at"]),
                }
            page = self._client.query(**request)
            looked_at += len(page["Items"])
            rows += [row for row in self._rows(page["Items"], wanted.front_end) if row.fits(wanted)]
            last: Any = page.get("LastEvaluatedKey")
            after = {"id": last["order_id"]["S"], "at": last["received_at"]["S"]} if last else {}
            if wanted.front_end:  # the last one looked at may be somebody else's
                after.pop("id", None)
            if not after:
                shard += 1
            if shard == SHARDS:
                day, shard = day + timedelta(days=1), 0
        return Found(rows=tuple(rows), looked_at=looked_at)

    def of_customer(self, customer_id: str, *, cursor: str = "", limit: int = 50) -> Entries:
        place = read_cursor(cursor)
        request: dict[str, Any] = {
            "TableName": self._accounts_table,
            "KeyConditionExpression": "customer_id = :customer AND begins_with(entry, :order)",
            "ExpressionAttributeValues": {":customer": text(customer_id), ":order": text("order#")},
            "Limit": limit,
        }
        if place:
            request["ExclusiveStartKey"] = entry_key(customer_id, str(place.get("id", "")))
        page: Any = self._client.query(**request)
        last = page.get("LastEvaluatedKey")
        return Entries(
            entries=tuple(read_entry(item) for item in page["Items"]),
            cursor=pack_cursor({"id": last["entry"]["S"].removeprefix("order#")}) if last else "",
        )

    def from_store(self, source: str, store: str, store_order_id: str) -> str | None:
        origin = origin_of(source, store, store_order_id)
        for probe in range(_PROBES):
            order_id = order_number.derive(origin, probe)
            found: Any = self._client.get_item(
                TableName=self._table,
                Key=key(order_id, "placed"),
                ProjectionExpression="origin",
                ConsistentRead=True,
            )
            if "Item" not in found:
                return None
            if found["Item"]["origin"]["S"] == origin:
                return order_id
        return None

    def _rows(self, listed: list[Any], front_end: str) -> list[OrderRow]:
        """The orders of the index's entries, read in one go, not strongly consistent; only a front end's, if named."""
        if not listed:
            return []
        parts: dict[str, dict[str, Any]] = {item["order_id"]["S"]: {} for item in listed}
        read = ("order", "verified", "placed") if front_end else ("order", "verified")
        wanted: Any = [key(order_id, part) for order_id in parts for part in read]
        while wanted:
            answer: Any = self._client.batch_get_item(RequestItems={self._table: {"Keys": wanted}})
            for item in answer["Responses"][self._table]:
                parts[item["order_id"]["S"]][item["part"]["S"]] = item
            wanted = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        times = {item["order_id"]["S"]: datetime.fromisoformat(item["received_at"]["S"]) for item in listed}
        if front_end:
            of_it = origin_of("api", front_end, "")
            parts = {id_: of for id_, of in parts.items() if of["placed"]["origin"]["S"].startswith(of_it)}
        return [row_of(order_id, times[order_id], parts[order_id]) for order_id in parts]


def row_of(order_id: str, received_at: datetime, parts: dict[str, Any]) -> OrderRow:
    """An order's row from its head and its verified order, as far as there are any."""
    head, verification = parts.get("order"), parts.get("verified", {})
    known: dict[str, Any] = read_head(head) if head else {"status": Status.RECEIVED, "version": 0}
    status = Status.VERIFIED if is_verified(known["status"], known["version"], verification) else known["status"]
    verified = read_document(verification["document"], VerifiedOrder) if "document" in verification else None
    order, promise, reason = verified.order if verified else None, known.get("promise"), known.get("reason")
    return OrderRow(
        order_id=order_id,
        received_at=received_at,
        status=status,
        store_order_number=order.store_order_number if order else "",
        customer_id=verified.customer_id if verified else "",
        total=order.total if order else 0,
        currency=order.currency if order else "",
        skus=tuple(dict.fromkeys(item.sku for item in verified.items)) if verified else (),
        delivery_date=promise.delivery_date if promise else None,
        reason_code=reason.code if reason else "",
    )


def _place(place: dict[str, Any], wanted: Criteria) -> tuple[date, int, dict[str, str]]:
    """Where to go on: the day, the shard, and the entry after which."""
    if not place:
        return wanted.first, 0, {}
    named = {"at"} if wanted.front_end else {"id", "at"}
    try:
        day, shard, after = date.fromisoformat(place["day"]), int(place["shard"]), place["after"]
        if not (wanted.first <= day <= wanted.last and 0 <= shard < SHARDS and set(after) in (named, set())):
            raise ValueError(place)
    except (KeyError, TypeError, ValueError):
        raise QueryError("cursor: found that of another query, expected the cursor of the page before") from None
    return day, shard, {name: str(value) for name, value in after.items()}


def _cursor(day: date, shard: int, after: dict[str, str]) -> dict[str, Any]:
    return {"day": day.isoformat(), "shard": shard, "after": after}
