"""Pictures of the mails as a browser draws them, for docs/pictures: run it again when the design changes.

    python local/mail_pictures.py [--all] [OUTPUT_DIR]

Without --all each mail is drawn twice: 800 pixels wide and light, 320 pixels wide and dark. Images are off, as many
mail programs have them; the confirmation with a logo and pictures of its products is drawn with images on as well.

Needs Chromium and Playwright; CHROMIUM names the browser where it is not the distribution's.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Route, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "layers" / "order_processing")]

from compile_mail import compile_if_stale  # noqa: E402

from local.mail_samples import (  # noqa: E402
    ORDER_ID,
    UNTIL,
    choices,
    corrected,
    delayed,
    delivery,
    found,
    order_in_dollars,
    order_in_euros,
    order_in_yen,
    promise,
    verified,
)
from order_processing.mail import messages, offers, progress  # noqa: E402
from order_processing.mail.account_link import orders_link  # noqa: E402
from order_processing.mail.message import Message  # noqa: E402
from order_processing.settings import current  # noqa: E402

Scheme = Literal["light", "dark"]
FORMS: tuple[tuple[int, Scheme], ...] = ((800, "light"), (320, "dark"))
ALL_FORMS: tuple[tuple[int, Scheme], ...] = (*FORMS, (800, "dark"), (320, "light"))
STATUS_URL = "https://store.example.com/orders/7K3M9QXB4?t=example"


def letters() -> dict[str, Message]:
    """One message of each kind."""
    settings = current()
    dollars, yen, euros = order_in_dollars(), order_in_yen(), order_in_euros()
    wanted, late = promise(dollars), delayed(promise(dollars))
    return {
        "confirmation": messages.confirmation(ORDER_ID, corrected(dollars), wanted, settings, STATUS_URL),
        "confirmation-images-off": with_images(),
        "confirmation-images-on": with_images(),
        "confirmation-ja": messages.confirmation(ORDER_ID, verified(yen), promise(yen), settings, STATUS_URL),
        "confirmation-de": messages.confirmation(ORDER_ID, verified(euros), promise(euros), settings, STATUS_URL),
        "question": messages.question(ORDER_ID, dollars, found(), settings, STATUS_URL, expires_at=UNTIL),
        "offer": offers.offer(ORDER_ID, dollars, choices(dollars), settings, STATUS_URL, expires_at=UNTIL),
        "rejected": messages.ended(ORDER_ID, dollars, "PRODUCT_INACTIVE", "", settings, STATUS_URL),
        "cancelled": messages.ended(ORDER_ID, dollars, "CANCELLED", "", settings, STATUS_URL),
        "expired": messages.ended(ORDER_ID, dollars, "EXPIRED", "", settings, STATUS_URL),
        "approved": progress.approved(ORDER_ID, dollars, settings, STATUS_URL),
        "refused": progress.refused(
            ORDER_ID, dollars, "We could not reach you to check the order.", settings, STATUS_URL
        ),
        "delay": progress.delay(
            ORDER_ID, verified(dollars), wanted, late, settings, STATUS_URL, cause="A pallet came in damaged."
        ),
        "ready": progress.ready(ORDER_ID, verified(dollars), wanted, delivery(), settings, STATUS_URL),
        "too-late": progress.too_late(ORDER_ID, dollars, settings, STATUS_URL),
        "orders-link": orders_link(ORDER_ID, dollars, settings, STATUS_URL, minutes=30),
    }


def with_images() -> Message:
    """A confirmation of a store that has a logo, for products that have pictures."""
    settings, dollars = current(), order_in_dollars()
    store = settings.store.model_copy(update={"logo_url": "https://store.example.com/logo.png"})
    products = verified(dollars)
    items = tuple(
        item.model_copy(update={"picture": f"https://store.example.com/{item.sku}.png"}) for item in products.items
    )
    return messages.confirmation(
        ORDER_ID,
        products.model_copy(update={"items": items}),
        promise(dollars),
        settings.model_copy(update={"store": store}),
        STATUS_URL,
    )


def image(url: str) -> bytes:
    """Something in the place of an image of the web: a logo is wide, a product's picture square."""
    drawn = Image.new("RGB", (240, 80) if "logo" in url else (256, 256), "#1f4e79" if "logo" in url else "#c9d6e2")
    file = io.BytesIO()
    drawn.save(file, "PNG")
    return file.getvalue()


def answer(route: Route, images: bool) -> None:
    """What the web says to a mail's image: nothing, where images are off."""
    if images:
        route.fulfill(body=image(route.request.url), content_type="image/png")
    else:
        route.abort()


def draw(browser: Browser, page: Path, picture: Path, *, width: int, scheme: Scheme, images: bool) -> None:
    """One picture of a whole mail."""
    context = browser.new_context(viewport={"width": width, "height": 400}, color_scheme=scheme)
    tab = context.new_page()
    tab.route("http**", lambda route: answer(route, images))
    tab.goto(page.as_uri())
    overflow = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    drawn = Image.open(io.BytesIO(tab.screenshot(full_page=True)))
    drawn.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(picture, optimize=True)
    context.close()
    print(f"{picture.name}  {picture.stat().st_size // 1024} kB" + (f"  wider than {width} px" if overflow else ""))


def main(folder: Path, forms: tuple[tuple[int, Scheme], ...]) -> None:
    """Each mail in each form (width in pixels, colour scheme)."""
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
            for width, scheme in forms:
                picture = folder / f"mail-{name}-{width}-{scheme}.png"
                draw(browser, page, picture, width=width, scheme=scheme, images=name.endswith("images-on"))
        browser.close()


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--all"]
    wanted = ALL_FORMS if "--all" in sys.argv else FORMS
    main(Path(arguments[0]) if arguments else ROOT / "docs" / "pictures", wanted)
