"""Customers look at their orders, cancel one, and ask for the list of all, in Chromium on the deployed stack."""

from __future__ import annotations

import html
import io
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from local import LocalStack, wait_for
from order_processing.order_parts import Handling
from tests.browser.test_correction_page import EACH, no_barriers, tab
from tests.load.rush import shop_on
from tests.stack.senders import api_order, place, status

__all__ = ["tab"]
pytestmark = pytest.mark.xdist_group("browser")
PICTURES = os.environ.get("PAGE_PICTURES", "")


def see(browser: Browser, tab: Page, name: str) -> None:
    """Nothing is wider than the window, axe finds nothing, and a picture is kept where one is asked for."""
    width = tab.viewport_size["width"]
    drawn = Image.open(io.BytesIO(tab.screenshot(full_page=True)))
    assert drawn.width == width, f"{name} is {drawn.width} pixels wide in a window of {width}"
    if PICTURES:
        path = Path(PICTURES) / f"page-{name}-{width}.png"
        drawn.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
    no_barriers(browser, tab)


def opened(stack: LocalStack, link: str) -> str:
    """A link of a mail, at the address that this machine's browser reaches."""
    parts = urlsplit(html.unescape(link))
    return f"http://{stack.outputs['ApiId']}.execute-api.localhost:{stack.emulator.port}{parts.path}?{parts.query}"


def linked(stack: LocalStack, email: str, pattern: str) -> str:
    """The newest link of this kind that was sent to a customer."""

    def look() -> str | None:
        found = [m for mail in stack.mails(email) for m in re.findall(rf'href="([^"]*{pattern}[^"]*)"', mail.html)]
        return found[-1] if found else None

    return opened(stack, wait_for(look, seconds=60, what=f"a mail to {email}"))


def ready(stack: LocalStack, number: str, **customer: str) -> dict[str, str]:
    """An order with two lines that is ready to ship."""
    order = api_order(number)
    order["customer"] |= customer
    order["lines"].append({"sku": "MUG-BLUE", "title": "Mug, blue", "quantity": 2, "unit_price": "14.00"})
    order["total"] = "180.60"
    order["billing_address"] = order["shipping_address"] | {"company": "Bell & Sons"}
    return until_ready(stack, order)


def until_ready(stack: LocalStack, order: dict[str, Any]) -> dict[str, str]:
    """Place an order, and wait until it is ready to ship."""
    receipt: dict[str, str] = place(stack, order).json()
    wait_for(lambda: status(stack, receipt).json()["status"] == "READY_TO_SHIP", seconds=60, what="the order")
    return receipt


def headed(tab: Page, text: str) -> None:
    """The page with this heading is there, however long the way from the one before takes."""
    expect(tab.get_by_role("heading", level=1)).to_have_text(text)


def press(tab: Page, name: str) -> None:
    """Press the button of just this name: "Cancel the order" is also a part of "Yes, cancel the order"."""
    tab.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(("width", "scripts"), EACH)
def test_an_order_is_followed_and_cancelled_and_the_list_asked_for(stack, browser, width, scripts):
    email = f"my-orders-{width}@example.com"
    first = ready(stack, f"my-first-{width}", email=email)
    second = ready(stack, f"my-second-{width}", email=email)
    context = browser.new_context(viewport={"width": width, "height": 720}, java_script_enabled=scripts)
    tab = context.new_page()
    refused: list[str] = []
    tab.on("console", lambda message: refused.append(message.text))
    answer = tab.goto(linked(stack, email, f"/my/orders/{second['id']}"))
    assert "refresh" not in answer.headers
    headed(tab, "Your order is ready to ship")
    for told in ("$180.60", "Bell & Sons", "We confirmed the order by e-mail", "Leaves us on", "2 × Mug"):
        expect(tab.locator("main")).to_contain_text(told)
    see(browser, tab, "order-ready")

    press(tab, "E-mail me a link to all my orders")
    headed(tab, "Please look into your mailbox")
    see(browser, tab, "orders-sent")
    tab.get_by_role("link", name="Back to the order").click()

    press(tab, "Cancel the order")
    headed(tab, "Cancel the order?")
    see(browser, tab, "order-cancel")
    press(tab, "No, go back")
    headed(tab, "Your order is ready to ship")
    press(tab, "Cancel the order")
    press(tab, "Yes, cancel the order")
    headed(tab, "Your order is cancelled")
    see(browser, tab, "order-cancelled")

    tab.goto(linked(stack, email, r"/my/orders\?"))
    headed(tab, "Your orders")
    expect(tab.get_by_role("row")).to_have_count(3)
    expect(tab.get_by_role("row").nth(1)).to_contain_text("Cancelled")
    expect(tab.get_by_role("row").nth(2)).to_contain_text("Ready to ship")
    see(browser, tab, "orders-list")
    tab.get_by_role("link", name=first["number"]).wait_for()
    assert refused == []
    context.close()


def test_once_it_is_labelled_the_page_says_what_to_do_instead_in_the_customers_language(stack, browser, tab):
    receipt = ready(stack, "my-late", locale="de-DE")
    orders = shop_on(stack).orders
    url = linked(stack, "my-late@example.com", f"/my/orders/{receipt['id']}")
    tab.goto(url)
    press(tab, "Bestellung stornieren")
    headed(tab, "Bestellung stornieren?")
    orders.note_handling(orders.load(receipt["id"]), Handling(printed_at=datetime.now(UTC)))
    press(tab, "Ja, Bestellung stornieren")
    headed(tab, "Zum Stornieren ist es zu spät")
    see(browser, tab, "order-too-late-de")
    tab.get_by_role("link", name="Zurück zur Bestellung").click()
    headed(tab, "Ihre Bestellung ist versandbereit")
    expect(tab.locator("main")).to_contain_text("Nehmen Sie das Paket nicht an")
    see(browser, tab, "order-labelled-de")


def test_everything_can_be_reached_with_the_keyboard_and_a_wrong_link_is_a_clear_page(stack, browser, tab):
    receipt = ready(stack, "my-keys")
    url = linked(stack, "my-keys@example.com", f"/my/orders/{receipt['id']}")
    tab.goto(url)
    reached = []
    for _ in range(12):
        tab.keyboard.press("Tab")
        focused = tab.locator(":focus")
        if focused.count():
            reached.append(focused.get_attribute("value") or focused.get_attribute("href"))
    assert [name for name in reached if name in ("cancel", "orders")][:2] == ["cancel", "orders"]
    for wrong in (url[:-6], url.partition("?")[0], url.replace("/my/orders/", "/my/orders/x/")):
        assert tab.goto(wrong).status == 404
        headed(tab, "This link does not open an order")
