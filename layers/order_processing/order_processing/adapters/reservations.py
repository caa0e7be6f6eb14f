"""Reservations in DynamoDB: all that an order takes and gives back, in one step with the order itself.

Up to 100 writes are one transaction, with the order's own write (the anchor), whose condition makes it happen
once. A larger order goes in parts:

1. What is taken: part by part, each a transaction with a `held#<n>` item (under `order#<id>`) that says what it took.
2. Then the anchor, with the removal of every `held` item and a `due#<n>` item for each part to be given back.
   That is the moment at which it has happened; when it cannot happen, what is held goes back.
3. What is given back: part by part, each with the removal of its `due` item.

What leaves the house goes like what is given back: the anchor with an `issued#<n>` item for each part, then the parts.

Wherever it was cut, `finish` brings it to an end: what is held without the anchor goes back, what is due is
given back, each exactly once because its item is removed in the same transaction.

A claim, `<SKU>#<order>` under `claim#<location>#<document>`, is what an order holds of supply. When the supply
comes the claim goes, and the order holds stock (bucket 0 of the location).
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import document, read_document, text
from order_processing.adapters.inventory_items import Item, claim_key
from order_processing.adapters.move_writes import issue_writes, move_writes
from order_processing.adapters.queried import each_item
from order_processing.adapters.transactions import MOST_WRITES, Refused, Write, pause, write_all
from order_processing.inventory import OutOfStock
from order_processing.order import Record
from order_processing.promise import Promise
from order_processing.reservation import Move, SupplyKey, moves, received

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 8
_BATCH = 100
_ISSUED = "issued#"


class AnchorRefused(RuntimeError):
    """The order's own write, or one with it, was refused: somebody changed the order. Nothing moved."""


class _Part(Record):
    """What one part of a large change takes or gives back."""

    moves: tuple[Move, ...]


