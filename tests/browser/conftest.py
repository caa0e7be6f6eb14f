"""A real browser on the deployed stack: Chromium, as the distribution packs it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.stack.conftest import stack

__all__ = ["stack"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window. On a busy machine the way from one page to the next takes seconds."""
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=_chromium(),
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield started
        started.close()


def _chromium() -> str | None:
    """The browser that CHROMIUM names, else the first one that is installed."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)
