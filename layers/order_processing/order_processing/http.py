"""Requests and answers of the HTTP API; errors as problem details (RFC 9457)."""

import base64
import binascii
import json
from http import HTTPStatus
from typing import Any

from order_processing.conditional import etag_of
from order_processing.order import Record

JSON = "application/json"
PROBLEM = "application/problem+json"
LARGEST_BODY = 1024 * 1024
_ASKED_FOR = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "2"}}
"""What a status must say (RFC 9110, 11.6.1), or had better."""


class Request(Record):
    """What a door sees. headers: names in lower case. body: as API Gateway hands it over."""

    headers: dict[str, str]
    query: dict[str, str] = {}
    body: str = ""
    is_base64: bool = False

    def raw_body(self) -> bytes:
        """The body's bytes as they were sent; Problem when they are more than the limit."""
        try:
            raw = base64.b64decode(self.body, validate=True) if self.is_base64 else self.body.encode()
        except binascii.Error:
            raise Problem(400, "BODY_UNREADABLE", "the body is not what its transfer encoding says") from None
        if len(raw) > LARGEST_BODY:
            raise Problem(413, "BODY_TOO_LARGE", f"the body has {len(raw)} bytes; at most {LARGEST_BODY} are taken")
        return raw

    def bearer(self) -> str:
        """The token of an `Authorization: Bearer ...` header, or ""."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


class Answer(Record):
    """A response. cookies: the values of its Set-Cookie headers."""

    status: int
    body: str
    content_type: str = JSON
    headers: dict[str, str] = {}
    cookies: tuple[str, ...] = ()


class Problem(Exception):
    """An error that the caller can understand: a stable code, and words that say what was wrong and expected.

    headers: what the status asks for, such as Allow or Retry-After. Every code stands in `problems.MEANINGS`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: list[tuple[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}

    def answer(self) -> Answer:
        """The problem as the client gets it."""
        body: dict[str, Any] = {
            "type": f"/docs#{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [{"path": path, "message": message} for path, message in self.errors]
        headers = {"Cache-Control": "no-store", **_ASKED_FOR.get(self.status, {}), **self.headers}
        return Answer(status=self.status, body=json.dumps(body), content_type=PROBLEM, headers=headers)


def answer(status: int, body: dict[str, Any], *, tagged: bool = False) -> Answer:
    """A JSON answer that no cache may keep. tagged: with its ETag, for what is read again and changed."""
    text = json.dumps(body)
    headers = {"Cache-Control": "no-store"}
    return Answer(status=status, body=text, headers={**headers, "ETag": etag_of(text)} if tagged else headers)
