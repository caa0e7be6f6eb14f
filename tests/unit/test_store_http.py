"""Stores' APIs over HTTPS, against a server with a certificate of its own."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import urllib3

from order_processing.adapters.store_http import StoreHttps
from order_processing.fetching import StoreUnreachable


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
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    options = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *options], check=True, capture_output=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_address[1]}", certificate
    server.shutdown()


def trusting(certificate: Path) -> StoreHttps:
    return StoreHttps(urllib3.PoolManager(retries=False, ca_certs=str(certificate)))


def test_an_answer_has_its_headers_in_lower_case_and_its_body(served):
    base, certificate = served
    answer = trusting(certificate).get(f"{base}/orders", {"X-Auth-Token": "secret"})
    assert (answer.status, answer.body, answer.headers["link"]) == (200, b"secret", "<next>")


def test_no_redirect_is_followed(served):
    base, certificate = served
    Api.asked.clear()
    assert trusting(certificate).get(f"{base}/moved", {"X-Auth-Token": "secret"}).status == 302
    assert Api.asked == ["/moved"]


def test_a_server_that_cannot_prove_its_name_gets_nothing(served):
    base, _ = served
    Api.asked.clear()
    with pytest.raises(StoreUnreachable, match="localhost: SSLError"):
        StoreHttps().get(f"{base}/orders", {"X-Auth-Token": "secret"})
    assert Api.asked == []


def test_an_answer_without_measure_and_a_closed_port_are_unreachable(served):
    base, certificate = served
    with pytest.raises(StoreUnreachable, match="bytes"):
        trusting(certificate).get(f"{base}/large", {})
    with pytest.raises(StoreUnreachable, match="localhost"):
        StoreHttps().get("https://localhost:1/", {})
