"""All that is kept of a customer, in DynamoDB and S3: found, and erased.

For an operator's command. There is no index from a person to what an order says, so finding reads the whole orders
table: half a read unit for every 4 KB. Erasing one order is: its documents, then one transaction that makes
all its items forget who ordered. The order is found again by its customer until that transaction, so whatever was cut
is finished by the same command run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import document, packed, read_document, text, unpacked
from order_processing.adapters.order_change import Change
from order_processing.adapters.order_items import (
    STATE,
    Discrepancies,
    is_state,
    key,
    parts_of,
    stored_order_of,
)
from order_processing.adapters.parcel_keys import tracked_as
from order_processing.adapters.queried import each_item
from order_processing.adapters.transactions import Refused, Write, write_all
from order_processing.catalogue import normal_email
from order_processing.errors import OrderChanged, OrderNotFound
from order_processing.order import Order
from order_processing.privacy import (
    OrderErased,
    kept_documents,
    order_without_person,
    verified_without_person,
    without_person,
)
from order_processing.settings import Settings
from order_processing.store_state import StoreState
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import VerifiedOrder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

Progress = Callable[[str], None]
KEPT_YEARS = "kept-years"
"""The tag of a document that stays; the bucket's lifecycle lets it go after so many years."""
_STAYING = ("placed", "verified", "order", "offer")
_DELETED_AT_ONCE = 1000
_IN_THE_ORDER = ("placed", "verified", "order", "answer#", "draft", "offer", STATE)


