"""The comparison of what functions may do with what they did can fail, both ways."""

from __future__ import annotations

import json

from tests import policies
from tests.policies import Grant, compare, unargued, untrue
from tests.policy_exceptions import UNUSED, Excepted

READ = Grant("Verify", "ReadOrders", "dynamodb:Query", "orders")
WRITE = Grant("Verify", "KeepOrders", "dynamodb:PutItem", "orders")
SEND = Grant("Confirm", "SendMail", "ses:SendEmail", "identity")


def call(grant: Grant) -> list[str]:
    return [f"order-processing-{grant.function}FunctionRole-1", *grant[1:]]


def test_what_was_granted_and_not_used_and_what_was_denied():
    denied = READ._replace(statement="", action="dynamodb:Scan")
    assert compare({READ, WRITE, SEND}, [call(READ), call(denied), ["another-role", "", "x", "y"]]) == (
        [denied],
        [SEND, WRITE],
    )


def test_a_reason_speaks_of_a_function_a_statement_and_an_action():
    for_any = Excepted("Verify", "*", "*", "why")
    for_one = Excepted("Confirm Verify", "Keep*", "dynamodb:PutItem", "why")
    assert unargued([READ, WRITE, SEND], [for_any]) == [SEND]
    assert unargued([READ, WRITE, SEND], [for_one]) == [READ, SEND]


def test_a_reason_of_which_nothing_is_left_is_told():
    assert untrue([WRITE], [Excepted("Verify", "*", "*", "why")]) == []
    (gone,) = untrue([WRITE], [Excepted("Verify Confirm", "Keep*", "dynamodb:PutItem", "why")])
    assert gone.endswith("nothing of Confirm")
    (gone,) = untrue([WRITE], [Excepted("Verify", "*", "dynamodb:PutItem dynamodb:Query", "why")])
    assert gone.endswith("nothing of dynamodb:Query")
    assert untrue([], [Excepted("Verify", "*", "dynamodb:PutItem", "why")])
    assert untrue([], [Excepted("Verify", "*", "dynamodb:PutItem", "why", sometimes=True)]) == []


def test_every_reason_says_something():
    assert all(len(each.reason) > 40 for each in UNUSED)


def test_the_command_fails_where_there_is_no_reason(tmp_path, monkeypatch, capsys):
    (tmp_path / policies.GRANTS).write_text(json.dumps([READ, WRITE]), encoding="utf-8")
    (tmp_path / policies.CALLS).write_text(json.dumps(call(READ)) + "\n", encoding="utf-8")
    for reasons, code in (((), 1), ((Excepted("Verify", "*", "dynamodb:PutItem", "why"),), 0)):
        monkeypatch.setattr(policies, "UNUSED", reasons)
        assert policies.main(tmp_path) == code
    assert "1 functions, 2 grants, 1 used, 1 not used, 0 denied" in capsys.readouterr().out
