"""One list of what waits: the oldest first whoever is waited for, narrowed to one of them, with its age in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.console.backlog import Entry
from order_processing.console.waiting_list import MOST, WHOM, of_entry, of_waiting, waiting_list
from order_processing.order_parts import Question, Reason
from order_processing.status import Status
from order_processing.waiting import Waiting
from tests.orders import NOW

ONE, TWO, THREE = "7K3M9QXB4", "BRSJV48JX", "0C3RZ2MZD"
PATH = "/staff/waiting"


def waits(order_id: str, hours: float, **changes: object) -> Waiting:
    values = {"order_id": order_id, "status": Status.APPROVAL_PENDING, "since": NOW - timedelta(hours=hours)}
    return Waiting(**(values | changes))


def lines():
    late = Entry(at=NOW - timedelta(days=2), what="Cancelled too late", why="keep it back", order_id=TWO)
    return [
        of_waiting(waits(ONE, 3, reason=Reason(code="LARGE", text="The order is large.")), "decide", NOW),
        of_entry(late, NOW),
        of_waiting(waits(THREE, 30, status=Status.OFFER_PENDING), "customer", NOW),
    ]


def test_the_oldest_stands_first_whoever_is_waited_for():
    shown = waiting_list(lines(), "", PATH)
    assert [(line.order_id, line.waits, line.waits_for) for line in shown["lines"]] == [
        (TWO, "2 days 0 hours", "staff"),
        (THREE, "1 day 6 hours", "its customer"),
        (ONE, "3 hours 0 minutes", "a decision of staff"),
    ]
    assert [(choice.name, choice.number, choice.chosen) for choice in shown["choices"]] == [
        ("All", 3, True),
        ("Staff decide", 1, False),
        ("Staff see to it", 1, False),
        ("Customers answer", 1, False),
    ]


@pytest.mark.parametrize(("chosen", "order_id"), [("decide", ONE), ("see", TWO), ("customer", THREE)])
def test_it_is_narrowed_to_one(chosen, order_id):
    shown = waiting_list(lines(), chosen, PATH)
    assert [line.order_id for line in shown["lines"]] == [order_id]
    assert [choice.path for choice in shown["choices"] if choice.chosen] == [f"{PATH}?for={chosen}"]
    assert shown["choices"][0].number == 3, "the choices count everything"


def test_an_unknown_choice_is_all():
    assert len(waiting_list(lines(), "everybody", PATH)["lines"]) == 3


def test_time_left_is_told_where_there_is_an_end():
    question = Question(kind="APPROVAL_PENDING", token="t", asked_at=NOW, expires_at=NOW + timedelta(hours=2))
    soon = of_waiting(waits(ONE, 1, question=question), "decide", NOW)
    assert (soon.left, soon.soon) == ("2 hours 0 minutes", True)
    assert [line.left for line in lines()] == ["", "", ""]


@given(st.lists(st.tuples(st.integers(0, 1000), st.sampled_from(sorted(WHOM))), max_size=500))
def test_the_pages_together_show_everything_the_oldest_first(many):
    made = [of_waiting(waits(ONE, hours), whom, NOW) for hours, whom in many]
    pages = [waiting_list(made, "", PATH)]
    while pages[-1]["newer"]:
        assert pages[-1]["newer_path"] == f"{PATH}?page={len(pages) + 1}"
        pages.append(waiting_list(made, "", PATH, str(len(pages) + 1)))
        assert pages[-1]["older_path"] == f"{PATH}?page={len(pages) - 1}"
    assert not pages[0]["older_path"]
    assert all(len(page["lines"]) <= MOST for page in pages)
    assert [line.at for page in pages for line in page["lines"]] == sorted(line.at for line in made)


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "", "99"])
def test_a_page_that_is_not_there_is_the_first_or_the_last(page):
    assert len(waiting_list(lines(), "", PATH, page)["lines"]) == 3


def test_the_pages_of_a_choice_keep_it():
    many = [of_waiting(waits(ONE, hours), "customer", NOW) for hours in range(MOST + 1)]
    assert waiting_list(many, "customer", PATH)["newer_path"] == f"{PATH}?for=customer&page=2"
