"""POST /orders/{id}/decision on the real adapters: what staff may decide, and who may not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from order_processing.access import order_token
from order_processing.discrepancy import Approval, Correction
from order_processing.doors import Doors
from order_processing.http import Answer, Request
from order_processing.inventory import PlannedSupply
from order_processing.order import Customer, Line, Order
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.orders import an_order

KEYS = ["", "signing key"]
SENDERS = {"api": {"web shop": ["front end key"]}, "staff": {"kim": ["new key", "old key"], "nobody": []}}
CHEAP = Line(line_id="1", sku="TEST-123", title="Test Product", quantity=1, unit_price=100)


class Fixed:
    """The senders' secret, and links that are signed with the test's key."""

    def read(self) -> dict[str, Any]:
        return SENDERS

    def status_url(self, order_id: str) -> str:
        return f"https://orders.example.com/orders/{order_id}?token={order_token(order_id, KEYS)}"

    def may_see(self, order_id: str, token: str) -> bool:
        return token == order_token(order_id, KEYS)


@pytest.fixture
def doors(shop: Shop) -> Doors:
    return Doors(
        orders=shop.orders,
        accounts=shop.accounts,
        queries=None,
        executions=shop,
        links=Fixed(),
        senders=Fixed(),
        deliveries=None,
    )


def waiting(shop: Shop, order: Order | None = None) -> str:
    order_id = shop.place(order or an_order(lines=(CHEAP,), total=100))
    assert shop.run(order_id).status is Status.CORRECTION_PENDING
    shop.answered.clear()
    return order_id


def send(doors: Doors, order_id: str, decision: str, key: str = "new key", if_match: str = "", **more: Any) -> Answer:
    body = json.dumps({"decision": decision, **more})
    seen = {"if-match": if_match} if if_match else {}
    return doors.decision(order_id, Request(headers={"authorization": f"Bearer {key}", **seen}, body=body))


def code(answer: Answer) -> str:
    return str(json.loads(answer.body)["code"])


def test_staff_consents_to_what_was_found_and_the_order_goes_on(shop, doors):
    order_id = waiting(shop)
    answers = [send(doors, order_id, "approve"), send(doors, order_id, "approve", key="new key")]
    assert [answer.status for answer in answers] == [200, 200]
    assert shop.answered == [("token", "go_on")] * 2
    (kept,) = shop.orders.load(order_id).answers
    assert kept.actor == "staff: kim"
    assert kept.approvals == (Approval(code="PRICE_TOO_LOW", path="lines[0].unit_price", found="1.00 USD"),)
    stored = shop.run(order_id)
    assert (stored.status, stored.verified.order.total) == (Status.READY_TO_SHIP, 100)
    assert code(send(doors, order_id, "reject")) == "NOT_ASKED"


def test_staff_puts_an_order_right(shop, doors):
    order = an_order(lines=(CHEAP.model_copy(update={"sku": "NO-SUCH", "unit_price": 1400}),), total=1400)
    order_id = waiting(shop, order)
    assert code(send(doors, order_id, "approve")) == "CORRECTION_NEEDED"
    corrections = [{"path": "lines[0].sku", "value": "MUG-BLUE"}]
    answers = [send(doors, order_id, "correct", corrections=corrections) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    (kept,) = shop.orders.load(order_id).answers
    assert kept.corrections == (Correction(path="lines[0].sku", found="NO-SUCH", value="MUG-BLUE"),)
    assert shop.run(order_id).status is Status.READY_TO_SHIP


def test_staff_rejects_an_order_once_and_the_customer_is_told(shop, doors):
    order_id = waiting(shop)
    answers = [send(doors, order_id, "reject", key="old key") for _ in range(2)]
    assert [json.loads(answer.body)["status"] for answer in answers] == ["REJECTED", "REJECTED"]
    assert shop.answered == [("token", "rejected")] * 2  # it may not have heard the first time
    shop.end(order_id, Status.REJECTED)
    stored = shop.orders.load(order_id)
    assert (stored.status, stored.reason.code, stored.notice.sent_at is not None) == (Status.REJECTED, "REJECTED", True)
    assert code(send(doors, order_id, "approve")) == "NOT_ASKED"


def test_rejecting_gives_back_what_was_held(shop, doors):
    many = CHEAP.model_copy(update={"unit_price": 14500, "quantity": 2000})
    order_id = shop.place(an_order(lines=(many,), total=many.gross))
    shop.run(order_id)
    assert shop.orders.load(order_id).status is Status.OFFER_PENDING
    assert code(send(doors, order_id, "approve")) == "NOTHING_TO_APPROVE"
    corrections = [{"path": "lines[0].quantity", "value": "1"}]
    assert code(send(doors, order_id, "correct", corrections=corrections)) == "NOTHING_TO_CORRECT"
    assert send(doors, order_id, "reject").status == 200
    stock, supply = shop.inventory.read(["TEST-123"])
    assert sum(source.reserved for source in [*stock, *supply]) == 0


def read(doors: Doors, order_id: str) -> Answer:
    return doors.status(order_id, Request(headers={"authorization": "Bearer new key"}))


def test_a_decision_about_an_order_that_was_seen_otherwise_is_not_made(shop, doors):
    order_id = waiting(shop)
    refused = send(doors, order_id, "approve", if_match='"seen long ago"')
    assert (refused.status, code(refused)) == (412, "ORDER_CHANGED")
    assert shop.answered == []
    seen = read(doors, order_id).headers["ETag"]
    answers = [send(doors, order_id, "approve", if_match=seen) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200], "sent again, it is the same decision"
    assert answers[-1].headers["ETag"] == read(doors, order_id).headers["ETag"] != seen
    assert len(shop.orders.load(order_id).answers) == 1


def test_an_order_that_was_seen_otherwise_is_not_cancelled(shop, doors):
    order_id = waiting(shop)

    def cancelled(if_match: str) -> Answer:
        return doors.cancel(order_id, Request(headers={"authorization": "Bearer new key", "if-match": if_match}))

    assert cancelled('"seen long ago"').status == 412
    assert shop.orders.load(order_id).status is Status.CORRECTION_PENDING
    seen = read(doors, order_id).headers["ETag"]
    assert [cancelled(seen).status for _ in range(2)] == [200, 200], "cancelled twice, it is cancelled once"


MUGS = Line(line_id="1", sku="MUG-BLUE", title="Mug, blue", quantity=200, unit_price=1400)


def offered(shop: Shop) -> str:
    """An order for more blue mugs than can be had within the longest wait."""
    order_id = shop.place(an_order(lines=(MUGS,), total=MUGS.gross))
    assert shop.run(order_id).status is Status.OFFER_PENDING
    shop.answered.clear()
    return order_id


@pytest.fixture
def few_mugs(shop: Shop) -> None:
    """The blue mugs that are to come, come late."""
    late = PlannedSupply(
        document="MO-3105",
        sku="MUG-BLUE",
        location="leipzig",
        kind="production",
        due_on=NOW.date() + timedelta(days=40),
        quantity=600,
    )
    shop.inventory.plan_supply(late)


def test_staff_sees_the_alternatives_and_chooses_for_the_customer(shop, doors, few_mugs):
    order_id = offered(shop)
    key = Request(headers={"authorization": "Bearer new key"})
    seen = json.loads(doors.status(order_id, key).body)["offer"]
    assert seen["expires_at"] == NOW.isoformat()  # the shop's clock stands still
    choices = {choice["choice"]: choice for choice in seen["choices"]}
    assert list(choices) == ["later", "in_parts", "substitute-2", "cancel"]
    assert (choices["substitute-2"]["price_difference"], choices["substitute-2"]["total"]) == ("500.00", "3300.00")
    (line,) = choices["in_parts"]["lines"]
    assert [part["quantity"] for part in line["deliveries"]] == [59, 141]
    assert choices["cancel"] == {"choice": "cancel", "kind": "cancel", "price_difference": "-2800.00"}
    for refused in ("wrong", "front end key"):
        assert doors.status(order_id, Request(headers={"authorization": f"Bearer {refused}"})).status == 404

    before_it_ends(shop, order_id)
    answers = [
        send(doors, order_id, "choose", choice="substitute-2", agreed_difference="500.00"),
        send(doors, order_id, "choose", choice="substitute-2", agreed_difference="500.00"),
    ]
    assert [answer.status for answer in answers] == [200, 200], answers[1].body
    assert json.loads(answers[0].body)["total"] == "3300.00"
    assert shop.answered == [("token", "go_on")] * 2
    (kept,) = shop.orders.load(order_id).answers
    assert (kept.actor, kept.choice.alternative.key, kept.choice.agreed_difference) == (
        "staff: kim",
        "substitute-2",
        50000,
    )
    stored = shop.run(order_id)
    assert (stored.status, stored.verified.order.total) == (Status.READY_TO_SHIP, 330000)
    shown = json.loads(doors.status(order_id, key).body)
    assert (shown["offer"], shown["lines"][0]["sku"], shown["decisions"][0]["choice"]) == (
        None,
        "MUG-PORCELAIN",
        "substitute-2",
    )
    assert code(send(doors, order_id, "choose", choice="later")) == "NOT_ASKED"


def before_it_ends(shop: Shop, order_id: str) -> None:
    """The question ends in a day of the real clock, which the door reads."""
    stored = shop.orders.load(order_id)
    later = {"expires_at": datetime.now(UTC) + timedelta(days=1)}
    shop.orders.ask(stored, stored.question.model_copy(update=later))


@pytest.mark.parametrize(
    ("choice", "status", "wanted", "path"),
    [
        ({"choice": "free-of-charge"}, 422, "NOT_OFFERED", "choice"),
        ({"choice": "substitute-2"}, 422, "CONSENT_NEEDED", "agreed_difference"),
        ({"choice": "substitute-2", "agreed_difference": "499.99"}, 422, "CONSENT_NEEDED", "agreed_difference"),
        ({"choice": "substitute-2", "agreed_difference": "much"}, 400, "DECISION_INVALID", "agreed_difference"),
    ],
)
def test_what_cannot_be_chosen_is_said_and_changes_nothing(shop, doors, few_mugs, choice, status, wanted, path):
    order_id = offered(shop)
    before_it_ends(shop, order_id)
    answer = send(doors, order_id, "choose", **choice)
    assert (answer.status, code(answer)) == (status, wanted)
    assert json.loads(answer.body)["errors"][0]["path"] == path
    assert (shop.orders.load(order_id).answers, shop.answered) == ((), [])


def test_nothing_can_be_chosen_once_it_is_too_late_or_where_nothing_is_offered(shop, doors, few_mugs):
    order_id = offered(shop)
    assert code(send(doors, order_id, "choose", choice="later")) == "OFFER_EXPIRED"
    assert (
        code(send(doors, waiting(shop, an_order("2", lines=(CHEAP,), total=100)), "choose", choice="later"))
        == "NOT_ASKED"
    )
    assert shop.orders.load(order_id).answers == ()


def test_staff_declines_all_of_it_for_the_customer_once(shop, doors, few_mugs):
    order_id = offered(shop)
    before_it_ends(shop, order_id)
    answers = [send(doors, order_id, "choose", choice="cancel") for _ in range(2)]
    assert [json.loads(answer.body)["status"] for answer in answers] == ["CANCELLED", "CANCELLED"]
    assert shop.answered == [("token", "cancelled")]
    stock, supply = shop.inventory.read(["MUG-BLUE", "MUG-GREEN", "MUG-PORCELAIN"])
    assert sum(source.reserved for source in [*stock, *supply]) == 0


def test_staff_cannot_consent_in_the_customers_place(shop, doors):
    mug = Line(line_id="1", sku="MUG-BLUE", title="Mug", quantity=1, unit_price=1600)
    order_id = waiting(shop, an_order(lines=(mug,), total=1600))
    assert code(send(doors, order_id, "approve")) == "NOTHING_TO_APPROVE"
    corrections = [{"path": "lines[0].unit_price", "value": "14.00"}]
    assert send(doors, order_id, "correct", corrections=corrections).status == 200
    assert shop.run(order_id).status is Status.READY_TO_SHIP


@pytest.mark.parametrize("key", ["", "wrong", "front end key", "customer's token"])
def test_nobody_else_decides(shop, doors, key):
    order_id = waiting(shop)
    if key.startswith("customer"):
        key = order_token(order_id, KEYS)
    query = {"token": order_token(order_id, KEYS)}
    request = Request(headers={"authorization": f"Bearer {key}"}, query=query, body='{"decision": "approve"}')
    assert (doors.decision(order_id, request).status, send(doors, order_id, "reject", key).status) == (401, 401)
    assert shop.orders.load(order_id).answers == ()
    assert shop.answered == []


def test_staffs_key_places_no_orders(doors):
    request = Request(headers={"authorization": "Bearer new key", "idempotency-key": "1"}, body="{}")
    assert doors.receive(request).status == 401


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("", "body"),
        ("[]", "body"),
        ('{"decision": "maybe"}', "decision"),
        ('{"decision": "correct"}', "corrections"),
        ('{"decision": "approve", "corrections": [{"path": "total", "value": "1"}]}', "corrections"),
        ('{"decision": "correct", "corrections": [{"path": "total"}]}', "corrections.0.value"),
        ('{"decision": "approve", "by": "kim"}', "by"),
        ('{"decision": "choose"}', "choice"),
        ('{"decision": "approve", "choice": "later"}', "choice"),
        ('{"decision": "reject", "agreed_difference": "1.00"}', "agreed_difference"),
    ],
)
def test_what_is_no_decision_is_refused_with_what_would_be(doors, body, path):
    answer = doors.decision("7JVFQ4CVQ", Request(headers={"authorization": "Bearer new key"}, body=body))
    assert (answer.status, code(answer)) == (400, "DECISION_INVALID")
    assert path in [error["path"] for error in json.loads(answer.body)["errors"]]


@pytest.mark.parametrize(
    ("path", "value"), [("total", "1.00"), ("lines[7].quantity", "1"), ("lines[0].unit_price", "99.00")]
)
def test_what_cannot_be_corrected_is_said(shop, doors, path, value):
    order_id = waiting(shop)
    answer = send(doors, order_id, "correct", corrections=[{"path": path, "value": value}])
    assert (answer.status, code(answer)) == (422, "CORRECTION_INVALID")
    assert json.loads(answer.body)["errors"][0]["path"] == path
    assert shop.orders.load(order_id).answers == ()


def test_an_order_that_is_not_there_is_not_found(doors):
    assert [send(doors, number, "reject").status for number in ("BRSJV48JX", "not a number")] == [404, 404]


def test_an_order_whose_customer_cannot_be_asked_is_put_right_by_staff(shop, doors):
    pens = Line(line_id="1", sku="PEN-6", title="Pens", quantity=7, unit_price=90)
    order_id = waiting(shop, an_order(lines=(pens,), total=630, customer=Customer(name="Ada Bell")))
    corrections = [{"path": "customer.email", "value": "ada@example.com"}, {"path": "lines[0].quantity", "value": "6"}]
    assert send(doors, order_id, "correct", corrections=corrections).status == 200
    assert shop.run(order_id).status is Status.READY_TO_SHIP
