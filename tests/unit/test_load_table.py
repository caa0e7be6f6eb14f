"""What a load's table says of the orders that were sent."""

from __future__ import annotations

from tests.load.senders import Answered, table


def test_a_line_a_phase_with_every_answer_and_the_middle_and_the_slow_end():
    answered = [
        Answered("burst", f"n{n}", asks=False, order_id=f"o{n}", statuses=[202], seconds=n / 10) for n in range(20)
    ]
    answered.append(Answered("burst", "late", asks=False, order_id="o20", statuses=[503, 0, 202], seconds=9.0))
    answered.append(Answered("squeezed", "lost", asks=False, statuses=[429], seconds=0.1))
    head, burst, squeezed = table(answered, {"o0": 1.0, "o1": 3.0}).splitlines()
    assert head.split() == ["phase", "orders", "answers", "answered", "p50/p95", "ready", "p50/p95"]
    assert burst.split("  ")[0] == "burst"
    assert "21 x 202, 1 x 503" in burst
    assert "1 x none" in burst
    assert "1.0 s / 1.9 s" in burst
    assert "3.0 s / 3.0 s" in burst
    assert "1 x 429" in squeezed
    assert squeezed.endswith(" -")
