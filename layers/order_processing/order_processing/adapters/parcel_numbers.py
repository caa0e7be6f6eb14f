"""Which order a parcel is of, by the SSCC that it claimed or the carrier's tracking number (see `order_store`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from order_processing.adapters.order_items import key, tracked_as

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ParcelNumbers:
    """The port `Parcels` of the order search."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def order_of(self, number: str) -> str | None:
        """The order's id; one or two reads of half a unit."""
        if not number:
            return None
        for place in (key(f"sscc#{number}", "sscc"), key(tracked_as(number), "tracking")):
            found = self._client.get_item(TableName=self._table, Key=place)
            if "Item" in found:
                return found["Item"]["held_by"]["S"].partition("/")[0]
        return None
