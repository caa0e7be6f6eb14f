"""How the page of customers who were not reached looks: every kind of entry, phone and desk, light and dark."""

from __future__ import annotations

import pytest

from order_processing.console.page import View
from order_processing.console.shell import Shell
from order_processing.console.staff import Group, Person
from order_processing.console.unreached import PATH, Row, routes
from order_processing.order_parts import Unreached
from order_processing.settings import current
from tests.browser.staff import look_at
from tests.orders import NOW

EVE = Person(id="id-eve", username="eve", name="Eve Lindt", groups=frozenset({Group.OPERATIONS}))
ADDRESS = ("Mara Okafor", "2210 Bardstown Road, Apt 5", "40205 Louisville KY US")


def row(number: str, kind: str, what: str, why: str, words: str, **changes: object) -> Row:
    values = {
        "entry": Unreached(order_id=number.replace("-", ""), kind=kind, why=why, cause="", at=NOW),
        "number": number,
        "what": what,
        "why": words,
        "status": "READY_TO_SHIP",
        "name": "Mara Okafor",
        "phone": "+15025550100",
        "email": "mara.okafor.with.a.long.name@mailbox.subdomain.example.com",
        "address": ADDRESS,
        "waits": False,
        "sendable": True,
    }
    return Row(**(values | changes))  # type: ignore[arg-type]


ROWS = [
    row("7K3M-9QXB-4", "confirmation", "Confirmation", "bounced", "The mail came back"),
    row("0C3R-Z2MZ-D", "confirmation", "Confirmation", "no_address", "No e-mail address", email="", waits=True,
        status="APPROVAL_PENDING"),
    row("HC85-GZF6-S", "ended", "End of the order", "suppressed", "Address had failed before", phone="",
        sendable=False, status="CANCELLED"),
]  # fmt: skip


@pytest.mark.parametrize("width", [1024, 320])
def test_it_can_be_read_and_used(browser, width):
    shell = Shell(current().store, routes(None, None, None, None, None), "")
    view = View("unreached.html", "Not reached", {"rows": ROWS, "more": 3})
    answer = shell.render(view, person=EVE, path=PATH, token="token")
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.set_content(answer.body)
    look_at(browser, tab, "unreached")
    for label in ("A better e-mail address", "How the customer was told"):
        assert tab.get_by_label(label).first.is_visible()
    assert tab.get_by_role("button", name="Seen to").count() == 2
    tab.close()
