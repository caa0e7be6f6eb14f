"""An order with three mistakes is put right through the page, as a customer does it, and becomes ready to ship."""

from __future__ import annotations

import html
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from local import LocalStack, wait_for
from tests.stack.senders import api_order, place, status

pytestmark = pytest.mark.xdist_group("browser")
PICTURES = os.environ.get("PAGE_PICTURES", "")
EACH = [pytest.param(320, False, id="phone"), pytest.param(1024, True, id="desk")]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def three_mistakes(number: str, **customer: str) -> dict[str, Any]:
    """Seven pens, which are sold by the six; a mug above its price; a region of another country."""
    order = api_order(number)
    order["customer"] |= customer
    order["shipping_address"]["region"] = "Ontario"
    order["lines"] = [
        {"sku": "PEN-6", "title": "Ballpoint pens, sold by the six", "quantity": 7, "unit_price": "0.90"},
        {"sku": "MUG-BLUE", "title": "Mug, blue", "quantity": 2, "unit_price": "16.00"},
    ]
    order["total"] = "38.30"
    return order


class Asked:
    """A placed order, and the page that its customer is sent to."""

    def __init__(self, stack: LocalStack, order: dict[str, Any]) -> None:
        self.stack = stack
        self.receipt = place(stack, order).json()
        email = order["customer"]["email"]
        mail = wait_for(lambda: stack.mails(email), seconds=60, what="the question")[0]
        link = re.search(r'href="([^"]*/decide/[^"]*)"', mail.html)
        assert link, mail.html
        parts = urlsplit(html.unescape(link[1]))
        host = f"{stack.outputs['ApiId']}.execute-api.localhost:{stack.emulator.port}"
        self.url = f"http://{host}{parts.path}?{parts.query}"
        wait_for(self._waits, what="the execution to wait")

    def _waits(self) -> bool:
        key = {"order_id": {"S": self.receipt["id"]}, "part": {"S": "order"}}
        table = self.stack.outputs["OrdersTable"]
        return "question" in self.stack.client("dynamodb").get_item(TableName=table, Key=key)["Item"]

    def settled(self, *ends: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            seen: dict[str, Any] = status(self.stack, self.receipt).json()
            return seen if seen["status"] in ends else None

        return wait_for(look, seconds=60, what=f"order {self.receipt['number']} to become {' or '.join(ends)}")


@pytest.fixture
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab; its width and whether scripts run are the test's parameter, a phone without scripts unless given."""
    width, scripts = getattr(request, "param", (320, False))
    context = browser.new_context(viewport={"width": width, "height": 720}, java_script_enabled=scripts)
    yield context.new_page()
    context.close()


def fits(tab: Page, name: str, kind: str = "correction") -> None:
    """Nothing is wider than the window, axe finds nothing, and a picture is kept where one is asked for."""
    width = tab.viewport_size["width"]
    drawn = Image.open(io.BytesIO(tab.screenshot(full_page=True)))
    assert drawn.width == width, f"{name} is {drawn.width} pixels wide in a window of {width}"
    if PICTURES:
        path = Path(PICTURES) / f"page-{kind}-{name}-{width}.png"
        drawn.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def no_barriers(browser: Browser, tab: Page) -> None:
    """The page as it stands, looked at by axe-core in a context of its own: where a page's policy forbids scripts,
    and where they are switched off, axe could not run."""
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport=tab.viewport_size, color_scheme=scheme, bypass_csp=True)
        copy = context.new_page()
        copy.set_content(tab.content())
        found = Axe().run(copy, options={"runOnly": {"type": "tag", "values": STANDARDS}})
        assert found.violations_count == 0, (scheme, found.generate_report())
        context.close()


def see(browser: Browser, tab: Page, name: str) -> None:
    fits(tab, name)
    no_barriers(browser, tab)


