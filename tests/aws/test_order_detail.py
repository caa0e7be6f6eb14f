"""An order's page in the console: everything that is kept of it, what staff can do about it, and who did what."""

from __future__ import annotations

import io
import json
import re
from datetime import date, timedelta

import boto3
import pytest

from order_processing.adapters.audit import DynamoAudit
from order_processing.adapters.confirmation_again import ConfirmationAgain
from order_processing.adapters.waiting import DynamoWaiting
from order_processing.console.acts import ActsPage
from order_processing.console.approvals import ApprovalPages
from order_processing.console.order_actions import OrderActions
from order_processing.console.order_papers import OrderPapers
from order_processing.console.staff import Group
from order_processing.errors import NotSentAgain
from order_processing.failures import Progress
from order_processing.inventory import PlannedSupply
from order_processing.order_number import display
from order_processing.settings import current
from order_processing.stages.note_mail import note_mail
from order_processing.status import Status
from tests.aws.test_approval_pages import ATTACK, backlog_of, details_of
from tests.aws.test_mail_reports import mails, reported, simple_order
from tests.aws.test_offers import offered
from tests.console_desk import Desk

COMING = PlannedSupply(
    document="MO-3105", sku="MUG-BLUE", location="leipzig", kind="production", due_on=date(2027, 1, 4), quantity=600
)


class Failed:
    def of_order(self, order_id: str, run: int) -> tuple[str, Progress]:
        return order_id, Progress(status="FAILED", error="DeliveryRefused", told="OUT_OF_KEYS: APP: 1 of 1 keys")


def desk(shop, *groups: Group, executions=None, send_again=None, **who: str) -> Desk:
    pages = ApprovalPages(
        orders=shop.orders,
        waiting=DynamoWaiting(shop.client("dynamodb"), shop.tables["orders"]),
        accounts=shop.accounts,
        executions=shop,
        details=details_of(shop, executions),
        backlog=backlog_of(shop),
        settings=current(),
    )
    sent: list[str] = []
    actions = OrderActions(shop.orders, shop, send_again or sent.append)
    papers = OrderPapers(shop.orders, shop.orders)
    audit = DynamoAudit(boto3.client("dynamodb"), "orders")
    at = Desk(
        (*pages.routes(), *actions.routes(), *papers.routes()), *(groups or (Group.OPERATIONS,)), audit=audit, **who
    )
    at.now = shop.now
    at.sign_in()
    at.sent, at.audit = sent, audit
    return at


@pytest.fixture
def ready(shop) -> str:
    order_id = shop.place(simple_order("ready"), b'{"note": "<script>alert(1)</script>", "email": "ada@example.com"}')
    assert shop.run(order_id).status is Status.READY_TO_SHIP
    return order_id


def page(at: Desk, order_id: str) -> str:
    answer = at.send("GET", f"/staff/orders/{order_id}")
    assert answer.status == 200
    return answer.body


def test_everything_that_is_kept_stands_on_the_page(shop, ready):
    note_mail(reported("Bounce", ready), shop.mail_reports)
    stored = shop.orders.load(ready)
    body = page(desk(shop, executions=Failed()), ready)
    for text in (
        "CONFIRMATION_SENT",
        stored.delivery.shipments[0].parcels[0].sscc,
        "packing-slip.pdf",
        "Expires=",
        "bounced",
        str(stored.promise.delivery_date),
        f"https://console.example.com/{ready}",
        "Licence keys have run out",
        "python -m operating.licences SKU FILE",
        "to print",
    ):
        assert text in body, text
    assert "Show what its sender sent" not in body


def test_an_order_that_is_not_started_says_so(shop, ready):
    fresh = shop.place(simple_order("fresh"))
    assert "its execution is not started yet" in page(desk(shop), fresh)
    assert "not started yet" not in page(desk(shop), ready)


def test_who_looked_at_the_payload_is_written_down_and_only_their_group_may(shop, ready):
    path = f"/staff/orders/{ready}/payload"
    assert desk(shop, Group.OPERATIONS, Group.APPROVERS).post(path, do="look").status == 403
    rita = desk(shop, Group.OPERATIONS, Group.PAYLOADS, name="Rita Rowe", id="id-rita")
    assert "Show what its sender sent" in page(rita, ready)
    shown = rita.post(path, do="look")
    assert "&lt;script&gt;" in shown.body
    assert "<script" not in shown.body
    (act,) = rita.audit.of_order(ready)
    assert (act.actor, act.what, act.outcome) == ("staff: Rita Rowe (id-rita)", "payload: look", "done")
    assert rita.audit.of_day(shop.now.date()) == [act]
    assert "Rita Rowe" in page(desk(shop), ready)
    assert rita.post("/staff/orders/7K3M9QXB4/payload", do="look").status == 404


