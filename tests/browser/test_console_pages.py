"""The console's pages of stock, shipments and measures, and of what waits, in a real browser on the deployed stack."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from local import LocalStack, wait_for
from local.staff import OPERATOR
from tests.browser.staff import sign_in
from tests.browser.test_customer_pages import ready, until_ready
from tests.browser.test_stuck_order import look, tab
from tests.load.rush import shop_on
from tests.stack.offered_products import order_of_cups, stock_cups

__all__ = ["tab"]
pytestmark = pytest.mark.xdist_group("browser")


def measured(stack: LocalStack) -> None:
    """Today's orders are counted, as they are in the night after."""
    day = json.dumps({"day": f"{datetime.now(UTC):%Y-%m-%d}"})
    answer = stack.client("lambda").invoke(FunctionName=stack.outputs["MeasureDaysFunction"], Payload=day)
    assert json.load(answer["Payload"])["orders"] > 0


def printed_at_once(stack: LocalStack, browser: Browser, tab: Page) -> None:
    """What leaves on a day is printed as one document, which can be fetched: in Leipzig, from where no other test's
    orders leave, since what is printed cannot be cancelled any more."""
    stock_cups(stack, "BATCH", "leipzig")
    receipt = until_ready(stack, order_of_cups("console-pages-batch", "BATCH", cups=2))
    (shipment,) = shop_on(stack).orders.load(receipt["id"]).delivery.shipments
    assert shipment.location == "leipzig"
    tab.goto(f"{stack.outputs['ApiUrl']}/staff/shipments?location=leipzig&day={shipment.ship_date}")
    tab.get_by_role("button", name="Print all 1 that are to print").press("Enter")
    expect(tab.get_by_role("status")).to_contain_text("printed")
    progress = tab.url.partition("?")[0]

    def finished() -> bool:
        tab.goto(progress)
        return tab.get_by_role("link", name="Labels and papers").count() == 1

    wait_for(finished, seconds=60, what="the batch to be printed")
    look(browser, tab, "batch")
    with urllib.request.urlopen(tab.get_by_role("link", name="Labels and papers").get_attribute("href")) as answer:
        assert answer.read(5) == b"%PDF-"
    tab.get_by_role("link", name="Shipments of this day").click()
    expect(tab.get_by_role("button", name=f"Packed parcel 1 of {receipt['number']}")).to_be_visible()
    expect(tab.get_by_role("button", name="that are to print")).to_have_count(0)


def test_stock_shipments_measures_and_what_waits(stack, browser: Browser, tab: Page):
    receipt = ready(stack, "console-pages")
    (shipment,) = shop_on(stack).orders.load(receipt["id"]).delivery.shipments[:1]
    sign_in(tab, stack, OPERATOR)
    look(browser, tab, "start")

    tab.get_by_role("link", name="Stock", exact=True).last.click()
    tab.get_by_label("SKU").fill("MUG-BLUE")
    tab.get_by_role("button", name="Show").press("Enter")
    expect(tab.get_by_role("link", name=receipt["number"])).to_be_visible()
    look(browser, tab, "stock")

    tab.goto(f"{stack.outputs['ApiUrl']}/staff/shipments?location={shipment.location}&day={shipment.ship_date}")
    look(browser, tab, "shipments")
    tab.get_by_role("button", name=f"Print {receipt['number']}").first.click()
    expect(tab.get_by_role("link", name="label").first).to_be_visible()
    look(browser, tab, "papers")
    printed_at_once(stack, browser, tab)
    for word in ("Packed", "Handed over"):
        tab.goto(f"{stack.outputs['ApiUrl']}/staff/shipments?location={shipment.location}&day={shipment.ship_date}")
        step = tab.get_by_role("button", name=f"{word} parcel 1 of {receipt['number']}")
        step.click()
        expect(step).to_have_count(0)
    assert shop_on(stack).orders.load(receipt["id"]).handling.packed_at

    measured(stack)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    tab.goto(f"{stack.outputs['ApiUrl']}/staff/measures?from={today}&to={today}")
    expect(tab.get_by_role("heading", name="Order accuracy")).to_be_visible()
    expect(tab.get_by_role("img", name="Minutes from received to ready")).to_be_visible()
    with tab.expect_download() as kept:
        tab.get_by_role("link", name="as CSV").click()
    assert kept.value.suggested_filename == f"measures-{today[:7]}.csv"

    tab.get_by_role("link", name="Waiting orders").first.click()
    tab.get_by_role("link", name="Staff see to it").press("Enter")
    expect(tab.get_by_role("link", name="Staff see to it")).to_have_attribute("aria-current", "true")
    look(browser, tab, "backlog")
