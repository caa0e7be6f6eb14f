"""What the functions' policies grant, compared both ways with what the functions did while the stack's tests ran.

    python -m tests.policies FOLDER    a folder in which tests/conftest.py has kept what the emulator noted

Nothing may have been denied, and nothing granted that was not used: each exception has its reason in `UNUSED`.
The exit code is 1 where there is one without, and where there is a reason that nothing needs.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from local import LocalStack
from local.deploy import STACK
from tests.policy_exceptions import DENIED, UNUSED, Excepted

CALLS, GRANTS = "calls.jsonl", "grants.json"


class Grant(NamedTuple):
    """One action on one resource that one statement allows a function. resource: as the statement writes it."""

    function: str
    statement: str
    action: str
    resource: str


def keep(stack: LocalStack, folder: Path) -> None:
    """Keep what the emulator noted, and the policies as they are deployed."""
    folder.mkdir(parents=True, exist_ok=True)
    noted = stack.emulator.home / CALLS
    (folder / CALLS).write_text(noted.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / GRANTS).write_text(json.dumps(sorted(granted(stack)), indent=1), encoding="utf-8")


def granted(stack: LocalStack) -> set[Grant]:
    """What the template's own statements grant to functions."""
    iam = stack.client("iam")
    found = set()
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if not (function := _function(role["RoleName"])):
                continue
            for policy in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
                document = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=policy)["PolicyDocument"]
                found |= set(_grants(function, document if isinstance(document, dict) else json.loads(document)))
    return found


def _grants(function: str, document: dict[str, Any]) -> Iterable[Grant]:
    for statement in document["Statement"]:
        for action in _listed(statement["Action"]):
            for resource in _listed(statement["Resource"]):
                yield Grant(function, statement.get("Sid", ""), action, resource)


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _function(role: str) -> str:
    """The function whose role has this name; "" where it is no function's."""
    found = re.fullmatch(rf"{STACK}-(\w+)FunctionRole-\w+", role)
    return found[1] if found else ""


def compare(grants: set[Grant], calls: Iterable[Sequence[str]]) -> tuple[list[Grant], list[Grant]]:
    """What was denied, and what was granted and not used."""
    noted = {Grant(_function(role), *rest) for role, *rest in calls if _function(role)}
    denied = sorted(call for call in noted if not call.statement)
    return denied, sorted(grants - noted)


def unargued(found: Iterable[Grant], reasons: Sequence[Excepted]) -> list[Grant]:
    """Those that no reason speaks of."""
    return [
        each
        for each in found
        if not any(reason.speaks_of(each.function, each.statement, each.action) for reason in reasons)
    ]


def untrue(found: Iterable[Grant], reasons: Sequence[Excepted]) -> list[str]:
    """What reasons speak of and is not found any more: a function that they name, or an action, or all."""
    wrong = []
    grants = list(found)
    for reason in (each for each in reasons if not each.sometimes):
        of = [each for each in grants if reason.speaks_of(each.function, each.statement, each.action)]
        for name in [*reason.functions.split(), *reason.statement.split(), *reason.actions.split()]:
            if not any(fnmatchcase(part, name) for each in of for part in each[:3]):
                wrong.append(f"{reason.functions} {reason.statement} {reason.actions}: nothing of {name}")
    return wrong


def main(folder: Path) -> int:
    """The command."""
    grants = {Grant(*each) for each in json.loads((folder / GRANTS).read_text(encoding="utf-8"))}
    lines = (folder / CALLS).read_text(encoding="utf-8").splitlines()
    denied, unused = compare(grants, map(json.loads, lines))
    wrong = 0
    for what, found, reasons in (("denied", denied, DENIED), ("granted and not used", unused, UNUSED)):
        left = unargued(found, reasons)
        for each in left:
            print(f"{what}: {each.function}: {each.action} on {each.resource} ({each.statement})")
        past = untrue(found, reasons)
        for line in past:
            print(f"excepted from what is {what}, and need not be: {line}")
        wrong += len(left) + len(past)
    functions = len({grant.function for grant in grants})
    print(
        f"{functions} functions, {len(grants)} grants, {len(grants) - len(unused)} used, "
        f"{len(unused)} not used, {len(denied)} denied; without a reason, or a reason without one: {wrong}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
