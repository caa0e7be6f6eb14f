"""An order's items in DynamoDB: how its parts are written and read back."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import Attribute, document, iso, number, packed, read_document, text, time
from order_processing.adapters.queried import each_item
from order_processing.approval import Case
from order_processing.delivery import Delivery
from order_processing.discrepancy import Discrepancy
from order_processing.offer import Offer, changed
from order_processing.order import Order, Record
from order_processing.order_parts import (
    Answer,
    Confirmation,
    Contact,
    Delay,
    Draft,
    Erasure,
    Handling,
    History,
    LateCancellation,
    Numbers,
    Purchases,
    Question,
    Reason,
    SentMail,
)
from order_processing.orders import OrderTooLarge
from order_processing.promise import Promise
from order_processing.status import Status
from order_processing.store_state import StoreState
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import CouponUse, VerifiedOrder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SCHEMA = 1
"""The version of what an order's items say. Items of the version before and of the next one are read too."""
SHARDS = 4
RECEIVED_INDEX = "received-by-day"
LATE_CANCELLATIONS = "list#late-cancellations"
STORE_CHANGES = "list#store-changes"
STATE = "state#"
_LARGEST_ITEM = 390_000


class UnknownSchema(RuntimeError):
    """An order's item was written by a version that is too far from this one."""


class Discrepancies(Record):
    """The list of discrepancies, as one document."""

    found: tuple[Discrepancy, ...] = ()


def day_slot(order_id: str, received_at: datetime) -> str:
    """Under what an order stands in the index by day: the day it came (UTC), and its shard."""
    shard = hashlib.sha256(order_id.encode()).digest()[0] % SHARDS
    return f"{iso(received_at)[:10]}#{shard}"


def key(order_id: str, part: str) -> dict[str, Attribute]:
    """The key of one of an order's items."""
    return {"order_id": text(order_id), "part": text(part)}


def parts_of(client: "DynamoDBClient", table: str, order_id: str) -> dict[str, Any]:
    """All of an order's items, by part; none for an order that is not there."""
    found = each_item(
        client.query,
        TableName=table,
        KeyConditionExpression="order_id = :id",
        ExpressionAttributeValues={":id": text(order_id)},
        ConsistentRead=True,
    )
    return {item["part"]["S"]: item for item in found}


def placed_item(
    order_id: str, order: Order, raw: bytes, fingerprint: str, received_at: datetime
) -> dict[str, Attribute]:
    """The item of the order as it was placed; OrderTooLarge."""
    item = {
        **key(order_id, "placed"),
        "schema": number(SCHEMA),
        "origin": text(order.origin),
        "fingerprint": text(fingerprint),
        "document": document(order),
        "raw": packed(raw),
        "received_at": time(received_at),
        "received_day": text(day_slot(order_id, received_at)),
    }
    return _small_enough(item)


def state_item(order_id: str, number: int, state: StoreState, raw: bytes, fingerprint: str) -> dict[str, Attribute]:
    """The item of a later state of an order; OrderTooLarge. number: from 1."""
    item = {
        **key(order_id, f"{STATE}{number:04}"),
        "fingerprint": text(fingerprint),
        "document": document(state),
        "raw": packed(raw),
    }
    return _small_enough(item)


def _small_enough(item: dict[str, Attribute]) -> dict[str, Attribute]:
    size = sum(len(next(iter(value.values()))) for value in item.values())
    if size > _LARGEST_ITEM:
        raise OrderTooLarge(f"the order takes {size} bytes, more than the {_LARGEST_ITEM} that can be kept")
    return item


def verification_put(
    seen: StoredOrder,
    discrepancies: tuple[Discrepancy, ...],
    verified: VerifiedOrder | None,
    passed_at: datetime | None,
    coupons: Sequence[str] = (),
) -> dict[str, Any]:
    """The item of what verification found, and its condition: no later version of the order was verified, and this
    one did not pass. passed_at: when it did pass, which makes the order VERIFIED."""
    item = {
        **key(seen.order_id, "verified"),
        "schema": number(SCHEMA),
        "version": number(seen.version),
        "discrepancies": document(Discrepancies(found=discrepancies)),
    }
    if verified:
        item["document"] = document(verified.model_copy(update={"discrepancies": ()}))
    if passed_at:
        item["verified_at"] = time(passed_at)
    if coupons:
        item["coupons"] = {"SS": sorted(coupons)}
    return {
        "Item": item,
        "ConditionExpression": "attribute_not_exists(#version) OR #version < :version"
        " OR (#version = :version AND attribute_not_exists(verified_at))",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":version": number(seen.version)},
    }


def coupon_writes(held: Sequence[str], wanted: Sequence[CouponUse] | None, table: str) -> list[dict[str, Any]]:
    """A transaction's writes by which an order uses what is wanted instead of what it held; None: as before."""
    if wanted is None:
        return []
    limits = {use.code: use.uses for use in wanted}
    writes = []
    for code in sorted({*held, *limits}):
        change = (code in limits) - (code in held)
        if change:
            condition = "attribute_not_exists(used) OR used < :bound" if change > 0 else "used >= :bound"
            update = {
                "TableName": table,
                "Key": key(f"coupon#{code}", "uses"),
                "UpdateExpression": "ADD used :change",
                "ConditionExpression": condition,
                "ExpressionAttributeValues": {":change": number(change), ":bound": number(limits.get(code, 1))},
            }
            writes.append({"Update": update})
    return writes


