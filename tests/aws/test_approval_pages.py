"""The console's pages on waiting orders, on the real adapters: what they show, who decides, and what is text."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from order_processing.adapters.audit import DynamoAudit
from order_processing.adapters.broken_promises import BrokenPromises
from order_processing.adapters.order_lists import OrderLists
from order_processing.adapters.store_changes import DynamoStoreChanges
from order_processing.adapters.waiting import DynamoWaiting
from order_processing.console.approvals import ApprovalPages
from order_processing.console.backlog import Backlog, of_findings
from order_processing.console.order_detail import OrderDetails
from order_processing.console.staff import Group
from order_processing.console.times import left
from order_processing.findings import Finding
from order_processing.order import Customer
from order_processing.order_parts import LateCancellation, Reason, Unreached
from order_processing.settings import current
from order_processing.status import Status
from tests.aws.test_approval import BEANIE, decide, large, risky
from tests.console_desk import Desk
from tests.orders import an_order

ATTACK = "</dd><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"


class NoExecution:
    """The port of executions, for orders whose stages a test runs itself."""

    def of_order(self, order_id: str, run: int) -> None:
        return None


def details_of(shop, executions=None) -> OrderDetails:
    return OrderDetails(
        executions=executions or NoExecution(),
        audit=DynamoAudit(shop.client("dynamodb"), shop.tables["orders"]),
        link=shop.documents.link,
        url=lambda arn: f"https://console.example.com/{arn}",
        settings=current(),
    )


def backlog_of(shop, **more) -> Backlog:
    dynamodb, table = shop.client("dynamodb"), shop.tables["orders"]
    return Backlog(
        shop.orders,
        unreached=shop.unreached,
        broken=BrokenPromises(dynamodb, table),
        cancelled=OrderLists(dynamodb, table),
        changed=DynamoStoreChanges(dynamodb, table),
        **more,
    )


def desk(shop, *groups: Group, **who: str) -> Desk:
    pages = ApprovalPages(
        orders=shop.orders,
        waiting=DynamoWaiting(shop.client("dynamodb"), shop.tables["orders"]),
        accounts=shop.accounts,
        executions=shop,
        details=details_of(shop),
        backlog=backlog_of(shop),
        settings=current(),
    )
    signed_in = Desk(pages.routes(), *(groups or (Group.APPROVERS,)), **who)
    signed_in.now = shop.now
    signed_in.sign_in()
    return signed_in


def seen(page: str) -> str:
    return re.search(r'name="seen" value="(\w+)"', page)[1]


def post(at: Desk, order_id: str, do: str, **form: str):
    page = at.send("GET", f"/staff/orders/{order_id}").body
    return at.post(f"/staff/orders/{order_id}", do=do, **{"seen": seen(page), **form})


def test_the_list_says_why_and_how_long(shop):
    order_id = risky(shop)
    stored = shop.orders.load(order_id)
    until = stored.question.model_copy(update={"expires_at": shop.now + timedelta(days=2, hours=3)})
    shop.orders.ask(stored, until)
    page = desk(shop).send("GET", "/staff/waiting").body
    assert "The store sees a risk of fraud." in page
    assert "0 of 2" in page
    assert "2 days 3 hours" in page
    assert "Ada" not in page, "the list names no customer"


def test_what_else_waits_stands_there_the_oldest_first(shop):
    order_id = shop.run(shop.place(an_order(lines=(BEANIE,), total=15_260))).order_id
    stored = shop.orders.load(order_id)
    late = LateCancellation(at=shop.now - timedelta(hours=5), reason=Reason(code="CANCELLED_IN_STORE", text="x"))
    shop.orders.note_late_cancellation(stored, late)
    shop.unreached.add(Unreached(order_id=order_id, kind="ended", why="no_address", at=shop.now - timedelta(hours=2)))
    since = shop.now - timedelta(days=1)
    books = Finding(kind="RESERVATION_DIFFERS", subject="BEANIE louisville", since=since, seen_at=since, advice="count")
    mended = Finding(kind="STUCK", subject=order_id, since=since, seen_at=since, done="redriven")
    entries = backlog_of(shop, findings=lambda: of_findings([books, mended])).entries(shop.now)
    assert (entries[0].order_id, entries[0].why) == ("", "BEANIE louisville: count")
    assert [(each.what, shop.now - each.at) for each in entries] == [
        ("Reservation differs", timedelta(days=1)),
        ("Cancelled too late", timedelta(hours=5)),
        ("Customer not reached", timedelta(hours=2)),
    ]
    page = desk(shop).send("GET", "/staff/waiting").body
    assert "the parcel is here: keep it back" in page
    assert 'href="/staff/unreached"' in page


def test_an_order_shows_all_that_a_decision_needs(shop):
    done = shop.place(an_order(lines=(BEANIE,), total=15_260, store_order_id="before"))
    shop.run(done)
    order_id = large(shop)
    page = desk(shop).send("GET", f"/staff/orders/{order_id}").body
    for text in (
        "The order is large.",
        "total 26100.00 USD",
        "1 order in USD: $152.60 in all",
        "TEST-123",
        "$26,100.00",
    ):
        assert text in page


def test_an_approver_approves_and_the_order_goes_on(shop):
    order_id = large(shop)
    anna = desk(shop)
    answer = post(anna, order_id, "approve")
    assert (answer.status, answer.headers["Location"]) == (303, f"/staff/orders/{order_id}?done=approve")
    assert shop.answered == [("token", "go_on")]
    (kept,) = shop.orders.load(order_id).answers
    assert (kept.by, kept.actor) == ("id-1", "staff: Anna Berg (id-1)")
    page = anna.send("GET", f"/staff/orders/{order_id}").body
    assert "approved: LARGE_AMOUNT" in page
    assert "Approve</button>" not in page


def test_the_second_of_two_is_somebody_else(shop):
    order_id = risky(shop)
    anna, ben = desk(shop), desk(shop, name="Ben Cole", id="id-2")
    assert post(anna, order_id, "approve").status == 303
    page = anna.send("GET", f"/staff/orders/{order_id}").body
    assert "Somebody else must approve it too." in page
    assert "Approve</button>" not in page
    anna.post(f"/staff/orders/{order_id}", do="approve", seen=seen(page))
    assert shop.orders.load(order_id).status is Status.APPROVAL_PENDING
    assert "Approved by staff: Anna Berg" in ben.send("GET", f"/staff/orders/{order_id}").body
    assert post(ben, order_id, "approve").status == 303
    assert shop.orders.load(order_id).status is Status.RESERVED


def test_a_refusal_needs_a_reason_for_the_customer(shop):
    order_id = large(shop)
    anna = desk(shop)
    assert "the customer reads it" in post(anna, order_id, "reject", reason=" ").body
    assert shop.orders.load(order_id).pending
    assert post(anna, order_id, "reject", reason="We have too few.").status == 303
    stored = shop.orders.load(order_id)
    assert (stored.status, stored.reason.text) == (Status.REJECTED, "We have too few.")


def test_what_is_changed_in_the_form_is_corrected_and_nothing_else(shop):
    order_id = large(shop)
    anna = desk(shop)
    page = anna.send("GET", f"/staff/orders/{order_id}").body
    shown = dict(re.findall(r'<input type="text" id="[^"]*" name="([^"]+)" maxlength="500" value="([^"]*)">', page))
    assert "Nothing is changed" in post(anna, order_id, "correct", **shown).body
    answer = post(anna, order_id, "correct", **(shown | {"lines[0].quantity": "999999"}))
    assert answer.status == 409
    assert "total" in answer.body
    assert 'value="999999"' in answer.body, "what was filled in stays"
    assert post(anna, order_id, "correct", **(shown | {"lines[0].quantity": "100"})).status == 303
    stored = shop.orders.load(order_id)
    assert [c.path for c in stored.answers[0].corrections] == ["lines[0].quantity"]
    assert shop.answered == [("token", "verify")]
    assert shop.run(order_id).status is Status.READY_TO_SHIP


def test_staff_correct_what_the_customer_was_asked_about(shop):
    address = an_order().shipping_address.model_copy(update={"line1": ""})
    order_id = shop.place(an_order(lines=(BEANIE,), total=15_260, shipping_address=address))
    asked = shop.run(order_id)
    assert (asked.status, asked.asks_customer) == (Status.CORRECTION_PENDING, True)
    anna = desk(shop)
    shown = anna.send("GET", f"/staff/orders/{order_id}").body
    assert "Approve</button>" not in shown
    assert post(anna, order_id, "correct", **{"shipping_address.line1": "1 Main Street"}).status == 303
    assert shop.run(order_id).status is Status.READY_TO_SHIP


def test_what_has_changed_since_it_was_shown_is_looked_at_again(shop):
    order_id = large(shop)
    anna = desk(shop)
    before = seen(anna.send("GET", f"/staff/orders/{order_id}").body)
    decide(shop, order_id, "reject")
    answer = anna.post(f"/staff/orders/{order_id}", do="approve", seen=before)
    assert answer.status == 409
    order_id = large(shop, 181)
    for nothing in ("", "x"):
        assert anna.post(f"/staff/orders/{order_id}", do="approve", seen=nothing).status == 409
    assert shop.orders.load(order_id).pending


@pytest.mark.parametrize(("group", "sees"), [(Group.OPERATIONS, True), (Group.WAREHOUSE, False)])
def test_others_decide_nothing(shop, group, sees):
    order_id = large(shop)
    at = desk(shop, group)
    shown = at.send("GET", f"/staff/orders/{order_id}")
    assert shown.status == (200 if sees else 403)
    assert "Approve</button>" not in shown.body
    assert "Refuse the order" not in shown.body
    for do in ("approve", "reject", "correct"):
        assert at.post(f"/staff/orders/{order_id}", do=do, reason="x").status == 403
    assert shop.orders.load(order_id).pending


def test_what_a_customer_or_a_store_wrote_is_text(shop):
    line = BEANIE.model_copy(update={"title": ATTACK})
    customer = Customer(email="ada@example.com", name=ATTACK, company=ATTACK)
    order_id = risky(shop, lines=(line,), customer=customer)
    at = desk(shop, name=ATTACK)
    for page in (f"/staff/orders/{order_id}", "/staff/waiting"):
        body = at.send("GET", page).body
        assert "<script" not in body
        assert "<img" not in body
        assert "49" not in re.sub(r"\w*49\w+|\w+49\w*", "", body)


@pytest.mark.parametrize("number", ["BRSJV48JX", "nothing", "..", "A" * 100])
def test_an_order_that_is_not_there(shop, number):
    assert desk(shop).send("GET", f"/staff/orders/{number}").status == 404


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (0, "0 minutes"),
        (61, "1 hour 1 minute"),
        (60 * 24, "1 day 0 hours"),
        (60 * 24 * 3 - 1, "2 days 23 hours"),
        (-1, "none"),
    ],
)
def test_the_time_left_in_two_units(shop, minutes, told):
    assert left(shop.now + timedelta(minutes=minutes), shop.now) == told


def test_what_no_consent_helps_is_not_offered_to_be_approved(shop):
    unknown = BEANIE.model_copy(update={"sku": "NO-SUCH-SKU"})
    order_id = shop.place(an_order(lines=(unknown,), total=15_260))
    shop.run(order_id)
    page = desk(shop).send("GET", f"/staff/orders/{order_id}").body
    assert "No consent makes this order deliverable" in page
    assert "Approve</button>" not in page
    assert '<details class="apart" open>' in page, "what is to be changed is open"
    assert post(desk(shop), order_id, "approve").status == 409
