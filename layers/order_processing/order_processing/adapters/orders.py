"""Orders in DynamoDB.

Table: partition key `order_id`, sort key `part`:
- `placed`: the order as placed, the raw body (deflated), when it came. Written once, never again.
- `verified`: the verified order and the discrepancies.
- `order`: the order's head: status, version, times, and what the later stages left behind. It is kept
  small because every stage writes it, and it does not exist until the first stage has changed something.
- `answer#<number>`: a decision that was made on the way, with what it corrected or approved.
- `draft`: what the customer filled in on a page and has not accepted.
- `sscc` (under the partition `sscc#<number>`): which parcel holds that number.

Index `received`: `received_slot` (a minute and one of four shards) of each placed order, for the sweep
that starts what was stored and not started.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from order_processing import order_number
from order_processing.account import AccountEntry
from order_processing.adapters import accounts
from order_processing.adapters.attributes import (
    Attribute,
    document,
    iso,
    number,
    packed,
    read_document,
    text,
    time,
)
from order_processing.adapters.reservations import AnchorRefused, Reservations
from order_processing.adapters.transactions import Refused, Write, write_all
from order_processing.delivery import Delivery
from order_processing.discrepancy import Discrepancy
from order_processing.errors import OrderChanged, OrderNotFound
from order_processing.order import Order, Record
from order_processing.orders import OrderTooLarge, Placed
from order_processing.promise import Promise
from order_processing.stored_order import Answer, Confirmation, Draft, Question, Reason, Status, StoredOrder
from order_processing.verified_order import VerifiedOrder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RECEIVED_INDEX = "received"
SHARDS = 4
_LARGEST_ITEM = 390_000


class Discrepancies(Record):
    """The list of discrepancies, as one document."""

    found: tuple[Discrepancy, ...] = ()


class DynamoOrders:
    """The port `Orders` on a DynamoDB table; see the module's text for its items."""

    def __init__(self, client: DynamoDBClient, table: str, *, inventory_table: str = "", accounts_table: str = ""):
        self._client = client
        self._table = table
        self._reservations = Reservations(client, inventory_table)
        self._accounts_table = accounts_table

    def place(self, order: Order, raw: bytes, fingerprint: str, received_at: datetime) -> Placed:
        probe = 0
        while True:
            order_id = order_number.derive(order.origin, probe)
            item = _placed_item(order_id, order, raw, fingerprint, received_at)
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
        parts: dict[str, Any] = {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="order_id = :id",
            ExpressionAttributeValues={":id": text(order_id)},
            ConsistentRead=True,
        )
        for page in pages:
            parts.update((item["part"]["S"], item) for item in page["Items"])
        if "placed" not in parts:
            raise OrderNotFound(order_id)
        return _stored_order(order_id, parts)

    def save_verification(
        self, order_id: str, discrepancies: tuple[Discrepancy, ...], verified: VerifiedOrder | None
    ) -> None:
        item = {
            **_key(order_id, "verified"),
            "discrepancies": document(Discrepancies(found=discrepancies)),
        }
        if verified:
            item["document"] = document(verified.model_copy(update={"discrepancies": ()}))
        self._client.put_item(TableName=self._table, Item=item)

    def move(self, seen: StoredOrder, to: Status, *, at: datetime, reason: Reason | None = None) -> StoredOrder:
        change = _Change(seen, to, at)
        change.put_reason(reason)
        return self._update(change)

    def reserve(self, seen: StoredOrder, promise: Promise, *, at: datetime) -> StoredOrder:
        change = _Change(seen, Status.RESERVED, at)
        change.put("promise", document(promise), promise=promise)
        change.put_reason(None)
        self._hold(change, promise)
        return change.after

    def release(self, seen: StoredOrder, to: Status, *, at: datetime, reason: Reason) -> StoredOrder:
        change = _Change(seen, to, at)
        change.put_reason(reason)
        change.remove("question", question=None)
        if seen.promise is None:
            self._update(change)
            # A reservation that was cut may have left parts: only now can no reservation follow that would add to them.
            self._reservations.finish(seen.order_id)
            return change.after
        change.remove("promise", promise=None)
        self._hold(change, None)
        return change.after

    def finish_reservation(self, order_id: str) -> None:
        self._reservations.finish(order_id)

    def answer(self, seen: StoredOrder, answer: Answer) -> StoredOrder:
        change = _Change(seen, seen.resumes_at, answer.at)
        change.put_reason(None)
        change.know(answers=(*seen.answers, answer))
        item = {
            **_key(seen.order_id, f"answer#{len(seen.answers) + 1:04}"),
            "document": document(answer),
        }
        self._transact(change, [{"Put": {"TableName": self._table, "Item": item}}])
        return change.after

    def keep_draft(self, order_id: str, draft: Draft) -> None:
        self._client.put_item(TableName=self._table, Item={**_key(order_id, "draft"), "document": document(draft)})

    def ask(self, seen: StoredOrder, question: Question) -> StoredOrder:
        change = _Change(seen)
        change.put("question", document(question), question=question)
        return self._update(change)

    def note_confirmation(self, seen: StoredOrder, confirmation: Confirmation, *, at: datetime) -> StoredOrder:
        change = _Change(seen, Status.CONFIRMED, at) if confirmation.sent_at else _Change(seen)
        change.put("confirmation", document(confirmation), confirmation=confirmation)
        return self._update(change)

    def note_notice(self, seen: StoredOrder, notice: Confirmation) -> StoredOrder:
        change = _Change(seen)
        change.put("notice", document(notice), notice=notice)
        return self._update(change)

    def record(self, seen: StoredOrder, entry: AccountEntry, *, at: datetime) -> StoredOrder:
        change = _Change(seen, Status.RECORDED, at)
        self._transact(change, accounts.entry_writes(entry, table=self._accounts_table))
        return change.after

    def ready(self, seen: StoredOrder, delivery: Delivery, *, at: datetime) -> StoredOrder:
        change = _Change(seen, Status.READY_TO_SHIP, at)
        change.put("delivery", document(delivery), delivery=delivery)
        return self._update(change)

    def claim_sscc(self, sscc: str, parcel: str) -> bool:
        try:
            self._client.put_item(
                TableName=self._table,
                Item={**_key(f"sscc#{sscc}", "sscc"), "held_by": text(parcel)},
                ConditionExpression="attribute_not_exists(order_id) OR held_by = :parcel",
                ExpressionAttributeValues={":parcel": text(parcel)},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def received_during(self, minute: datetime) -> list[str]:
        """The ids of the orders that came in this minute."""
        found: list[str] = []
        for shard in range(SHARDS):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName=RECEIVED_INDEX,
                KeyConditionExpression="received_slot = :slot",
                ExpressionAttributeValues={":slot": text(f"{iso(minute)[:16]}#{shard}")},
            )
            found.extend(item["order_id"]["S"] for page in pages for item in page["Items"])
        return found

    def has_head(self, order_id: str) -> bool:
        """Whether any stage has changed the order yet."""
        return bool(self._get(order_id, "order"))

    def _get(self, order_id: str, part: str) -> dict[str, Any]:
        found = self._client.get_item(TableName=self._table, Key=_key(order_id, part), ConsistentRead=True)
        return found.get("Item", {})

    def _update(self, change: _Change) -> StoredOrder:
        try:
            self._client.update_item(TableName=self._table, **change.expression())
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise OrderChanged(change.before.order_id) from error
        return change.after

    def _hold(self, change: _Change, promise: Promise | None) -> None:
        """Make the change, and hold what this promises instead of what the order held before."""
        before = change.before
        try:
            self._reservations.change(before.order_id, self._head_write(change), before.promise, promise)
        except AnchorRefused as refused:
            raise OrderChanged(before.order_id) from refused

    def _transact(self, change: _Change, writes: list[Write]) -> None:
        try:
            write_all(self._client, [self._head_write(change), *writes])
        except Refused as refused:
            if 0 in refused.places:
                raise OrderChanged(change.before.order_id) from refused
            raise

    def _head_write(self, change: _Change) -> Write:
        return {"Update": {"TableName": self._table, **change.expression()}}


