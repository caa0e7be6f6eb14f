"""Stores' APIs over HTTPS, against a server with a certificate of its own."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import urllib3

from order_processing.adapters.store_http import StoreHttps
from order_processing.fetching import StoreUnreachable
from tests.tls import certificate, serving


class Api(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self) -> None:
        Api.asked.append(self.path)
        status, body = {"/orders": (200, self.headers.get("X-Auth-Token", "").encode()), "/moved": (302, b"")}.get(
            self.path, (200, b"x" * (9 * 1024 * 1024))
        )
        self.send_response(status)
        self.send_header("Link", "<next>")
        self.send_header("Location", "/orders")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    key, made = certificate(tmp_path_factory.mktemp("tls"), "localhost")
    with serving(Api, key, made) as port:
        yield f"https://localhost:{port}", made


def trusting(trusted: Path) -> StoreHttps:
    return StoreHttps(urllib3.PoolManager(retries=False, ca_certs=str(trusted)))


def test_an_answer_has_its_headers_in_lower_case_and_its_body(served):
    base, trusted = served
    answer = trusting(trusted).get(f"{base}/orders", {"X-Auth-Token": "secret"})
    assert (answer.status, answer.body, answer.headers["link"]) == (200, b"secret", "<next>")


def test_no_redirect_is_followed(served):
    base, trusted = served
    Api.asked.clear()
    assert trusting(trusted).get(f"{base}/moved", {"X-Auth-Token": "secret"}).status == 302
    assert Api.asked == ["/moved"]


def test_a_server_that_cannot_prove_its_name_gets_nothing(served):
    base, _ = served
    Api.asked.clear()
    with pytest.raises(StoreUnreachable, match="localhost: SSLError"):
        StoreHttps().get(f"{base}/orders", {"X-Auth-Token": "secret"})
    assert Api.asked == []


def test_an_answer_without_measure_and_a_closed_port_are_unreachable(served):
    base, trusted = served
    with pytest.raises(StoreUnreachable, match="bytes"):
        trusting(trusted).get(f"{base}/large", {})
    with pytest.raises(StoreUnreachable, match="localhost"):
        StoreHttps().get("https://localhost:1/", {})
