"""Which orders a late or short supply endangers, and what moves between two promises."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from order_processing.lead_time import leaves_on
from order_processing.promise import Allocation, Promise
from order_processing.reservation import Claim, endangered, moves, received
from tests.availability_orders import location

DAY = date(2026, 3, 5)


def claim(order_id: str, quantity: int, ship_date: date = DAY) -> Claim:
    return Claim(order_id=order_id, sku="A", location="leipzig", document="P", quantity=quantity, ship_date=ship_date)


def lost(claims, coming: int, leaves: date = DAY) -> list[str]:
    return [of.order_id for of in endangered(claims, coming=coming, leaves_on=leaves)]


def test_a_short_supply_endangers_those_who_ship_last():
    claims = [claim("late", 3, date(2026, 3, 9)), claim("soon", 3), claim("small", 1, date(2026, 3, 10))]
    assert lost(claims, 7) == []
    assert lost(claims, 5) == ["late"]
    assert lost(claims, 0) == ["soon", "late", "small"]


def test_a_late_supply_endangers_those_who_were_to_ship_before_it_can_leave():
    claims = [claim("soon", 3), claim("later", 3, date(2026, 3, 10))]
    assert lost(claims, 9, date(2026, 3, 9)) == ["soon"]
    assert leaves_on(location("DE", "SN"), date(2026, 3, 6)) == date(2026, 3, 9)


allocations = st.lists(
    st.builds(
        Allocation,
        line_id=st.just("1"),
        sku=st.sampled_from("AB"),
        quantity=st.integers(1, 5),
        kind=st.sampled_from(("stock", "supply")),
        location=st.just("leipzig"),
        ship_date=st.just(DAY),
        delivery_date=st.just(DAY),
    ).map(lambda a: a.model_copy(update={"source_id": "P" if a.kind == "supply" else ""})),
    max_size=5,
).map(lambda of: Promise(allocations=tuple(of)))


@given(allocations, allocations, st.sets(st.sampled_from("AB")))
def test_what_moves_is_the_difference_whatever_has_come(before, after, came):
    def pieces(promise: Promise, sku: str) -> int:
        return sum(a.quantity for a in promise.allocations if a.sku == sku)

    changes = received(moves(before, after), {(sku, "leipzig", "P") for sku in came})
    assert len({move.source for move in changes}) == len(changes)
    for sku in "AB":
        mine = [move for move in changes if move.sku == sku]
        assert sum(move.before for move in mine) == pieces(before, sku)
        assert sum(move.after for move in mine) == pieces(after, sku)
        assert not any(move.before for move in mine if move.kind == "supply" and sku in came)
