"""EasyPost's API on this machine: it answers with what EasyPost answered when it was recorded.

What it adds is EasyPost's state: a shipment is found by its reference, sold once, and refunded once. Its labels'
files are short texts. A test may make it fail before or after a call has had its effect.
"""

from __future__ import annotations

import base64
import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RECORDED = json.loads((Path(__file__).parent / "unit" / "data" / "easypost.json").read_text(encoding="utf-8"))[
    "exchanges"
]
KEY = "EZTK-new"
SOLD_BEFORE = {
    "error": {
        "code": "SHIPMENT.POSTAGE.EXISTS",
        "message": "Postage already exists for this shipment.",
        "errors": [],
    }
}
NOT_FOUND = {"error": {"code": "NOT_FOUND", "message": "The requested resource could not be found.", "errors": []}}


class Account:
    """An account: its shipments, what was bought and refunded, and every call in order."""

    def __init__(self) -> None:
        self.shipments: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, str]] = []
        self.bodies: list[Any] = []
        self.bought: list[str] = []
        self.refunded: list[str] = []
        self.keys = {KEY}
        self.refusal: tuple[int, Any] | None = None
        self.url = ""

    def answer(self, method: str, path: str, body: Any, key: str) -> tuple[int, Any]:
        """Status and body of one call."""
        self.calls.append((method, path))
        self.bodies.append(body)
        if path.startswith("/files/"):
            return 200, f"a label: {path}".encode()
        if key not in self.keys:
            return 401, {"error": {"code": "APIKEY.INACTIVE", "message": "This api key is no longer active."}}
        if self.refusal:
            return self.refusal
        match method, path.partition("?")[0].split("/")[2:]:
            case "POST", []:
                return 201, self._drawn_up(body)
            case "GET", [name]:
                found = self._found(name)
                return (200, found) if found else (404, NOT_FOUND)
            case "POST", [name, "buy"]:
                return self._sold(name, body["rate"]["id"])
            case "POST", [name, "refund"]:
                self.refunded.append(name)
                self.shipments[name]["refund_status"] = RECORDED["refund"]["answer"]["refund_status"]
                return 200, self.shipments[name]
            case "GET", [name, "label"]:
                form = path.rpartition("=")[2].lower()
                self.shipments[name]["postage_label"][f"label_{form}_url"] = f"{self.url}/files/{name}.{form}"
                return 200, self.shipments[name]
        raise AssertionError(f"EasyPost has no {method} {path}")

    def _found(self, name: str) -> dict[str, Any] | None:
        by_reference = [s for s in self.shipments.values() if s["reference"] == name]
        return self.shipments.get(name) or (by_reference[0] if by_reference else None)

    def _drawn_up(self, body: Any) -> dict[str, Any]:
        shipment = copy.deepcopy(RECORDED["create"]["answer"])
        shipment["id"] = f"shp_{len(self.shipments) + 1:032x}"
        shipment["reference"] = body["shipment"]["reference"]
        self.shipments[shipment["id"]] = shipment
        return shipment

    def _sold(self, name: str, rate_id: str) -> tuple[int, Any]:
        shipment = self.shipments[name]
        if shipment["postage_label"]:
            return 422, SOLD_BEFORE
        assert rate_id in [rate["id"] for rate in shipment["rates"]]
        self.bought.append(name)
        sold = copy.deepcopy(RECORDED["buy"]["answer"])
        label = sold["postage_label"] | {
            "label_url": f"{self.url}/files/{name}.pdf",
            "label_file_type": "application/pdf",
        }
        number = f"94001002083031{len(self.bought):08}"
        shipment |= {
            "postage_label": label,
            "tracking_code": number,
            "tracker": sold["tracker"] | {"tracking_code": number},
            "selected_rate": next(rate for rate in shipment["rates"] if rate["id"] == rate_id),
        }
        return 200, shipment


@contextmanager
def easypost() -> Iterator[Account]:
    """The account behind a server of this machine, at `account.url`."""
    account = Account()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            scheme, _, given = self.headers.get("Authorization", "").partition(" ")
            key = base64.b64decode(given).decode().removesuffix(":") if scheme == "Basic" else ""
            status, told = account.answer(self.command, self.path, body, key)
            sent = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            """Nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    account.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield account
    finally:
        server.shutdown()
        server.server_close()
