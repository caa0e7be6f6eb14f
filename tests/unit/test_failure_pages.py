"""The console's pages of failures: redriven one or all of a cause, with progress that is followed only when chosen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from order_processing.console.failures import PATH, FailurePages
from order_processing.console.staff import Group
from order_processing.failures import Failed, Failure, Progress, Redrive
from order_processing.status import Status
from tests.console_desk import Desk
from tests.orders import NOW

ONE, TWO, OTHER = "7K3M9QXB4", "BRSJV48JX", "0C3RZ2MZD"


class Machine:
    """The ports FailedExecutions and Redrives, in memory."""

    def __init__(self, *failures: Failure) -> None:
        self.there = {failure.arn: failure for failure in failures}
        self.stands = {failure.arn: "FAILED" for failure in failures}
        self.redriven: list[tuple[str, str]] = []
        self.redrives = dict.fromkeys(self.there, 0)
        self.on_a_page, self.reached = 200, 200
        self.kept: dict[str, Redrive] = {}

    def failed(self, page: int = 0) -> Failed:
        found = [f for arn, f in self.there.items() if self.stands[arn] == "FAILED"]
        start, end = page * self.on_a_page, (page + 1) * self.on_a_page
        return Failed(failures=tuple(found[start:end]), more=len(found) > end)

    def redrive(self, failures: Iterable[Failure], token: str) -> None:
        for failure in list(failures)[: self.reached]:
            self.redriven.append((failure.order_id, token))
            self.redrives[failure.arn] += 1
            self.stands[failure.arn] = "RUNNING"

    def progress(self, failures: Iterable[Failure]) -> list[Progress]:
        return [
            Progress(status=self.stands[arn], redrives=self.redrives[arn], error="DeliveryRefused", told="again")
            for arn in (each.arn for each in failures)
        ]

    def keep(self, redrive: Redrive) -> None:
        self.kept[redrive.id] = redrive

    def find(self, redrive_id: str) -> Redrive | None:
        return self.kept.get(redrive_id)

    def latest(self) -> list[Redrive]:
        return list(self.kept.values())

    def states(self, order_ids: list[str]) -> dict[str, tuple[Status, bool]]:
        return dict.fromkeys(order_ids, (Status.RECORDED, False))


def a_failure(order_id: str, told: str = "OUT_OF_KEYS: X: none", **changes: object) -> Failure:
    values = {"arn": f"arn:aws:states:us-east-1:1:execution:m:{order_id}", "order_id": order_id, "at": NOW}
    return Failure(**(values | {"error": "DeliveryRefused", "told": told} | changes))


@pytest.fixture
def machine() -> Machine:
    return Machine(a_failure(ONE), a_failure(TWO), a_failure(OTHER, "EMAIL_MISSING: customer.email"))


def desk(machine: Machine, *groups: Group, **pages_with: Any) -> Desk:
    pages = FailurePages(machine, machine, machine, lambda arn: f"https://console.example.com/{arn}", **pages_with)
    at = Desk(pages.routes(), *(groups or (Group.OPERATIONS,)))
    at.now = NOW + timedelta(hours=3)
    at.sign_in()
    return at


def kind(machine: Machine, order_id: str) -> str:
    return next(failure.kind for failure in machine.there.values() if failure.order_id == order_id)


def test_one_order_of_a_cause_is_redriven_and_no_other(machine):
    at = desk(machine)
    page = at.send("GET", PATH).body
    for text in ("Licence keys have run out (2)", "3 hours 0 minutes ago", "Redrive all 2", "BRSJ-V48J-X"):
        assert text in page
    moved = at.post(PATH, do="redrive", kind=kind(machine, ONE), order_id=ONE)
    assert moved.status == 303
    assert [order_id for order_id, _ in machine.redriven] == [ONE]
    assert at.post(PATH, do="redrive", kind=kind(machine, ONE), order_id=ONE).status == 409, "it runs already"
    assert at.post(PATH, do="redrive", kind=kind(machine, ONE), order_id=OTHER).status == 409, "another cause"
    assert len(machine.redriven) == 1


def test_all_of_a_cause_are_redriven_and_followed_until_none_is_under_way(machine):
    at = desk(machine)
    progress = at.post(PATH, do="redrive", kind=kind(machine, ONE)).headers["Location"]
    assert {order_id for order_id, _ in machine.redriven} == {ONE, TWO}
    assert len({token for _, token in machine.redriven}) == 1
    answer = at.send("GET", progress)
    assert "Of 2: 2 under way." in answer.body
    assert answer.headers["Refresh"] == "5"
    assert "Refresh" not in at.send("GET", progress.partition("?")[0]).headers, "only where it was chosen"
    first, second = (arn for arn in machine.there if machine.stands[arn] == "RUNNING")
    machine.stands |= {first: "SUCCEEDED", second: "FAILED"}
    answer = at.send("GET", progress)
    assert "Refresh" not in answer.headers
    for text in ("1 went through", "1 failed again", "Redrive the 1 that failed again"):
        assert text in answer.body
    again = at.post(progress.partition("?")[0], do="again").headers["Location"]
    assert again != progress
    assert len(machine.redriven) == 3
    machine.stands[second] = "SUCCEEDED"
    assert "Of 1: 1 went through." in at.send("GET", again).body
    assert at.post(again.partition("?")[0], do="again").headers["Location"] == again.partition("?")[0]
    assert len(machine.redriven) == 3


def test_what_failed_too_long_ago_is_shown_and_not_redriven():
    machine = Machine(a_failure(ONE, at=NOW - timedelta(days=15)), a_failure(TWO))
    at = desk(machine)
    page = at.send("GET", PATH).body
    assert "Too old to redrive" in page
    assert "Redrive all" not in page
    at.post(PATH, do="redrive", kind=kind(machine, ONE))
    assert [order_id for order_id, _ in machine.redriven] == [TWO]


def test_it_is_for_operations_and_says_when_there_is_nothing(machine):
    at = desk(machine, Group.APPROVERS, Group.WAREHOUSE)
    assert at.send("GET", PATH).status == 403
    assert at.post(PATH, do="redrive", kind=kind(machine, ONE)).status == 403
    assert machine.redriven == []
    empty = desk(Machine())
    assert "Nothing has failed." in empty.send("GET", PATH).body
    assert empty.send("GET", "/staff/redrives/nothing").status == 404


def test_what_a_cut_redrive_has_not_reached_is_told_apart_and_redriven_on(machine):
    at = desk(machine)
    machine.reached = 1  # the request was cut after the first
    progress = at.post(PATH, do="redrive", kind=kind(machine, ONE)).headers["Location"]
    body = at.send("GET", progress).body
    assert "Of 2: 1 under way, 1 not redriven yet." in body
    assert "Redrive the 1 that are left" in body
    machine.reached = 200
    assert at.post(progress.partition("?")[0], do="again").headers["Location"] == progress, "it is the same redrive"
    assert sorted(order_id for order_id, _ in machine.redriven) == sorted([ONE, TWO])
    assert len({token for _, token in machine.redriven}) == 1
    assert "Of 2: 2 under way." in at.send("GET", progress).body
    machine.stands = dict.fromkeys(machine.stands, "FAILED")
    assert "Of 2: 2 failed again." in at.send("GET", progress).body


def test_a_request_redrives_as_many_as_there_is_time_for():
    machine = Machine(*(a_failure(f"7K3M9Q{n:03}") for n in range(35)))
    seconds = iter(range(0, 100, 4))
    at = desk(machine, elapsed=lambda: next(seconds))
    progress = at.post(PATH, do="redrive", kind=kind(machine, "7K3M9Q000")).headers["Location"]
    assert "Of 35: 10 under way, 25 not redriven yet." in at.send("GET", progress).body
    for under_way in (20, 30, 35):
        at.post(progress.partition("?")[0], do="again")
        assert f"Of 35: {under_way} under way" in at.send("GET", progress).body


def test_older_failures_have_a_page_of_their_own_and_are_redriven_there(machine):
    machine.on_a_page = 2
    at = desk(machine)
    first = at.send("GET", PATH).body
    assert "2 are shown" in first
    assert 'href="/staff/failures?page=2"' in first
    second = at.send("GET", PATH + "?page=2").body
    assert "0C3R-Z2MZ-D" in second
    assert "Older ones" not in second
    assert at.post(PATH, do="redrive", kind=kind(machine, OTHER)).status == 409, "it is not on the first page"
    assert at.post(PATH, do="redrive", kind=kind(machine, OTHER), page="2").status == 303
    for odd in ("0", "-1", "x", "9999999", "²"):
        assert at.send("GET", f"{PATH}?page={odd}").status == 200


def test_a_large_redrive_is_asked_about_less_often():
    machine = Machine(*(a_failure(f"7K3M9Q{n:03}") for n in range(120)))
    at = desk(machine)
    progress = at.post(PATH, do="redrive", kind=kind(machine, "7K3M9Q000")).headers["Location"]
    answer = at.send("GET", progress)
    assert "Of 120: 120 under way." in answer.body
    assert answer.headers["Refresh"] == "12"
