"""Supply that comes later or short: the promises that count on it are made anew, and customers are told once."""

from __future__ import annotations

from datetime import date, timedelta

import boto3
import pytest

from order_processing.adapters.accounts import DynamoAccounts
from order_processing.api_order import show
from order_processing.errors import OfferNeeded, PromiseLost
from order_processing.inventory import Recipe
from order_processing.order_parts import Confirmation, Handling, Reason
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.aws.supplier import Supplier
from tests.aws.test_check_availability import leftovers, place
from tests.aws.test_stages import mails
from tests.clients import Cut

SOON, LATER, MUCH_LATER = date(2026, 12, 4), date(2026, 12, 11), date(2026, 12, 18)


@pytest.fixture
def supplier(shop):
    return Supplier(shop)


def confirmed(shop: Shop, *wanted: tuple[str, int], key: str = "1", **changes):
    """An order whose customer has been told its date."""
    order_id = place(shop, *wanted, key=key, **changes)
    for stage in shop.stages[1:]:
        stage(order_id)
    return shop.orders.load(order_id)


def subjects() -> list[str]:
    return [mail.subject for mail in mails()]


def entry(stored):
    return DynamoAccounts(boto3.client("dynamodb"), "accounts").entry(stored.verified.customer_id, stored.order_id)


def counters(supplier: Supplier, sku: str) -> tuple[int, int, int, int]:
    stock, supply = supplier.inventory.read([sku])
    return (
        sum(held.available for held in stock),
        sum(held.reserved for held in stock),
        sum(coming.available for coming in supply),
        sum(coming.reserved for coming in supply),
    )


def test_late_supply_makes_a_new_promise_and_tells_the_customer_once(shop, supplier):
    supplier.plan("X", 5, SOON)
    before = confirmed(shop, ("X", 2))
    assert (before.status, len(mails())) == (Status.READY_TO_SHIP, 1)
    for _ in range(3):
        supplier.plan("X", 5, LATER)
    after = shop.orders.load(before.order_id)

    assert after.promise.delivery_date > before.promise.delivery_date
    day = after.promise.delivery_date.isoformat()
    assert show(after)["delivery_date"] == show(after)["lines"][0]["delivery_date"] == day
    assert entry(after).delivery_date == after.promise.delivery_date
    assert entry(after) == entry(before).model_copy(update={"delivery_date": after.promise.delivery_date})
    assert after.status is Status.READY_TO_SHIP
    assert {shipment.ship_date for shipment in after.delivery.shipments} == {after.promise.allocations[0].ship_date}
    assert [p.sscc for s in after.delivery.shipments for p in s.parcels] == [
        p.sscc for s in before.delivery.shipments for p in s.parcels
    ]
    assert len(mails()) == 2
    assert "A new delivery date" in subjects()[1]
    assert after.delay.told
    assert after.delay.previous == before.promise
    assert counters(supplier, "X") == (0, 0, 3, 2)


def test_a_second_delay_is_told_against_the_date_told_last(shop, supplier):
    supplier.plan("X", 5, SOON)
    order_id = confirmed(shop, ("X", 2)).order_id
    supplier.plan("X", 5, LATER)
    first = shop.orders.load(order_id)
    supplier.plan("X", 5, MUCH_LATER)
    second = shop.orders.load(order_id)
    assert second.delay.previous == first.promise
    assert len(mails()) == 3


def test_supply_that_is_late_by_less_than_an_order_can_wait_tells_nobody(shop, supplier):
    supplier.plan("X", 5, SOON)
    supplier.plan("Y", 5, MUCH_LATER)
    stored = confirmed(shop, ("X", 2), ("Y", 2))
    supplier.plan("X", 5, LATER)
    assert supplier.looked_at == []
    assert shop.orders.load(stored.order_id) == stored


def test_an_earlier_date_is_no_delay(shop, supplier):
    supplier.plan("X", 5, LATER)
    stored = confirmed(shop, ("X", 2))
    supplier.plan("X", 5, SOON)
    assert shop.orders.load(stored.order_id) == stored
    assert len(mails()) == 1


def test_a_short_receipt_serves_who_ships_first_and_renews_the_others_in_the_order_in_which_they_came(shop, supplier):
    supplier.plan("X", 9, SOON)
    ids = []
    for number in range(3):
        shop.now = NOW + timedelta(minutes=number)
        ids.append(confirmed(shop, ("X", 3), key=str(number)).order_id)
    supplier.plan("X", 3, LATER, document="PO-2")
    supplier.plan("X", 3, MUCH_LATER, document="PO-3")
    served = min(ids)  # all ship on one day
    assert supplier.receive("X", 4, final=True).short == 6
    first, second = [order_id for order_id in ids if order_id != served]
    assert supplier.looked_at == [first, second]
    stored = {order_id: shop.orders.load(order_id) for order_id in ids}
    assert stored[first].promise.delivery_date < stored[second].promise.delivery_date
    assert [sum("new delivery date" in m.subject for m in mails()), stored[served].delay] == [2, None]
    assert counters(supplier, "X") == (0, 4, 1, 5)