def test_admins_see_what_was_done_on_a_day(shop, ready):
    at = desk(shop)
    at.post(f"/staff/orders/{ready}/cancel", do="cancel")
    ada = Desk(ActsPage(at.audit).routes(), Group.ADMINS)
    ada.now = shop.now
    ada.sign_in()
    page = ada.send("GET", "/staff/acts").body
    for text in ("staff: Anna Berg (id-1)", "cancel: cancel", display(ready), ">done<"):
        assert text in page
    assert "Nothing." in ada.send("GET", "/staff/acts?day=2026-01-01").body
    assert ada.send("GET", "/staff/acts?day=x").status == 400


def test_an_order_is_cancelled_once_and_not_when_it_is_too_late(shop, ready):
    at = desk(shop)
    assert f'href="/staff/orders/{ready}/cancel"' in page(at, ready)
    sure = at.send("GET", f"/staff/orders/{ready}/cancel").body
    for text in ("Cancel it now", "This cannot be undone", "taken back", shop.orders.load(ready).mail_address):
        assert text in sure, text
    assert shop.orders.load(ready).status is Status.READY_TO_SHIP, "looking changes nothing"
    moved = at.post(f"/staff/orders/{ready}/cancel", do="cancel", reason="You asked us to.")
    assert moved.status == 303
    stored = shop.orders.load(ready)
    assert (stored.status, stored.reason.code, stored.reason.text) == (
        Status.CANCELLED,
        "CANCELLED_BY_STAFF",
        "You asked us to.",
    )
    at.now += timedelta(seconds=1)
    assert at.post(f"/staff/orders/{ready}/cancel", do="cancel").status == 303
    assert [act.outcome for act in at.audit.of_order(ready)] == ["done", "done"]
    assert f'href="/staff/orders/{ready}/cancel"' not in page(at, ready)
    assert "has ended already" in at.send("GET", f"/staff/orders/{ready}/cancel").body
    late = shop.run(shop.place(simple_order("late")))
    printed = late.handling.model_copy(update={"printed_at": shop.now})
    shop.orders.note_handling(late, printed)
    assert "It cannot be cancelled now" in page(at, late.order_id)
    assert "keep the parcel back by hand" in at.send("GET", f"/staff/orders/{late.order_id}/cancel").body
    assert at.post(f"/staff/orders/{late.order_id}/cancel", do="cancel").status == 409
    assert at.audit.of_order(late.order_id)[0].outcome == "refused"


def test_the_confirmation_goes_out_again_and_elsewhere(shop, ready):
    at = desk(shop)
    where = f"/staff/orders/{ready}/confirmation"
    assert "no address" not in at.send("GET", where).body
    wrong = at.post(where, do="send", email="no address")
    assert wrong.status == 409
    for text in ("This is no e-mail address", 'value="no address"', 'aria-invalid="true"'):
        assert text in wrong.body
    assert at.sent == []
    assert at.post(where, do="send", email=shop.orders.load(ready).mail_address).status == 303
    assert shop.orders.load(ready).contact is None
    assert at.post(where, do="send", email="ada.bell@example.org").status == 303
    assert at.sent == [ready, ready]
    assert shop.orders.load(ready).mail_address == "ada.bell@example.org"
    fresh = shop.place(simple_order("fresh"))
    assert at.post(f"/staff/orders/{fresh}/confirmation", do="send").status == 409
    assert at.post(f"/staff/orders/{fresh}/confirmation", do="send", email="x@example.org").status == 303
    assert at.sent == [ready, ready]


def test_nothing_is_sent_again_of_an_order_that_has_ended(shop, ready):
    at = desk(shop)
    at.post(f"/staff/orders/{ready}/cancel", do="cancel")
    where = f"/staff/orders/{ready}/confirmation"
    assert "Note another address" in page(at, ready)
    assert "There is no confirmation to send" in at.post(where, do="send").body
    assert at.post(where, do="send", email="ada.bell@example.org").status == 303
    assert at.sent == []


