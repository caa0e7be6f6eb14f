"""A decision that is made while something else is written counts once, or whoever made it is told that it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from order_processing.decisions import NotAsked, decide, reject
from order_processing.discrepancy import Approval, Correction
from order_processing.errors import OrderChanged
from order_processing.order import Line
from order_processing.order_parts import CUSTOMER, Answer, Reason
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.orders import an_order

CHEAP = Line(line_id="1", sku="TEST-123", title="Test Product", quantity=1, unit_price=100)
CONSENT = Answer(
    actor="staff: kim",
    at=NOW,
    approvals=(Approval(code="PRICE_TOO_LOW", path="lines[0].unit_price", found="1.00 USD"),),
)
CORRECTED = Answer(
    actor=CUSTOMER,
    at=NOW,
    corrections=(Correction(path="lines[0].unit_price", found="100", value="0.90"),),
)


class Racing:
    """Orders before each of whose ends and answers something else is written, so many times."""

    def __init__(self, orders: Any, write: Callable[[], None], times: int) -> None:
        self._orders, self._write, self._times = orders, write, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._orders, name)

    def answer(self, seen: Any, answer: Answer) -> Any:
        self._race()
        return self._orders.answer(seen, answer)

    def release(self, seen: Any, to: Status, **more: Any) -> Any:
        self._race()
        return self._orders.release(seen, to, **more)

    def _race(self) -> None:
        if self._times:
            self._times -= 1
            self._write()


@pytest.fixture
def order_id(shop: Shop) -> str:
    placed = shop.place(an_order(lines=(CHEAP,), total=100))
    assert shop.run(placed).status is Status.CORRECTION_PENDING
    shop.answered.clear()
    return placed


def noted(shop: Shop, order_id: str) -> Callable[[], None]:
    """As by the stage that asks, when the customer was told."""

    def write() -> None:
        stored = shop.orders.load(order_id)
        shop.orders.ask(stored, stored.question.model_copy(update={"told_at": NOW}))

    return write


def answered(shop: Shop, order_id: str, answer: Answer) -> Callable[[], None]:
    return lambda: shop.orders.answer(shop.orders.load(order_id), answer) and None


def test_a_note_that_was_written_meanwhile_does_not_refuse_a_decision(shop, order_id):
    orders = Racing(shop.orders, noted(shop, order_id), times=2)
    stored = decide(order_id, CONSENT, orders=orders, executions=shop)
    assert (stored.status, stored.answers) == (Status.RECEIVED, (CONSENT,))
    assert shop.answered == [("token", "go_on")]


def test_an_order_that_is_written_again_and_again_is_not_told_to_be_answered(shop, order_id):
    orders = Racing(shop.orders, noted(shop, order_id), times=100)
    with pytest.raises(OrderChanged):
        decide(order_id, CONSENT, orders=orders, executions=shop)
    assert shop.orders.load(order_id).answers == ()


def test_of_two_decisions_at_once_the_first_counts_and_the_second_is_told(shop, order_id):
    orders = Racing(shop.orders, answered(shop, order_id, CORRECTED), times=1)
    with pytest.raises(NotAsked):
        decide(order_id, CONSENT, orders=orders, executions=shop)
    assert shop.orders.load(order_id).answers == (CORRECTED,)
    assert shop.answered == []


def test_the_same_decision_sent_twice_at_once_counts_once_and_both_hear_so(shop, order_id):
    orders = Racing(shop.orders, answered(shop, order_id, CONSENT), times=1)
    stored = decide(order_id, CONSENT, orders=orders, executions=shop)
    assert stored.answers == (CONSENT,)
    assert shop.answered == [("token", "go_on")]


def test_a_decision_is_not_taken_for_an_answer_to_what_was_asked_since(shop, order_id):
    """Meanwhile somebody has put it right, wrongly, and the order waits again."""
    wrong = CORRECTED.corrections[0].model_copy(update={"value": "0.50"})

    def asked_anew() -> None:
        answered(shop, order_id, CORRECTED.model_copy(update={"corrections": (wrong,)}))()
        assert shop.run(order_id).status is Status.CORRECTION_PENDING
        shop.answered.clear()

    orders = Racing(shop.orders, asked_anew, times=1)
    with pytest.raises(NotAsked):
        decide(order_id, CONSENT, orders=orders, executions=shop)
    assert len(shop.orders.load(order_id).answers) == 1
    assert shop.answered == []


def test_a_refusal_is_not_taken_for_one_of_what_was_asked_since(shop, order_id):
    wrong = CORRECTED.corrections[0].model_copy(update={"value": "0.50"})

    def asked_anew() -> None:
        answered(shop, order_id, CORRECTED.model_copy(update={"corrections": (wrong,)}))()
        assert shop.run(order_id).status is Status.CORRECTION_PENDING

    orders = Racing(shop.orders, asked_anew, times=1)
    with pytest.raises(NotAsked):
        reject(order_id, orders=orders, executions=shop, reason=Reason(code="REJECTED", text=""), now=NOW)
    assert shop.orders.load(order_id).status is Status.CORRECTION_PENDING


def test_a_note_that_was_written_meanwhile_does_not_hold_up_a_refusal(shop, order_id):
    orders = Racing(shop.orders, noted(shop, order_id), times=2)
    stored = reject(order_id, orders=orders, executions=shop, reason=Reason(code="REJECTED", text=""), now=NOW)
    assert stored.status is Status.REJECTED
    assert shop.answered == [("token", "rejected")]
