"""Deliveries that come twice, late and out of order end in what the store says last."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.order import Line, Order
from order_processing.stores import OrderChanged, OrderDeleted, OrderPlaced
from order_processing.stores.arrival import KnownOrder, judge


def order(version, *, pieces=1, paid=True, closed=None):
    line = Line(line_id="1", sku="A", quantity=pieces, unit_price=100)
    return Order(
        source="shopify",
        store="a",
        store_order_id="1",
        store_version=version,
        placed_at=datetime(2026, 5, 4, tzinfo=UTC),
        currency="USD",
        lines=(line,),
        total=100 * pieces,
        paid=paid,
        closed_reason=closed,
    )


def changed(*args, change="updated", **named):
    return OrderChanged(order=order(*args, **named), change=change)


def action(delivery, known=None, **state):
    return judge(delivery, KnownOrder(order=known, **state) if known else None).action


def test_an_unknown_order_is_taken_in_even_from_an_update():
    assert action(OrderPlaced(order=order("1"))) == "take_in"
    assert action(changed("2")) == "take_in"
    assert action(changed("2", closed="cancelled in the store")) == "take_in"
    assert action(OrderDeleted(store="a", store_order_id="1")) == "ignore"


def test_what_is_older_or_the_same_is_ignored():
    assert action(OrderPlaced(order=order("1")), order("2", pieces=2)) == "ignore"
    assert action(OrderPlaced(order=order("2")), order("2")) == "ignore"
    assert action(changed("3"), order("2")) == "ignore"


@pytest.mark.parametrize(
    ("confirmed", "ended", "expected"),
    [(False, False, "replace"), (True, False, "tell_staff"), (False, True, "ignore")],
)
def test_a_changed_line(confirmed, ended, expected):
    assert action(changed("2", pieces=3), order("1"), confirmed=confirmed, ended=ended) == expected


@pytest.mark.parametrize(
    ("confirmed", "ended", "expected"),
    [(False, False, "cancel"), (True, False, "cancel"), (False, True, "ignore")],
)
def test_a_cancellation_is_followed_as_far_as_it_still_can_be(confirmed, ended, expected):
    for delivery in (changed("2", closed="cancelled in the store (customer)"), changed("2", change="cancelled")):
        assert action(delivery, order("1"), confirmed=confirmed, ended=ended) == expected


@pytest.mark.parametrize(
    ("confirmed", "ended", "expected"),
    [(False, False, "cancel"), (True, False, "tell_staff"), (False, True, "ignore")],
)
def test_an_order_that_the_store_refunded_or_deleted(confirmed, ended, expected):
    for delivery in (changed("2", closed="refunded in the store"), OrderDeleted(store="a", store_order_id="1")):
        assert action(delivery, order("1"), confirmed=confirmed, ended=ended) == expected


def test_what_was_told_to_staff_is_told_once_and_its_end_too():
    refunded = order("2", closed="refunded in the store")
    assert action(changed("3", closed="refunded in the store"), refunded, confirmed=True) == "ignore"
    assert action(changed("3"), refunded, confirmed=True) == "tell_staff"
    assert action(OrderDeleted(store="a", store_order_id="1"), order("2", closed="deleted in the store")) == "ignore"


def test_a_risk_that_is_found_later_counts_until_the_customer_was_told():
    risky = order("2").model_copy(update={"flags": ("charge_risk:elevated",)})
    assert action(OrderChanged(order=risky, change="updated"), order("1")) == "replace"
    assert action(OrderChanged(order=risky, change="updated"), order("1"), confirmed=True) == "ignore"


def test_the_payment_of_an_unpaid_order():
    assert action(changed("2"), order("1", paid=False)) == "replace"
    assert action(changed("2"), order("1", paid=False), ended=True, closed_by_store=True) == "take_up_again"
    assert action(changed("2"), order("1", paid=False), ended=True) == "tell_staff"
    assert action(changed("2"), order("1", paid=False), confirmed=True) == "ignore"


def test_an_order_that_the_store_opened_again():
    cancelled = order("1", closed="cancelled in the store")
    assert action(changed("2"), cancelled, ended=True, closed_by_store=True) == "take_up_again"
    assert action(changed("2"), cancelled, ended=True, closed_by_store=True, confirmed=True) == "tell_staff"
    assert action(changed("2", paid=False), cancelled, ended=True, closed_by_store=True) == "ignore"


def test_our_own_fulfilment_coming_back_stops_nothing():
    assert action(changed("2", closed="already fulfilled in the store"), order("1"), confirmed=True) == "ignore"
    assert action(changed("2", closed="already fulfilled in the store"), order("1")) == "cancel"


def test_another_order_is_a_mistake_of_the_caller():
    other = order("1").model_copy(update={"store_order_id": "2"})
    with pytest.raises(ValueError, match="another order"):
        judge(OrderPlaced(order=order("1")), KnownOrder(order=other))


def outcome(deliveries):
    """The state that is left when deliveries are judged one after the other, before any confirmation."""
    known = None
    for delivery in deliveries:
        judgement = judge(delivery, known)
        if judgement.action != "ignore":
            known = KnownOrder(order=delivery.order, ended=judgement.action == "cancel")
    return known.order.lines, known.order.total, known.ended or bool(known.order.closed_reason)


def test_every_order_of_arrival_ends_in_the_newest_state():
    deliveries = [OrderPlaced(order=order("1")), changed("2", pieces=2), changed("3", pieces=5)]
    ends = {outcome(p) for p in permutations(deliveries * 2, 6)}
    assert ends == {(deliveries[-1].order.lines, 500, False)}


@given(
    st.permutations(
        [OrderPlaced(order=order("1")), changed("2", pieces=2), changed("3", closed="cancelled in the store")]
    )
)
def test_a_cancellation_wins_wherever_it_arrives(deliveries):
    assert outcome(deliveries)[2]