def test_what_arrives_turns_a_promise_on_supply_into_one_on_stock(shop, supplier):
    supplier.plan("X", 5, SOON)
    order_id = confirmed(shop, ("X", 2)).order_id
    assert leftovers() == ["claim#louisville#PO-1"]
    assert supplier.receive("X", 5).outcome == "new"
    assert leftovers() == []
    assert counters(supplier, "X") == (3, 2, 0, 0)
    assert supplier.looked_at == []
    stored = shop.orders.load(order_id)
    shop.orders.issue_goods(stored, Handling(handed_over_at=NOW))
    assert counters(supplier, "X") == (3, 0, 0, 0)


def test_an_order_that_is_not_confirmed_is_promised_anew_without_a_word(shop, supplier):
    supplier.plan("X", 5, SOON)
    order_id = place(shop, ("X", 2))
    shop.check(order_id)
    before = shop.orders.load(order_id)
    supplier.plan("X", 5, LATER)
    after = shop.orders.load(order_id)
    assert after.promise.delivery_date > before.promise.delivery_date
    assert (after.status, after.delay, mails()) == (Status.RESERVED, None, [])
    for stage in shop.stages[2:]:
        stage(order_id)
    assert len(mails()) == 1
    assert after.promise == shop.orders.load(order_id).promise


def test_an_order_that_is_not_confirmed_and_cannot_be_promised_is_checked_anew(shop, supplier):
    supplier.plan("X", 5, SOON)
    order_id = place(shop, ("X", 2))
    shop.check(order_id)
    supplier.receive("X", 0, final=True)
    stored = shop.orders.load(order_id)
    assert (stored.status, stored.promise, leftovers(), supplier.renewals.broken()) == (Status.RESERVED, None, [], [])
    with pytest.raises(PromiseLost):
        shop.confirm(order_id)
    supplier.plan("X", 5, LATER, document="PO-2")
    shop.check(order_id)
    shop.confirm(order_id)
    assert shop.orders.load(order_id).status is Status.CONFIRMED


def test_a_confirmed_order_that_cannot_be_promised_is_shown_to_staff_until_it_can(shop, supplier):
    supplier.plan("X", 5, SOON)
    before = confirmed(shop, ("X", 2))
    supplier.receive("X", 0, final=True)
    supplier.receive("X", 0, final=True)
    stored = shop.orders.load(before.order_id)
    assert (stored.status, stored.reason.code, stored.delivery) == (Status.RECORDED, "PROMISE_BROKEN", None)
    ((listed,),) = [supplier.renewals.broken()]
    assert (listed.order_id, listed.skus, listed.text) == (stored.order_id, ("X",), stored.reason.text)
    assert "2 of 2 X missing" in listed.text
    shop.prepare(stored.order_id)
    assert shop.orders.load(stored.order_id).status is Status.RECORDED
    assert len(mails()) == 1

    supplier.count("OTHER", 9)
    assert supplier.renewals.broken() == [listed]
    supplier.count("X", 1)
    assert supplier.renewals.broken() != []
    supplier.plan("X", 5, LATER, document="PO-2")
    stored = shop.orders.load(before.order_id)
    assert (stored.status, stored.reason, supplier.renewals.broken()) == (Status.READY_TO_SHIP, None, [])
    assert stored.promise.delivery_date > before.promise.delivery_date
    assert len(mails()) == 2
    assert leftovers() == ["claim#louisville#PO-2"]


def test_an_order_that_ended_or_left_is_no_longer_waited_for(shop, supplier):
    supplier.plan("X", 5, SOON)
    order_id = confirmed(shop, ("X", 2)).order_id
    supplier.receive("X", 0, final=True)
    stored = shop.orders.load(order_id)
    shop.orders.release(stored, Status.CANCELLED, at=NOW, reason=Reason(code="X", text="x"))
    supplier.count("X", 7)
    assert supplier.renewals.broken() == []
    assert counters(supplier, "X")[:2] == (7, 0)
    assert len(mails()) == 1


def test_what_is_packed_has_come_whatever_is_said_of_its_supply(shop, supplier):
    supplier.plan("X", 5, SOON)
    stored = confirmed(shop, ("X", 2))
    packed = shop.orders.note_handling(stored, Handling(printed_at=NOW, packed_at=NOW))
    supplier.plan("X", 5, LATER)
    assert shop.orders.load(stored.order_id) == packed
    assert len(mails()) == 1


def test_what_was_printed_is_void_when_the_supply_comes_later(shop, supplier):
    supplier.plan("X", 5, SOON)
    stored = confirmed(shop, ("X", 2))
    shop.orders.note_handling(stored, Handling(printed_at=NOW))
    supplier.plan("X", 5, LATER)
    after = shop.orders.load(stored.order_id)
    assert (after.status, after.handling) == (Status.READY_TO_SHIP, Handling())


def test_of_an_order_in_parts_only_what_is_late_changes(shop, supplier):
    supplier.count("HERE", 5)
    supplier.plan("X", 5, SOON)
    before = confirmed(shop, ("HERE", 1), ("X", 2), allow_partial_shipment=True)
    shop.now = NOW + timedelta(days=3)
    supplier.plan("X", 5, LATER)
    after = shop.orders.load(before.order_id).promise
    assert after.allocations[0] == before.promise.allocations[0]
    assert after.allocations[1].delivery_date > before.promise.allocations[1].delivery_date
    assert counters(supplier, "HERE")[:2] == (4, 1)


