"""The console's page of customers who were not reached, on the real adapters."""

from __future__ import annotations

from typing import Any

import pytest

from order_processing.console.page import GoTo, Notice, View, Visit
from order_processing.console.staff import Group, Person
from order_processing.console.unreached import PATH, NotReached, routes
from order_processing.settings import current
from order_processing.stages.confirm_order import confirm_again
from order_processing.stages.note_mail import note_mail
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.aws.test_mail_reports import ADDRESS, mails, reported, simple_order
from tests.orders import an_order

EVE = Person(id="id-eve", username="eve", name="Eve", groups=frozenset({Group.OPERATIONS}))
CUSTOMER = an_order().customer.model_copy(update={"phone": "+15025550100"})


def page_of(shop: Shop) -> NotReached:
    def again(order_id: str) -> None:
        confirm_again(order_id, orders=shop.orders, post=shop.post, settings=current(), status_url=shop.status_url)

    return NotReached(shop.orders, shop.unreached, shop, again, shop.suppressed.remove)


def visit(**form: str) -> Visit:
    return Visit(person=EVE, now=NOW, parts={}, query={}, form=form)


def shown(shop: Shop) -> Any:
    view = page_of(shop).list(visit())
    assert isinstance(view, View)
    return view.values["rows"]


def act(shop: Shop, row: Any, **form: str) -> Any:
    entry = row.entry
    named = {"order_id": entry.order_id, "kind": entry.kind, "message_id": entry.message_id}
    return page_of(shop).act(visit(**named, **form))


@pytest.fixture
def bounced(shop: Shop) -> str:
    """A confirmed order whose confirmation came back."""
    order_id = shop.place(simple_order("bounced", customer=CUSTOMER))
    shop.run(order_id)
    note_mail(reported("Bounce", order_id), shop.mail_reports)
    return order_id


def test_the_page_shows_how_to_reach_the_customer_and_done_takes_it_off(shop, bounced):
    (row,) = shown(shop)
    assert (row.phone, row.email, row.why, row.entry.cause) == (
        "+15025550100",
        ADDRESS,
        "The mail came back",
        "Permanent, General, 5.1.1",
    )
    assert row.address[-1] == "40202 Louisville KY US"
    assert (row.sendable, row.waits) == (True, False)
    assert act(shop, row, do="done") == GoTo(PATH)
    assert act(shop, row, do="done") == GoTo(PATH), "seen to twice is seen to"
    assert shown(shop) == []


def test_a_confirmation_goes_to_a_better_address_and_nowhere_else(shop, bounced):
    (row,) = shown(shop)
    sent = len(mails())
    for wrong in ("", "ada", "ada@example", "a@b.c\r\nBcc: x@example.com", "a@x.com,b@x.com", "x" * 250 + "@a.com"):
        answer = act(shop, row, do="send", email=wrong)
        assert isinstance(answer, Notice)
        assert answer.status == 400
    assert len(mails()) == sent
    assert act(shop, row, do="send", email=" ada.bell@example.com ") == GoTo(PATH)
    assert mails()[-1].destinations["ToAddresses"] == ["ada.bell@example.com"]
    contact = shop.orders.load(bounced).contact
    assert (contact.email, contact.by) == ("ada.bell@example.com", "staff: Eve (id-eve)")
    assert shown(shop) == []


@pytest.mark.parametrize("form", [{"do": "told", "by": "phone"}, {"do": "send", "email": "ada.bell@example.com"}])
def test_an_order_that_waits_goes_on_once_its_customer_is_told_or_has_an_address(shop, bounced, form):
    order_id = shop.place(simple_order("waits", customer=CUSTOMER))
    assert shop.run(order_id).status is Status.APPROVAL_PENDING
    row = next(row for row in shown(shop) if row.entry.order_id == order_id)
    assert row.waits
    sent = len(mails())
    assert act(shop, row, **form) == GoTo(PATH)
    stored = shop.run(order_id)
    assert stored.status is Status.READY_TO_SHIP
    assert stored.confirmation.told == form.get("by")
    assert len(mails()) - sent == (1 if form["do"] == "send" else 0)
    assert [row.entry.order_id for row in shown(shop)] == [bounced]


def test_an_address_is_freed_and_what_nobody_asked_for_does_nothing(shop, bounced):
    (row,) = shown(shop)
    assert ADDRESS in shop.suppressed
    assert act(shop, row, do="forget").status == 200
    assert ADDRESS not in shop.suppressed
    assert act(shop, row, do="told", by="pigeon").status == 400
    assert len(shown(shop)) == 1


def test_it_is_for_operations_and_approvers(shop):
    made = routes(shop.orders, shop.unreached, shop, lambda _: None, lambda _: None)
    assert {group for route in made for group in route.groups} == {Group.OPERATIONS, Group.APPROVERS}
