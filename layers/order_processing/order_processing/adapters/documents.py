"""Documents in S3."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from order_processing.delivery import Document

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LINK_SECONDS = 600


class S3Documents:
    """Puts documents into one bucket, with their checksum, so that S3 refuses a damaged body."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, document: Document, body: bytes) -> None:
        """Keep one document under its key, tagged with how long it is kept."""
        tag: Any = {"Tagging": f"retention={document.retention}"} if document.retention else {}
        self._client.put_object(
            Bucket=self._bucket,
            Key=document.key,
            Body=body,
            ContentType=document.content_type,
            ChecksumSHA256=base64.b64encode(bytes.fromhex(document.sha256)).decode(),
            **tag,
        )

    def get(self, key: str) -> bytes:
        """A document's bytes."""
        return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()

    def link(self, key: str) -> str:
        """An address under which a document can be fetched for ten minutes, by whoever has it."""
        return self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=_LINK_SECONDS
        )
