"""Conditional requests (RFC 9110, section 13): an answer's ETag, and what requests make of it."""

from __future__ import annotations

import hashlib

_ANY = "*"


def etag_of(body: str) -> str:
    """The entity tag of an answer's body: a strong one, which changes with every byte."""
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def is_named(header: str, etag: str) -> bool:
    """Whether If-Match names this tag, by the strong comparison: a weak tag names nothing."""
    return header.strip() == _ANY or etag in _tags(header)


def is_known(header: str, etag: str) -> bool:
    """Whether If-None-Match names this tag, by the weak comparison."""
    return header.strip() == _ANY or etag in {tag.removeprefix("W/") for tag in _tags(header)}


def _tags(header: str) -> set[str]:
    return {tag.strip() for tag in header.split(",")}