class _Change:
    """One change of an order's head: the update expression, and the order as it is afterwards."""

    def __init__(self, before: StoredOrder, to: Status | None = None, at: datetime | None = None) -> None:
        self.before = before
        self._sets = {"version": number(before.version + 1), "status": text(to or before.status)}
        self._removes: list[str] = []
        self._known: dict[str, Any] = {"version": before.version + 1, "status": to or before.status}
        times = {**before.times, **({to.value: at} if to and at else {})}
        self._sets["times"] = {"M": {status: time(reached) for status, reached in times.items()}}
        self._known["times"] = times

    def put(self, name: str, value: Attribute, **known: Any) -> None:
        self._sets[name] = value
        self._known.update(known)

    def know(self, **known: Any) -> None:
        self._known.update(known)

    def remove(self, name: str, **known: Any) -> None:
        self._removes.append(name)
        self._known.update(known)

    def put_reason(self, reason: Reason | None) -> None:
        if reason:
            self.put("reason", document(reason), reason=reason)
        elif self.before.reason:
            self.remove("reason", reason=None)

    @property
    def after(self) -> StoredOrder:
        return self.before.model_copy(update=self._known)

    def expression(self) -> dict[str, Any]:
        names = {f"#{name}": name for name in [*self._sets, *self._removes]}
        values = {f":{name}": value for name, value in self._sets.items()}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in self._sets)
        if self._removes:
            update += " REMOVE " + ", ".join(f"#{name}" for name in self._removes)
        if self.before.version:
            condition = "#version = :seen"
            values[":seen"] = number(self.before.version)
        else:
            condition = "attribute_not_exists(#version)"
        return {
            "Key": _key(self.before.order_id, "order"),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }


