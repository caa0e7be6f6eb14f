"""Which documents of orders the bucket holds, for the audit that compares them with the orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from order_processing.delivery import KeptDocument

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PREFIX = "orders/"


class S3KeptDocuments:
    """The port `KeptDocuments` on one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def pages(self, after: str) -> Iterator[list[KeptDocument]]:
        """All that is kept of orders, by key, up to 1,000 at a time: one LIST each. after: "" for the first."""
        pages: Any = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=_PREFIX, StartAfter=after
        )
        for page in pages:
            yield [KeptDocument(key=each["Key"], put_at=each["LastModified"]) for each in page.get("Contents", [])]

    def find(self, key: str) -> KeptDocument | None:
        """One document, or None where the bucket does not hold it."""
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
                return None
            raise
        return KeptDocument(key=key, put_at=head["LastModified"])

    def remove(self, key: str) -> None:
        """Take a document away. The bucket keeps its versions: for 30 days it can be had again."""
        self._client.delete_object(Bucket=self._bucket, Key=key)
