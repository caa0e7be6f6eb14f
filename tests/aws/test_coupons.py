"""Coupons that only so many orders may use: each use is counted once, with the order, and given back once."""

from __future__ import annotations

import boto3
import pytest

from order_processing.cancellation import BY_CUSTOMER, cancel
from order_processing.catalogue import Coupon, catalogue_items
from order_processing.discrepancy import Approval
from order_processing.errors import OrderEnded
from order_processing.order import Discount, Line
from order_processing.order_parts import Answer
from order_processing.orders import CouponUsedUp
from order_processing.status import Status
from order_processing.verified_order import CouponUse
from tests.aws.shop import NOW, Shop
from tests.aws.test_write_units import Writes
from tests.orders import an_order


@pytest.fixture
def twice(shop):
    """A coupon for two orders."""
    coupon = Coupon(code="TWICE", kind="fixed_amount", amounts={"USD": 500}, uses=2)
    shop.catalogue.put(catalogue_items(coupons=[coupon], guest_id=shop.guest_id))
    return shop


def placed(shop, key, quantity=1):
    price = 15260 if quantity < 100 else 14500
    line = Line(line_id="1", sku="TEST-123", quantity=quantity, unit_price=price, discount=500)
    return shop.place(
        an_order(
            key,
            lines=(line,),
            discounts=(Discount(code="twice", kind="fixed_amount", amount=500),),
            discount_total=500,
            total=price * quantity - 500,
        )
    )


def used(shop):
    return shop.orders.coupon_uses("TWICE")


def test_so_many_orders_use_it_and_the_next_is_asked_about(twice):
    for key in "12":
        stored = twice.run(placed(twice, key))
        assert (stored.status, stored.coupons) == (Status.READY_TO_SHIP, ("TWICE",))
    stored = twice.run(placed(twice, "3"))
    assert (stored.status, stored.reason.code, stored.coupons) == (Status.CORRECTION_PENDING, "COUPON_NOT_VALID", ())
    assert used(twice) == 2
    approval = Approval(code="COUPON_NOT_VALID", path="discounts[0].code", found="twice")
    twice.orders.answer(stored, Answer(actor="staff: eve", at=NOW, approvals=(approval,)))
    assert twice.run(stored.order_id).status is Status.READY_TO_SHIP
    assert used(twice) == 2, "staff gave it beyond what there were"


def test_each_stage_run_twice_counts_a_use_once(twice):
    order_id = placed(twice, "1")
    for stage in twice.stages:
        stage(order_id)
        stage(order_id)
    assert used(twice) == 1


def test_an_order_that_ends_gives_its_use_back_once(twice):
    ended = [placed(twice, "verified"), placed(twice, "ready"), placed(twice, "offered", quantity=2_000)]
    twice.verify(ended[0])
    twice.run(ended[1])
    assert used(twice) == 2
    for order_id in ended[:2]:
        for _ in range(2):
            cancel(order_id, orders=twice.orders, executions=twice, reason=BY_CUSTOMER, now=NOW)
        with pytest.raises(OrderEnded):
            twice.verify(order_id)
    assert used(twice) == 0
    assert twice.run(ended[2]).status is Status.OFFER_PENDING
    assert used(twice) == 1
    for _ in range(2):
        twice.end(ended[2], Status.EXPIRED)
    assert used(twice) == 0


def test_of_two_that_see_the_last_use_one_gets_it_and_the_other_looks_again(twice, monkeypatch):
    twice.run(placed(twice, "first"))
    order_id, quicker = placed(twice, "slow"), placed(twice, "quick")
    uses, seen = twice.orders.coupon_uses, []

    def overtaken(code):
        seen.append(uses(code))
        if len(seen) == 1:
            Shop().run(quicker)
        return seen[-1]

    monkeypatch.setattr(twice.orders, "coupon_uses", overtaken)
    stored = twice.run(order_id)
    assert (seen, stored.status, stored.reason.code) == ([1, 2], Status.CORRECTION_PENDING, "COUPON_NOT_VALID")
    monkeypatch.undo()
    assert used(twice) == 2
    assert twice.orders.load(quicker).status is Status.READY_TO_SHIP


def test_what_cannot_be_counted_keeps_nothing(twice):
    for key in "12":
        twice.verify(placed(twice, key))
    order_id = placed(twice, "3")
    seen = twice.orders.load(order_id)
    with pytest.raises(CouponUsedUp):
        twice.orders.save_verification(
            seen, (), None, to=Status.VERIFIED, at=NOW, uses=(CouponUse(code="TWICE", uses=2),)
        )
    assert twice.orders.load(order_id) == seen
    assert used(twice) == 2


def test_an_order_without_such_a_coupon_pays_nothing_for_counting(shop):
    writes = Writes()
    line = Line(line_id="1", sku="TEST-123", quantity=1, unit_price=15260)
    Shop(client=writes).verify(shop.place(an_order("1", lines=(line,), total=15260)))
    assert [name for name, _ in writes.calls] == ["PutItem"]
    items = boto3.client("dynamodb").scan(TableName="orders")["Items"]
    assert not [item for item in items if item["order_id"]["S"].startswith("coupon#")]