def test_why_it_was_not_sent_again_stands_on_the_page(shop, ready):
    def refuse(order_id: str) -> None:
        raise NotSentAgain("mail to this address is not sent")

    said = desk(shop, send_again=refuse).post(f"/staff/orders/{ready}/confirmation", do="send")
    assert said.status == 409
    assert "It was not sent: mail to this address is not sent." in said.body


@pytest.mark.parametrize(
    ("error", "message", "told"),
    [
        ("StageFault", "AddressRefused (at order_processing.stages.confirm_order:107)", "note another one"),
        ("OrderEnded", "CANCELLED", "the order has ended"),
        ("SendingStopped", "SendingPaused", "mail is stopped"),
        ("StageFault", "KeyError (at order_processing.mail.post:7)", "a fault in the software (KeyError"),
    ],
)
def test_why_the_function_did_not_send_is_told_in_words(error, message, told):
    class Lambda:
        def invoke(self, **asked):
            said = json.dumps({"errorType": error, "errorMessage": message}).encode()
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(said)}

    with pytest.raises(NotSentAgain, match=re.escape(told)):
        ConfirmationAgain(Lambda(), "confirm")("7K3M9QXB4")


def test_papers_are_printed_and_printed_again_and_both_are_written_down(shop, ready):
    at = desk(shop)
    assert "label-1.pdf?" not in page(at, ready), "an open label is as good as a printed one"
    for word in ("print", "again"):
        moved = at.post(f"/staff/orders/{ready}/print", do=word)
        assert (moved.status, moved.headers["Location"]) == (303, f"/staff/shipments/{ready}/papers")
        at.now += timedelta(seconds=1)
    stored = shop.orders.load(ready)
    assert stored.handling.printed_at == shop.now, "the first time counts"
    assert [act.what for act in at.audit.of_order(ready)] == ["print: print", "print: again"]
    body = page(at, ready)
    assert "Print again" in body
    assert "label-1.pdf?" in body
    asked = shop.place(simple_order("not-ready"))
    assert at.post(f"/staff/orders/{asked}/print", do="print").status == 409


def test_staff_choose_of_an_offer_for_the_customer(shop):
    shop.inventory.plan_supply(COMING)
    order_id = offered(shop).order_id
    at = desk(shop)
    body = page(at, order_id)
    assert "Choose for the customer" in body
    assert f'href="/staff/orders/{order_id}/choose?choice=later"' in body
    body = at.send("GET", f"/staff/orders/{order_id}/choose?choice=later").body
    assert "Their choice is: everything, later" in body
    assert "How much more" not in body, "it costs no more"
    assert at.send("GET", f"/staff/orders/{order_id}/choose?choice=nothing").status == 409
    seen = body.partition('name="seen" value="')[2].partition('"')[0]
    where = f"/staff/orders/{order_id}/choose"
    assert at.post(where, do="choose", choice="nothing", seen=seen).status == 409
    assert at.post(where, do="choose", choice="later", seen="old").status == 409
    assert at.post(where, do="choose", choice="later", agreed="many", seen=seen).status == 409
    assert at.post(where, do="choose", choice="later", seen=seen).status == 303
    stored = shop.orders.load(order_id)
    assert (stored.answers[0].by, stored.answers[0].choice.alternative.key) == ("id-1", "later")


def test_the_warehouse_sees_and_does_none_of_it(shop, ready):
    at = desk(shop, Group.WAREHOUSE)
    assert at.send("GET", f"/staff/orders/{ready}").status == 403
    for what in ("choose", "cancel", "confirmation"):
        assert at.send("GET", f"/staff/orders/{ready}/{what}").status == 403
    for what in ("choose", "cancel", "confirmation", "payload", "print"):
        assert at.post(f"/staff/orders/{ready}/{what}", do=what).status == 403
    assert at.audit.of_order(ready) == []
    assert shop.orders.load(ready).status is Status.READY_TO_SHIP
    assert len(mails()) == 1


def test_what_others_wrote_is_text(shop):
    order_id = shop.place(simple_order("attack", customer=simple_order().customer.model_copy(update={"name": ATTACK})))
    shop.run(order_id)
    body = page(desk(shop), order_id)
    assert "<script" not in body
    assert display(order_id) in body
