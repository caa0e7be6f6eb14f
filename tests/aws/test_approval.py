"""An order that a rule asks about waits for staff: reasons, four eyes, a change, a refusal, on the real adapters."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest

from order_processing.adapters.waiting import DynamoWaiting
from order_processing.api_order import show
from order_processing.errors import ApprovalNeeded
from order_processing.export import Held, export
from order_processing.http import Problem
from order_processing.order import Line
from order_processing.settings import current
from order_processing.staff_decisions import CorrectionBody, Decider, DecisionBody, decide_as_staff, state_of
from order_processing.status import Status
from tests.aws.shop import Shop
from tests.clients import Cut, CutClient
from tests.orders import an_order

ANNA = Decider(by="id-anna", actor="staff: Anna (id-anna)")
BEN = Decider(by="id-ben", actor="staff: Ben (id-ben)")
FLAG = "charge_risk:highest"
BEANIE = Line(line_id="1", sku="TEST-123", title="Test Product", quantity=1, unit_price=15_260)


def risky(shop: Shop, **changes) -> str:
    """An order that the store has flagged: two people must approve it."""
    order = an_order(lines=(BEANIE,), total=15_260, flags=(FLAG,)).model_copy(update=changes)
    order_id = shop.place(order)
    assert shop.run(order_id).status is Status.APPROVAL_PENDING
    shop.answered.clear()
    return order_id


def large(shop: Shop, quantity: int = 180) -> str:
    """An order above the limit for one approver."""
    line = BEANIE.model_copy(update={"unit_price": 14_500, "quantity": quantity})
    order_id = shop.place(an_order(lines=(line,), total=line.gross, store_order_id=f"large-{quantity}"))
    assert shop.run(order_id).status is Status.APPROVAL_PENDING
    shop.answered.clear()
    return order_id


def decide(shop: Shop, order_id: str, decision: str, who: Decider = ANNA, **more):
    body = DecisionBody(decision=decision, **more)
    return decide_as_staff(order_id, body, who, orders=shop.orders, executions=shop, now=shop.now)


def reserved(shop: Shop) -> int:
    stock, supply = shop.inventory.read(["TEST-123"])
    return sum(source.reserved for source in [*stock, *supply])


def test_every_reason_is_kept_and_the_customer_is_told_none_of_them(shop):
    stored = shop.orders.load(large(shop))
    assert {ground.code for ground in stored.approval.grounds} >= {"LARGE_AMOUNT", "NEW_CUSTOMER"}
    assert "LARGE_AMOUNT" not in str(show(stored))
    assert show(stored)["reason"]["code"] == "APPROVAL_NEEDED"
    with pytest.raises(ApprovalNeeded):
        shop.confirm(stored.order_id)
    assert shop.orders.load(stored.order_id).version == stored.version, "asked once"


def test_one_approval_answers_all_reasons_and_the_order_is_confirmed(shop):
    order_id = large(shop)
    stored = decide(shop, order_id, "approve")
    assert (stored.status, shop.answered) == (Status.RESERVED, [("token", "go_on")])
    done = shop.run(order_id)
    assert done.status is Status.READY_TO_SHIP
    (answer,) = done.answers
    assert (answer.by, answer.actor, [c.by for c in answer.consents]) == (ANNA.by, ANNA.actor, [ANNA.by])
    assert "LARGE_AMOUNT" not in str(show(done))
    assert "Anna" not in str(show(done))


def test_four_eyes_are_two_people(shop):
    order_id = risky(shop)
    for _ in range(3):
        assert decide(shop, order_id, "approve").status is Status.APPROVAL_PENDING
    assert shop.answered == []
    waiting = shop.orders.load(order_id)
    assert [consent.by for consent in waiting.approval.consents] == [ANNA.by]
    again = Decider(by=ANNA.by, actor="staff: Anna under another name")
    assert decide(shop, order_id, "approve", again).status is Status.APPROVAL_PENDING
    assert decide(shop, order_id, "approve", BEN).status is Status.RESERVED
    assert shop.answered == [("token", "go_on")]
    decide(shop, order_id, "approve", BEN)
    decide(shop, order_id, "approve", ANNA)
    assert shop.answered == [("token", "go_on")] * 3, "sent again, it is told again and counts once"
    done = shop.run(order_id)
    assert [consent.by for consent in done.answers[0].consents] == [ANNA.by, BEN.by]
    assert len(done.answers) == 1


def test_an_order_that_is_changed_is_verified_reserved_and_asked_about_anew(shop):
    order_id = large(shop, 220)
    held = reserved(shop)
    correction = CorrectionBody(path="lines[0].quantity", value="200")
    stored = decide(shop, order_id, "correct", corrections=(correction,))
    assert (stored.status, shop.answered) == (Status.RECEIVED, [("token", "verify")])
    decide(shop, order_id, "correct", corrections=(correction,))
    assert shop.answered == [("token", "verify")] * 2
    again = shop.run(order_id)
    assert again.status is Status.APPROVAL_PENDING
    assert again.verified.order.lines[0].quantity == 200
    assert (held, reserved(shop)) == (220, 200)
    assert again.approval.consents == ()
    small = CorrectionBody(path="lines[0].quantity", value="100")
    decide(shop, order_id, "correct", corrections=(small,))
    assert shop.run(order_id).status is Status.READY_TO_SHIP
    assert reserved(shop) == 100


def test_consent_to_one_amount_is_none_to_another(shop):
    order_id = large(shop)
    decide(shop, order_id, "approve")
    stored = shop.orders.load(order_id)
    line = stored.verified.order.lines[0].model_copy(update={"quantity": 190})
    order = stored.verified.order.model_copy(update={"lines": (line,), "total": line.gross})
    shop.orders.save_verification(stored, (), stored.verified.model_copy(update={"order": order}))
    with pytest.raises(ApprovalNeeded):
        shop.confirm(order_id)


def test_a_refusal_gives_back_what_was_held_and_tells_the_customer_why_once(shop, monkeypatch):
    sent = []
    monkeypatch.setattr(shop.post, "send", lambda message, **_: sent.append(message) or "id")
    order_id = large(shop)
    for _ in range(2):
        decide(shop, order_id, "reject", reason="We cannot deliver this\nmany pieces.")
        shop.end(order_id, Status.REJECTED)
    stored = shop.orders.load(order_id)
    assert (stored.status, stored.reason.code, reserved(shop)) == (Status.REJECTED, "REFUSED", 0)
    (answer,) = stored.answers
    assert (answer.refused, answer.by, answer.at) == (True, ANNA.by, shop.now)
    (message,) = sent
    assert message.subject.startswith("We cannot accept your order")
    assert "We cannot deliver this many pieces." in message.text


def test_nothing_is_decided_that_has_changed_since_it_was_shown(shop):
    order_id = large(shop, 220)
    seen = state_of(shop.orders.load(order_id))
    decide(shop, order_id, "correct", corrections=(CorrectionBody(path="lines[0].quantity", value="200"),))
    shop.run(order_id)
    for decision in ("approve", "reject"):
        with pytest.raises(Problem, match="ORDER_CHANGED"):
            decide(shop, order_id, decision, seen=seen)
    assert decide(shop, order_id, "approve", seen=state_of(shop.orders.load(order_id))).status is Status.RESERVED


def test_the_first_consent_does_not_make_what_the_second_saw_stale(shop):
    order_id = risky(shop)
    seen = state_of(shop.orders.load(order_id))
    decide(shop, order_id, "approve", seen=seen)
    assert decide(shop, order_id, "approve", BEN, seen=seen).status is Status.RESERVED


def test_two_who_approve_at_once_both_count(shop, monkeypatch):
    order_id = risky(shop)
    consent = shop.orders.consent

    def after_ben(seen, case):
        monkeypatch.undo()
        decide(shop, order_id, "approve", BEN)
        return consent(seen, case)

    monkeypatch.setattr(shop.orders, "consent", after_ben)
    assert decide(shop, order_id, "approve").status is Status.RESERVED
    assert {c.by for c in shop.orders.load(order_id).answers[0].consents} == {ANNA.by, BEN.by}


def test_the_list_of_what_waits_is_read_by_key_oldest_first(shop):
    waiting = DynamoWaiting(shop.client("dynamodb"), shop.tables["orders"])
    first = risky(shop, store_order_id="a")
    shop.now += timedelta(hours=1)
    second = large(shop)
    assert [each.order_id for each in waiting.waiting("staff")] == [first, second]
    each = waiting.waiting("staff")[0]
    assert (each.status, each.approval.approvers, each.question.token) == (Status.APPROVAL_PENDING, 2, "token")
    decide(shop, first, "reject")
    assert [each.order_id for each in waiting.waiting("staff")] == [second]
    decide(shop, second, "approve")
    assert waiting.waiting("staff") == []
    assert shop.run(second).status is Status.READY_TO_SHIP


def test_an_order_on_the_happy_path_is_in_no_list_of_what_waits(shop):
    order_id = shop.place(an_order(lines=(BEANIE,), total=15_260))
    assert shop.run(order_id).status is Status.READY_TO_SHIP
    head = shop.client("dynamodb").get_item(
        TableName=shop.tables["orders"], Key={"order_id": {"S": order_id}, "part": {"S": "order"}}
    )["Item"]
    assert not {"waits_for", "waits_since", "approval"} & head.keys()


def test_what_waits_for_the_customer_is_in_the_customers_list(shop):
    pens = Line(line_id="1", sku="PEN-6", title="Pens", quantity=7, unit_price=90)
    order_id = shop.place(an_order(lines=(pens,), total=630))
    assert shop.run(order_id).status is Status.CORRECTION_PENDING
    waiting = DynamoWaiting(shop.client("dynamodb"), shop.tables["orders"])
    assert ([w.order_id for w in waiting.waiting("customer")], waiting.waiting("staff")) == ([order_id], [])


def test_staff_cannot_raise_what_the_customer_pays(shop):
    order_id = large(shop)
    with pytest.raises(Problem, match="CORRECTION_INVALID"):
        decide(shop, order_id, "correct", corrections=(CorrectionBody(path="lines[0].quantity", value="181"),))
    assert shop.orders.load(order_id).answers == ()


def test_the_customers_export_holds_nothing_of_the_stores_own_reasons(shop):
    order_id = risky(shop)
    waiting = _exported(shop, order_id)
    decide(shop, order_id, "approve")
    decide(shop, order_id, "approve", BEN)
    done = shop.run(order_id)
    assert done.answers[0].approvals
    for held in (waiting, _exported(shop, order_id)):
        assert "Anna" not in held
        assert "id-anna" not in held
        assert "STORE_FLAG" not in held
        assert '"token"' not in held
    assert FLAG in waiting, "what the store said of the customer is theirs to know"


def _exported(shop: Shop, order_id: str) -> str:
    packed = export([Held(stored=shop.orders.load(order_id), raw=b"")], [], {}, current(), shop.now)
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        return file.read("data.json").decode()


def test_decisions_that_are_cut_at_any_call_and_made_again_end_as_if_they_had_not_been_cut(shop):
    """Every call to AWS of asking, approving and going on, and of refusing, cut before and after its effect."""
    cutting = Shop(client=CutClient)
    for after in (False, True):
        for decision in ("approve", "reject"):
            cut_at, done = 0, False
            while not done:
                cut_at += 1
                order_id = shop.place(an_order(lines=(BEANIE,), total=15_260, flags=(FLAG,),
                                               store_order_id=f"{after}-{decision}-{cut_at}"))  # fmt: skip
                for stage in (shop.verify, shop.check):
                    stage(order_id)
                CutClient.calls, CutClient.cut_at, CutClient.after = 0, cut_at, after
                try:
                    _decided(cutting, order_id, decision)
                    done = True
                except Cut:
                    _decided(shop, order_id, decision)
                CutClient.cut_at = 0
                stored = shop.orders.load(order_id)
                assert len(stored.answers) == 1
                if decision == "approve":
                    assert [consent.by for consent in stored.answers[0].consents] == [ANNA.by, BEN.by]
                    assert stored.has_reached(Status.RESERVED)
                else:
                    assert (stored.status, stored.promise) == (Status.REJECTED, None)
            assert cut_at >= 4
    assert DynamoWaiting(shop.client("dynamodb"), shop.tables["orders"]).waiting("staff") == []


def _decided(shop: Shop, order_id: str, decision: str) -> None:
    """The order is asked about, and both decide, each as often as it takes."""
    stored = shop.orders.load(order_id)
    if not stored.ended and not stored.answers:
        try:
            shop.confirm(order_id)
        except ApprovalNeeded:
            if not shop.orders.load(order_id).question:
                shop.ask(order_id)
    for who in (ANNA, BEN) if decision == "approve" else (ANNA,):
        decide(shop, order_id, decision, who)
