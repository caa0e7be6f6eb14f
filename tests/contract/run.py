"""Requests made up from the API's reference, sent to a deployed local stack; `make contract`.

Schemathesis makes up requests that fit the reference and requests that do not, and holds every answer to it: no
fault (5xx), no status, content type, header or body that the reference does not have, nothing accepted that it
forbids. Some of its words are those of the seed data, so that orders are found, priced and reserved too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from local import LocalStack, seeding
from local.places import LOCAL, TOOLS
from local.reference.document import document
from local.senders import ACCOUNTING_KEY, API_KEY, INVENTORY_KEY, STAFF_KEY, WAREHOUSE_KEY
from tests.stack.senders import api_order, place

SCHEMATHESIS = TOOLS / "contract" / "bin" / "schemathesis"
_HOME = LOCAL / "contract"
_KEYS = {
    "client_key": API_KEY,
    "staff_key": STAFF_KEY,
    "accounting_key": ACCOUNTING_KEY,
    "inventory_key": INVENTORY_KEY,
    "warehouse_key": WAREHOUSE_KEY,
}
_WORDS = [
    *("TEST-123", "MUG-BLUE", "NO-SUCH", "USD", "EUR", "US", "DE", "NY", "10118", "standard", "approve", "reject"),
    *("152.60", "0", "1.00", "louisville", "UPS", "2026-11-26", "ada@example.com", "Ada Bell", "lines[0].quantity"),
]
_UNDERSTOOD = ["2xx", "3xx", *(str(status) for status in (400, 401, 403, 404, 409, 410, 412, 413, 415, 422))]
"""What fits the schema may still be no amount, no place or no order that waits: that is not for a schema to say."""


def run(
    stack: LocalStack, *, examples: int, seed: int, phases: str = "examples,coverage,fuzzing"
) -> tuple[int, int, str]:
    """(requests, failures, what Schemathesis said). examples: made up for each operation, at most."""
    with tempfile.TemporaryDirectory() as folder:
        config, reference, report = (
            Path(folder) / name for name in ("schemathesis.toml", "openapi.json", "report.ndjson")
        )
        described = document()
        reference.write_text(json.dumps(described), encoding="utf-8")
        config.write_text(_config(stack, described, _orders(stack, seed)), encoding="utf-8")
        done = subprocess.run(
            [
                *(SCHEMATHESIS, "--config-file", config, "run", reference, "--url", stack.emulator.url),
                *("--max-examples", str(examples), "--seed", str(seed), "--phases", phases, "--continue-on-failure"),
                *("--generation-database", "none", "--request-timeout", "60", "--warnings", "off", "--no-color"),
                *("--suppress-health-check", "all", "--no-shrink", "--report", "ndjson"),
                *("--report-ndjson-path", report, "--output-truncate", "true", "--workers", "2"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
        requests = _count(report) if report.exists() else 0
    return requests, done.returncode, done.stdout + done.stderr


def _orders(stack: LocalStack, seed: int) -> list[str]:
    """Numbers of orders of ours: one on the path, one that waits for a correction, one that is offered otherwise."""
    dear = {"lines": [{"sku": "TEST-123", "quantity": 1, "unit_price": "1.00"}], "total": "1.00"}
    bodies = [
        api_order(f"contract-{seed}"),
        api_order(f"contract-{seed}-asked", **dear),
        api_order(f"contract-{seed}-many", quantity=2000),
    ]
    return [str(place(stack, body).json()["id"]) for body in bodies]


def _config(stack: LocalStack, described: dict[str, Any], orders: list[str]) -> str:
    """Schemathesis' own settings: to whom requests go, whose keys they bear, and words to make them of."""
    host = f"{stack.outputs['ApiId']}.execute-api.localhost:{stack.emulator.port}"
    parts = [
        f"headers = {{ Host = {json.dumps(host)} }}",
        f"[dictionaries.words]\nvalues = {json.dumps(_WORDS)}",
        f"[dictionaries.orders]\nvalues = {json.dumps([*orders, 'BRSJV48JX'])}",
        '[generation.dictionaries]\nstring = { dictionary = "words", probability = 0.3 }',
        '[parameters]\n"path.order_id" = { dictionary = "orders", probability = 0.7 }\n'
        '"path.order" = { dictionary = "orders", probability = 0.7 }',
        f"[checks]\npositive_data_acceptance.expected-statuses = {json.dumps(_UNDERSTOOD)}",
    ]
    for item in described["paths"].values():
        for operation in item.values():
            schemes = [name for way in operation["security"] for name in way]
            keys = [_KEYS[name] for name in schemes if name in _KEYS]
            own = []
            if keys:
                bearer = json.dumps(f"Bearer {keys[0]}")
                own.append(f"headers = {{ Host = {json.dumps(host)}, Authorization = {bearer} }}")
            if "order_link" in schemes:  # who has no link of an order hears 404, as if there were none
                own.append("checks.ignored_auth.enabled = false")
            if own:
                named = f"include-operation-id = {json.dumps(operation['operationId'])}"
                parts.append("\n".join(("[[operations]]", named, *own)))
    return "\n\n".join(parts) + "\n"


def _count(report: Path) -> int:
    """How many requests were sent."""
    sent = 0
    for line in report.read_text(encoding="utf-8").splitlines():
        for scenario in json.loads(line).values():
            recorder = scenario.get("recorder", {}) if isinstance(scenario, dict) else {}
            sent += len(recorder.get("interactions", {}))
    return sent


def main() -> None:
    """Run until so many requests were sent; the exit status says whether every answer was as it should be."""
    parser = argparse.ArgumentParser(prog="make contract", description=__doc__)
    parser.add_argument("--requests", type=int, default=5000, help="how many at least")
    wanted = parser.parse_args().requests
    stack = LocalStack.start(_HOME, wait_scale=0.1).deploy()
    try:
        seeding.load(stack)
        sent, seed = 0, 1
        while sent < wanted:
            requests, status, said = run(stack, examples=60, seed=seed)
            sent, seed = sent + requests, seed + 1
            print(f"seed {seed - 1}: {requests} requests, {sent} in all", flush=True)
            if status or not requests:
                print(said)
                sys.exit(1)
        print(f"{sent} requests, and every answer as the reference has it")
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
