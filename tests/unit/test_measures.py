"""What the process is judged by: counted right, adding up however it is divided, safe as a table, drawn as it is."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.console.measures import PATH, MeasuresPage
from order_processing.console.plot import Line, plot
from order_processing.console.staff import Group
from order_processing.csv_export import csv_of
from order_processing.discrepancy import Correction
from order_processing.measures import COUNTS, READY, SETTLED_AFTER, DayMeasures, Tally, counted, tally_of
from order_processing.order_parts import Answer, Confirmation, Delay, Handling, SentMail
from order_processing.settings import current
from order_processing.stages.measure_days import day_of
from order_processing.status import PATH as STAGES
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from tests.console_desk import Desk
from tests.orders import NOW, an_order, promised, verified
from tests.template import template

DAY = NOW.date()


def ready(**changes) -> StoredOrder:
    """An order that went straight through, ten seconds a stage, and left on the promised day."""
    order = an_order()
    values = {
        "order_id": "7K3M9QXB4",
        "placed": order,
        "received_at": NOW,
        "status": Status.READY_TO_SHIP,
        "verified": verified(order),
        "promise": promised(order),
        "confirmation": Confirmation(attempt_at=NOW, sent_at=NOW, message_id="m1"),
        "times": {status.value: NOW + timedelta(seconds=10 * n) for n, status in enumerate(STAGES)},
        "handling": Handling(handed_over_at=datetime(2026, 11, 25, 20, tzinfo=UTC)),
    }
    return StoredOrder(**(values | changes))


def counts(stored: StoredOrder, now: datetime = NOW) -> dict[str, int]:
    tally = tally_of(stored, current(), now)
    return {name: getattr(tally, name) for name in COUNTS}


STRAIGHT = dict.fromkeys(("received", "judged", "right", "ready", "straight", "due", "kept", "confirmed"), 1)
STRAIGHT |= {"ended": 0, "bounced": 0}
LATE = Handling(handed_over_at=datetime(2026, 11, 27, 20, tzinfo=UTC))
CORRECTED = Answer(actor="customer", at=NOW, corrections=(Correction(path="lines[0].sku", found="A", value="B"),))
WEEK_LATER = NOW + timedelta(days=7)


@pytest.mark.parametrize(
    ("changes", "now", "differs"),
    [
        ({}, NOW, {}),
        ({"answers": (CORRECTED,)}, NOW, {"right": 0, "straight": 0}),
        ({"answers": (Answer(actor="staff", at=NOW),)}, NOW, {"straight": 0}),
        ({"handling": LATE}, NOW, {"kept": 0}),
        ({"handling": Handling()}, NOW, {"due": 0, "kept": 0}),
        ({"handling": Handling()}, WEEK_LATER, {"kept": 0}),
        ({"delay": Delay(previous=promised(an_order()))}, NOW, {"kept": 0}),
        ({"mails": (SentMail(message_id="m1", kind="confirmation", bounced_at=NOW),)}, NOW, {"bounced": 1}),
        ({"mails": (SentMail(message_id="m2", kind="question", bounced_at=NOW),)}, NOW, {}),
        ({"status": Status.CANCELLED}, NOW, {"ended": 1, "due": 0, "kept": 0}),
    ],
)
def test_what_counts_for_what(changes, now, differs):
    assert counts(ready(**changes), now) == STRAIGHT | differs


def test_an_order_that_nobody_has_looked_at_yet_says_nothing_of_its_accuracy():
    fresh = StoredOrder(order_id="7K3M9QXB4", placed=an_order(), received_at=NOW)
    assert counts(fresh) == dict.fromkeys(COUNTS, 0) | {"received": 1}


def test_times_by_stage_are_right_to_five_percent():
    tally = sum((tally_of(ready(), current(), NOW) for _ in range(20)), Tally())
    assert tally.percentile("reserved", 50) == pytest.approx(10, rel=0.05)
    assert tally.percentile(READY, 95) == pytest.approx(50, rel=0.05)
    assert Tally().percentile(READY, 50) is None


SECONDS = st.lists(st.floats(0.05, 1e6), min_size=1, max_size=60)


@given(SECONDS, st.integers(1, 100))
def test_a_percentile_is_that_of_the_times_themselves_within_five_percent(seconds, percent):
    orders = [ready(times={"RECEIVED": NOW, "READY_TO_SHIP": NOW + timedelta(seconds=each)}) for each in seconds]
    tally = sum((tally_of(order, current(), NOW) for order in orders), Tally())
    rank = max(1, -(-len(seconds) * percent // 100))
    assert tally.percentile(READY, percent) == pytest.approx(sorted(seconds)[rank - 1], rel=0.05)


@given(st.lists(st.sampled_from([{}, {"answers": (CORRECTED,)}, {"handling": LATE}]), max_size=12), st.integers(0, 12))
def test_counts_add_up_however_they_are_divided(kinds, cut):
    orders = [ready(**kind) for kind in kinds]
    whole = counted(DAY, orders, current(), NOW).total
    parts = [counted(DAY, part, current(), NOW).total for part in (orders[:cut], orders[cut:])]
    assert parts[0] + parts[1] == whole
    assert whole.received == len(kinds)


class Kept:
    def __init__(self, *days: DayMeasures) -> None:
        self.days = days

    def between(self, first: date, last: date) -> list[DayMeasures]:
        return [day for day in self.days if first <= day.day <= last]


def desk(*days: DayMeasures) -> Desk:
    at = Desk(MeasuresPage(Kept(*days)).routes(), Group.OPERATIONS)
    at.now = NOW + timedelta(days=2)
    at.sign_in()
    return at


def test_the_page_shows_shares_times_stores_and_plots_that_are_well_formed():
    orders = [ready(), ready(answers=(CORRECTED,)), ready(handling=LATE)]
    page = desk(counted(DAY, orders, current(), NOW)).send("GET", PATH).body
    for text in ("66.7 %", "2 of 3", "api: front end", " seconds", "2026-11-24"):
        assert text in page, text
    drawings = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(drawings) == 4
    for drawing in drawings:
        ElementTree.fromstring(drawing)  # noqa: S314 - our own
    assert "style=" not in page.partition("<body>")[2]
    assert "Nothing was counted" in desk().send("GET", PATH).body


def test_one_store_alone_is_shown_when_it_is_chosen():
    other = an_order(source="shopify", store="shop.example.com")
    orders = [ready(), ready(), ready(placed=other, answers=(CORRECTED,))]
    at = desk(counted(DAY, orders, current(), NOW))
    for query, told in (
        ("", "2 of 3"),
        ("?store=shopify: shop.example.com", "0 of 1"),
        ("?store=api: front end", "2 of 2"),
    ):
        assert f"{told} of the orders that were verified" in at.send("GET", PATH + query).body
    assert "2 of 3 of the orders" in at.send("GET", PATH + "?store=nobody").body


def test_the_month_is_a_table_that_is_safe_in_a_spreadsheet():
    attack = an_order(source="api", store="=HYPERLINK(1)")
    day = DayMeasures(day=DAY, counted_at=NOW, stores={"=HYPERLINK(1)": tally_of(ready(), current(), NOW)})
    answer = desk(day, counted(DAY, [ready(placed=attack)], current(), NOW)).send("GET", f"{PATH}/export?month=2026-11")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="measures-2026-11.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.body.lstrip("\ufeff"))))
    assert rows[0]["store"] == "'=HYPERLINK(1)"
    assert (rows[0]["day"], rows[0]["received"], rows[0]["straight"]) == ("2026-11-24", "1", "1")
    assert float(rows[0]["received_to_ready_p95_seconds"]) == pytest.approx(50, rel=0.05)
    for odd in ("", "2026", "2026-13", "../x"):
        assert desk().send("GET", f"{PATH}/export?month={odd}").status == 400
    assert desk().send("GET", f"{PATH}?from=2020-01-01").status == 400


@given(st.text(max_size=20))
def test_no_cell_is_a_formula_and_every_text_can_be_read_back(text):
    (cell,) = next(csv.reader(io.StringIO(csv_of([text], []).removeprefix("\ufeff"), newline="")), [""])
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell in (text, "'" + text)


def test_a_plot_says_its_numbers_and_leaves_gaps():
    drawn = plot("x", "X", ["1", "2", "3"], [Line("A", [1, None, 3])])
    assert drawn.lines[0].path.count("M") == 2
    assert [point.text for point in drawn.lines[0].points] == ["A, 1: 1", "A, 3: 3"]
    assert [tick.text for tick in drawn.ticks] == ["0", "1", "2", "3", "4"]
    assert plot("x", "X", [], [Line("A", [])], top=100).ticks[-1].text == "100"
    assert plot("x", "X", ["1"], [Line("A", [0])]).lines[0].points[0].y == drawn.baseline


def test_a_day_is_counted_in_the_night_after_it_and_again_later():
    resource = template()["Resources"]["MeasureDaysFunction"]["Properties"]
    given_ = sorted(json.loads(each["Properties"]["Input"])["days_ago"] for each in resource["Events"].values())
    assert tuple(given_) == SETTLED_AFTER
    assert day_of({"days_ago": 2}, DAY) == DAY - timedelta(days=2)
    assert day_of({"day": "2026-11-01"}, DAY) == date(2026, 11, 1)
    with pytest.raises(ValueError, match="days_ago"):
        day_of({}, DAY)
