"""Endpoints over HTTPS, against servers that behave and that do not; and what the guard keeps a URL from reaching."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from order_processing.adapters.webhook_http import EndpointHttps
from order_processing.webhooks.ports import NotReached
from tests.tls import certificate, serving

HOST = "hooks.example.com"
HEADERS = {"content-type": "application/json", "webhook-id": "1"}


class Hooks(BaseHTTPRequestHandler):
    asked: list[tuple[str, str, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Hooks.asked.append((self.path, self.headers["Host"], body))
        status = {"/moved": 302, "/broken": 500, "/busy": 429}.get(self.path, 204)
        self.send_response(status)
        self.send_header("Location", "https://127.0.0.1/inside")
        if status == 429:
            self.send_header("Retry-After", "120")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[int, Path]]:
    key, made = certificate(tmp_path_factory.mktemp("tls"), HOST)
    with serving(Hooks, key, made) as port:
        yield port, made


class Names:
    """A name server whose answers are given, one a question; a question more than that fails the test."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def __call__(self, host: str, port: int) -> list[str]:
        return self.answers.pop(0)


def https(trusted: Path, **given: Any) -> EndpointHttps:
    """It takes this machine for a public address, so that a server on it can stand for one on the internet."""
    chosen = {"resolve": Names(["127.0.0.1"]), "allowed": lambda address: address == "127.0.0.1", **given}
    return EndpointHttps(tls=ssl.create_default_context(cafile=str(trusted)), **chosen)


@pytest.mark.parametrize(("path", "status"), [("/", 204), ("/broken", 500), ("/moved", 302)])
def test_a_message_is_posted_to_the_address_that_was_checked_under_the_hosts_name(served, path, status):
    port, trusted = served
    Hooks.asked.clear()
    assert https(trusted).post(f"https://{HOST}:{port}{path}", HEADERS, b"{}").status == status
    assert Hooks.asked == [(path, f"{HOST}:{port}", b"{}")], "and no redirect was followed"


def test_an_endpoint_may_ask_to_be_left_alone(served):
    port, trusted = served
    assert https(trusted).post(f"https://{HOST}:{port}/busy", HEADERS, b"{}").retry_after == timedelta(seconds=120)


def test_the_name_is_asked_once_so_no_second_answer_can_lead_inside(served):
    port, trusted = served
    names = Names(["127.0.0.1"], ["169.254.169.254"])
    assert https(trusted, resolve=names).post(f"https://{HOST}:{port}/", HEADERS, b"{}").status == 204
    assert names.answers == [["169.254.169.254"]]


def test_a_certificate_of_another_name_or_of_nobody_is_refused(served):
    port, trusted = served
    with pytest.raises(NotReached, match="TLS"):
        https(trusted).post(f"https://other.example.com:{port}/", HEADERS, b"{}")
    nobody = EndpointHttps(resolve=Names(["127.0.0.1"]), allowed=lambda _: True)
    with pytest.raises(NotReached, match="TLS"):
        nobody.post(f"https://{HOST}:{port}/", HEADERS, b"{}")


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.8"], ["127.0.0.1"], ["::1"], ["169.254.169.254"], ["8.8.8.8", "10.0.0.8"], ["::ffff:10.0.0.8"], []],
)
def test_a_name_that_leads_inside_with_one_address_is_not_called(addresses, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    with pytest.raises(NotReached, match=r"not public|no address"):
        EndpointHttps(resolve=Names(addresses)).post(f"https://{HOST}/", HEADERS, b"{}")


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]"),
        *("169.254.169.254", "[fd00:ec2::254]", "10.0.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0", "0"),
    ],
)
def test_the_systems_own_resolver_opens_no_way_in(host, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    with pytest.raises(NotReached, match=r"not public|no address"):
        EndpointHttps().post(f"https://{host}/", HEADERS, b"{}")


def test_this_machine_is_called_only_where_that_is_allowed(served):
    port, _ = served
    for url in (f"https://127.0.0.1:{port}/", f"http://127.0.0.1:{port}/"):
        with pytest.raises(NotReached):
            EndpointHttps().post(url, HEADERS, b"{}")


def test_where_this_machine_is_allowed_nothing_else_inside_is(monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    allowing = EndpointHttps(loopback_allowed=True)
    for url in ("https://10.0.0.8/", "http://169.254.169.254/latest/meta-data/", "http://8.8.8.8/"):
        with pytest.raises(NotReached):
            allowing.post(url, HEADERS, b"{}")


def _answering(*chunks: bytes, pause: float = 0.0) -> socket.socket:
    """A plain server that answers in pieces, whatever it is asked."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with closing(server.accept()[0]) as client:
            client.recv(65536)
            try:
                for chunk in chunks:
                    client.sendall(chunk)
                    time.sleep(pause)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    return server


def _post(server: socket.socket, seconds: float) -> Any:
    url = f"http://127.0.0.1:{server.getsockname()[1]}/"
    return EndpointHttps(loopback_allowed=True, seconds=seconds).post(url, HEADERS, b"{}")


@pytest.mark.parametrize("pieces", [[b""], [b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"], [b"HTTP/1.1 200 ", b"O"]])
def test_an_answer_that_drips_or_does_not_come_ends_when_the_time_is_up(pieces):
    began = time.monotonic()
    slow = _answering(*pieces, *pieces[-1:] * 60, pause=0.1)
    with slow as server, pytest.raises(NotReached, match="in time"):
        _post(server, 0.5)
    assert time.monotonic() - began < 4


def test_an_endless_answer_is_not_read_and_its_status_counts():
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n"
    with _answering(head, *[b"x" * 65536] * 200) as server:
        assert _post(server, 5).status == 200


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200])
def test_what_is_no_answer_of_http_is_a_failure(said):
    with _answering(said) as server, pytest.raises(NotReached, match="connection failed"):
        _post(server, 5)


def test_nobody_listening_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NotReached, match="connection failed"):
        EndpointHttps(loopback_allowed=True).post(f"http://127.0.0.1:{port}/", HEADERS, b"{}")
