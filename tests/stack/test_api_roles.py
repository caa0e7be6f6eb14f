"""Every path of the reference by everybody: who may come in does, and nobody else learns or changes anything."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from local import LocalStack, Response
from local.reference.document import OPERATIONS
from local.reference.operation import Operation
from tests.stack.api_roles import NOTHING, Role, Roles
from tests.stack.senders import status

pytestmark = pytest.mark.xdist_group("stack")

TURNED_AWAY = {401, 403, 404, 410}
NOT_THEIRS = {"CREDENTIALS_INVALID", "SIGNATURE_INVALID", "SCOPE_MISSING", "NO_SUCH_ORDER", "NO_SUCH_ROUTE"}
PLACES = {"batch_id": "0123456789abcdef"}
"""What stands in a path where the reference gives no example. A new parameter needs either, and fails without."""


@pytest.fixture(scope="module")
def roles(stack: LocalStack) -> Roles:
    return Roles(stack)


def may(role: Role, operation: Operation) -> bool:
    """Whether the reference says that this role comes in."""
    about_an_order = "{order_id}" in operation.path
    for way in operation.openers:
        if not way:  # for everybody
            return True
        ((scheme, scopes),) = way.items()
        name = f"{scheme}:{scopes[0]}" if scopes else scheme
        if name in role.opens or (not about_an_order and f"{name} of another" in role.opens):
            return True
        if scheme == "order_link" and not operation.pages and "order_link by header" in role.opens:
            return True
    return not operation.openers


def ask(stack: LocalStack, roles: Roles, role: Role, operation: Operation) -> Response:
    """A request without anything in it, and that would change nothing if it were let in."""
    order = roles.order["id"]
    given = {parameter.name: parameter.example for parameter in operation.parameters if parameter.example}
    path = operation.path.format(**{**PLACES, **given, "order_id": order, "order": order})
    asked = [p.name for p in operation.parameters if p.place == "query" and p.required]
    query = urlencode({name: given[name] for name in asked} | ({"token": role.token} if role.token else {}))
    headers = {"Content-Type": "application/json", "If-Match": '"never"', "Idempotency-Key": "roles", **role.headers}
    body = NOTHING if operation.body else b""
    return stack.request(operation.method.upper(), f"{path}?{query}", headers, body)


def let_in(answer: Response) -> bool:
    if answer.headers.get("content-type") == "application/problem+json":
        return json.loads(answer.body)["code"] not in NOT_THEIRS
    return answer.status not in TURNED_AWAY


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_who_may_come_in_does_and_nobody_else(stack, roles, operation):
    wrong = []
    for role in roles.all:
        answer = ask(stack, roles, role, operation)
        if let_in(answer) != may(role, operation):
            wrong.append(f"{role.name}: {answer.status} {answer.body[:200]!r}")
        if not may(role, operation):
            told = answer.body.decode()
            assert answer.status in TURNED_AWAY
            assert not [word for word in ("TEST-123", "152.60", "Ada", "roles@example.com") if word in told], role.name
    assert wrong == []


def test_every_role_comes_in_somewhere_or_is_nobody(roles):
    closed = [operation for operation in OPERATIONS if operation.openers and {} not in operation.openers]
    somewhere = {role.name for role in roles.all for operation in closed if may(role, operation)}
    nobody = {role.name for role in roles.all if not role.opens or role.opens == {"access_token"}}
    assert somewhere | nobody == {role.name for role in roles.all}
    assert not somewhere & nobody


def test_the_order_is_as_it_was_after_all_of_that(stack, roles):
    assert status(stack, roles.order).json()["status"] not in ("CANCELLED", "REJECTED")


def test_a_front_end_lists_no_order_of_another(stack, roles):
    day = status(stack, roles.order).json()["times"]
    first = min(day.values())[:10] if day else ""
    for role in roles.all:
        if role.opens & {"client_key", "client_key of another", "access_token:orders.read of another"}:
            answer = stack.request("GET", f"/orders?day={first}&limit=100", role.headers)
            listed = {order["order_id"] for order in answer.json()["orders"]}
            assert (roles.order["id"] in listed) == ("client_key" in role.opens), role.name
