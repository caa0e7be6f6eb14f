"""Pictures of the mails as a browser draws them, for docs/pictures: run it again when the design changes.

    python local/mail_pictures.py [OUTPUT_DIR]

Needs Chromium and Playwright; CHROMIUM names the browser where it is not the distribution's.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "layers" / "order_processing")]

from compile_mail import compile_if_stale  # noqa: E402

from local.mail_samples import ORDER_ID, order_in_dollars, order_in_yen, promise, verified  # noqa: E402
from order_processing.discrepancy import Discrepancy  # noqa: E402
from order_processing.mail import messages  # noqa: E402
from order_processing.mail.message import Message  # noqa: E402
from order_processing.settings import current  # noqa: E402

STATUS_URL = "https://store.example.com/orders/7K3M9QXB4?t=example"


def letters() -> dict[str, Message]:
    """One message of each kind."""
    settings = current()
    dollars, yen = order_in_dollars(), order_in_yen()
    found = (
        Discrepancy(code="QUANTITY_STEP", path="lines[1].quantity", found="4", expected="6 or 12",
                    resolution="needs_customer"),
        Discrepancy(code="POSTAL_CODE", path="shipping_address.postal_code", found="40205-1",
                    expected="five digits such as 40205", resolution="needs_customer"),
    )  # fmt: skip
    return {
        "confirmation": messages.confirmation(ORDER_ID, verified(dollars), promise(dollars), settings, STATUS_URL),
        "confirmation-ja": messages.confirmation(ORDER_ID, verified(yen), promise(yen), settings, STATUS_URL),
        "question": messages.question(ORDER_ID, dollars, found, settings, STATUS_URL),
        "rejected": messages.ended(
            ORDER_ID, dollars, "PRODUCT_WITHDRAWN", "Reading lamp, oak is no longer made.", settings, STATUS_URL
        ),
    }


def draw(browser: Browser, page: Path, picture: Path, *, width: int, scheme: str, images: bool) -> None:
    """One picture of a whole mail at a width, in the light or the dark scheme, with or without its images."""
    context = browser.new_context(
        viewport={"width": width, "height": 600},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    tab = context.new_page()
    if not images:
        tab.route("**/*", lambda route: route.abort() if route.request.resource_type == "image" else route.continue_())
    tab.goto(page.as_uri())
    overflow = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    tab.screenshot(path=str(picture), full_page=True)
    context.close()
    print(f"{picture.name}  {picture.stat().st_size // 1024} kB" + (f"  wider than {width} px" if overflow else ""))


def main(folder: Path) -> None:
    """Each mail at 320 and 800 pixels, light and dark; images are never loaded from the network."""
    compile_if_stale()
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for name, message in letters().items():
            page = Path(scratch, f"{name}.html")
            page.write_text(message.html, encoding="utf-8")
            for width in (320, 800):
                for scheme in ("light", "dark"):
                    picture = folder / f"mail-{name}-{width}-{scheme}.png"
                    draw(browser, page, picture, width=width, scheme=scheme, images=False)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures")
