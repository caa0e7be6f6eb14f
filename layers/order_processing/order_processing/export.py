"""All that is kept of a customer, to hand over: for programs (JSON) and for people (HTML), in one zip file.

Article 20 of the GDPR asks for a structured, commonly used and machine-readable form, article 15 for one that a
person can read.
"""

import html
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from order_processing import order_number
from order_processing.account import AccountEntry
from order_processing.approval import ORDER as APPROVAL
from order_processing.order import Record
from order_processing.order_parts import CUSTOMER
from order_processing.pages.order_page import heading_of, order_page
from order_processing.pages.page import Pages
from order_processing.pages.wording import Wording
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import order_of


class Held(Record):
    """One order as it is kept. raw: as its sender sent it, b"" where that is erased."""

    stored: StoredOrder
    raw: bytes
    more: dict[str, Any] = {}


def export(
    orders: Sequence[Held], entries: Sequence[AccountEntry], customer: dict[str, Any], settings: Settings, at: datetime
) -> bytes:
    """The zip file: data.json, index.html, and a page an order. customer: what the catalogue knows."""
    data = {
        "exported_at": at.isoformat(),
        "by": settings.store.name,
        "customer": customer,
        "orders": [_order(held) for held in orders],
        "account": [entry.model_dump(mode="json") for entry in entries],
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        file.writestr("index.html", _index(orders, settings, at))
        for held in orders:
            file.writestr(f"orders/{held.stored.order_id}.html", _page(held.stored, settings))
    return packed.getvalue()


def _order(held: Held) -> dict[str, Any]:
    stored = held.stored
    documents = stored.delivery.documents if stored.delivery else ()
    return {
        "number": order_number.display(stored.order_id),
        **_told(stored),
        "as_sent": held.raw.decode("utf-8", "replace"),
        "documents": [{"kind": d.kind, "content_type": d.content_type, "size": d.size} for d in documents],
        **held.more,
    }


def _told(stored: StoredOrder) -> dict[str, Any]:
    """The order without what is not the customer's: who of staff decided and for which reasons of the store's own,
    what goods cost the store, and the token that a waiting execution goes on with."""
    answers = tuple(
        answer.model_copy(
            update={
                "actor": answer.actor if answer.actor == CUSTOMER else "staff",
                "by": "",
                "consents": (),
                "approvals": tuple(approval for approval in answer.approvals if approval.path != APPROVAL),
            }
        )
        for answer in stored.answers
    )
    return stored.model_copy(update={"answers": answers, "approval": None}).model_dump(
        mode="json", exclude={"question": {"token"}, "verified": {"items": {"__all__": {"cost"}}}}
    )


def _page(stored: StoredOrder, settings: Settings) -> str:
    order = stored.verified.order if stored.verified else order_of(stored)
    wording = Wording(stored.order_id, order, settings)
    shown = order_page(stored, wording, settings, live=False)
    pages = Pages(settings.store, wording.mail.text, wording.number)
    page = pages.order(heading_of(stored, wording), shown, answer=None, can_cancel=False, too_late="", list_offer="")
    return page.html


def _index(orders: Sequence[Held], settings: Settings, at: datetime) -> str:
    rows = "\n".join(
        f'<li><a href="orders/{held.stored.order_id}.html">{order_number.display(held.stored.order_id)}</a>, '
        f"{held.stored.placed.placed_at.date()}, {held.stored.status}: {_documents(held.stored)}</li>"
        for held in orders
    )
    store = html.escape(settings.store.name)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Your data at {store}</title><h1>Your data at {store}</h1>"
        f'<p>As of {at.date()}. The same, with every detail, for programs: <a href="data.json">data.json</a>.</p>'
        f"<ul>\n{rows}\n</ul></html>\n"
    )


def _documents(stored: StoredOrder) -> str:
    kinds = sorted({d.kind.replace("_", " ") for d in stored.delivery.documents}) if stored.delivery else []
    return "documents kept: " + html.escape(", ".join(kinds)) if kinds else "no documents kept"
