"""Fetching the orders that a store's notice only names, and reading them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from order_processing.deliveries import Deliveries, Taken
from order_processing.order import Record, Text
from order_processing.stores.listing import StoreAccess, host_of
from order_processing.stores.platform import Fetching, NeedsFetch, platform

FETCHED = "application/vnd.order-processing.fetched+json"


class Queued(Record):
    """A notice on its way to being fetched."""

    source: Text
    notice: NeedsFetch


class Fetched(Record):
    """A store's answers to the requests of a notice, by address: kept as the raw body of the order."""

    notice: NeedsFetch
    answers: dict[str, str]


class StoreAnswer(Record):
    """headers: names in lower case."""

    status: int
    headers: dict[str, str] = {}
    body: bytes = b""


class StoreHttp(Protocol):
    """Requests to stores' APIs."""

    def get(self, url: str, headers: Mapping[str, str]) -> StoreAnswer:
        """One GET over https, following nothing. Raises StoreUnreachable."""
        ...


class StoreUnreachable(RuntimeError):
    """A store's API could not be reached, or was busy: to be tried again later."""


class StoreRefused(RuntimeError):
    """A store's API does not accept our credentials, or does not know the request: a person must look."""


def get(url: str, source: str, store: str, accesses: Sequence[StoreAccess], http: StoreHttp) -> StoreAnswer:
    """One answer of a store's API; a 404 is one too. Raises StoreUnreachable and StoreRefused.

    accesses: each that may be valid now, tried in turn until one is accepted. The store's credentials go to the
    store's own host and nowhere else, whoever names the address.
    """
    if not accesses:
        raise StoreRefused(f"{source} {store}: no access to its API is kept; add it to the secret of stores")
    status = 0
    for access in accesses:
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.netloc.lower() != host_of(source, store, access):
            raise StoreRefused(f"{source} {store}: {parts.netloc[:100]!r} is not its API; nothing was sent there")
        answer = http.get(url, access.headers(source))
        if answer.status in (200, 204, 404):
            return answer
        if answer.status == 429 or answer.status >= 500:
            raise StoreUnreachable(f"{source} {store}: the API answered {answer.status}")
        status = answer.status
    raise StoreRefused(f"{source} {store}: the API answered {status}; check its access in the secret of stores")


def fetch(
    queued: Queued, accesses: Sequence[StoreAccess], *, http: StoreHttp, deliveries: Deliveries, now: datetime
) -> Taken:
    """Fetch a notice's order and take it in. An order that the store no longer has brings nothing.

    Raises StoreUnreachable and StoreRefused, on which the notice stays in its queue.
    """
    source, notice = queued.source, queued.notice
    answers: dict[str, str] = {}
    for url in notice.urls:
        answer = get(url, source, notice.store, accesses, http)
        if answer.status == 404:
            return Taken(reason="the store no longer has this order")
        answers[url] = answer.body.decode("utf-8", "replace")
    raw = Fetched(notice=notice, answers=answers).model_dump_json().encode()
    return take_fetched(source, raw, deliveries=deliveries, now=now)


def take_fetched(source: str, raw: bytes, *, deliveries: Deliveries, now: datetime) -> Taken:
    """Take in what was fetched. raw: a `Fetched` as JSON."""
    fetched = Fetched.model_validate(json.loads(raw))
    shop = cast(Fetching, platform(source))
    bodies = {url: text.encode() for url, text in fetched.answers.items()}
    headers = {"content-type": FETCHED}
    return deliveries.take_or_set_aside(source, headers, raw, now, lambda: shop.read_fetched(fetched.notice, bodies))


def accesses_of(stores: Mapping[str, Any], source: str, store: str) -> list[StoreAccess]:
    """The ways into a store's API that the secret of stores holds for it."""
    return [StoreAccess.model_validate(access) for access in stores.get(source, {}).get(store, [])]
