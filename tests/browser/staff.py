"""How staff's pages are tried: signed in through the pool's own login, looked at by axe, and pictured."""

from __future__ import annotations

import io
import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page

from local import LocalStack
from local.staff import PASSWORD, Member

PICTURES = os.environ.get("PAGE_PICTURES", "")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def sign_in(tab: Page, stack: LocalStack, member: Member, page: str = "/staff") -> None:
    """Opens a page of the console and fills in the login that comes before it."""
    tab.goto(stack.outputs["ApiUrl"] + page)
    tab.locator("#username").fill(member.email)
    tab.locator("#password").fill(PASSWORD)
    tab.locator("button[type=submit]").click()
    tab.wait_for_url(stack.outputs["ApiUrl"] + page)


def look_at(browser: Browser, tab: Page, name: str) -> None:
    """Nothing is wider than the window and axe finds nothing, in light and dark; pictures are kept where asked for."""
    axe = browser.new_context(viewport=tab.viewport_size)
    try:
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            width = tab.viewport_size["width"]
            drawn = Image.open(io.BytesIO(tab.screenshot(full_page=True)))
            assert drawn.width == width, f"{name} is {drawn.width} pixels wide in a window of {width}"
            copy = axe.new_page()
            copy.emulate_media(color_scheme=scheme)
            copy.set_content(tab.content())
            found = Axe().run(copy, options={"runOnly": {"type": "tag", "values": STANDARDS}})
            assert not found.response["violations"], found.generate_report()
            copy.close()
            if PICTURES and scheme == ("dark" if width < 500 else "light"):
                path = Path(PICTURES) / f"staff-{name}-{width}.png"
                drawn.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
    finally:
        axe.close()
        tab.emulate_media(color_scheme="light")
