"""Documents in S3."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from order_processing.delivery import Document

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Documents:
    """Puts documents into one bucket, with their checksum, so that S3 refuses a damaged body."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, document: Document, body: bytes) -> None:
        """Keep one document under its key."""
        self._client.put_object(
            Bucket=self._bucket,
            Key=document.key,
            Body=body,
            ContentType=document.content_type,
            ChecksumSHA256=base64.b64encode(bytes.fromhex(document.sha256)).decode(),
        )
