"""What docs/operating.md says about a stuck order, done in a browser: found, understood, put right and redriven."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from local import wait_for
from local.staff import READER
from operating import licences
from tests.browser.staff import look_at, sign_in
from tests.stack.stuck_orders import out_of_keys

pytestmark = pytest.mark.xdist_group("browser")
DOC = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
SECTION = DOC.partition("## A stuck order")[2].partition("\n## ")[0]


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A tab without scripts, on a phone."""
    context = browser.new_context(viewport={"width": 320, "height": 720}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def look(browser: Browser, tab: Page, name: str) -> None:
    """On a phone and on a desk."""
    look_at(browser, tab, name)
    tab.set_viewport_size({"width": 1024, "height": 720})
    look_at(browser, tab, name)
    tab.set_viewport_size({"width": 320, "height": 720})


def said(text: str) -> str:
    """A text of the console or a command that the section names."""
    assert text in SECTION, f"docs/operating.md, A stuck order: does not say {text!r}"
    return text


def goes_through(tab: Page) -> None:
    """The progress of a redrive comes to its end. Looked at where nothing refreshes it, so that no two loads meet."""
    expect(tab.get_by_role("heading", level=1)).to_have_text("Redriving: Licence keys have run out")
    progress = tab.url.partition("?")[0]

    def look() -> bool:
        tab.goto(progress)
        return "1 went through" in tab.get_by_role("status").inner_text()

    wait_for(look, seconds=60, what="the order to go through")


def test_a_stuck_order_is_found_understood_put_right_and_redriven(stack, browser, tab, tmp_path, monkeypatch):
    monkeypatch.setattr("operating.stack.LocalStack.running", lambda: stack)
    receipt, other = out_of_keys(stack, "APP-BROWSER", 2)
    sign_in(tab, stack, READER)
    tab.get_by_role("link", name=said("Find an order")).last.click()
    look(browser, tab, "find")
    tab.get_by_label("What you know of the order").fill(receipt["number"])
    tab.get_by_role("button", name="Find").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(f"Order {receipt['number']}")
    expect(tab.get_by_text("FAILED: Licence keys have run out")).to_be_visible()
    expect(tab.get_by_text(said("python -m operating.licences SKU FILE"))).to_be_visible()
    arn = stack.execution(receipt["id"])["executionArn"]
    assert tab.get_by_role("link", name=said("Open it in Step Functions")).get_attribute("href").endswith(arn)
    look(browser, tab, "order-stuck")

    tab.get_by_role("link", name=said("Failures"), exact=True).click()
    cause = tab.get_by_role("region", name="Licence keys have run out")
    expect(cause.get_by_role("link", name=other["number"], exact=True)).to_be_visible()
    look(browser, tab, "failures")

    keys = tmp_path / "keys.txt"
    keys.write_text("BROWSER-KEY-1\nBROWSER-KEY-2\n", encoding="utf-8")
    assert licences.main(["APP-BROWSER", str(keys)]) == 0
    cause.get_by_role("button", name=f"{said('Redrive')} {receipt['number']}").press("Enter")
    goes_through(tab)
    look(browser, tab, "redrive")
    tab.get_by_role("link", name=receipt["number"], exact=True).click()
    expect(tab.get_by_text("READY_TO_SHIP").first).to_be_visible()
    expect(tab.get_by_text("HANDED_OUT_SENT")).to_be_visible()

    tab.get_by_role("link", name="Failures", exact=True).click()
    tab.get_by_role("region", name="Licence keys have run out").get_by_role("button", name="Redrive").click()
    goes_through(tab)

    tab.goto(stack.outputs["ApiUrl"] + f"/staff/orders/{receipt['id']}")
    tab.get_by_role("button", name="Show what its sender sent").click()
    expect(tab.get_by_label("Payload 1")).to_contain_text("stuck-app-browser-0")
    look(browser, tab, "payload")
    tab.get_by_role("link", name=f"Back to {receipt['number']}").click()
    expect(tab.get_by_text("payload: look")).to_be_visible()
