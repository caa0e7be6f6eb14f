"""A part of the mutations in every test run: that each is really made, and really seen. `make faults` is all of it."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.faults.catching import EQUIVALENT, is_test, named, recorded
from tests.faults.guards import PACKAGE
from tests.faults.mutations import MODULES, functions_of, mutations, taken_away
from tests.faults.scenarios import scenarios
from tests.template import template

ROOT = Path(__file__).parents[2]
_ASKED = re.compile(r"""(?<!Key)ConditionExpression(?:=|": |"] = )""")
CONDITION = "adapters/move_writes, _counter_write: condition 'available >= :needed'"
EARLY = "adapters/order_store, _transact: if 0 in refused.places"
RULE = "template, OrderProcessing, VerifyOrder: Catch of OrderRejected"
ALL = mutations()
_PROGRAM = """
import json, sys
from tests.faults.catching import named, recorded, shows
from tests.faults.trying import tried
condition, early, rule = sys.argv[1:]
known, both = recorded(), sys.argv[1:3]
seen = tried([known[n] for n in both], [named(n) for n in both], {known[n]: [n] for n in both})
other = tried([known[early]], [named(condition)], {known[early]: [condition]})
print(json.dumps([seen.caught, seen.red, other.caught, shows(rule, known[rule])]))
"""


def test_each_guard_has_a_name_of_its_own_and_what_catches_it_is_known():
    names = [mutation.name for mutation in ALL]
    assert len(set(names)) == len(names)
    caught = {name for name, by in recorded().items() if by}
    assert set(names) - caught - EQUIVALENT.keys() == set(), (
        "python -m tests.faults --part mutations --record finds what catches these; what it does not needs a test"
    )


def test_nothing_is_known_of_a_guard_that_is_not_there():
    assert recorded().keys() | EQUIVALENT.keys() <= {mutation.name for mutation in ALL}
    assert not recorded().keys() & EQUIVALENT.keys()


def test_what_caught_each_is_there():
    names = {scenario.name for scenario in scenarios()}
    for by in recorded().values():
        path, _, test = by.partition("[")[0].partition("::")
        assert test in _tests_of(path) if is_test(by) else by in names, by


@cache
def _tests_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_condition_of_a_write_is_among_them():
    asked = {
        path.relative_to(root).with_suffix("").as_posix(): len(_ASKED.findall(path.read_text(encoding="utf-8")))
        for root, folder in ((PACKAGE, PACKAGE), (ROOT, ROOT / "functions"), (ROOT, ROOT / "operating"))
        for path in folder.rglob("*.py")
    }
    found = Counter(mutation.module for mutation in ALL if mutation.kind == "condition")
    assert {module for module, count in asked.items() if found[module] < count} == set()
    assert sum(asked.values()) > 40


@pytest.mark.parametrize("module", MODULES)
def test_what_is_taken_away_is_gone_for_as_long_as_it_lasts(module):
    there = importlib.import_module("order_processing." + module.replace("/", "."))
    functions = functions_of(there.__dict__, there.__name__)
    before = {name: function.__code__ for name, function in functions.items()}
    for mutation in (each for each in ALL if each.module == module):
        with taken_away(mutation):
            assert {name: function.__code__ for name, function in functions.items()} != before, mutation.name
    assert {name: function.__code__ for name, function in functions.items()} == before


def test_a_rule_of_the_template_is_gone_for_as_long_as_it_lasts_and_others_stay():
    states = template()["Resources"]["OrderProcessing"]["Properties"]["Definition"]["States"]
    errors = lambda state: [rule["ErrorEquals"] for rule in states[state]["Catch"]]  # noqa: E731
    before = errors("VerifyOrder"), errors("CheckAvailability")
    with taken_away(named(RULE)):
        assert errors("VerifyOrder") == [each for each in before[0] if each != ["OrderRejected"]]
        assert errors("CheckAvailability") == before[1]
    assert (errors("VerifyOrder"), errors("CheckAvailability")) == before


def test_a_guard_that_is_missing_is_seen_by_what_caught_it_and_by_nothing_else():
    """In a process of its own, which forks."""
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM, CONDITION, EARLY, RULE],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "ORDER_PROCESSING_TEST_RUN"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(ran.stdout) == [{name: recorded()[name] for name in (CONDITION, EARLY)}, [], {}, True]
