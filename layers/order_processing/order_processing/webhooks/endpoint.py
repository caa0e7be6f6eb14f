"""Endpoints: who wants to hear of orders, of whose and of what, and where they listen."""

from datetime import datetime
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field

from order_processing.order import Record, Text

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class UnfitUrl(ValueError):
    """An address that no webhook is sent to; says why, and what would fit."""


class Store(Record):
    """Whose orders: a store behind its door, as orders name them. `store` may be "" where a door has but one."""

    source: Text
    store: str


class Endpoint(Record):
    """An endpoint as its operator describes it.

    stores: whose orders it hears of, and of no other. kinds: of which events; all where none is named.
    """

    name: Name
    url: Text
    stores: tuple[Store, ...] = Field(min_length=1)
    kinds: tuple[str, ...] = ()
    added_at: datetime

    def hears(self, origin: Store, kind: str) -> bool:
        """Whether an event of this kind, of an order of this store, is for this endpoint."""
        return origin in self.stores and (not self.kinds or kind in self.kinds)


class Target(NamedTuple):
    """A URL taken apart. path: with its query."""

    secure: bool
    host: str
    port: int
    path: str


def target_of(url: str, *, plain_allowed: bool = False) -> Target:
    """The parts of an endpoint's URL. Raises UnfitUrl.

    plain_allowed: whether http will do, as on a developer's own machine.
    """
    if len(url) > 2000 or not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
        raise UnfitUrl("url: not a URL of at most 2,000 printable ASCII characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UnfitUrl("url: cannot be read; expected https://host/path") from None
    if parts.scheme != "https" and not (plain_allowed and parts.scheme == "http"):
        raise UnfitUrl(f"url: {parts.scheme[:20] or 'no scheme'}; expected https")
    if not host:
        raise UnfitUrl("url: names no host; expected https://host/path")
    if parts.username is not None or parts.password is not None:
        raise UnfitUrl("url: holds a name or password; the signature is what proves who sends")
    if parts.fragment:
        raise UnfitUrl("url: holds a fragment, which is never sent")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port if port is not None else (443 if secure else 80), path)
