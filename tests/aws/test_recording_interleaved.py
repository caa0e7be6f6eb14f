"""Every order of the calls of processes that bring orders into one account; see `tests.faults.recording`."""

from __future__ import annotations

import pytest

from order_processing.adapters.recording import Recording
from tests.faults.recording import SCENARIOS, explore, without_pauses


@pytest.fixture(autouse=True)
def no_pauses():
    with without_pauses():
        yield


@pytest.mark.parametrize("name", [name for name, scenario in SCENARIOS.items() if len(scenario.processes) < 4])
def test_the_account_says_what_the_orders_say_in_every_order_of_the_calls(name):
    assert explore(name) > 500


def without_the_sequence(monkeypatch):
    made = Recording._next
    monkeypatch.setattr(Recording, "_next", lambda self, sequence, update, also="": {
        **made(self, 1, update, also), "ConditionExpression": "attribute_not_exists(x) OR #sequence = :seen"
    })  # fmt: skip


def the_entry_first(monkeypatch):
    totals, entry = Recording._totals, Recording._entry
    seen = {}

    def both(self, of):
        seen[of.order_id] = entry(self, of)
        return totals(self, of)

    monkeypatch.setattr(Recording, "_totals", both)
    monkeypatch.setattr(
        Recording, "_entry", lambda self, of: seen.pop(of.order_id) if of.order_id in seen else entry(self, of)
    )


def without_help(monkeypatch):
    enter, put = Recording.enter, Recording._put

    def mine(self, entry):
        self.mine = entry.order_id
        return enter(self, entry)

    monkeypatch.setattr(Recording, "enter", mine)
    monkeypatch.setattr(
        Recording, "_put", lambda self, entry: put(self, entry) if entry.order_id == self.mine else None
    )


def without_the_reversed_entry(monkeypatch):
    made = Recording.reversal

    def reversal(self, seen, at):
        writes = made(self, seen, at)
        new = "not_exists" in writes[0]["Update"]["ConditionExpression"].partition(" OR ")[0]
        return writes[1:] if new else writes

    monkeypatch.setattr(Recording, "reversal", reversal)


def without_the_step_of_a_cancellation(monkeypatch):
    made = Recording.reversal

    def reversal(self, seen, at):
        writes = made(self, seen, at)
        totals = writes[1]["Update"]
        if "ConditionExpression" not in totals or totals["ExpressionAttributeValues"][":orders"] != {"N": "0"}:
            return writes
        return writes[:1]

    monkeypatch.setattr(Recording, "reversal", reversal)


@pytest.mark.parametrize(
    ("take_away", "name"),
    [
        (without_the_sequence, "two copies and another order"),
        (the_entry_first, "two copies and another order"),
        (without_help, "two copies and another order"),
        (without_the_reversed_entry, "cancelled, and another order"),
        (without_the_step_of_a_cancellation, "cancelled, and another order"),
    ],
)
def test_each_guard_is_needed(monkeypatch, take_away, name):
    take_away(monkeypatch)
    with pytest.raises((AssertionError, KeyError)):
        explore(name)
