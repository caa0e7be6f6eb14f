"""The warehouse's lists in DynamoDB, beside the orders, each under a partition key of its own:

- `departures#<location>#<day>` / `range#<digits>`: with what the SSCCs begin of parcels that leave then; the claims of
  these numbers, in their order, are the list of the day (see `order_store`).
- `departures#<location>#<day>` / order id: an order that leaves then with a number of another range.
- `leaving#<location>#<carrier>` / SSCC: a parcel that a carrier has and no manifest lists.
- `manifests#<location>#<carrier>` / count, ten digits: a manifest; `request#<key>`: the one that a request opened.
- `batch#<id>` / `batch`: orders that are printed together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import document, number, read_document, text
from order_processing.adapters.order_items import key
from order_processing.adapters.parcel_keys import RANGE, departures_of, partitions_of
from order_processing.adapters.parcel_numbers import holder_of
from order_processing.adapters.queried import each_item
from order_processing.adapters.transactions import Refused, pause, write_all
from order_processing.delivery import Delivery
from order_processing.order_parts import Handling
from order_processing.status import Status
from order_processing.warehouse.dispatch import Batch, BatchChanged, Departing, Leaving, Manifest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_READ_AT_ONCE = 100
_WRITTEN_AT_ONCE = 25
_TRIES = 8


class DynamoDispatch:
    """The port `Dispatch` on the orders' table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def due(self, location: str, day: date) -> list[Departing]:
        """What leaves a location on a day, by order. The orders' heads are read in one go, not strongly consistent."""
        listed = self._listed(location, day)
        heads = {head["order_id"]["S"]: head for head in self._heads(listed)}
        found = []
        for order_id in listed:
            head = heads.get(order_id, {})
            if "delivery" not in head:
                continue
            handling = read_document(head["handling"], Handling) if "handling" in head else Handling()
            for shipment in read_document(head["delivery"], Delivery).shipments:
                if (shipment.location, shipment.ship_date) == (location, day):
                    status = Status(head["status"]["S"])
                    found.append(Departing(order_id=order_id, status=status, shipment=shipment, handling=handling))
        return found

    def order_of(self, sscc: str) -> str | None:
        """The order whose parcel holds this SSCC."""
        return holder_of(sscc, self._client, self._table, consistent=True)

    def note_leaving(self, location: str, carrier: str, parcel: Leaving) -> None:
        """Put a parcel on the list of what the next manifest takes."""
        item = {**key(_leaving(location, carrier), parcel.sscc), "held_by": text(parcel.order_id)}
        self._client.put_item(TableName=self._table, Item=item)

    def leaving(self, location: str, carrier: str) -> list[Leaving]:
        """What the next manifest takes, by SSCC."""
        items = self._query(_leaving(location, carrier))
        return [Leaving(sscc=item["part"]["S"], order_id=item["held_by"]["S"]) for item in items]

    def forget_leaving(self, location: str, carrier: str, ssccs: Iterable[str]) -> None:
        """Take parcels off that list."""
        for some in _portions(list(ssccs), _WRITTEN_AT_ONCE):
            requests: Any = [{"DeleteRequest": {"Key": key(_leaving(location, carrier), sscc)}} for sscc in some]
            for attempt in range(_TRIES):
                answer = self._client.batch_write_item(RequestItems={self._table: requests})
                requests = answer["UnprocessedItems"].get(self._table, [])
                if not requests:
                    break
                pause(attempt)
            else:
                raise RuntimeError(f"{len(requests)} of what has left could not be taken off the list: too busy")

    def manifests(self, location: str, carrier: str, *, most: int = 1) -> list[Manifest]:
        """The newest manifests of a location and carrier, the last one first."""
        found: Any = self._client.query(
            TableName=self._table,
            KeyConditionExpression="order_id = :of AND part BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":of": text(_manifests(location, carrier)),
                ":first": text("0" * 10),
                ":last": text("9" * 10),
            },
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=most,
        )
        return [read_document(item["document"], Manifest) for item in found["Items"]]

    def manifest_for(self, location: str, carrier: str, request: str) -> Manifest | None:
        """The manifest that a request with this key has opened."""
        opened = self._get(_manifests(location, carrier), f"request#{request}")
        if not opened:
            return None
        return read_document(self._get(_manifests(location, carrier), opened["count"]["S"])["document"], Manifest)

    def open_manifest(self, manifest: Manifest) -> None:
        """Keep a new manifest, unless its count or its request has one."""
        partition, count = _manifests(manifest.location, manifest.carrier), f"{manifest.count:010}"
        items = [
            {**key(partition, count), "document": document(manifest)},
            {**key(partition, f"request#{manifest.request}"), "count": text(count)},
        ]
        new = {"TableName": self._table, "ConditionExpression": "attribute_not_exists(part)"}
        try:
            write_all(self._client, [{"Put": {**new, "Item": item}} for item in items])
        except Refused:
            return

    def close_manifest(self, manifest: Manifest) -> None:
        """Keep a manifest that is closed."""
        place = key(_manifests(manifest.location, manifest.carrier), f"{manifest.count:010}")
        self._client.put_item(TableName=self._table, Item={**place, "document": document(manifest)})

    def open_batch(self, batch: Batch) -> Batch:
        """Keep a new batch; if its id is taken, the one that is there."""
        item = {**key(f"batch#{batch.batch_id}", "batch"), "done": number(0), "document": document(batch)}
        try:
            self._client.put_item(
                TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(order_id)"
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return self.batch(batch.batch_id) or batch
        return batch

    def batch(self, batch_id: str) -> Batch | None:
        """A batch as it is now."""
        found = self._get(f"batch#{batch_id}", "batch")
        return read_document(found["document"], Batch) if found else None

    def note_batch(self, seen: Batch, batch: Batch) -> Batch:
        """Keep a batch's progress."""
        item = {**key(f"batch#{batch.batch_id}", "batch"), "done": number(batch.done), "document": document(batch)}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="done = :seen",
                ExpressionAttributeValues={":seen": number(seen.done)},
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise BatchChanged(batch.batch_id) from error
        return batch

    def _get(self, partition: str, part: str) -> dict[str, Any]:
        found = self._client.get_item(TableName=self._table, Key=key(partition, part), ConsistentRead=True)
        return dict(found.get("Item", {}))

    def _listed(self, location: str, day: date) -> list[str]:
        """The ids of the orders on a day's list; others that have numbers of the same ranges are among them."""
        found: set[str] = set()
        for item in self._query(departures_of(location, day)):
            if not item["part"]["S"].startswith(RANGE):
                found.add(item["part"]["S"])
                continue
            for partition, beginning in partitions_of(item["part"]["S"].removeprefix(RANGE)):
                claims = self._query(partition, beginning)
                found.update(claim["held_by"]["S"].partition("/")[0] for claim in claims)
        return sorted(found)

    def _query(self, partition: str, beginning: str = "") -> Iterator[dict[str, Any]]:
        """The items of a partition whose part begins with this, by part."""
        wanted = {":of": text(partition)} | ({":beginning": text(beginning)} if beginning else {})
        return each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="order_id = :of" + (" AND begins_with(part, :beginning)" if beginning else ""),
            ExpressionAttributeValues=wanted,
            ConsistentRead=True,
        )

    def _heads(self, order_ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        for some in _portions(order_ids, _READ_AT_ONCE):
            wanted: Any = {
                self._table: {
                    "Keys": [key(order_id, "order") for order_id in some],
                    "ProjectionExpression": "order_id, #status, delivery, handling",
                    "ExpressionAttributeNames": {"#status": "status"},
                }
            }
            for attempt in range(_TRIES):
                answer = self._client.batch_get_item(RequestItems=wanted)
                yield from answer["Responses"].get(self._table, [])
                wanted = answer["UnprocessedKeys"]
                if not wanted:
                    break
                pause(attempt)
            else:
                raise RuntimeError("the list of the day could not be read: too busy")


def _leaving(location: str, carrier: str) -> str:
    return f"leaving#{location}#{carrier}"


def _manifests(location: str, carrier: str) -> str:
    return f"manifests#{location}#{carrier}"


def _portions(things: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(things), most):
        yield things[first : first + most]
