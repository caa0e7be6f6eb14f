"""Staff approve, change and refuse waiting orders in a real browser, on a phone and on a desk, without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from local.staff import ADMIN, APPROVER, SECOND_APPROVER
from tests.browser.staff import look_at, sign_in
from tests.stack.test_approval import Waiting

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(params=[pytest.param(320, id="phone"), pytest.param(1024, id="desk")])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def tab_of(browser: Browser, width: int) -> Page:
    return browser.new_context(viewport={"width": width, "height": 720}, java_script_enabled=False).new_page()


@pytest.fixture
def tabs(browser: Browser, width: int) -> Iterator[tuple[Page, Page]]:
    """Two people's browsers."""
    both = tab_of(browser, width), tab_of(browser, width)
    yield both
    for tab in both:
        tab.context.close()


def test_two_approve_what_the_list_shows(stack, browser, tabs, width):
    lines = [
        {"sku": "TEST-123", "quantity": 1, "unit_price": "152.60"},
        {"sku": "MUG-BLUE", "quantity": 2, "unit_price": "14.00"},
    ]
    order = Waiting(stack, f"browser-two-{width}", lines=lines, total="180.60", flags=["fraud:review"])
    anna, ben = tabs
    sign_in(anna, stack, APPROVER, "/staff/waiting")
    look_at(browser, anna, "waiting")
    found = anna.get_by_role("link", name=order.receipt["number"])
    page = 1
    while not found.count():
        page += 1
        anna.get_by_role("link", name="Show the next ones").click()
        anna.wait_for_url(f"**page={page}")
    found.click()
    expect(anna.get_by_text("The store sees a risk of fraud.")).to_be_visible()
    look_at(browser, anna, "order")
    anna.get_by_role("button", name="Approve").click()
    expect(anna.get_by_role("status")).to_contain_text("A second person must approve too.")
    look_at(browser, anna, "order-approved-once")
    sign_in(ben, stack, SECOND_APPROVER, order.page)
    ben.get_by_role("button", name="Approve").press("Enter")
    expect(ben.get_by_role("status")).to_have_text("Your decision is kept.")
    order.becomes("READY_TO_SHIP")


def test_a_change_and_a_refusal(stack, browser, tabs, width):
    order = Waiting(stack, f"browser-refuse-{width}", quantity=2, flags=["fraud:review"])
    token = order.asked()
    ada, _ = tabs
    sign_in(ada, stack, ADMIN, order.page)
    ada.get_by_text("Change the order").click()
    ada.get_by_label("Quantity").fill("9")
    ada.get_by_role("button", name="Change and check again").click()
    expect(ada.get_by_role("alert")).to_contain_text("only the customer can agree")
    look_at(browser, ada, "order-change-refused")
    ada.get_by_label("Quantity").fill("1")
    ada.get_by_role("button", name="Change and check again").click()
    order.asked(after=token)
    ada.goto(stack.outputs["ApiUrl"] + order.page)
    ada.get_by_role("button", name="Refuse the order").click()
    expect(ada.get_by_role("alert")).to_contain_text("Say why the order is refused")
    ada.get_by_label("Reason for refusing").fill("We could not check your payment.")
    ada.get_by_role("button", name="Refuse the order").click()
    order.becomes("REJECTED")
    ada.goto(stack.outputs["ApiUrl"] + order.page)
    expect(ada.get_by_text("We could not check your payment.")).to_be_visible()
    look_at(browser, ada, "order-refused")
