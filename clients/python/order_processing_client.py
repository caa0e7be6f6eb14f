"""A client of the order processing API, for front ends on a server and staff's programs. One file, no packages.

    api = Client("https://orders.example.com", "<API key or access token>")
    receipt = api.place(order, idempotency_key="cart-81f3")
    shown = api.read(receipt["id"])
    for order in api.orders(day="2026-11-25"): ...

Shapes are those of the API's reference (`GET /docs`): dictionaries as JSON has them, with fields that may be added.
"""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

API_VERSION = "2026-11-01"
_AGAIN = frozenset({429, 500, 502, 503, 504})
Json = dict[str, Any]


class Problem(Exception):
    """An answer that says no. code: what programs go by; errors: `{"path", "message"}` for each mistake."""

    def __init__(self, status: int, code: str, detail: str, errors: list[Json], request_id: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.request_id = request_id


class Unreachable(Exception):
    """No answer came, however often it was tried. What was asked may have been done: ask again, with the same key."""


class Seen(Json):
    """An order as it was read. etag: what it was then."""

    etag: str = ""


@dataclass
class Client:
    """url: of the API. secret: a key, an access token or an order's token. tries: of each call, with growing waits.

    Every call may be repeated: what makes a new order has its Idempotency-Key, and all else is the same when it is
    done twice. So a call that got no answer, or one that says to try again, is sent again, up to `tries` times.
    """

    url: str
    secret: str = field(repr=False)
    tries: int = 5
    timeout: float = 30.0
    sleep: Callable[[float], None] = time.sleep

    def place(self, order: Mapping[str, Any], *, idempotency_key: str) -> Json:
        """Place an order, once for its key; its receipt, whose link is its customer's."""
        return self._ask("POST", "/orders", order, {"Idempotency-Key": idempotency_key})

    def quote(self, order: Mapping[str, Any]) -> Json:
        """What would become of an order; nothing is stored."""
        return self._ask("POST", "/orders/quote", order)

    def read(self, order_id: str) -> Seen:
        """An order as it is now."""
        return self._ask("GET", f"/orders/{quote(order_id, safe='')}")

    def news(self, seen: Seen) -> Seen | None:
        """The order as it is now; None while nothing has changed."""
        found = self._ask("GET", f"/orders/{quote(str(seen['id']), safe='')}", None, {"If-None-Match": seen.etag})
        return found or None

    def cancel(self, order_id: str, *, seen: Seen | None = None, reason: str = "") -> Seen:
        """Cancel an order; Problem ORDER_CHANGED where it is no longer as it was seen. reason: staff's."""
        body = {"reason": reason} if reason else None
        return self._ask("POST", f"/orders/{quote(order_id, safe='')}/cancel", body, _if_match(seen))

    def decide(self, order_id: str, decision: str, *, seen: Seen | None = None, **more: Any) -> Seen:
        """Decide about an order that waits, as staff."""
        body = {"decision": decision, **more}
        return self._ask("POST", f"/orders/{quote(order_id, safe='')}/decision", body, _if_match(seen))

    def orders(self, **query: str | int) -> Iterator[Json]:
        """Every order of a list, page after page. query: day, or from_ and to; status, sku, promised; or customer."""
        asked = {name.rstrip("_"): str(value) for name, value in query.items()}
        while True:
            page = self._ask("GET", f"/orders?{urlencode(asked)}")
            yield from page["orders"]
            if not page["cursor"]:
                return
            asked["cursor"] = page["cursor"]

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Seen:
        """The answer's body; empty for one that says that nothing has changed."""
        raw = json.dumps(body).encode() if body is not None else None
        sent = {
            "Authorization": f"Bearer {self.secret}",
            "API-Version": API_VERSION,
            "Content-Type": "application/json",
            **(headers or {}),
        }
        for attempt in range(1, self.tries + 1):
            try:
                status, said, text = self._send(method, path, raw, sent)
            except (OSError, http.client.HTTPException) as error:
                if attempt == self.tries:
                    raise Unreachable(f"{method} {path.partition('?')[0]}: {type(error).__name__}") from error
                self.sleep(_wait(attempt, ""))
                continue
            if status in _AGAIN and attempt < self.tries:
                self.sleep(_wait(attempt, said.get("retry-after", "")))
                continue
            if status >= 400:
                raise _problem(status, text, said.get("x-request-id", ""))
            found = Seen(json.loads(text) if text else {})
            found.etag = said.get("etag", "")
            return found
        raise AssertionError("the last try returns or raises")

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """(status, headers by their names in lower case, body) of one request."""
        to = urlsplit(self.url)
        kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
        connection = kind(to.netloc, timeout=self.timeout)
        try:
            connection.request(method, to.path.rstrip("/") + path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


def _if_match(seen: Seen | None) -> dict[str, str]:
    return {"If-Match": seen.etag} if seen and seen.etag else {}


def _wait(attempt: int, asked: str) -> float:
    """Seconds until the next try: what the answer asks for, else twice as long each time, with some chance in it."""
    if asked.isascii() and asked.isdigit():
        return min(float(asked), 60.0)
    return random.uniform(0.5, 1.0) * min(2.0 ** (attempt - 1), 30.0)  # noqa: S311 - no secret


def _problem(status: int, text: bytes, request_id: str) -> Problem:
    try:
        said = json.loads(text)
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    detail = str(said.get("detail") or said.get("message") or "")
    return Problem(status, str(said.get("code", "")), detail, said.get("errors", []), request_id)
