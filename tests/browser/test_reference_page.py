"""The API's reference page in a real browser, on a phone and on a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.staff import STANDARDS, Axe

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize("width", [320, 1024])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_reference_can_be_read_and_is_gone_through_by_its_links(stack, browser: Browser, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 720}, color_scheme=scheme)
    try:
        tab = context.new_page()
        complaints: list[str] = []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.goto(stack.outputs["ApiUrl"] + "/docs")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.get_by_role("link", name="POST /orders/quote").focus()
        tab.keyboard.press("Enter")
        expect(tab.get_by_role("heading", name="POST /orders/quote")).to_be_in_viewport()
        copy = browser.new_context(viewport={"width": width, "height": 720}, color_scheme=scheme).new_page()
        copy.set_content(tab.content())
        found = Axe().run(copy, options={"runOnly": {"type": "tag", "values": STANDARDS}})
        assert not found.response["violations"], found.generate_report()
        copy.context.close()
        assert [text for text in complaints if "favicon" not in text] == []
    finally:
        context.close()
