"""More than fifty orders of one cause are redriven together: the page shows by itself how far they are, and can be
left and come back to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from local.staff import OPERATOR
from operating import licences
from tests.browser.staff import look_at, sign_in
from tests.browser.test_stuck_order import tab
from tests.load.rush import shop_on
from tests.stack.stuck_orders import out_of_keys

__all__ = ["tab"]
pytestmark = pytest.mark.xdist_group("browser")
MANY = 55


def through(told: str) -> int:
    """How many have gone through, as the page tells it."""
    found = re.search(r"(\d+) went through", told)
    return int(found[1]) if found else 0


def test_many_are_redriven_with_progress_that_can_be_left(stack, browser: Browser, tab: Page, tmp_path, monkeypatch):
    monkeypatch.setattr("operating.stack.LocalStack.running", lambda: stack)
    receipts = out_of_keys(stack, "APP-MANY", MANY)
    keys = tmp_path / "keys.txt"
    keys.write_text("".join(f"MANY-KEY-{n}\n" for n in range(MANY)), encoding="utf-8")
    assert licences.main(["APP-MANY", str(keys)]) == 0

    sign_in(tab, stack, OPERATOR, "/staff/failures")
    cause = tab.get_by_role("region", name="Licence keys have run out")
    everything = cause.get_by_role("button", name="Redrive all")
    number = int(re.search(r"\d+", everything.inner_text())[0])  # other tests may have left some that stay without keys
    assert number >= MANY
    everything.press("Enter")
    told = tab.get_by_role("status")
    expect(told).to_contain_text(f"Of {number}: ")
    expect(told).not_to_contain_text("not redriven yet")
    first = tab.url

    tab.get_by_role("link", name="Failures, Redriven last").or_(
        tab.get_by_role("link", name="All failures")
    ).first.click()
    tab.get_by_role("listitem").filter(has_text=f"{number} orders").first.get_by_role("link").click()
    assert tab.url == first.partition("?")[0], "come back to the same one"
    follow = tab.get_by_role("link", name="Keep looking")
    if follow.count():
        follow.press("Enter")
    # Nobody loads it again from here on: the page does so itself until none is under way.
    expect(told).not_to_contain_text("under way", timeout=120_000)
    assert through(told.inner_text()) >= MANY, told.inner_text()
    expect(tab.get_by_text("This page asks again")).to_have_count(0)
    look_at(browser, tab, "redrive-many")
    orders = shop_on(stack).orders
    assert {orders.load(receipt["id"]).status.value for receipt in receipts} == {"READY_TO_SHIP"}