def test_what_is_made_to_order_waits_for_its_materials(shop, supplier):
    shop.inventory.set_recipe(Recipe(sku="DESK", location="louisville", working_days=3, materials=(("BOARD", 4),)))
    supplier.plan("BOARD", 10, SOON)
    before = confirmed(shop, ("DESK", 2))
    assert [a.kind for a in before.promise.allocations] == ["production"]
    supplier.plan("BOARD", 12, SOON)
    assert supplier.looked_at == []
    supplier.plan("BOARD", 12, LATER)
    after = shop.orders.load(before.order_id)
    assert after.promise.delivery_date > before.promise.delivery_date
    assert after.status is Status.READY_TO_SHIP
    assert len(mails()) == 2
    assert counters(supplier, "BOARD") == (0, 0, 4, 8)
    supplier.receive("BOARD", 12)
    shop.orders.issue_goods(shop.orders.load(before.order_id), Handling(handed_over_at=NOW))
    assert counters(supplier, "BOARD") == (4, 0, 0, 0)


def test_an_order_whose_confirmation_is_under_way_counts_as_told(shop, supplier):
    supplier.plan("X", 5, SOON)
    order_id = place(shop, ("X", 2))
    shop.check(order_id)
    shop.orders.note_confirmation(shop.orders.load(order_id), Confirmation(attempt_at=NOW), at=NOW)
    supplier.plan("X", 5, LATER)
    assert shop.orders.load(order_id).delay.told


def test_an_offer_that_is_no_longer_true_is_withdrawn_and_made_anew(shop, supplier):
    supplier.count("X", 1)
    supplier.plan("X", 5, date(2027, 1, 20))
    order_id = place(shop, ("X", 3))
    with pytest.raises(OfferNeeded):
        shop.check(order_id)
    shop.ask(order_id)
    before = shop.orders.load(order_id)
    assert leftovers() == ["claim#louisville#PO-1"]
    for _ in range(2):
        supplier.plan("X", 5, date(2027, 1, 27))
    withdrawn = shop.orders.load(order_id)
    assert (withdrawn.status, withdrawn.held, leftovers()) == (Status.VERIFIED, None, [])
    assert shop.answered == [("token", "go_on")]
    supplier.renew(order_id)
    assert shop.answered == [("token", "go_on")] * 2, "told again, in case it was not heard"
    shop.now += timedelta(minutes=1)  # a question of the same moment is the same one
    with pytest.raises(OfferNeeded):
        shop.check(order_id)
    after = shop.orders.load(order_id)
    assert after.offer.alternatives != before.offer.alternatives
    shop.ask(order_id, token="next token")
    assert len(mails()) == 2


def test_a_customer_whom_no_mail_reaches_is_told_by_staff(shop, supplier):
    supplier.plan("X", 5, SOON)
    stored = confirmed(shop, ("X", 2))
    supplier.shop.post.refuses = lambda _: "suppressed"
    supplier.plan("X", 5, LATER)
    after = shop.orders.load(stored.order_id)
    assert after.promise.delivery_date > stored.promise.delivery_date
    assert not after.delay.told
    assert [(of.order_id, of.kind, of.why) for of in shop.unreached.waiting()] == [
        (stored.order_id, "delay", "suppressed")
    ]
    assert len(mails()) == 1


class Failing:
    """Clients that go down at the n-th of all writing calls."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, service: str):
        client = boto3.client(service)
        client.meta.events.register("before-call", self.count)
        return client

    def count(self, model, **_) -> None:
        if model.name in {"UpdateItem", "PutItem", "PutObject", "DeleteItem", "TransactWriteItems", "SendEmail"}:
            if self.left == 0:
                raise Cut
            self.left -= 1


def test_a_renewal_cut_at_any_call_and_repeated_ends_as_if_done_once(shop, supplier):
    twice = []
    for at in range(60):
        sku = f"SKU-{at}"
        supplier.plan(sku, 5, SOON)
        order_id = confirmed(shop, (sku, 2), key=sku).order_id
        sent = len(mails())
        failing = Failing(at)
        cut = Supplier(Shop(client=failing), failing)
        try:
            cut.plan(sku, 5, LATER)
            break
        except Cut:
            pass
        supplier.plan(sku, 5, LATER)
        supplier.renew(order_id)  # the queue delivers the order's message again
        after = shop.orders.load(order_id)
        assert (after.status, after.delay.told) == (Status.READY_TO_SHIP, True)
        assert entry(after).delivery_date == after.promise.delivery_date
        assert counters(supplier, sku) == (0, 0, 3, 2)
        twice.append(len(mails()) - sent)
    else:
        raise AssertionError("it never came through")
    assert len(twice) > 6
    assert set(twice) <= {1, 2}
    assert twice.count(2) == 1, "sent and not yet noted: the one window in which it goes out again"
