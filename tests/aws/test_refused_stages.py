"""Stages that find an order otherwise than they expected, or a customer whom no mail reaches: each does what is due."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from order_processing.adapters.store_changes import DynamoStoreChanges
from order_processing.adapters.waiting import DynamoWaiting
from order_processing.cancellation import BY_CUSTOMER, cancel
from order_processing.decisions import NotStarted
from order_processing.deliveries import Deliveries
from order_processing.errors import ApprovalNeeded, DeliveryRefused, OfferNeeded, OrderEnded
from order_processing.inventory import OutOfStock
from order_processing.order_parts import Contact, Delay
from order_processing.post import AddressRefused
from order_processing.renewal_port import Broken
from order_processing.settings import current
from order_processing.stages.confirm_order import confirm_again
from order_processing.stages.remind_staff import remind_staff
from order_processing.status import Status
from order_processing.stores.platform import OrderChanged
from tests.aws.shop import NOW, Shop
from tests.aws.supplier import Supplier
from tests.aws.test_approval import large
from tests.aws.test_digital import app, order
from tests.aws.test_digital import seller as seller
from tests.aws.test_orders_at_once import Idle
from tests.aws.test_remind_staff import asked
from tests.aws.test_renew_promises import LATER, SOON, confirmed, place
from tests.aws.test_stages import mails, simple_order
from tests.aws.test_store_changes import told
from tests.aws.test_warehouse_at_once import written
from tests.clients import Meanwhile


def refuse(*_: Any, **__: Any) -> str:
    raise AddressRefused("it has bounced")


def never(*_: Any, **__: Any) -> str:
    raise AssertionError("nothing may be sent")


def ended(shop: Shop) -> str:
    order_id = shop.place(simple_order("ended"))
    cancel(order_id, orders=shop.orders, executions=Idle(), reason=BY_CUSTOMER, now=NOW)
    return order_id


def again(shop: Shop, order_id: str) -> str:
    return confirm_again(order_id, orders=shop.orders, post=shop.post, settings=current(), status_url=shop.status_url)


# ------------------------------------------------------------------ an order that ended, or is not yet so far


def test_every_stage_says_that_an_order_has_ended(shop):
    order_id = ended(shop)
    for stage in (shop.check, shop.confirm, shop.ask, lambda of: again(shop, of)):
        with pytest.raises(OrderEnded):
            stage(order_id)
    assert mails() == []


def test_what_was_not_confirmed_is_not_confirmed_again(shop):
    order_id = shop.place(simple_order())
    shop.verify(order_id)
    shop.check(order_id)
    with pytest.raises(ValueError, match="no confirmation to send again"):
        again(shop, order_id)
    assert mails() == []


def test_an_offer_that_was_made_is_not_made_again(shop):
    order_id = shop.place(simple_order(quantity=2_000))
    shop.verify(order_id)
    for _ in range(2):
        with pytest.raises(OfferNeeded):
            shop.check(order_id)
    assert shop.orders.load(order_id).version == 1


def test_what_comes_while_an_offer_is_made_is_promised_instead(shop):
    supplier = Supplier(shop)
    supplier.count("X", 1)
    order_id = place(shop, ("X", 2))
    reads, real = [], shop.inventory.read_with_materials

    def read(*skus: Any, **which: Any) -> Any:
        reads.append(skus)
        if len(reads) == 3:
            supplier.count("X", 9)
        return real(*skus, **which)

    shop.inventory.read_with_materials = read
    shop.check(order_id)
    assert shop.orders.load(order_id).status is Status.RESERVED


def test_an_order_that_no_store_has_changed_ends_as_it_was_to_end(shop):
    order_id = shop.place(simple_order())
    shop.end(order_id, Status.CANCELLED)
    assert shop.orders.load(order_id).status is Status.CANCELLED


def test_staff_are_not_reminded_of_what_was_decided_while_the_list_was_read(shop):
    order_id = asked(shop, large(shop))
    rows = DynamoWaiting(boto3.client("dynamodb"), "orders").waiting("staff")
    assert [row.order_id for row in rows] == [order_id]
    cancel(order_id, orders=shop.orders, executions=Idle(), reason=BY_CUSTOMER, now=NOW)
    lists: Any = SimpleNamespace(waiting=lambda _: rows, oldest=lambda _: None)
    post: Any = SimpleNamespace(send=never)
    late = NOW + timedelta(hours=6)
    given = {"settings": current(), "order_url": str, "now": late}
    assert remind_staff(waiting=lists, orders=shop.orders, post=post, **given) == 0


# ------------------------------------------------------------------ a customer whom no mail reaches


def unreached(shop: Shop) -> list[tuple[str, str]]:
    return [(each.order_id, each.kind) for each in shop.unreached.waiting()]


@pytest.mark.parametrize("known", [True, False])
def test_a_question_that_cannot_be_sent_is_left_to_staff(shop, monkeypatch, known):
    order_id = shop.place(simple_order(quantity=2_000))
    shop.verify(order_id)
    with pytest.raises(OfferNeeded):
        shop.check(order_id)
    if known:
        monkeypatch.setattr(shop.post, "refuses", lambda _: "it has bounced")
    monkeypatch.setattr(shop.post, "send", never if known else refuse)
    shop.ask(order_id)
    assert unreached(shop) == [(order_id, "question")]


@pytest.mark.parametrize("known", [True, False])
def test_a_confirmation_that_cannot_be_sent_is_left_to_staff(shop, monkeypatch, known):
    order_id = shop.place(simple_order())
    shop.verify(order_id)
    shop.check(order_id)
    if known:
        monkeypatch.setattr(shop.post, "refuses", lambda _: "it has bounced")
    monkeypatch.setattr(shop.post, "send", never if known else refuse)
    with pytest.raises(ApprovalNeeded, match="UNREACHABLE"):
        shop.confirm(order_id)
    assert unreached(shop) == [(order_id, "confirmation")]


def test_a_confirmation_is_not_sent_again_to_an_address_that_takes_none(shop, monkeypatch):
    order_id = shop.run(shop.place(simple_order())).order_id
    monkeypatch.setattr(shop.post, "refuses", lambda _: "it has bounced")
    monkeypatch.setattr(shop.post, "send", never)
    with pytest.raises(AddressRefused):
        again(shop, order_id)


def test_a_notice_that_cannot_be_sent_is_left_to_staff(shop, monkeypatch):
    order_id = ended(shop)
    monkeypatch.setattr(shop.post, "send", refuse)
    shop.end(order_id, Status.CANCELLED)
    assert [of for of, _ in unreached(shop)] == [order_id]


def test_keys_are_handed_out_to_an_address_alone_and_again_only_after_the_first_time(seller):
    order_id = seller.place(order("k", app()))
    for stage in seller.stages[:4]:
        stage(order_id)
    stored = seller.orders.load(order_id)
    with pytest.raises(DeliveryRefused, match="NOT_HANDED_OUT"):
        seller.hand_out(stored, again=True)
    nobody = Contact.model_construct(email="by phone", by="staff", at=NOW)
    with pytest.raises(DeliveryRefused, match="EMAIL_MISSING"):
        seller.hand_out(stored.model_copy(update={"contact": nobody}))


# ------------------------------------------------------------------ promises that are renewed


def test_an_order_whose_promise_is_true_or_that_holds_nothing_is_left_alone(shop):
    supplier = Supplier(shop)
    supplier.plan("X", 5, SOON)
    stored = confirmed(shop, ("X", 2))
    supplier.renew(stored.order_id)
    bare = shop.place(simple_order("bare"))
    supplier.renew(bare)
    assert [shop.orders.load(each).version for each in (stored.order_id, bare)] == [stored.version, 0]


def test_what_is_broken_and_holds_nothing_any_more_is_no_offer_to_withdraw(shop):
    supplier = Supplier(shop)
    supplier.plan("X", 5, SOON)
    stored = confirmed(shop, ("X", 2))
    broken = Broken(order_id=stored.order_id, since=NOW, skus=("X",), text="none")
    before = shop.orders.give_back(supplier.renewals.note_broken(stored, broken))
    supplier.renew(stored.order_id)
    assert shop.orders.load(stored.order_id) == before


def test_a_renewal_to_which_another_order_was_quicker_looks_again(shop, monkeypatch):
    supplier = Supplier(shop)
    supplier.plan("X", 5, SOON)
    before = confirmed(shop, ("X", 2))
    renew, tries = supplier.renewals.renew, []

    def quicker(*given: Any, **more: Any) -> Any:
        tries.append(given)
        if len(tries) == 1:
            raise OutOfStock("X")
        return renew(*given, **more)

    monkeypatch.setattr(supplier.renewals, "renew", quicker)
    supplier.plan("X", 5, LATER)
    assert shop.orders.load(before.order_id).promise.delivery_date > before.promise.delivery_date


def test_a_delay_of_what_is_promised_no_more_is_told_to_nobody(shop, monkeypatch):
    supplier = Supplier(shop)
    supplier.plan("X", 5, SOON)
    stored = confirmed(shop, ("X", 2))
    stored = supplier.renewals.renew(stored, stored.promise, Delay(previous=stored.promise), at=NOW)
    shop.orders.give_back(stored)
    before = len(mails())
    monkeypatch.setattr(shop, "prepare", lambda _: None)
    supplier.renew(stored.order_id)
    assert len(mails()) == before


# ------------------------------------------------------------------ what a store tells later


def deliver(shop: Shop, raw: bytes, client: Any = None, **changes: Any) -> Any:
    store_changes = DynamoStoreChanges(client or boto3.client("dynamodb"), "orders")
    nothing: Any = None
    doors = Deliveries(
        orders=shop.orders, changes=lambda: store_changes, executions=shop, quarantine=nothing, notices=nothing
    )
    return doors.take("shopify", OrderChanged(order=told(**changes), change="updated"), raw, NOW)


def test_a_change_is_kept_although_the_order_is_written_meanwhile_or_cannot_be_started_now(shop, monkeypatch):
    def not_now(order_id: str, run: int = 1) -> None:
        raise NotStarted(order_id)

    taken = deliver(shop, b"1")
    shop.verify(taken.order_id)
    shop.check(taken.order_id)
    monkeypatch.setattr(shop, "start", not_now)
    client = Meanwhile(boto3.client("dynamodb"), written(taken.order_id), "#version")
    assert deliver(shop, b"2", client, version=2, quantity=3).action == "replace"
    assert shop.orders.load(taken.order_id).placed.lines[0].quantity == 3


def test_a_delivery_that_comes_late_a_second_time_changes_nothing_back(shop):
    """Of a store that says no versions."""
    for quantity in (1, 2, 3):
        taken = deliver(shop, str(quantity).encode(), quantity=quantity, store_version="")
    assert deliver(shop, b"2", quantity=2, store_version="").action == "ignore"
    assert shop.orders.load(taken.order_id).placed.lines[0].quantity == 3
