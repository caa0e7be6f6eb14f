"""Which order a parcel is of, by the SSCC that it claimed or the carrier's tracking number (see `order_store`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from order_processing.adapters.order_items import key
from order_processing.adapters.parcel_keys import numbered, numbered_before, tracked_as
from order_processing.sscc import is_valid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ParcelNumbers:
    """The port `Parcels` of the order search."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def order_of(self, number: str) -> str | None:
        """The order's id; one to three reads of half a unit."""
        if not number:
            return None
        if is_valid(number) and (held_by := holder_of(number, self._client, self._table)):
            return held_by
        found = self._client.get_item(TableName=self._table, Key=key(tracked_as(number), "tracking"))
        return found["Item"]["held_by"]["S"] if "Item" in found else None


def holder_of(sscc: str, client: DynamoDBClient, table: str, *, consistent: bool = False) -> str | None:
    """The id of the order whose parcel holds an SSCC."""
    for place in (numbered(sscc), numbered_before(sscc)):
        found = client.get_item(TableName=table, Key=place, ConsistentRead=consistent)
        if "Item" in found:
            return found["Item"]["held_by"]["S"].partition("/")[0]
    return None