class PersonalData:
    """What is kept of customers in the tables and in the bucket."""

    def __init__(self, dynamodb: DynamoDBClient, s3: S3Client, *, orders_table: str, bucket: str) -> None:
        self._dynamodb = dynamodb
        self._s3 = s3
        self._table = orders_table
        self._bucket = bucket

    def orders_of(self, *, email: str = "", customer_id: str = "", progress: Progress) -> list[str]:
        """The ids of all orders that name this e-mail address, or stand in this account."""
        found: set[str] = set()
        looked_at = 0
        for item in self._scan():
            looked_at += 1
            if looked_at % 10_000 == 0:
                progress(f"looked at {looked_at} items, found {len(found)} orders")
            if _is_of(item, normal_email(email), customer_id):
                found.add(item["order_id"]["S"])
        progress(f"looked at {looked_at} items, found {len(found)} orders")
        return sorted(found)

    def load(self, order_id: str) -> StoredOrder:
        """The order with all its parts; OrderNotFound."""
        parts = parts_of(self._dynamodb, self._table, order_id)
        if "placed" not in parts:
            raise OrderNotFound(order_id)
        return stored_order_of(order_id, parts)

    def raw(self, order_id: str) -> bytes:
        """The order as its sender sent it; empty once it is erased. Each later state of it begins a new line."""
        parts = parts_of(self._dynamodb, self._table, order_id)
        bodies = ["placed", *sorted(filter(is_state, parts))]
        return b"\n".join(filter(None, (unpacked(parts[part]["raw"]) for part in bodies)))

    def beside(self, order_id: str) -> dict[str, Any]:
        """What other items of the order hold, as it stands there, by their parts (reports on mails, ...)."""
        more = {
            part: item
            for part, item in parts_of(self._dynamodb, self._table, order_id).items()
            if not part.startswith(_IN_THE_ORDER)
        }
        return {part: {name: _plain(value) for name, value in item.items()} for part, item in more.items()}

    def erase_set_aside(self, email: str) -> list[str]:
        """Stores' deliveries that could not be read and were set aside, where they hold this address."""
        wanted, gone = normal_email(email).encode(), []
        for version in list(self._versions("quarantine/")):
            place: Any = {"Key": version["Key"], "VersionId": version["VersionId"]}
            if "Size" not in version:
                continue
            body = self._s3.get_object(Bucket=self._bucket, **place)["Body"].read()
            if wanted in body.lower():
                self._s3.delete_object(Bucket=self._bucket, **place)
                gone.append("a delivery of a store that was set aside")
        return gone

    def erase(self, order_id: str, settings: Settings, at: datetime) -> OrderErased:
        """Erase an order's customer from it, once; what was erased before is told again.

        Raises OrderChanged when somebody changed the order meanwhile: erase it again.
        """
        parts = parts_of(self._dynamodb, self._table, order_id)
        stored = stored_order_of(order_id, parts)
        kept = kept_documents(stored, settings)
        gone = self._erase_documents(order_id, {key: kept[key].years for key in kept})
        if not stored.erased:
            self._forget_tracking(stored)
            after = without_person(stored, settings, at)
            try:
                write_all(self._dynamodb, self._writes(stored, after, parts))
            except Refused as refused:
                raise OrderChanged(order_id) from refused
            stored = after
        assert stored.erased  # noqa: S101 - just written
        return OrderErased(
            order_id=order_id,
            erased_at=stored.erased.at,
            kept=stored.erased.kept,
            documents_erased=tuple(gone),
            documents_kept=tuple(sorted(kept)),
        )

    def _forget_tracking(self, stored: StoredOrder) -> None:
        """Nothing leads from a carrier's number to the order any more; the order knows the numbers until then."""
        for shipment in stored.delivery.shipments if stored.delivery else ():
            for parcel in shipment.parcels:
                if parcel.tracking_number:
                    place = key(tracked_as(parcel.tracking_number), "tracking")
                    self._dynamodb.delete_item(TableName=self._table, Key=place)

    def _writes(self, before: StoredOrder, after: StoredOrder, parts: dict[str, Any]) -> list[Write]:
        order_id, placed = before.order_id, parts["placed"]
        head = Change(before)
        for name in ("reason", "delivery", "left", "erased"):
            value = getattr(after, name)
            if value is not None:
                head.put(name, document(value))
        if before.approval:
            head.remove("approval")
        writes: list[Write] = [
            {"Update": {"TableName": self._table, **head.expression()}},
            self._set(order_id, "placed", **_bare(order_without_person(read_document(placed["document"], Order)))),
        ]
        states = sorted(filter(is_state, parts))
        writes += [self._set(order_id, part, **_bare(s)) for part, s in zip(states, after.states, strict=True)]
        if "verified" in parts:
            values = {"discrepancies": document(Discrepancies(found=after.discrepancies))}
            if "document" in parts["verified"]:  # as it stands there: what was chosen of an offer is added on reading
                verified = read_document(parts["verified"]["document"], VerifiedOrder)
                values["document"] = document(verified_without_person(verified))
            writes.append(self._set(order_id, "verified", **values))
        answers = sorted(part for part in parts if part.startswith("answer#"))
        writes += [
            self._set(order_id, part, document=document(answer))
            for part, answer in zip(answers, after.answers, strict=True)
        ]
        more = [part for part in parts if part not in (*_STAYING, *answers, *states)]
        return writes + [{"Delete": {"TableName": self._table, "Key": key(order_id, part)}} for part in more]

    def _set(self, order_id: str, part: str, **values: Any) -> Write:
        return {
            "Update": {
                "TableName": self._table,
                "Key": key(order_id, part),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in values),
                "ConditionExpression": "attribute_exists(order_id)",
                "ExpressionAttributeNames": {f"#{name}": name for name in values},
                "ExpressionAttributeValues": {f":{name}": value for name, value in values.items()},
            }
        }

    def _erase_documents(self, order_id: str, kept: dict[str, int]) -> list[str]:
        """Every version of every document goes; of those to be kept the newest stays, with the years it is kept."""
        gone: dict[str, None] = {}
        going: list[Any] = []
        for version in self._versions(f"orders/{order_id}/"):
            name = version["Key"]
            if name in kept and version["IsLatest"] and "Size" in version:
                tags: Any = {"TagSet": [{"Key": KEPT_YEARS, "Value": str(kept[name])}]}
                self._s3.put_object_tagging(Bucket=self._bucket, Key=name, Tagging=tags)
                continue
            going.append({"Key": name, "VersionId": version["VersionId"]})
            if name not in kept:
                gone[name] = None
        for start in range(0, len(going), _DELETED_AT_ONCE):
            some = going[start : start + _DELETED_AT_ONCE]
            answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": some, "Quiet": True})
            if errors := answer.get("Errors"):
                raise RuntimeError(f"{len(errors)} documents were not deleted, the first: {errors[0].get('Code')}")
        return sorted(gone)

    def _versions(self, prefix: str) -> Iterator[Any]:
        for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix):
            yield from page.get("Versions", [])
            yield from page.get("DeleteMarkers", [])

    def _scan(self) -> Iterator[Any]:
        return each_item(
            self._dynamodb.scan,
            TableName=self._table,
            FilterExpression="part IN (:placed, :verified) OR begins_with(part, :state)",
            ExpressionAttributeValues={
                ":placed": text("placed"),
                ":verified": text("verified"),
                ":state": text(STATE),
            },
        )


def _is_of(item: Any, email: str, customer_id: str) -> bool:
    if "document" not in item:
        return False
    part = item["part"]["S"]
    if part == "placed":
        return bool(email) and normal_email(read_document(item["document"], Order).customer.email) == email
    if is_state(part):
        return bool(email) and normal_email(read_document(item["document"], StoreState).order.customer.email) == email
    verified = read_document(item["document"], VerifiedOrder)
    same_email = bool(email) and normal_email(verified.order.customer.email) == email
    return same_email or (bool(customer_id) and verified.customer_id == customer_id)


def _bare(erased: Order | StoreState) -> dict[str, Any]:
    """What an erased order's own item says: nothing of what its sender sent."""
    return {"document": document(erased), "raw": packed(b""), "fingerprint": text("erased")}


def _plain(value: dict[str, Any]) -> str:
    """An attribute in words."""
    return unpacked(value).decode("utf-8", "replace") if "B" in value else str(next(iter(value.values())))
