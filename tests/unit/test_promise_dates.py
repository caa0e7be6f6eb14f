"""Promise dates against a table that was made by hand, with a paper calendar.

Leipzig is in Saxony, Louisville in Kentucky; both hand over on the day of the order until 14:00. "night" is
Leipzig with a cut-off at 02:30 that works every day, "slow" is Leipzig with two days of handling.
"""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from order_processing.lead_time import routes
from order_processing.order import Address
from order_processing.settings import Service, Zone
from tests.availability_orders import location, settings

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
PLACES = {
    "leipzig": location("DE", "SN"),
    "slow": location("DE", "SN", handling_days=2),
    "night": location("DE", "SN", cut_off=time(2, 30), working_days=EVERY_DAY),
    "louisville": location("US", "KY", "America/Kentucky/Louisville"),
}
ZONES = (
    Zone(locations=("louisville",), countries=("US",), transit_days=3),
    Zone(countries=("DE",), transit_days=1),
    Zone(countries=("ES",), transit_days=3),
    Zone(countries=("IL",), transit_days=2),
)
STORE = settings(PLACES).model_copy(
    update={
        "services": {
            "standard": Service(title="Standard", carrier="Carrier", zones=ZONES),
            "daily": Service(title="Every day", carrier="Carrier", zones=ZONES, working_days=EVERY_DAY),
        }
    }
)

CASES = """
leipzig    DE standard 2026-03-02T13:59:00+01:00 2026-03-02 2026-03-03  the minute before the cut-off, a Monday
leipzig    DE standard 2026-03-02T13:59:59+01:00 2026-03-02 2026-03-03  its last second
leipzig    DE standard 2026-03-02T14:00:00+01:00 2026-03-03 2026-03-04  the cut-off itself is too late
leipzig    DE standard 2026-03-02T14:01:00+01:00 2026-03-03 2026-03-04  the minute after
leipzig    DE standard 2026-03-06T13:59:00+01:00 2026-03-06 2026-03-09  Friday in time: there on Monday
leipzig    DE standard 2026-03-06T14:00:00+01:00 2026-03-09 2026-03-10  Friday too late: leaves on Monday
leipzig    DE standard 2026-03-07T09:00:00+01:00 2026-03-09 2026-03-10  Saturday
leipzig    DE standard 2026-03-08T23:59:00+01:00 2026-03-09 2026-03-10  late on Sunday
leipzig    DE standard 2026-03-09T00:00:00+01:00 2026-03-09 2026-03-10  Monday's first minute
leipzig    DE standard 2026-03-02T23:30:00+00:00 2026-03-03 2026-03-04  Tuesday there, still Monday in UTC
leipzig    DE standard 2026-03-02T07:59:00-05:00 2026-03-02 2026-03-03  ordered in New York, 13:59 in Leipzig
leipzig    DE standard 2026-03-02T08:30:00-05:00 2026-03-03 2026-03-04  ordered in New York, 14:30 in Leipzig
leipzig    DE standard 2026-04-02T13:00:00+02:00 2026-04-02 2026-04-07  before Easter: Good Friday to Easter Monday
leipzig    DE standard 2026-04-02T15:00:00+02:00 2026-04-07 2026-04-08  too late before Easter
leipzig    DE standard 2026-04-30T14:30:00+02:00 2026-05-04 2026-05-05  too late before 1 May, a Friday
leipzig    DE standard 2026-11-18T10:00:00+01:00 2026-11-19 2026-11-20  a holiday in Saxony alone: Leipzig is closed
leipzig    DE standard 2026-11-17T10:00:00+01:00 2026-11-17 2026-11-19  and no day of transit either
leipzig    DE standard 2026-10-02T10:00:00+02:00 2026-10-02 2026-10-05  a holiday on a Saturday costs no day
leipzig    DE standard 2026-12-24T13:59:00+01:00 2026-12-24 2026-12-28  Christmas Eve is a working day
leipzig    DE standard 2026-12-24T14:00:00+01:00 2026-12-28 2026-12-29  Christmas Eve, too late
leipzig    DE standard 2026-12-25T10:00:00+01:00 2026-12-28 2026-12-29  Christmas Day
leipzig    DE standard 2026-12-30T15:00:00+01:00 2026-12-31 2027-01-04  New Year's Day is a Friday
leipzig    DE standard 2026-12-31T13:00:00+01:00 2026-12-31 2027-01-04  New Year's Eve in time
leipzig    DE standard 2026-12-31T14:00:00+01:00 2027-01-04 2027-01-05  New Year's Eve, too late
leipzig    DE standard 2027-01-02T10:00:00+01:00 2027-01-04 2027-01-05  2 January, a Saturday
louisville US standard 2026-12-24T13:59:00-05:00 2026-12-24 2026-12-30  Christmas in Kentucky
louisville US standard 2026-12-24T14:00:00-05:00 2026-12-28 2027-01-04  31 December is a holiday in Kentucky
louisville US standard 2026-12-30T10:00:00-05:00 2026-12-30 2027-01-06  the last working day of the year there
louisville US standard 2026-12-31T10:00:00-05:00 2027-01-04 2027-01-07  closed, and closed the day after
louisville US standard 2027-01-02T10:00:00-05:00 2027-01-04 2027-01-07  2 January, a Saturday
louisville US standard 2026-11-25T15:00:00-05:00 2026-11-27 2026-12-02  too late before Thanksgiving
louisville US standard 2026-07-02T13:00:00-04:00 2026-07-02 2026-07-08  4 July on a Saturday is kept on the Friday
leipzig    US standard 2026-03-02T13:00:00+01:00 -          -           no zone of the service: no route
night      DE daily    2026-03-29T00:59:00+00:00 2026-03-29 2026-03-30  clocks go forward: 01:59, before 02:30
night      DE daily    2026-03-29T01:29:00+00:00 2026-03-29 2026-03-30  03:29: half past two would have been 03:30
night      DE daily    2026-03-29T01:30:00+00:00 2026-03-30 2026-03-31  03:30: too late
night      DE daily    2026-10-25T00:29:00+00:00 2026-10-25 2026-10-26  clocks go back: 02:29 for the first time
night      DE daily    2026-10-25T00:30:00+00:00 2026-10-26 2026-10-27  02:30 for the first time: too late
night      DE daily    2026-10-25T01:15:00+00:00 2026-10-26 2026-10-27  02:15 for the second time: still too late
leipzig    DE standard 2026-03-30T11:59:00+00:00 2026-03-30 2026-03-31  13:59 by the new summer time
leipzig    DE standard 2026-03-30T12:30:00+00:00 2026-03-31 2026-04-01  14:30 by it, 13:30 by the old
leipzig    DE standard 2028-02-28T15:00:00+01:00 2028-02-29 2028-03-01  leaves on leap day
leipzig    DE standard 2028-02-29T10:00:00+01:00 2028-02-29 2028-03-01  ordered on leap day
leipzig    DE standard 2027-02-26T15:00:00+01:00 2027-03-01 2027-03-02  no leap day in 2027
leipzig    ES standard 2026-12-02T15:00:00+01:00 2026-12-03 2026-12-09  8 December is a holiday in Spain
leipzig    ES standard 2026-11-16T10:00:00+01:00 2026-11-16 2026-11-20  Saxony's holiday counts on the way to Spain
leipzig    IL standard 2026-11-04T10:00:00+01:00 2026-11-04 2026-11-09  Friday is free in Israel, Sunday in Germany
slow       DE standard 2026-03-06T10:00:00+01:00 2026-03-10 2026-03-11  two working days of handling over a weekend
slow       DE standard 2026-12-23T10:00:00+01:00 2026-12-28 2026-12-29  and over Christmas
"""
TABLE = [line.split(maxsplit=6) for line in CASES.strip().splitlines()]


