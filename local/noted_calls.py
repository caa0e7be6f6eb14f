"""Notes what each role was allowed to do and did, and what it was denied. Runs in the emulator's own environment.

Each line of the file `calls.jsonl` in the emulator's folder is a thing that happened at least once: a role, the
statement of its policies by which it was allowed, the action, and the resource as the statement writes it. What was
denied has no statement, and the resource that was asked for. `tests.policies` compares them with what is granted.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator as iam

_evaluate, _enforce = iam.evaluate, iam.enforce
_file = Path.cwd() / "calls.jsonl"
_noted: set[tuple[str, ...]] = set()


def evaluate(ctx: Any, policies: Any, *limits: Any) -> Any:
    """As the emulator's own, and what is allowed is noted, under each statement that allows it."""
    result = _evaluate(ctx, policies, *limits)
    if result.decision == "Allow" and (role := _role(ctx.principal_arn)):
        for statement in (each for policy in policies for each in policy):
            for pattern in _matched(statement, ctx):
                _note(role, statement.sid or "", ctx.action, pattern)
    return result


def enforce(access_key: str, action: str, *others: Any, **named: Any) -> Any:
    """As the emulator's own, and what is denied is noted."""
    denied = _enforce(access_key, action, *others, **named)
    if denied is not None and (role := _role(getattr(denied, "principal_arn", ""))):
        _note(role, "", action, named.get("resource_arn", "*"))
    return denied


def install() -> None:
    """From now on calls are noted."""
    iam.evaluate, iam.enforce = evaluate, enforce


def _role(principal: str) -> str:
    return principal.split("/")[1] if ":assumed-role/" in principal else ""


def _matched(statement: Any, ctx: Any) -> list[str]:
    """The resources of a statement, as it writes them, by which it allows this call."""
    if statement.effect != "Allow" or not iam._action_matches(ctx.action, statement.actions, statement.not_actions):
        return []
    if not iam._conditions_met(statement.conditions, ctx):
        return []
    return [each for each in statement.resources or [] if iam._resource_matches(ctx.resource_arn, [each], [])]


def _note(*what: str) -> None:
    if what not in _noted:
        _noted.add(what)
        with _file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(what) + "\n")
