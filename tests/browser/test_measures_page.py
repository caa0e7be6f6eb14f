"""How the measures look over a month and two stores: plots with their tables, phone and desk, light and dark."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from order_processing.console.measures import PATH, MeasuresPage
from order_processing.console.page import View, Visit
from order_processing.console.shell import Shell
from order_processing.console.staff import Group, Person
from order_processing.measures import STEPS, DayMeasures, Tally
from order_processing.settings import current
from tests.browser.staff import look_at
from tests.orders import NOW

OLIVIA = Person(id="id-olivia", username="olivia", name="Olivia Ortiz", groups=frozenset({Group.OPERATIONS}))


def a_tally(day: int, orders: int) -> Tally:
    wrong, asked = orders // 9 + day % 3, orders // 12 + day % 4
    spans = {step: {30 + n + day % 3: orders - asked, 70 + n: asked} for n, step in enumerate(STEPS)}
    return Tally(
        received=orders,
        judged=orders,
        right=orders - wrong,
        ready=orders - 1,
        straight=orders - asked - 1,
        ended=1,
        due=orders - 4,
        kept=orders - 4 - day % 5,
        confirmed=orders - 1,
        bounced=int(day % 6 == 0),
        spans=spans,
    )


class AMonth:
    """The port Measures, of a month in which orders come in waves; one day was not counted."""

    def between(self, first: date, last: date) -> list[DayMeasures]:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [
            DayMeasures(
                day=day,
                counted_at=NOW,
                stores={
                    "shopify: northgate.myshopify.com": a_tally(n, 120 + round(40 * math.sin(n / 3))),
                    "api: web-shop": a_tally(n + 1, 60 + n),
                },
            )
            for n, day in enumerate(days)
            if n != 11
        ]


@pytest.mark.parametrize("width", [1024, 320])
def test_it_can_be_read(browser, width):
    pages = MeasuresPage(AMonth())
    view = pages.show(Visit(person=OLIVIA, now=NOW, parts={}, query={}, form={}))
    assert isinstance(view, View)
    answer = Shell(current().store, pages.routes(), "").render(view, person=OLIVIA, path=PATH, token="token")
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.set_content(answer.body)
    look_at(browser, tab, "measures")
    assert tab.get_by_role("img").count() == 4
    assert not tab.get_by_role("table", name="By day").is_visible()
    tab.get_by_text("By day: the numbers of the plots").click()
    assert tab.get_by_role("table", name="By day").get_by_role("row").count() == 30
    tab.close()
