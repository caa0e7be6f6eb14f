"""Staff log in to the console in a real browser, with its rules for cookies, and find what is theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from local import LocalStack
from local.staff import ADMIN, NEWCOMER
from tests.browser.staff import look_at, sign_in

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(params=[pytest.param(320, id="phone"), pytest.param(1024, id="desk")])
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab without scripts, on a phone and on a desk."""
    context = browser.new_context(viewport={"width": request.param, "height": 720}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_login_first_page_and_logout(stack: LocalStack, browser: Browser, tab: Page):
    sign_in(tab, stack, ADMIN)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Hello Ada Admin")
    look_at(browser, tab, "start")
    cookies = {cookie["name"]: cookie for cookie in tab.context.cookies()}
    session = cookies["__Host-staff"]
    assert (session["httpOnly"], session["secure"], session["sameSite"]) == (True, True, "Lax")
    assert "__Host-staff-login" not in cookies
    tab.keyboard.press("Tab")
    expect(tab.locator(":focus")).to_have_text("Skip to the content")
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("You are signed out")
    look_at(browser, tab, "signed-out")
    assert not [c for c in tab.context.cookies() if c["name"].startswith("__Host-")]
    tab.go_back()
    tab.goto(stack.outputs["ApiUrl"] + "/staff")
    assert tab.url.startswith(stack.emulator.url + "/oauth2/authorize")


def test_a_newcomer_is_told_whom_to_ask(stack, browser, tab):
    sign_in(tab, stack, NEWCOMER)
    expect(tab.get_by_role("heading", level=1)).to_have_text("You have no access yet")
    look_at(browser, tab, "no-access")


def test_a_page_that_is_not_there(stack, browser, tab):
    sign_in(tab, stack, ADMIN, "/staff/nothing")
    expect(tab.get_by_role("heading", level=1)).to_have_text("There is no such page")
    tab.get_by_role("link", name="Start").last.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Hello Ada Admin")
