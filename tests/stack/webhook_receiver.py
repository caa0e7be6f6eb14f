"""An endpoint of a front end, on this machine: it verifies with the published library and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


class Receiver:
    """What came, and what to answer. secret: the one it holds; heard: the messages that it could prove, in order."""

    def __init__(self) -> None:
        self.secret = ""
        self.status = 204
        self.heard: list[dict[str, Any]] = []
        self.tried = 0
        self.unproved = 0
        self.url = ""

    def ids(self) -> list[str]:
        """The ids of the messages so far."""
        return [message["data"]["id"] for message in self.heard]

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.tried += 1
        if self.status != 204:
            return self.status
        try:
            message: Any = Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            self.unproved += 1
            return 401
        assert headers["webhook-id"] == message["data"]["id"]
        self.heard.append(message)
        return 204


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    yield receiver
    server.shutdown()
