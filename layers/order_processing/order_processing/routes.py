"""A function's routes: what answers a method and a path of API Gateway's HTTP API (payload format 2.0).

Powertools' resolver does this and much more, and takes as long to import as all of our own rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

Response = dict[str, Any]
"""An answer as API Gateway takes it."""
Handler = Callable[..., Response]
_PLACE = re.compile(r"<(\w+)>")


class Routes:
    """Routes are added by decorators; `<name>` in a path is a part of it, handed to the handler by that name.

    A path without such parts goes before one with them, else the one that was added first. While an event is
    being answered, `event` is it, `method` its method, and `path` its path without the stage's name.
    """

    def __init__(self) -> None:
        self._routes: list[tuple[bool, str, re.Pattern[str], Handler]] = []
        self._unknown: Callable[[], Response] | None = None
        self._on_fault: Callable[[Exception], Response] | None = None
        self.event: dict[str, Any] = {}
        self.method = ""
        self.path = ""

    def get(self, path: str) -> Callable[[Handler], Handler]:
        """Adds what answers a GET."""
        return self.route(path, ("GET",))

    def post(self, path: str) -> Callable[[Handler], Handler]:
        """Adds what answers a POST."""
        return self.route(path, ("POST",))

    def route(self, path: str, method: Sequence[str]) -> Callable[[Handler], Handler]:
        """Adds what answers these methods. path: may be a regular expression too."""
        pattern = re.compile(_PLACE.sub(r"(?P<\1>[^/\\x00-\\x1f]+)", path))

        def add(handler: Handler) -> Handler:
            self._routes.extend((bool(pattern.groups), each, pattern, handler) for each in method)
            self._routes.sort(key=lambda route: route[0])
            return handler

        return add

    def unknown(self, handler: Callable[[], Response]) -> Callable[[], Response]:
        """Sets what answers a method and path that are none of these."""
        self._unknown = handler
        return handler

    def on_fault(self, handler: Callable[[Exception], Response]) -> Callable[[Exception], Response]:
        """Sets what answers for a handler that raised something."""
        self._on_fault = handler
        return handler

    def methods_of(self, path: str) -> list[str]:
        """What may be done with a path, in the alphabet's order."""
        return sorted({method for _, method, pattern, _ in self._routes if pattern.fullmatch(path)})

    def resolve(self, event: dict[str, Any]) -> Response:
        """The answer to an event. Raises what a handler raises that nothing was set for."""
        asked = event["requestContext"]
        stage = asked.get("stage", "$default")
        self.event, self.method = event, asked["http"]["method"]
        self.path = event["rawPath"] if stage == "$default" else event["rawPath"].removeprefix(f"/{stage}")
        try:
            for _, method, pattern, handler in self._routes:
                if method == self.method and (found := pattern.fullmatch(self.path)):
                    return handler(**found.groupdict())
            if self._unknown is None:
                raise LookupError(f"{self.method} {self.path}: no such route")
            return self._unknown()
        except Exception as error:
            if self._on_fault is None:
                raise
            return self._on_fault(error)
