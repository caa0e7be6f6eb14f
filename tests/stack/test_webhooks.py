"""Endpoints of front ends and stores on the deployed stack: real receivers, with the published library."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from local import LocalStack, wait_for
from local.senders import FRONT_END
from operating import webhooks as command
from operating.webhooks import Operator
from order_processing.adapters.webhooks import SECONDS
from order_processing.webhooks.circuit import OPEN_AFTER
from order_processing.webhooks.endpoint import Endpoint, Store
from order_processing.webhooks.ports import NotReached
from tests.stack.senders import api_order, place
from tests.stack.test_events_out import HAPPY
from tests.stack.webhook_receiver import Receiver, receiving

OWN = Store(source="api", store=FRONT_END)


@pytest.fixture
def operator(stack: LocalStack, monkeypatch) -> Operator:
    monkeypatch.setattr(command, "connect", lambda _: (stack.client, stack.outputs))
    return Operator(stack.client, stack.outputs)


@pytest.fixture
def add(operator: Operator) -> Any:
    """Adds an endpoint, and takes it away in the end."""
    added = []

    def adding(name: str, receiver: Receiver, store: Store = OWN, **fields: Any) -> None:
        endpoint = Endpoint(name=name, url=receiver.url, stores=(store,), added_at=datetime.now(UTC), **fields)
        receiver.secret = operator.add(endpoint)
        added.append(name)
        time.sleep(SECONDS)  # until every process knows of it

    yield adding
    for name in added:
        operator.desk.remove(name)


def run(*arguments: str) -> int:
    """The operator's command."""
    return command.main(list(arguments))


def soon(look: Callable[[], Any], what: str) -> Any:
    return wait_for(look, seconds=300, what=what)


def test_an_orders_events_are_signed_and_come_to_its_own_stores_endpoint_alone(stack, add):
    with receiving() as own, receiving() as other:
        add("own", own)
        add("other", other, store=Store(source="api", store="another front end"))
        receipt = place(stack, api_order("webhooks-1")).json()
        mine = lambda: [m for m in own.heard if m["data"]["order_id"] == receipt["id"]]  # noqa: E731
        soon(lambda: {m["type"] for m in mine()} >= set(HAPPY), "the events of the happy path")
        assert len({m["data"]["id"] for m in mine()}) == len(HAPPY)
        assert own.unproved == 0
        assert other.tried == 0
        assert "webhooks-1@example.com" not in json.dumps(own.heard)
        assert "Ada" not in json.dumps(own.heard)


def test_what_was_answered_with_500_comes_again_and_a_dead_endpoint_is_left_alone(stack, add, operator, capsys):
    with receiving() as own:
        add("failing", own)
        own.status = 500
        first = place(stack, api_order("webhooks-2")).json()
        second = place(stack, api_order("webhooks-3")).json()
        soon(lambda: operator.desk.count_waiting("failing") >= 2 * len(HAPPY), "everything to wait")
        line = operator.named("failing")
        assert line.health.is_open or line.health.failures >= OPEN_AFTER
        tried = own.tried
        third = place(stack, api_order("webhooks-4")).json()
        soon(lambda: operator.desk.count_waiting("failing") >= 3 * len(HAPPY), "the third order's events to wait")
        assert own.tried <= tried + 3, "probes, and what had begun"
        own.status = 204
        soon(lambda: run("retry", "failing") == 0, "the operator's retry")
        wanted = {f"{receipt['id']}-" for receipt in (first, second, third)}
        soon(lambda: {i[: i.index("-") + 1] for i in own.ids()} >= wanted, "all three orders' events")
        soon(lambda: operator.desk.count_waiting("failing") == 0, "nothing to wait")
        capsys.readouterr()
        assert run("list") == 0
        assert "well; 0 waiting" in capsys.readouterr().out


def test_a_receiver_may_change_its_secret_whenever_it_likes_between_rotate_and_finish(add, operator, capsys):
    with receiving() as own:
        add("rotating", own)
        old = own.secret
        assert run("test", "rotating") == 0
        capsys.readouterr()
        assert run("rotate", "rotating") == 0
        new = capsys.readouterr().out.strip()
        for secret in (old, new):
            own.secret = secret
            assert run("test", "rotating") == 0
        assert run("rotate", "rotating", "--finish") == 0
        assert run("test", "rotating") == 0
        own.secret = old
        assert run("test", "rotating") == 1
        assert [message["type"] for message in own.heard].count("Test") >= 3


def test_what_was_sent_is_sent_again_by_event_and_by_time(stack, add, capsys):
    with receiving() as own:
        add("replaying", own, kinds=("OrderReceived",))
        receipt = place(stack, api_order("webhooks-5")).json()
        event = f"{receipt['id']}-0"
        soon(lambda: event in own.ids(), "the order's first event")
        assert run("replay", "replaying", "--event", event) == 0
        soon(lambda: run("retry", "replaying") == 0 and own.ids().count(event) >= 2, "it once more")
        assert run("replay", "replaying", "--since", own.heard[0]["timestamp"]) == 0
        soon(lambda: run("retry", "replaying") == 0 and own.ids().count(event) >= 3, "and again")
        assert run("replay", "replaying", "--event", "nobody-0") == 1
        assert "never sent" in capsys.readouterr().err


def test_an_endpoint_that_is_gone_is_disabled_and_its_messages_are_listed_and_sent_when_it_is_back(stack, add, capsys):
    with receiving() as own:
        add("gone", own, kinds=("OrderReceived",))
        own.status = 410
        receipt = place(stack, api_order("webhooks-6")).json()
        capsys.readouterr()

        def listed() -> bool:
            assert run("dead", "gone") == 0
            return f"{receipt['id']}-0" in capsys.readouterr().out

        soon(listed, "the message among the dead ones")
        assert any("an endpoint is disabled" in line for line in stack.logs())
        own.status = 204
        assert run("resume", "gone") == 0
        assert run("replay", "gone", "--dead") == 0
        soon(lambda: run("retry", "gone") == 0 and f"{receipt['id']}-0" in own.ids(), "the message")


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data/", "https://10.0.0.8/", "https://[fd00:ec2::254]/"]
)
def test_no_endpoint_is_added_that_leads_into_the_network(operator, url, capsys):
    with pytest.raises(NotReached):
        operator.add(Endpoint(name="inside", url=url, stores=(OWN,), added_at=datetime.now(UTC)))
    assert run("add", "inside", url, "--store", "api:shop") == 1
    assert "inside" not in [line.name for line in operator.desk.lines()]


def test_the_function_does_not_call_what_leads_inside_though_somebody_put_it_there(operator, stack):
    operator.secrets.rotate("inside", bytes(32))
    operator.desk.add(
        Endpoint(name="inside", url="https://169.254.169.254/", stores=(OWN,), added_at=datetime.now(UTC))
    )
    try:
        assert run("test", "inside") == 1
        (waiting,) = operator.desk.waiting("inside")
        assert waiting.last == "its name leads to an address that is not public"
    finally:
        operator.desk.remove("inside")
