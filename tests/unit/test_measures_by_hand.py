"""Every measure of ten orders of two stores, against numbers that were worked out by hand."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta

import pytest

from order_processing.console.measures import PATH
from order_processing.discrepancy import Discrepancy
from order_processing.measures import DayMeasures, counted
from order_processing.order_parts import Answer, SentMail
from order_processing.settings import current
from order_processing.status import PATH as STAGES
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from tests.orders import NOW, an_order
from tests.unit.test_measures import CORRECTED, LATE, desk, ready

PHONE = Discrepancy(code="PHONE_FORM", path="customer.phone", found="1", expected="+1", resolution="corrected")
UNKNOWN = Discrepancy(code="SKU_UNKNOWN", path="lines[0].sku", found="X", expected="a product", resolution="fatal")
APPROVED = Answer(actor="staff", at=NOW)
BOUNCED = SentMail(message_id="m1", kind="confirmation", bounced_at=NOW)


def took(*seconds: float) -> dict[str, datetime]:
    """When it came to each stage, with so many seconds for each."""
    at, times = NOW, {"RECEIVED": NOW}
    for stage, more in zip(STAGES[1:], seconds, strict=False):
        at += timedelta(seconds=more)
        times[stage.value] = at
    return times


WEB = [
    ready(times=took(10, 10, 10, 10, 20)),  # straight through in 60 seconds
    ready(times=took(20, 20, 20, 20, 40)),  # in 120
    ready(times=took(30, 30, 30, 30, 60), discrepancies=(PHONE,)),  # in 180; we corrected a field
    ready(times=took(86_000, 100, 100, 100, 100), answers=(CORRECTED,)),  # in a day; its customer corrected it
    ready(times=took(100, 100, 6_800, 100, 100), answers=(APPROVED,)),  # in two hours; staff approved it as it was
    ready(times=took(50, 50), status=Status.CANCELLED, confirmation=None, promise=None),  # cancelled once reserved
]
SHOP = an_order(source="shopify", store="shop.example.com")
SHOPIFY = [
    ready(placed=SHOP, times=took(40, 40, 40, 40, 80), handling=LATE),  # in 240; left two days late
    ready(placed=SHOP, times=took(50, 50, 50, 50, 100), mails=(BOUNCED,)),  # in 300; its confirmation came back
    StoredOrder(order_id="7K3M9QXB4", placed=SHOP, received_at=NOW, times=took()),  # nobody has looked at it yet
    StoredOrder(
        order_id="7K3M9QXB4",
        placed=SHOP,
        received_at=NOW,
        status=Status.REJECTED,
        discrepancies=(UNKNOWN,),
        times=took() | {"REJECTED": NOW},
    ),
]
SHARES = {
    # verified: all but the ninth; without a correction: 1, 2, 5, 6, 7, 8
    "Order accuracy": (6, 9, "66.7 %"),
    # ready: 1 to 5, 7, 8; nobody was asked: 1, 2, 3, 7, 8
    "Straight through": (5, 7, "71.4 %"),
    # all seven that are ready have left; the seventh too late
    "Promise kept": (6, 7, "85.7 %"),
    # all seven were mailed; one came back
    "Confirmation bounced": (1, 7, "14.3 %"),
}
TIMES = {
    # the 4th and the 7th of 7, or of 8 for what the cancelled order has come through too (the 4th and the 8th)
    "verified": (40, 86_000, 8),  # 10 20 30 40 50 50 100 86,000
    "reserved": (40, 100, 8),  # 10 20 30 40 50 50 100 100
    "confirmed": (40, 6_800, 7),  # 10 20 30 40 50 100 6,800
    "recorded": (40, 100, 7),  # 10 20 30 40 50 100 100
    "prepared": (80, 100, 7),  # 20 40 60 80 100 100 100
    "received to ready": (240, 86_400, 7),  # 60 120 180 240 300 7,200 86,400
}
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}


@pytest.fixture
def day() -> DayMeasures:
    return counted(NOW.date(), [*WEB, *SHOPIFY], current(), NOW)


def seconds(told: str) -> float:
    number, unit = told.split()
    return float(number) * SECONDS[unit]


def rows(page: str, name: str) -> dict[str, list[str]]:
    """A table's rows by their first cell."""
    table = re.search(rf'<table[^>]*aria-label="{name}">(.*?)</table>', page, re.S)
    assert table
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in table[1].split("<tr")[2:]]
    return {first: rest for first, *rest in cells}


def test_each_number_of_the_page_is_as_worked_out_by_hand(day):
    page = desk(day).send("GET", PATH).body
    for name, (part, of, share) in SHARES.items():
        section = page.partition(f">{name}</h2>")[2].partition("</section>")[0]
        assert f'<p class="figure">{share}</p>' in section, name
        assert f"{part} of {of} of the" in section, name
    shown = rows(page, "How long it took")
    assert list(shown) == list(TIMES)
    for step, (half, most, orders) in TIMES.items():
        assert seconds(shown[step][0]) == pytest.approx(half, rel=0.06), step
        assert seconds(shown[step][1]) == pytest.approx(most, rel=0.06), step
        assert shown[step][2] == str(orders), step


def test_each_store_stands_by_itself_and_the_plots_draw_the_days_numbers(day):
    page = desk(day).send("GET", PATH).body
    stores = rows(page, "By store")
    # web: 4 of 6 right, 3 of 5 straight, 5 of 5 kept, 0 of 5 bounced; shopify: 2 of 3, 2 of 2, 1 of 2, 1 of 2
    assert stores["api: front end"][:6] == ["6", "5", "66.7 %", "60 %", "100 %", "0 %"]
    assert stores["shopify: shop.example.com"][:6] == ["4", "2", "66.7 %", "100 %", "50 %", "50 %"]
    assert seconds(stores["api: front end"][6]) == pytest.approx(180, rel=0.06)
    assert seconds(stores["shopify: shop.example.com"][7]) == pytest.approx(300, rel=0.06)
    points = re.findall(r"<title>(.*?)</title>", page.partition("<svg")[2])
    assert "Orders, 24 Nov: 10" in points
    for name, (_, _, share) in SHARES.items():
        assert f"{name}, 24 Nov: {share}" in points
    (half,) = (float(point.rpartition(" ")[2]) for point in points if point.startswith("Half of the orders (p50)"))
    assert half == pytest.approx(4, rel=0.06)


def test_the_month_keeps_the_counts_of_each_store(day):
    answer = desk(day).send("GET", f"{PATH}/export?month=2026-11")
    kept = {row["store"]: row for row in csv.DictReader(io.StringIO(answer.body.lstrip("\ufeff")))}
    names = ("received", "judged", "right", "ready", "straight", "ended", "due", "kept", "confirmed", "bounced")
    assert [kept["api: front end"][name] for name in names] == "6 6 4 5 3 1 5 5 5 0".split()
    assert [kept["shopify: shop.example.com"][name] for name in names] == "4 3 2 2 2 1 2 1 2 1".split()
    assert float(kept["api: front end"]["received_to_ready_p95_seconds"]) == pytest.approx(86_400, rel=0.05)