@pytest.mark.parametrize(
    ("place", "country", "service", "ordered_at", "ships", "arrives", "why"), TABLE, ids=[row[6] for row in TABLE]
)
def test_dates(place, country, service, ordered_at, ships, arrives, why):
    ways = routes(STORE, service, Address(country=country), datetime.fromisoformat(ordered_at))
    if ships == "-":
        assert place not in ways
        return
    leaves = ways[place].ships_on(ways[place].first_day)
    assert (leaves, ways[place].arrives_on(leaves)) == (date.fromisoformat(ships), date.fromisoformat(arrives))


RECEIPTS = """
2026-03-04 2026-03-05 2026-03-06  a Wednesday: handled the day after
2026-03-06 2026-03-09 2026-03-10  a Friday: handled on Monday
2026-03-07 2026-03-09 2026-03-10  a Saturday: handled on Monday
2026-03-02 2026-03-03 2026-03-04  today
2026-04-02 2026-04-07 2026-04-08  before Easter
2026-12-23 2026-12-24 2026-12-28  before Christmas Eve
2026-12-24 2026-12-28 2026-12-29  on Christmas Eve
"""
RECEIVED = [line.split(maxsplit=3) for line in RECEIPTS.strip().splitlines()]


@pytest.mark.parametrize(("due", "ships", "arrives", "why"), RECEIVED, ids=[row[3] for row in RECEIVED])
def test_dates_of_a_receipt(due, ships, arrives, why):
    ordered_at = datetime.fromisoformat("2026-03-02T13:00:00+01:00")
    way = routes(STORE, "standard", Address(country="DE"), ordered_at)["leipzig"]
    leaves = way.ships_on(way.usable_on(date.fromisoformat(due)))
    assert (leaves, way.arrives_on(leaves)) == (date.fromisoformat(ships), date.fromisoformat(arrives))