def slot(order_id: str, received_at: datetime) -> str:
    """The index slot of an order: the minute it came, and its shard."""
    shard = hashlib.sha256(order_id.encode()).digest()[0] % SHARDS
    return f"{iso(received_at)[:16]}#{shard}"


def _key(order_id: str, part: str) -> dict[str, Attribute]:
    return {"order_id": text(order_id), "part": text(part)}


def _placed_item(
    order_id: str, order: Order, raw: bytes, fingerprint: str, received_at: datetime
) -> dict[str, Attribute]:
    item = {
        **_key(order_id, "placed"),
        "origin": text(order.origin),
        "fingerprint": text(fingerprint),
        "document": document(order),
        "raw": packed(raw),
        "received_at": time(received_at),
        "received_slot": text(slot(order_id, received_at)),
    }
    size = sum(len(next(iter(value.values()))) for value in item.values())
    if size > _LARGEST_ITEM:
        raise OrderTooLarge(f"the order takes {size} bytes, more than the {_LARGEST_ITEM} that can be kept")
    return item


def _stored_order(order_id: str, parts: dict[str, dict[str, Attribute]]) -> StoredOrder:
    placed, head, verification = parts["placed"], parts.get("order", {}), parts.get("verified", {})
    received_at = datetime.fromisoformat(placed["received_at"]["S"])
    fields: dict[str, Any] = {
        "order_id": order_id,
        "placed": read_document(placed["document"], Order),
        "received_at": received_at,
        "times": {Status.RECEIVED.value: received_at},
    }
    if verification:
        fields["discrepancies"] = read_document(verification["discrepancies"], Discrepancies).found
        if "document" in verification:
            fields["verified"] = read_document(verification["document"], VerifiedOrder).model_copy(
                update={"discrepancies": fields["discrepancies"]}
            )
    fields["answers"] = tuple(
        read_document(parts[part]["document"], Answer) for part in sorted(parts) if part.startswith("answer#")
    )
    if "draft" in parts:
        fields["draft"] = read_document(parts["draft"]["document"], Draft)
    if head:
        fields["status"] = Status(head["status"]["S"])
        fields["version"] = int(head["version"]["N"])
        fields["times"] |= {k: datetime.fromisoformat(v["S"]) for k, v in head["times"]["M"].items()}
    for name, model in _HEAD_DOCUMENTS.items():
        if name in head:
            fields[name] = read_document(head[name], model)
    return StoredOrder(**fields)


_HEAD_DOCUMENTS: dict[str, type[Record]] = {
    "reason": Reason,
    "promise": Promise,
    "question": Question,
    "confirmation": Confirmation,
    "notice": Confirmation,
    "delivery": Delivery,
}
