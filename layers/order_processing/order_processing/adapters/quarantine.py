"""Deliveries that could not be read: what is known of each in the orders table, its body in S3.

Partition `quarantine`, sort key the delivery's id; the body under `quarantine/<id>`. Both are written once, the body
first, so that nothing is listed without it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from order_processing.adapters.attributes import document, read_document, text
from order_processing.adapters.queried import each_item
from order_processing.deliveries import SetAside

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

PARTITION = "quarantine"


class StoredQuarantine:
    """The port `Quarantine`, and what an operator does with it.

    s3: makes the client when it is first needed, because hardly any delivery ends up here.
    """

    def __init__(self, dynamodb: DynamoDBClient, table: str, s3: Callable[[], S3Client], bucket: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._s3 = s3
        self._bucket = bucket

    def put(self, delivery: SetAside, raw: bytes) -> None:
        self._s3().put_object(
            Bucket=self._bucket,
            Key=f"{PARTITION}/{delivery.id}",
            Body=raw,
            ContentType="application/octet-stream",
            ChecksumSHA256=base64.b64encode(hashlib.sha256(raw).digest()).decode(),
        )
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item={"order_id": text(PARTITION), "part": text(delivery.id), "document": document(delivery)},
                ConditionExpression="attribute_not_exists(order_id)",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return

    def waiting(self) -> Iterator[SetAside]:
        """Everything that is set aside."""
        found = each_item(
            self._dynamodb.query,
            TableName=self._table,
            KeyConditionExpression="order_id = :partition",
            ExpressionAttributeValues={":partition": text(PARTITION)},
            ConsistentRead=True,
        )
        for item in found:
            yield read_document(item["document"], SetAside)

    def body(self, delivery_id: str) -> bytes:
        """The body as it came."""
        return self._s3().get_object(Bucket=self._bucket, Key=f"{PARTITION}/{delivery_id}")["Body"].read()

    def remove(self, delivery_id: str) -> None:
        """It was read after all, or is not wanted: take it off the list. The body stays until its time is up."""
        key = {"order_id": text(PARTITION), "part": text(delivery_id)}
        self._dynamodb.delete_item(TableName=self._table, Key=key)
