"""What staff do about an order, in Chromium on the deployed stack: choose for its customer, send again, print, cancel;
what is refused is told in words, and everything stands among the acts."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from local import LocalStack, wait_for
from local.staff import ADMIN, OPERATOR
from order_processing.status import Status
from tests.browser.staff import look_at, sign_in
from tests.browser.test_correction_page import Asked
from tests.browser.test_customer_pages import ready
from tests.browser.test_stuck_order import look, tab
from tests.load.rush import shop_on
from tests.stack.offered_products import order_of_cups, stock_cups

__all__ = ["tab"]
pytestmark = pytest.mark.xdist_group("browser")


def once(number: str) -> str:
    """A store's number that is new on a stack on which these tests were run before."""
    return f"{number}-{time.time_ns():x}"


def open_order(stack: LocalStack, tab: Page, receipt: dict[str, str]) -> None:
    tab.goto(f"{stack.outputs['ApiUrl']}/staff/orders/{receipt['id']}")
    expect(tab.get_by_role("heading", level=1)).to_have_text(f"Order {receipt['number']}")


def by_keys(tab: Page, wanted: Locator, *, most: int = 80) -> None:
    """Tabs to it, as somebody without a mouse does."""
    for _ in range(most):
        tab.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"not reached with {most} tabs: {wanted}")


def said(stack: LocalStack, tab: Page, receipt: dict[str, str]) -> list[str]:
    """What the order's page says that staff did."""
    open_order(stack, tab, receipt)
    return tab.get_by_role("region", name="What staff did").get_by_role("listitem").all_inner_texts()


def test_a_choice_for_the_customer_needs_their_word_for_what_it_costs_more(stack, browser: Browser, tab: Page):
    stock_cups(stack, "STAFFACT")
    asked = Asked(stack, order_of_cups(once("staff-chooses"), "STAFFACT"))
    sign_in(tab, stack, OPERATOR)
    open_order(stack, tab, asked.receipt)
    tab.get_by_role("link", name="a substitute, Fine cup").click()
    expect(tab.locator("main").get_by_role("listitem").first).to_contain_text(
        "a substitute, Fine cup (STAFFACT-FINE), $12.50 more"
    )
    look(browser, tab, "choose")
    tab.get_by_role("button", name="Choose it").click()
    expect(tab.get_by_role("alert")).to_contain_text("12.50")
    expect(tab.get_by_label("How much more the customer agreed to pay")).to_have_value("")
    look_at(browser, tab, "choose-refused")
    tab.get_by_label("How much more the customer agreed to pay").fill("12.50")
    tab.get_by_role("button", name="Choose it").press("Enter")
    expect(tab.get_by_role("status")).to_have_text("The choice is kept, and the order goes on.")
    assert asked.settled("READY_TO_SHIP", "OFFER_PENDING")["total"] == "67.90"
    told = said(stack, tab, asked.receipt)
    assert [("choose for the customer: choose" in act, act.split()[-1]) for act in told] == [
        (True, "refused"),
        (True, "done"),
    ]


def test_sent_again_printed_again_and_then_too_late_to_cancel(stack, browser: Browser, tab: Page):
    number = once("staff-acts")
    receipt = ready(stack, number)
    sign_in(tab, stack, OPERATOR)
    open_order(stack, tab, receipt)
    tab.get_by_role("link", name="Send the confirmation again").click()
    expect(tab.get_by_label("To", exact=True)).to_have_value(f"{number}@example.com")
    tab.get_by_label("To", exact=True).fill("ada.bell")
    tab.get_by_role("button", name="Send it").click()
    expect(tab.get_by_role("alert")).to_contain_text("expected one such as name@example.com")
    expect(tab.get_by_label("To", exact=True)).to_have_value("ada.bell")
    look(browser, tab, "send-again-refused")
    tab.get_by_label("To", exact=True).fill(f"{number}@example.org")
    tab.get_by_role("button", name="Send it").click()
    expect(tab.get_by_role("status")).to_have_text("The confirmation was sent once more.")
    (mail,) = stack.mails(f"{number}@example.org")
    assert receipt["number"] in mail.subject

    parcels = tab.get_by_role("region", name="Parcels")
    assert parcels.get_by_role("link", name="label-1.pdf").count() == 0
    parcels.get_by_role("button", name="Print", exact=True).click()
    expect(tab.get_by_role("link", name="label-1.pdf")).to_be_visible()
    tab.get_by_role("link", name="Back to the order").click()
    tab.get_by_role("button", name="Print again").click()
    expect(tab.get_by_role("link", name="label-1.pdf")).to_be_visible()
    open_order(stack, tab, receipt)
    expect(tab.get_by_role("region", name="Cancel")).to_contain_text("keep the parcel back by hand")
    tab.goto(f"{stack.outputs['ApiUrl']}/staff/orders/{receipt['id']}/cancel")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Nothing was done")
    words = [act.partition(": ")[2] for act in said(stack, tab, receipt)]
    assert [word.rpartition("): ")[2] for word in words] == [
        "confirmation: send refused",
        "confirmation: send done",
        "print: print done",
        "print: again done",
    ]


def test_cancelled_with_the_keyboard_alone_and_admins_see_who_did_what(stack, browser: Browser, tab: Page):
    number = once("staff-cancels")
    receipt = ready(stack, number)
    sign_in(tab, stack, OPERATOR, f"/staff/orders/{receipt['id']}")
    by_keys(tab, tab.get_by_role("link", name="Cancel the order"))
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Cancel the order")
    expect(tab.get_by_text("This cannot be undone.")).to_be_visible()
    look(browser, tab, "cancel")
    by_keys(tab, tab.get_by_label("Why", exact=True))
    tab.keyboard.type("You asked <us> to.")
    by_keys(tab, tab.get_by_role("button", name="Cancel it now"))
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("status")).to_have_text("The order is cancelled, and the customer is told.")
    assert shop_on(stack).orders.load(receipt["id"]).status is Status.CANCELLED

    def told() -> bool:
        mails = [mail for mail in stack.mails(f"{number}@example.com") if "cancelled" in mail.subject]
        return bool(mails) and "You asked <us> to." in mails[0].text and "<us>" not in mails[0].html

    wait_for(told, seconds=30, what="the customer to be told why")

    context = browser.new_context(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    ada = context.new_page()
    sign_in(ada, stack, ADMIN, "/staff/acts")
    act = ada.get_by_role("row").filter(has_text=receipt["number"]).filter(has_text="cancel: cancel")
    expect(act).to_contain_text("Olivia Ortiz")
    expect(act.get_by_role("link", name=receipt["number"])).to_be_visible()
    look_at(browser, ada, "acts")
    ada.set_viewport_size({"width": 320, "height": 720})
    look_at(browser, ada, "acts")
    ada.get_by_role("link", name="The day before").click()
    expect(ada.get_by_role("link", name="The day after")).to_be_visible()
    context.close()
