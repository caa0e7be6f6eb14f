"""Order events on their way to endpoints: whose they are, what follows from failures, and nothing lost by a cut."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import boto3
import pytest

from order_processing.webhooks.circuit import DISABLE_AFTER, GIVE_UP_AFTER, OPEN_AFTER
from tests.aws.webhook_receiver import NOW, Webhooks, event
from tests.clients import Cut, CutClient
from tests.orders import an_order

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def webhooks(tables: dict[str, str]) -> Webhooks:
    return Webhooks()


def ids(*events: dict[str, Any]) -> list[str]:
    return [made["detail"]["id"] for made in events]


def test_an_event_goes_to_the_endpoints_of_its_orders_store_and_to_no_other(webhooks):
    own, other = webhooks.add("own"), webhooks.add("other", store="another shop")
    also = webhooks.add("also", kinds=("OrderConfirmed",))
    made = [event(), event(store="another shop"), event(store="nobody's")]
    assert webhooks.come(*made) == []
    assert webhooks.http.heard == {own: ids(made[0]), other: ids(made[1])}
    assert also not in webhooks.http.tried


def test_whose_an_order_is_stands_with_the_order(webhooks):
    own, other = webhooks.add("own"), webhooks.add("other", store="another shop")
    order = an_order(source="api", store="another shop")
    placed = webhooks.orders.place(order, b"raw", "fingerprint", NOW)
    confirmed = event(kind="OrderConfirmed", order_id=placed.order_id, sequence=3)
    assert webhooks.come(confirmed) == []
    assert webhooks.http.heard == {other: ids(confirmed)}
    assert own not in webhooks.http.tried


def test_an_event_of_an_order_that_cannot_be_found_yet_comes_again_alone(webhooks):
    own = webhooks.add("own")
    unknown, known = event(kind="OrderConfirmed", order_id="unknown"), event()
    assert webhooks.come(unknown, known) == ids(unknown)
    assert webhooks.http.heard == {own: ids(known)}


def test_without_endpoints_no_order_is_read_and_nothing_written(webhooks):
    assert webhooks.come(event(kind="OrderConfirmed", order_id="unknown")) == []
    assert boto3.client("dynamodb").scan(TableName="webhooks")["Count"] == 0


def test_what_an_endpoint_did_not_take_it_gets_later_once(webhooks):
    own = webhooks.add("own")
    webhooks.http.answers[own] = 500
    made = event()
    assert webhooks.come(made) == []
    (waiting,) = webhooks.waiting("own")
    assert (waiting.attempts, waiting.last) == (1, "HTTP 500")
    assert webhooks.tick() == {"delivered": 0, "failed": 0}, "it is not due yet"
    webhooks.http.answers.clear()
    assert webhooks.tick(MINUTE) == {"delivered": 1, "failed": 0}
    assert webhooks.http.heard == {own: ids(made)}
    assert webhooks.waiting("own") == []
    (line,) = webhooks.desk.lines()
    assert not line.may_wait
    assert line.health.failures == 0


def test_an_event_that_the_queue_brings_twice_keeps_its_id_and_waits_once(webhooks):
    own = webhooks.add("own")
    webhooks.http.answers[own] = 500
    made = event()
    for _ in range(3):
        webhooks.come(made)
    (waiting,) = webhooks.waiting("own")
    assert waiting.attempts == 1
    assert {headers["webhook-id"] for headers in webhooks.http.headers} == set(ids(made))


def test_a_dead_endpoint_burns_few_attempts_and_holds_up_nobody(webhooks):
    dead, alive = webhooks.add("dead"), webhooks.add("alive")
    webhooks.http.answers[dead] = None
    made = [event() for _ in range(20)]
    for one in made:
        webhooks.come(one)
    assert webhooks.http.tried[dead] == OPEN_AFTER
    assert webhooks.http.heard[alive] == ids(*made)
    assert len(webhooks.waiting("dead")) == 20
    webhooks.pass_time(12 * HOUR, HOUR)
    assert webhooks.http.tried[dead] < OPEN_AFTER + 25, "a probe now and then, each with one message"
    webhooks.http.answers.clear()
    webhooks.pass_time(2 * HOUR, HOUR)
    assert sorted(webhooks.http.heard[dead]) == sorted(ids(*made))
    assert webhooks.waiting("dead") == []
    later = event()
    webhooks.come(later)
    assert webhooks.http.heard[dead][-1:] == ids(later)


def test_one_message_that_an_endpoint_never_takes_is_tried_alone_for_three_days(webhooks):
    own = webhooks.add("own")
    poison = event()
    webhooks.http.refused_events.update(ids(poison))
    webhooks.come(poison)
    for _ in range(16):
        webhooks.come(event())
        webhooks.tick(5 * HOUR)
    (dead,) = webhooks.dead("own")
    assert dead.message.id == ids(poison)[0]
    assert dead.attempts > 10
    assert len(webhooks.http.heard[own]) == 16
    assert webhooks.waiting("own") == []


def test_what_waits_for_a_dead_endpoint_is_given_up_after_three_days_and_the_endpoint_after_five(webhooks, capsys):
    dead = webhooks.add("dead")
    webhooks.http.answers[dead] = 503
    made = [event() for _ in range(8)]
    webhooks.come(*made)
    webhooks.pass_time(GIVE_UP_AFTER - 6 * HOUR, 6 * HOUR)
    assert webhooks.dead("dead") == []
    webhooks.pass_time(12 * HOUR, 6 * HOUR)
    assert {waiting.message.id for waiting in webhooks.dead("dead")} == set(ids(*made))
    capsys.readouterr()
    late = event()
    webhooks.come(late)
    webhooks.pass_time(DISABLE_AFTER - GIVE_UP_AFTER, 6 * HOUR)
    (line,) = webhooks.desk.lines()
    assert "5 days" in line.health.disabled
    assert '"WebhookEndpointDisabled":[1.0]' in capsys.readouterr().out.replace(" ", "")
    tried = webhooks.http.tried[dead]
    after = event()
    webhooks.come(after)
    webhooks.pass_time(2 * HOUR, HOUR)
    assert webhooks.http.tried[dead] == tried, "a disabled endpoint is not called"
    assert {w.message.id for w in webhooks.dead("dead")} == set(ids(*made, late, after)), "and nothing is lost"
    assert webhooks.waiting("dead") == []


def test_an_endpoint_that_says_it_is_gone_is_disabled(webhooks):
    gone = webhooks.add("gone")
    webhooks.http.answers[gone] = 410
    webhooks.come(event())
    (line,) = webhooks.desk.lines()
    assert "410" in line.health.disabled
    assert len(webhooks.dead("gone")) == 1


def test_what_was_given_up_and_what_was_sent_can_be_sent_again(webhooks):
    own = webhooks.add("own")
    sent = [event() for _ in range(3)]
    webhooks.come(*sent)
    webhooks.http.answers[own] = 410
    lost = event()
    webhooks.come(lost)
    webhooks.http.answers.clear()
    webhooks.http.heard.clear()
    webhooks.desk.resume("own")
    messages = [w.message for w in webhooks.dead("own")]
    assert webhooks.desk.replay("own", messages, webhooks.now) == 1
    assert webhooks.tick() == {"delivered": 1, "failed": 0}
    assert webhooks.dead("own") == []
    (again,) = webhooks.desk.of_event("own", sent[1]["detail"]["id"])
    webhooks.desk.replay("own", [again.message], webhooks.now)
    webhooks.tick()
    assert webhooks.http.heard[own] == ids(lost, sent[1])
    since, until = again.message.at, again.message.at
    assert [w.message.id for w in webhooks.desk.between("own", since, until)] == ids(sent[1])
    assert len(list(webhooks.desk.between("own", NOW, NOW + HOUR))) == 4


def test_a_paused_endpoint_gets_everything_when_it_goes_on(webhooks):
    own = webhooks.add("own")
    webhooks.desk.pause("own")
    webhooks.restart()
    made = [event() for _ in range(3)]
    webhooks.come(*made)
    webhooks.pass_time(4 * 24 * HOUR, 8 * HOUR)
    assert webhooks.http.tried == {}
    webhooks.desk.resume("own")
    webhooks.tick(MINUTE)
    assert sorted(webhooks.http.heard[own]) == sorted(ids(*made))


def test_an_endpoint_that_was_removed_gets_nothing_and_its_name_is_free(webhooks):
    own = webhooks.add("own")
    webhooks.http.answers[own] = 500
    webhooks.come(event())
    webhooks.desk.remove("own")
    webhooks.http.answers.clear()
    assert webhooks.tick(MINUTE) == {"delivered": 0, "failed": 0}
    assert webhooks.come(event()) == []
    assert webhooks.http.heard == {}


@pytest.mark.parametrize("paused", [False, True])
def test_an_endpoint_that_is_removed_while_a_process_still_knows_it_brings_no_event_back(webhooks, paused):
    own = webhooks.add("own")
    webhooks.http.answers[own] = 500
    if paused:
        webhooks.desk.pause("own")
    webhooks.restart()
    webhooks.outbox.lines()
    webhooks.desk.remove("own")
    assert webhooks.come(event()) == []


def test_one_run_at_a_time_works_for_an_endpoint(webhooks):
    webhooks.add("own")
    assert webhooks.outbox.claim("own", webhooks.now, webhooks.now + MINUTE)
    assert webhooks.outbox.claim("own", webhooks.now, webhooks.now + MINUTE) is None
    assert webhooks.outbox.claim("own", webhooks.now + 2 * MINUTE, webhooks.now + 3 * MINUTE), "unless it was cut"


def test_a_new_secret_signs_beside_the_old_one(webhooks):
    own = webhooks.add("own")
    new = webhooks.secrets.rotate("own", bytes(32))
    webhooks.restart()
    webhooks.come(event())
    assert len(webhooks.http.headers[-1]["webhook-signature"].split(" ")) == 2
    webhooks.secrets.drop_old("own")
    webhooks.restart()
    webhooks.come(event())
    assert len(webhooks.http.headers[-1]["webhook-signature"].split(" ")) == 1
    assert new.startswith("whsec_")
    assert len(webhooks.http.heard[own]) == 2


def test_an_endpoint_that_has_just_been_added_is_signed_for_though_the_secret_was_read_before(webhooks):
    webhooks.add("first")
    webhooks.come(event())
    delivering = webhooks.delivering
    url = webhooks.add("second")
    webhooks.delivering = delivering
    webhooks.come(event())
    assert len(webhooks.http.heard[url]) == 1


def cut(cut_at: int, after: bool) -> type[CutClient]:
    """A client whose calls end with the nth."""
    CutClient.calls, CutClient.cut_at, CutClient.after = 0, cut_at, after
    return CutClient


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("fails", [False, True], ids=["takes", "fails"])
def test_a_run_that_is_cut_anywhere_loses_no_message(webhooks, after, fails):
    cut_at = 0
    while True:
        cut_at += 1
        name = f"own-{cut_at}"
        own = webhooks.add(name)
        webhooks.http.answers[own] = 500 if fails else 204
        webhooks.restart(cut(cut_at, after))
        made = event()
        again = webhooks.come(made)
        webhooks.restart()
        if again:
            assert webhooks.come(made) == [], "the queue brings it again"
        webhooks.http.answers.clear()
        webhooks.tick(10 * MINUTE)
        assert set(webhooks.http.heard[own]) == set(ids(made))
        assert webhooks.waiting(name) == []
        webhooks.desk.remove(name)
        if CutClient.calls < cut_at:
            break
    assert cut_at > (4 if fails else 1)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("fails", [False, True], ids=["takes", "fails"])
def test_a_retry_that_is_cut_anywhere_loses_no_message(webhooks, after, fails):
    cut_at = 0
    while True:
        cut_at += 1
        name = f"own-{cut_at}"
        own = webhooks.add(name)
        webhooks.http.answers[own] = 500
        made = [event(), event()]
        webhooks.come(*made)
        webhooks.now += 10 * MINUTE
        webhooks.http.answers[own] = 500 if fails else 204
        webhooks.restart(cut(cut_at, after))
        with suppress(Cut):
            webhooks.delivering.work_off(name, webhooks.now + MINUTE)
        webhooks.http.answers.clear()
        webhooks.tick(30 * MINUTE)
        assert set(webhooks.http.heard[own]) == set(ids(*made))
        assert webhooks.waiting(name) == []
        webhooks.desk.remove(name)
        if CutClient.calls < cut_at:
            break
    assert cut_at > 4
