"""An offer is accepted, declined and left to expire on its page, as customers do it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from local import wait_for
from order_processing.adapters.attributes import read_document
from order_processing.order_parts import Question
from tests.browser import test_correction_page as correction_page
from tests.browser.test_correction_page import EACH, Asked, no_barriers, tab
from tests.stack.offered_products import order_of_cups, reserved, stock_cups

__all__ = ["tab"]
pytestmark = pytest.mark.xdist_group("browser")


def see(browser: Browser, page, name: str) -> None:
    correction_page.fits(page, name, kind="offer")
    no_barriers(browser, page)


@pytest.mark.parametrize(("width", "scripts"), EACH)
def test_a_substitute_is_accepted_at_its_higher_price(stack, browser, width, scripts):
    name = f"ACC{width}"
    stock_cups(stack, name)
    asked = Asked(stack, order_of_cups(f"offer-{width}", name))
    assert reserved(stack, name) == (3, 2, 5)
    context = browser.new_context(viewport={"width": width, "height": 720}, java_script_enabled=scripts)
    tab = context.new_page()
    refused: list[str] = []
    tab.on("console", lambda message: refused.append(message.text))
    tab.goto(asked.url)
    expect(tab.get_by_role("heading", level=1)).to_have_text("We cannot deliver all of it as ordered")
    cards = tab.get_by_role("region")
    expect(cards).to_have_count(4)
    for told in ("3 × by", "2 × by", "+$12.50", "$67.90", "-$50.00", "$5.40", "We hold them for you until"):
        expect(tab.locator("main")).to_contain_text(told)
    see(browser, tab, "choices")

    tab.get_by_role("button", name="Choose this Fine cup instead of Cup").click()
    alert = tab.get_by_role("alert")
    expect(alert).to_contain_text("please tick that you agree")
    expect(alert).to_be_focused()
    see(browser, tab, "agree")
    tab.get_by_label("I agree to pay $12.50 more, $67.90 in all.").check()
    tab.get_by_role("button", name="Choose this Fine cup instead of Cup").click(click_count=2)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answer")
    expect(tab.locator("main")).to_contain_text("You chose: Fine cup instead of Cup.")
    see(browser, tab, "thanks")
    assert refused == []
    order = asked.settled("READY_TO_SHIP", "OFFER_PENDING")
    assert (order["status"], order["total"]) == ("READY_TO_SHIP", "67.90")
    assert [line["sku"] for line in order["lines"]] == [f"{name}-FINE", "PEN-6"]
    assert reserved(stack, name) == (0, 0, 5)
    tab.go_back()
    expect(tab.locator("main")).to_contain_text("You chose: Fine cup instead of Cup.")
    context.close()


def test_an_offer_is_declined_in_the_customers_language(stack, browser, tab):
    stock_cups(stack, "DEC")
    asked = Asked(stack, order_of_cups("offer-declined", "DEC", locale="de-DE"))
    tab.goto(asked.url)
    see(browser, tab, "choices-de")
    tab.get_by_role("button", name="Bestellung stornieren", exact=True).click()
    tab.get_by_role("button", name="Ja, Bestellung stornieren").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ihre Bestellung ist storniert")
    asked.settled("CANCELLED")
    assert reserved(stack, "DEC") == (0, 0, 0)


def test_an_offer_that_is_left_to_expire_gives_everything_back(stack, tab):
    stock_cups(stack, "EXP")
    asked = Asked(stack, order_of_cups("offer-expired", "EXP"))
    tab.goto(asked.url)
    assert reserved(stack, "EXP") == (3, 2, 5)
    key = {"order_id": {"S": asked.receipt["id"]}, "part": {"S": "order"}}
    head = stack.client("dynamodb").get_item(TableName=stack.outputs["OrdersTable"], Key=key)["Item"]
    token = read_document(head["question"], Question).token
    stack.client("stepfunctions").send_task_failure(taskToken=token, error="States.Timeout", cause="")
    asked.settled("EXPIRED")
    assert reserved(stack, "EXP") == (0, 0, 0)
    tab.get_by_role("button", name="Choose this Everything, later").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Your order has ended")
    wait_for(lambda: stack.execution(asked.receipt["id"])["status"] == "SUCCEEDED", what="the execution to end")
    assert reserved(stack, "EXP") == (0, 0, 0)


def test_a_choice_is_made_with_the_keyboard(stack, tab):
    stock_cups(stack, "KEY")
    asked = Asked(stack, order_of_cups("offer-keys", "KEY"))
    tab.goto(asked.url)
    for _ in range(40):
        tab.keyboard.press("Tab")
        if tab.locator("#f-in-parts-choose:focus").count():
            break
    tab.keyboard.press("Enter")
    expect(tab.locator("main")).to_contain_text("You chose: A part now, the rest later.")
    assert asked.settled("READY_TO_SHIP")["total"] == "55.40"
    assert reserved(stack, "KEY") == (3, 2, 0)