def stored_order_of(order_id: str, parts: dict[str, dict[str, Attribute]]) -> StoredOrder:
    """The order of its items, by part. Raises UnknownSchema for an item that is more than one version off."""
    for part, item in parts.items():
        _check_schema(order_id, part, item)
    placed, head, verification = parts["placed"], parts.get("order", {}), parts.get("verified", {})
    received_at = datetime.fromisoformat(placed["received_at"]["S"])
    states = tuple(read_document(parts[part]["document"], StoreState) for part in sorted(parts) if is_state(part))
    replacing = [state for state in states if state.counts]
    fields: dict[str, Any] = {
        "order_id": order_id,
        "placed": replacing[-1].order if replacing else read_document(placed["document"], Order),
        "states": states,
        "received_at": received_at,
        "times": {Status.RECEIVED.value: received_at},
    }
    if "known" in parts:
        fields["store_version"] = parts["known"]["store_version"]["S"]
    if verification:
        fields["coupons"] = tuple(sorted(verification.get("coupons", {}).get("SS", ())))
        if replacing and int(verification["version"]["N"]) < replacing[-1].version:
            verification = {}  # what was verified is no longer the order
    if verification:
        fields["discrepancies"] = read_document(verification["discrepancies"], Discrepancies).found
        if "document" in verification:
            fields["verified"] = read_document(verification["document"], VerifiedOrder).model_copy(
                update={"discrepancies": fields["discrepancies"]}
            )
    fields["answers"] = tuple(
        read_document(parts[part]["document"], Answer) for part in sorted(parts) if part.startswith("answer#")
    )
    fields["mails"] = tuple(_sent_mail(item) for part, item in sorted(parts.items()) if part.startswith("mail#"))
    if "contact" in parts:
        fields["contact"] = read_document(parts["contact"]["document"], Contact)
    if "draft" in parts:
        fields["draft"] = read_document(parts["draft"]["document"], Draft)
    if "offer" in parts:
        fields["offer"] = read_document(parts["offer"]["document"], Offer)
    if head:
        of_head = read_head(head)
        fields["times"] |= of_head.pop("times")
        fields |= of_head
    stored = StoredOrder.model_construct(**fields)  # each of them was checked when it was read
    if is_verified(stored.status, stored.version, verification):
        times = {**stored.times, Status.VERIFIED.value: datetime.fromisoformat(verification["verified_at"]["S"])}
        stored = stored.model_copy(update={"status": Status.VERIFIED, "times": times})
    return with_choices(stored, *stored.standing_answers)


def is_state(part: str) -> bool:
    """Whether this is one of an order's later states, as its store told them."""
    return part.startswith(STATE)


def _check_schema(order_id: str, part: str, item: dict[str, Attribute]) -> None:
    written = int(item["schema"]["N"]) if "schema" in item else SCHEMA
    if abs(written - SCHEMA) > 1:
        raise UnknownSchema(
            f"order {order_id}, {part}: schema {written}, expected {SCHEMA - 1} to {SCHEMA + 1}: "
            "deploy the version that wrote it, or one next to it"
        )


def is_verified(status: Status, version: int, verification: dict[str, Attribute]) -> bool:
    """Whether this verification made an order VERIFIED whose head has this status and version."""
    return status is Status.RECEIVED and "verified_at" in verification and int(verification["version"]["N"]) == version


def with_choices(stored: StoredOrder, *answers: Answer) -> StoredOrder:
    """The order as what these answers chose of its offers changes it: kept is what verification left, so that a choice
    is made once however often the order is read or verified again."""
    verified = stored.verified
    for answer in answers:
        if verified and answer.choice:
            verified = changed(verified, answer.choice.alternative)
    return stored if verified is stored.verified else stored.model_copy(update={"verified": verified})


def _sent_mail(item: dict[str, Attribute]) -> SentMail:
    known = {name: value["S"] for name, value in item.items() if name in SentMail.model_fields}
    return SentMail(message_id=item["part"]["S"].removeprefix("mail#"), **known)


def read_head(head: dict[str, Attribute]) -> dict[str, Any]:
    """What stands in the item of an order's head: its status, version and times, and the documents in it."""
    fields: dict[str, Any] = {
        "status": Status(head["status"]["S"]),
        "version": int(head["version"]["N"]),
        "times": {k: datetime.fromisoformat(v["S"]) for k, v in head["times"]["M"].items()},
        "holds_offer": "holds_offer" in head,
    }
    return fields | {name: read_document(head[name], model) for name, model in _HEAD_DOCUMENTS.items() if name in head}


_HEAD_DOCUMENTS: dict[str, type[Record]] = {
    "reason": Reason,
    "promise": Promise,
    "question": Question,
    "confirmation": Confirmation,
    "notice": Confirmation,
    "delay": Delay,
    "delivery": Delivery,
    "handling": Handling,
    "bought": Purchases,
    "late_cancellation": LateCancellation,
    "left": History,
    "erased": Erasure,
    "handed_out": Confirmation,
    "approval": Case,
    "numbers": Numbers,
}
