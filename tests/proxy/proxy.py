"""A small HTTP proxy between the functions of a local stack and the emulator, which lets calls to AWS go wrong.

    proxy = Proxy()
    stack = LocalStack.start(home, through=proxy.url).deploy()
    proxy.forward_to(stack.emulator.port)
    proxy.plan = OneFault(At("ConfirmOrder", "ses", "SendEmail", 1), Fault("answer lost"))

A function says who it is in the user agent, which the SDK fills in from AWS_SDK_UA_APP_ID (see `local.build`).
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.proxy.calls import Call, read_call, throttled
from tests.proxy.plan import Fault, Plan

_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "expect", "content-length"}
Answer = tuple[int, list[tuple[str, str]], bytes]


class Proxy:
    """Listens on a free port of this machine until it is closed. plan: what goes wrong, None for nothing.

    late_seconds: how long a late answer keeps its caller waiting.
    last_call: when the last call came, by the monotonic clock.
    """

    def __init__(self, *, late_seconds: float = 20.0) -> None:
        self.plan: Plan | None = None
        self.late_seconds = late_seconds
        self.last_call = 0.0
        self._target = 0
        self._server = _Server(("127.0.0.1", 0), _Handler, bind_and_activate=True)
        self._server.proxy = self
        self.closed = threading.Event()
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    @property
    def url(self) -> str:
        """What functions take for AWS."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def target(self) -> int:
        """The emulator's port. Raises RuntimeError before `forward_to`."""
        if not self._target:
            raise RuntimeError("the proxy does not know the emulator yet: call forward_to")
        return self._target

    def forward_to(self, port: int) -> None:
        """Calls go to the emulator on this port."""
        self._target = port

    def close(self) -> None:
        """Stop listening."""
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: Proxy

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever called has gone: it was killed, or waits no longer."""


class _Handler(BaseHTTPRequestHandler):
    """One connection of a function, and one to the emulator for it."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._onward: http.client.HTTPConnection | None = None

    def finish(self) -> None:
        if self._onward:
            self._onward.close()
        with contextlib.suppress(OSError):
            super().finish()

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = read_call(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
        self.server.proxy.last_call = time.monotonic()
        plan = self.server.proxy.plan
        fault = plan.of(call) if plan else None
        if fault is None:
            self._answer(self._asked(body))
        else:
            self._go_wrong(fault, call, body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _pass

    def _go_wrong(self, fault: Fault, call: Call, body: bytes) -> None:
        if fault.how == "throttled":
            status, headers, said = throttled(call)
            self._answer((status, list(headers.items()), said))
            return
        if fault.how in ("answer lost", "killed after"):
            self._asked(body)
        elif fault.how == "late":
            late = self._asked(body)
            self.server.proxy.closed.wait(self.server.proxy.late_seconds)
            self._answer(late)
            return
        if fault.how.startswith("killed"):
            _kill(call.pid)
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _asked(self, body: bytes) -> Answer:
        """What the emulator answers; once more on a new connection where it has closed an idle one."""
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _ONE_HOP}
        if body or self.command in ("POST", "PUT"):
            headers["Content-Length"] = str(len(body))
        kept = self._onward is not None
        try:
            return self._ask(headers, body)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._onward = None
            if not kept:
                raise
            return self._ask(headers, body)

    def _ask(self, headers: dict[str, str], body: bytes) -> Answer:
        if self._onward is None:
            self._onward = http.client.HTTPConnection("127.0.0.1", self.server.proxy.target, timeout=120)
            self._onward.connect()
            self._onward.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._onward.request(self.command, self.path, body or None, headers)
        got = self._onward.getresponse()
        said = got.read()
        return got.status, [(n, v) for n, v in got.getheaders() if n.lower() not in _ONE_HOP], said

    def _answer(self, answer: Answer) -> None:
        status, headers, body = answer
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a plan notes what it wants to know."""


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 2
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