class Reservations:
    """What orders hold of the inventory."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def change(
        self,
        order_id: str,
        anchor: Write,
        before: Promise | None,
        after: Promise | None,
        *,
        more: Sequence[Write] = (),
    ) -> None:
        """Hold what `after` promises instead of what `before` did, together with the anchor, or do nothing.

        None is a promise of nothing: (None, p) reserves, (p, None) releases. anchor: the order's own write,
        one of a transaction's, with a condition that holds once. more: what else is to happen with it.
        Raises AnchorRefused, and OutOfStock when a source no longer holds what was promised from it.
        """
        self.finish(order_id)
        anchors = [anchor, *more]
        for attempt in range(_TRIES):
            changes = self._with_receipts(order_id, moves(before, after))
            try:
                if len(self._writes(order_id, changes)) <= MOST_WRITES - len(anchors):
                    self._take(anchors, order_id, changes)
                else:
                    self._change_in_parts(order_id, anchors, changes)
                return
            except Refused as refused:
                if refused.places[0] < len(anchors):
                    raise AnchorRefused(order_id) from refused
            # A claim went meanwhile, because its supply came: look again.
            pause(attempt)
        raise OutOfStock(f"order {order_id}: its supply changed {_TRIES} times meanwhile")

    def issue(self, order_id: str, anchor: Write, held: Promise) -> None:
        """What the order holds leaves the house: reserved and on hand fall together, with the anchor, once.

        Raises AnchorRefused, and OutOfStock when a source does not say that the order holds anything of it.
        """
        self.finish(order_id)
        for attempt in range(_TRIES):
            leaving = self._with_receipts(order_id, moves(held, None))
            writes = [write for move in leaving for write in issue_writes(order_id, move, table=self._table)]
            parts = self._chunks(order_id, leaving) if len(writes) >= MOST_WRITES else []
            puts = [self._put_part(order_id, f"{_ISSUED}{n:03}", part) for n, part in enumerate(parts)]
            try:
                write_all(self._client, [anchor, *(puts or writes)])
            except Refused as refused:
                if 0 in refused.places:
                    raise AnchorRefused(order_id) from refused
                pause(attempt)  # a claim went meanwhile, because its supply came: look again
                continue
            if parts:
                self.finish(order_id)
            return
        raise OutOfStock(f"order {order_id}: the inventory does not say that it holds what leaves")

    def came(self, order_id: str, held: Promise) -> set[SupplyKey]:
        """The supplies that were promised to the order and have come: it holds them as stock (bucket 0)."""
        claimed = [move.supply for move in moves(held, None) if move.kind == "supply"]
        return set(claimed) - self._claimed(order_id, claimed)

    def finish(self, order_id: str) -> int:
        """Bring to an end what an interrupted change has left; how many parts that were."""
        left = self._parts(order_id)
        for source, part in left:
            self._return(order_id, source, part)
        return len(left)

    def left(self, order_id: str) -> tuple[str, ...]:
        """The names of the parts that `finish` would bring to an end; none but while a large change is under way."""
        return tuple(source for source, _ in self._parts(order_id))

    def _change_in_parts(self, order_id: str, anchors: Sequence[Write], changes: Sequence[Move]) -> None:
        taken = self._chunks(order_id, [move for move in changes if move.quantity > 0])
        given = self._chunks(order_id, [move for move in changes if move.quantity <= 0])
        held = [f"held#{number:03}" for number in range(len(taken))]
        due = [f"due#{number:03}" for number in range(len(given))]
        try:
            for source, part in zip(held, taken, strict=True):
                self._take([self._put_part(order_id, source, part)], order_id, part)
            puts = [self._put_part(order_id, source, part) for source, part in zip(due, given, strict=True)]
            write_all(self._client, [*anchors, *(self._remove_part(order_id, source) for source in held), *puts])
        finally:
            self.finish(order_id)

    def _take(self, first: Sequence[Write], order_id: str, changes: Sequence[Move]) -> None:
        """The moves after the first write, in one transaction; OutOfStock when a source holds too little."""
        writes = [*first, *self._writes(order_id, changes)]
        try:
            write_all(self._client, writes)
        except Refused as refused:
            if refused.places[0] >= len(first):
                _raise_if_taken([writes[place] for place in refused.places])
            raise

    def _return(self, order_id: str, source: str, part: Sequence[Move]) -> None:
        """Bring a part to its end: one that is held is undone, one that is due or issued is done."""
        changes = [move.reverse for move in part] if source.startswith("held#") else list(part)
        writes_of = issue_writes if source.startswith(_ISSUED) else move_writes
        for attempt in range(_TRIES):
            resolved = self._with_receipts(order_id, changes)
            writes = [write for move in resolved for write in writes_of(order_id, move, table=self._table)]
            try:
                write_all(self._client, [self._remove_part(order_id, source), *writes])
                return
            except Refused as refused:
                if 0 in refused.places:
                    return  # somebody else has brought it to its end
            pause(attempt)
        raise OutOfStock(f"order {order_id}: {source} could not be given back")

    def _with_receipts(self, order_id: str, changes: list[Move]) -> list[Move]:
        claimed = [move.supply for move in changes if move.kind == "supply" and move.before]
        there = self._claimed(order_id, claimed)
        return received(changes, {supply for supply in claimed if supply not in there})

    def _claimed(self, order_id: str, supplies: Sequence[SupplyKey]) -> set[SupplyKey]:
        keys = {supply: claim_key(order_id, *supply) for supply in supplies}
        by_key = {(key["sku"]["S"], key["source"]["S"]): supply for supply, key in keys.items()}
        wanted, there = list(keys.values()), set()
        while wanted:
            answer: Any = self._client.batch_get_item(
                RequestItems={self._table: {"Keys": wanted[:_BATCH], "ConsistentRead": True}}
            )
            for item in answer["Responses"][self._table]:
                there.add(by_key[item["sku"]["S"], item["source"]["S"]])
            left = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            wanted = [*left, *wanted[_BATCH:]]
        return there

    def _writes(self, order_id: str, changes: Iterable[Move]) -> list[Write]:
        return [write for move in changes for write in move_writes(order_id, move, table=self._table)]

    def _chunks(self, order_id: str, changes: Sequence[Move]) -> list[list[Move]]:
        chunks: list[list[Move]] = []
        room = 0
        for move in changes:
            size = len(move_writes(order_id, move, table=self._table))
            if not size:
                continue
            if size > room:
                chunks.append([])
                room = MOST_WRITES - 1
            chunks[-1].append(move)
            room -= size
        return chunks

    def _part_key(self, order_id: str, source: str) -> Item:
        return {"sku": text(f"order#{order_id}"), "source": text(source)}

    def _put_part(self, order_id: str, source: str, part: Sequence[Move]) -> Write:
        item = {**self._part_key(order_id, source), "document": document(_Part(moves=tuple(part)))}
        return {"Put": {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(sku)"}}

    def _remove_part(self, order_id: str, source: str) -> Write:
        key = self._part_key(order_id, source)
        return {"Delete": {"TableName": self._table, "Key": key, "ConditionExpression": "attribute_exists(sku)"}}

    def _parts(self, order_id: str) -> list[tuple[str, tuple[Move, ...]]]:
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="sku = :order",
            ExpressionAttributeValues={":order": text(f"order#{order_id}")},
            ConsistentRead=True,
        )
        return [(item["source"]["S"], read_document(item["document"], _Part).moves) for item in found]


def _raise_if_taken(refused: Sequence[Write]) -> None:
    """Raise OutOfStock when what was refused is the taking from a source, and not a claim that has gone."""
    for write in refused:
        update = write.get("Update")
        if update and update["ConditionExpression"].startswith("available"):
            key = update["Key"]
            raise OutOfStock(f"{key['sku']['S']}: {key['source']['S']} no longer holds what was promised from it")
