"""More than fifty orders of one cause are redriven together: in Chromium the page shows by itself how far they are, and
can be left and come back to. The console's own pages, before executions that go on bit by bit."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from order_processing.console import failures
from order_processing.failures import Failure, Progress
from order_processing.http import Request
from tests.browser.staff import look_at
from tests.console_desk import Desk
from tests.unit.test_failure_pages import Machine, a_failure, desk

MANY, AT_ONCE = 55, 25


class Slowly(Machine):
    """Some more go through each time that somebody looks, and the last one fails again."""

    def progress(self, given: Iterable[Failure]) -> list[Progress]:
        shown = super().progress(given := list(given))
        running = [each.arn for each in given if self.stands[each.arn] == "RUNNING"]
        for arn in running[:AT_ONCE]:
            self.stands[arn] = "FAILED" if arn == running[-1] else "SUCCEEDED"
        return shown


@pytest.fixture
def served() -> Iterator[Desk]:
    """A console at `url`, with somebody of operations signed in: `cookies`."""
    at = desk(Slowly(*(a_failure(f"7K3M9Q{n:03}") for n in range(MANY))))

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            path, _, query = self.path.partition("?")
            asked = dict(part.split("=") for part in query.split("&") if part)
            answer = at.console.answer(self.command, path, Request(headers=headers, query=asked, body=body.decode()))
            self.send_response(answer.status)
            for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body.encode())

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    at.url = f"http://localhost:{server.server_port}"
    yield at
    server.shutdown()
    server.server_close()


@pytest.fixture
def tab(browser: Browser, served: Desk) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 720}, java_script_enabled=False)
    # Chromium takes localhost for safe, and Playwright takes a secure cookie for an address with https alone.
    safe = {"url": served.url.replace("http:", "https:"), "secure": True}
    context.add_cookies([{"name": name, "value": value, **safe} for name, value in served.cookies.items() if value])
    yield context.new_page()
    context.close()


def test_many_are_redriven_with_progress_that_can_be_left(served, tab, browser, monkeypatch):
    monkeypatch.setattr(failures, "_SECONDS", 1)
    monkeypatch.setattr(failures, "_A_SECOND", MANY)
    tab.goto(served.url + failures.PATH)
    tab.get_by_role("button", name=f"Redrive all {MANY}").press("Enter")
    told = tab.get_by_role("status")
    expect(told).to_contain_text(f"Of {MANY}: ")
    expect(told).to_contain_text("under way")
    first = tab.url.partition("?")[0]

    tab.get_by_role("link", name="Failures, Redriven last").press("Enter")
    tab.get_by_role("listitem").filter(has_text=f"{MANY} orders").get_by_role("link").press("Enter")
    expect(tab).to_have_url(first)
    expect(tab.get_by_text("This page asks again")).to_have_count(0)
    look_at(browser, tab, "redrive-under-way")
    tab.get_by_role("link", name="Keep looking").press("Enter")
    # From here on nobody loads it but the page itself, until none is under way.
    expect(told).to_have_text(f"Of {MANY}: {MANY - 1} went through, 1 failed again.", timeout=20_000)
    expect(tab.get_by_text("This page asks again")).to_have_count(0)
    tab.get_by_role("button", name="Redrive the 1 that failed again").press("Enter")
    expect(told).to_contain_text("Of 1: ")