@pytest.mark.parametrize(("width", "scripts"), EACH)
def test_three_mistakes_are_put_right_and_the_order_becomes_ready_to_ship(stack, browser, width, scripts):
    asked = Asked(stack, three_mistakes(f"page-{width}"))
    context = browser.new_context(viewport={"width": width, "height": 720}, java_script_enabled=scripts)
    tab = context.new_page()
    refused: list[str] = []
    tab.on("console", lambda message: refused.append(message.text))
    tab.goto(asked.url)
    see(browser, tab, "form")

    tab.get_by_label("Quantity").fill("8")
    tab.get_by_role("button", name="Continue").click()
    summary = tab.get_by_role("alert")
    expect(summary).to_contain_text("We cannot deliver this quantity.")
    expect(summary).to_be_focused()
    see(browser, tab, "again")
    summary.get_by_role("link", name="We cannot deliver this quantity").click()
    expect(tab.get_by_label("Quantity")).to_be_in_viewport()

    tab.get_by_label("Quantity").fill("12")
    tab.get_by_label("State or region").fill("NY")
    expect(tab.get_by_label("The price is now $14.00 instead of $16.00: I accept")).to_be_checked()
    tab.get_by_role("button", name="Continue").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Please check what changes")
    for told in ("Ontario", "$16.00", "$14.00", "$38.30", "$38.80", "The total goes up by $0.50."):
        expect(tab.locator("main")).to_contain_text(told)
    see(browser, tab, "preview")

    tab.get_by_role("button", name="Change something").click()
    expect(tab.get_by_label("Quantity")).to_have_value("12")
    tab.get_by_role("button", name="Continue").click()
    tab.get_by_role("button", name="Accept", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answer")
    see(browser, tab, "thanks")
    assert refused == []

    order = asked.settled("READY_TO_SHIP", "CORRECTION_PENDING", "REJECTED")
    assert (order["status"], order["total"]) == ("READY_TO_SHIP", "38.80"), order["reason"]
    tab.reload()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answer")
    tab.get_by_role("link", name="View your order").wait_for()
    context.close()


def test_going_back_after_the_answer_and_sending_it_again_is_one_answer(stack, browser, tab):
    asked = Asked(stack, three_mistakes("page-back"))
    tab.goto(asked.url)
    old = browser.new_context(java_script_enabled=False).new_page()
    old.goto(asked.url)
    for page in (tab, old):
        page.get_by_label("Quantity").fill("12")
        page.get_by_label("State or region").fill("NY")
        page.get_by_role("button", name="Continue").click()
    tab.get_by_role("button", name="Accept", exact=True).click(click_count=2)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answer")
    old.get_by_role("button", name="Accept", exact=True).click()
    expect(old.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answer")
    old.go_back()
    expect(old.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answer")
    old.go_back()
    expect(old.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answer")
    assert asked.settled("READY_TO_SHIP")["total"] == "38.80"
    rows = stack.client("dynamodb").query(
        TableName=stack.outputs["OrdersTable"],
        KeyConditionExpression="order_id = :id AND begins_with(part, :answer)",
        ExpressionAttributeValues={":id": {"S": asked.receipt["id"]}, ":answer": {"S": "answer#"}},
    )
    assert rows["Count"] == 1
    old.context.close()


def test_an_order_is_cancelled_on_the_page_in_the_customers_language(stack, browser, tab):
    asked = Asked(stack, three_mistakes("page-cancel", locale="de-DE"))
    tab.goto(asked.url)
    see(browser, tab, "form-de")
    tab.get_by_role("button", name="Bestellung stornieren", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Bestellung stornieren?")
    see(browser, tab, "cancel-de")
    tab.get_by_role("button", name="Nein, zurück").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ein paar Angaben, bevor wir liefern können")
    tab.get_by_role("button", name="Bestellung stornieren", exact=True).click()
    tab.get_by_role("button", name="Ja, Bestellung stornieren").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ihre Bestellung ist storniert")
    see(browser, tab, "cancelled-de")
    assert asked.settled("CANCELLED")["status"] == "CANCELLED"


def test_everything_can_be_done_with_the_keyboard(stack, browser, tab):
    asked = Asked(stack, three_mistakes("page-keys"))
    tab.goto(asked.url)
    reached = []
    for _ in range(40):
        tab.keyboard.press("Tab")
        focused = tab.locator(":focus")
        if not focused.count():
            break
        reached.append(focused.get_attribute("name") or focused.get_attribute("href"))
    fields = ["lines[0].quantity", "lines[0].out", "lines[1].unit_price", "shipping_address.region"]
    assert [name for name in reached if name in fields] == fields
    assert reached.count("do") >= 2
    tab.get_by_label("Quantity").focus()
    with_outline = tab.get_by_label("Quantity").screenshot()
    tab.get_by_label("Postal code").focus()
    assert tab.get_by_label("Quantity").screenshot() != with_outline


def test_a_link_that_is_cut_or_wrong_is_a_clear_page(stack, browser, tab):
    asked = Asked(stack, three_mistakes("page-wrong"))
    for url in (asked.url[:-6], asked.url.partition("?")[0], asked.url.replace("/decide/", "/decide/x/")):
        answer = tab.goto(url)
        assert answer.status == 404
        expect(tab.get_by_role("heading", level=1)).to_have_text("This link does not open an order")
    expect(tab.get_by_role("link", name="help@store.example.com")).to_be_visible()
    see(browser, tab, "wrong-link")


def test_the_page_may_do_nothing_but_show_itself(stack, tab):
    asked = Asked(stack, three_mistakes("page-headers"))
    headers = tab.goto(asked.url).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
