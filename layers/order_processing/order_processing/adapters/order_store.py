"""Orders in DynamoDB: taking them in, reading them, and the conditional writes of which every change is made.

Table: partition key `order_id`, sort key `part`:
- `placed`: the order as placed, the raw body (deflated), when it came. Written once, never again.
- `verified`: the verified order and the discrepancies, and which version of the order they are of. With `verified_at`
  it also says that the order is VERIFIED: that holds as long as the head still has that version.
- `order`: the order's head: status, version, times, and what the later stages left behind. It is kept
  small because every stage writes it, and it does not exist until the order is reserved or somebody is asked.
- `answer#<number>`: a decision that was made on the way, with what it corrected or approved.
- `offer`: the alternatives that the customer was offered, and what is held for them.
- `draft`: what the customer filled in on a page and has not accepted.
- `<time>#<order id>` (under the partition `list#late-cancellations`): a cancellation that came too late.
- `state#<number>`: what the store told of the order later, with its raw body and what was done about it; written once.
- `known`: the newest version that the store told, where the state itself changed nothing and is not kept.
- `<time>#<order id>` (under the partition `list#store-changes`): a change by the store that staff must look at.
- `contact`: where mails about the order go instead of the order's own address.
- `mail#<message id>`: what became of a mail; see `mail_reports`.
- `uses` (under the partition `coupon#<code>`): how many orders use a coupon of which there are so many.
- `tracking` (under the partition `tracking#<number>`): whose parcel a carrier tracks under a number of its own.
- under the partition `sscc#<first digits>`: which parcel holds an SSCC, by its other digits; written once and kept.
- under the partition `departures#<location>#<day>`: `range#<digits>`, with what the SSCCs begin that parcels have which
  leave then; and the ids of orders whose parcels have other ones, from before numbers were kept in their order
  (`sscc` under the partition `sscc#<number>`), or from before their promise was renewed.
The warehouse's other lists stand in this table too: see `dispatch`.

Index `waiting`: orders that wait, by what they wait for (`waits_for`) and since when (`waits_since`): a decision of
`staff` or of the `customer` while they are pending; the `execution`, from a decision until the order moves on; the
`notice` to the customer, from an early end until it is sent. No other head carries these keys.

Index `received-by-day`: `received_day` (the day and one of four shards) and time of each placed order, for queries
(see `order_queries`) and for the sweep that starts what was stored and not started.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from order_processing import order_number
from order_processing.adapters.attributes import document, iso, text, unpacked
from order_processing.adapters.order_change import Change
from order_processing.adapters.order_items import (
    RECEIVED_INDEX,
    SHARDS,
    is_state,
    key,
    parts_of,
    placed_item,
    stored_order_of,
)
from order_processing.adapters.parcel_keys import RANGE, departures_of, numbered, numbered_before
from order_processing.adapters.queried import each_item
from order_processing.adapters.reservations import AnchorRefused, Reservations
from order_processing.adapters.transactions import Refused, Write, write_all
from order_processing.errors import OrderChanged, OrderNotFound
from order_processing.order import Order
from order_processing.order_parts import Contact, Draft
from order_processing.orders import Placed
from order_processing.promise import Promise
from order_processing.stored_order import StoredOrder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class OrderStore:
    """What the changes of an order are made of; see the module's text for its items."""

    def __init__(self, client: DynamoDBClient, table: str, *, inventory_table: str = "", accounts_table: str = ""):
        self._client = client
        self._table = table
        self._reservations = Reservations(client, inventory_table)
        self._accounts_table = accounts_table
        self._listed: set[tuple[str, date, str]] = set()  # the ranges that are known to stand on their day's list

    def place(self, order: Order, raw: bytes, fingerprint: str, received_at: datetime) -> Placed:
        probe = 0
        while True:
            order_id = order_number.derive(order.origin, probe)
            item = placed_item(order_id, order, raw, fingerprint, received_at)
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(order_id)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
                return Placed(order_id=order_id, new=True)
            except self._client.exceptions.ConditionalCheckFailedException as taken:
                held: Any = taken.response.get("Item") or self._get(order_id, "placed")
                if held["origin"] == item["origin"]:
                    same = held["fingerprint"]["S"] == fingerprint
                    return Placed(order_id=order_id, new=False, same_body=same)
            probe += 1

    def load(self, order_id: str) -> StoredOrder:
        stored = self.look_up(order_id)
        if stored is None:
            raise OrderNotFound(order_id)
        return stored

    def look_up(self, order_id: str) -> StoredOrder | None:
        parts = parts_of(self._client, self._table, order_id)
        return stored_order_of(order_id, parts) if "placed" in parts else None

    def sent(self, order_id: str) -> list[bytes]:
        """What its sender sent: the order as it was placed, then every later state; empty ones once it is erased.
        OrderNotFound."""
        parts = parts_of(self._client, self._table, order_id)
        if "placed" not in parts:
            raise OrderNotFound(order_id)
        bodies = ["placed", *sorted(filter(is_state, parts))]
        return [unpacked(parts[part]["raw"]) for part in bodies if "raw" in parts[part]]

    def coupon_uses(self, code: str) -> int:
        found: Any = self._client.query(
            TableName=self._table,
            KeyConditionExpression="order_id = :coupon",
            ExpressionAttributeValues={":coupon": text(f"coupon#{code}")},
            ConsistentRead=True,
        )
        return int(found["Items"][0]["used"]["N"]) if found["Items"] else 0

    def finish_reservation(self, order_id: str) -> None:
        self._reservations.finish(order_id)

    def keep_draft(self, order_id: str, draft: Draft) -> None:
        self._client.put_item(TableName=self._table, Item={**key(order_id, "draft"), "document": document(draft)})

    def keep_contact(self, order_id: str, contact: Contact) -> None:
        item = {**key(order_id, "contact"), "document": document(contact)}
        self._client.put_item(TableName=self._table, Item=item)

    def claim_sscc(self, sscc: str, parcel: str) -> bool:
        before = self._client.get_item(TableName=self._table, Key=numbered_before(sscc))
        if "Item" in before and before["Item"]["held_by"] != text(parcel):
            return False
        try:
            self._client.put_item(
                TableName=self._table,
                Item={**numbered(sscc), "held_by": text(parcel)},
                ConditionExpression="attribute_not_exists(order_id) OR held_by = :parcel",
                ExpressionAttributeValues={":parcel": text(parcel)},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def list_numbers(self, location: str, day: date, beginning: str) -> None:
        if (location, day, beginning) in self._listed:
            return
        place = key(departures_of(location, day), RANGE + beginning)
        if "Item" not in self._client.get_item(TableName=self._table, Key=place):
            self._client.put_item(TableName=self._table, Item=place)
        self._listed.add((location, day, beginning))

    def list_order(self, location: str, day: date, order_id: str) -> None:
        self._client.put_item(TableName=self._table, Item=key(departures_of(location, day), order_id))

    def received_between(self, first: datetime, last: datetime) -> list[str]:
        """The ids of the orders that came in between two times, both counted."""
        found: list[str] = []
        day, last_day = (at.astimezone(UTC).date() for at in (first, last))
        days = [day + timedelta(days=n) for n in range((last_day - day).days + 1)]
        for slot in (f"{day.isoformat()}#{shard}" for day in days for shard in range(SHARDS)):
            ids = each_item(
                self._client.query,
                TableName=self._table,
                IndexName=RECEIVED_INDEX,
                KeyConditionExpression="received_day = :day AND received_at BETWEEN :first AND :last",
                ExpressionAttributeValues={":day": text(slot), ":first": text(iso(first)), ":last": text(iso(last))},
            )
            found.extend(item["order_id"]["S"] for item in ids)
        return found

    def _get(self, order_id: str, part: str) -> dict[str, Any]:
        found = self._client.get_item(TableName=self._table, Key=key(order_id, part), ConsistentRead=True)
        return found.get("Item", {})

    def _update(self, change: Change) -> StoredOrder:
        try:
            self._client.update_item(TableName=self._table, **change.expression())
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise OrderChanged(change.before.order_id) from error
        return change.after

    def _hold(self, change: Change, promise: Promise | None, more: Sequence[Write] = ()) -> None:
        """Make the change with more writes, and hold what this promises instead of what the order held before."""
        before = change.before
        try:
            self._reservations.change(before.order_id, self._head_write(change), before.held, promise, more=more)
        except AnchorRefused as refused:
            raise OrderChanged(before.order_id) from refused

    def _transact(self, change: Change, writes: list[Write]) -> None:
        try:
            write_all(self._client, [self._head_write(change), *writes])
        except Refused as refused:
            if 0 in refused.places:
                raise OrderChanged(change.before.order_id) from refused
            raise

    def _head_write(self, change: Change) -> Write:
        return {"Update": {"TableName": self._table, **change.expression()}}
