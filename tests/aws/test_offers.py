"""Offers on the real adapters: what is held, what is chosen, what goes back, and that nobody else gets it meanwhile."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.receipts import Receipts
from order_processing.cancellation import cancel
from order_processing.choices import choose_offered
from order_processing.decisions import NotAsked
from order_processing.errors import OfferNeeded
from order_processing.inventory import PlannedSupply, Receipt, StockCount
from order_processing.mail import sums
from order_processing.offer import ConsentNeeded, OfferExpired, changed
from order_processing.order import Line
from order_processing.order_parts import CUSTOMER, Reason
from order_processing.reservation import moves
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from tests.aws.shop import NOW, Shop
from tests.clients import Cut, CutClient
from tests.orders import an_order

WHY = Reason(code="CANCELLED_BY_CUSTOMER", text="cancelled")
SKUS = ("MUG-BLUE", "MUG-GREEN", "MUG-PORCELAIN", "PEN-6")
UNTIL = NOW + timedelta(days=3)


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """177 blue mugs, 59 of them in Leipzig, and 600 more that come late; porcelain mugs, which cost more."""
    shop.inventory.plan_supply(
        PlannedSupply(
            document="MO-3105",
            sku="MUG-BLUE",
            location="leipzig",
            kind="production",
            due_on=NOW.date() + timedelta(days=40),
            quantity=600,
        )
    )
    return shop


def place(shop: Shop, key: str = "1", mugs: int = 200, pens: int = 12) -> str:
    lines = [Line(line_id="m", sku="MUG-BLUE", title="Mug, blue", quantity=mugs, unit_price=1400)]
    if pens:
        lines.append(Line(line_id="p", sku="PEN-6", title="Pens", quantity=pens, unit_price=90))
    return shop.place(an_order(key, lines=tuple(lines), total=sum(line.gross for line in lines)))


def offered(shop: Shop, key: str = "1", mugs: int = 200, pens: int = 12) -> StoredOrder:
    order_id = place(shop, key, mugs, pens)
    asked = shop.run(order_id)
    assert asked.status is Status.OFFER_PENDING
    open_until(shop, asked)
    shop.answered.clear()
    return shop.orders.load(order_id)


def open_until(shop: Shop, asked: StoredOrder) -> None:
    """The shop's own questions end at once."""
    shop.orders.ask(asked, asked.question.model_copy(update={"expires_at": UNTIL}))


def pick(shop: Shop, order_id: str, key: str, **more: Any) -> StoredOrder:
    given = {"actor": CUSTOMER, "now": NOW, "agreed_difference": 50000} | more
    return choose_offered(order_id, key, orders=shop.orders, executions=shop, **given)


def counters(shop: Shop) -> dict[tuple[str, ...], tuple[int, int]]:
    """(available, reserved) of every source."""
    stock, supply = shop.inventory.read(SKUS)
    found = {(s.sku, s.location, str(s.bucket)): (s.available, s.reserved) for s in stock}
    return found | {(s.sku, s.location, s.document): (s.available, s.reserved) for s in supply}


def taken(shop: Shop) -> dict[tuple[str, ...], int]:
    return {source: reserved for source, (_, reserved) in counters(shop).items() if reserved}


def needed(stored: StoredOrder) -> dict[tuple[str, ...], int]:
    return {
        (move.sku, move.location, move.source_id or str(move.bucket)): move.after for move in moves(None, stored.held)
    }


def mails() -> list[Any]:
    return list(ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages)


def told() -> str:
    """What the last mail says."""
    return str(mails()[-1].body)


def leftovers() -> list[str]:
    items = boto3.client("dynamodb").scan(TableName="inventory")["Items"]
    return [item["sku"]["S"] for item in items if item["sku"]["S"].startswith(("order#", "claim#"))]


def test_everything_that_is_offered_is_held_and_told_once_with_dates_and_prices(shop):
    stored = offered(shop)
    keys = [choice.key for choice in stored.offer.alternatives]
    assert keys == ["later", "in_parts", "substitute-2", "without", "cancel"]
    assert taken(shop) == needed(stored)
    assert {sku for sku, *_ in taken(shop)} == {"MUG-BLUE", "MUG-PORCELAIN", "PEN-6"}
    for choice in stored.offer.alternatives[:-1]:
        assert all(move.quantity <= 0 for move in moves(stored.offer.hold, choice.promise))
    with pytest.raises(OfferNeeded):
        shop.check(stored.order_id)
    shop.ask(stored.order_id)
    assert len(mails()) == 1
    text = told()
    for said in ("Mug, bone china, blue instead of Mug, blue", "+$500.00", "$3,310.80", "January"):
        assert said in text, text


@pytest.mark.parametrize("key", ["later", "in_parts", "substitute-2", "without"])
def test_what_is_chosen_is_reserved_as_shown_the_rest_goes_back_and_every_stage_follows(shop, key):
    stored = offered(shop)
    chosen = next(choice for choice in stored.offer.alternatives if choice.key == key)
    after = changed(stored.verified, chosen)
    for _ in range(2):
        pick(shop, stored.order_id, key)
    assert shop.answered == [("token", "go_on")] * 2
    assert taken(shop) == needed(stored)  # until the stage that asked has looked again
    shop.verify(stored.order_id)
    shop.check(stored.order_id)
    shop.check(stored.order_id)
    reserved = shop.orders.load(stored.order_id)
    assert (reserved.status, reserved.promise, reserved.verified) == (Status.RESERVED, chosen.promise, after)
    assert taken(shop) == needed(reserved) != needed(stored)
    (answer,) = reserved.answers
    assert (answer.actor, answer.at, answer.choice.alternative) == (CUSTOMER, NOW, chosen)

    ready = shop.run(stored.order_id)
    assert ready.status is Status.READY_TO_SHIP
    assert len(mails()) == 2
    assert ready.verified.order.total == stored.verified.order.total + chosen.difference
    assert sums.of_order(ready.verified.order).total == ready.verified.order.total
    totals = DynamoAccounts(boto3.client("dynamodb"), "accounts").totals(ready.verified.customer_id, "USD")
    assert totals == (1, ready.verified.order.total)
    packed = {
        content.sku
        for shipment in ready.delivery.shipments
        for parcel in shipment.parcels
        for content in parcel.contents
    }
    assert packed == {item.sku for item in after.items}
    days = {shipment.ship_date for shipment in ready.delivery.shipments}
    assert days == {allocation.ship_date for allocation in chosen.promise.allocations}


def test_a_partial_shipment_is_confirmed_with_both_dates(shop):
    stored = offered(shop)
    parts = next(choice for choice in stored.offer.alternatives if choice.key == "in_parts")
    pick(shop, stored.order_id, "in_parts")
    shop.run(stored.order_id)
    text = told()
    days = {a.delivery_date for a in parts.promise.allocations if a.line_id == "m"}
    assert len(days) == 2
    for day in days:
        assert f"{day:%B} {day.day}" in text, text


def test_verifying_again_does_not_undo_the_choice(shop):
    stored = offered(shop)
    pick(shop, stored.order_id, "without")
    before = shop.orders.load(stored.order_id).verified
    seen = shop.orders.load(stored.order_id)
    shop.orders.save_verification(seen, stored.discrepancies, stored.verified)
    assert shop.orders.load(stored.order_id).verified == before
    assert [line.line_id for line in before.order.lines] == ["p"]


@pytest.mark.parametrize("ending", ["expired", "cancelled", "declined", "cancelled after the choice"])
def test_every_end_gives_back_all_of_it(shop, ending):
    before = counters(shop)
    stored = offered(shop)
    if ending == "expired":
        shop.end(stored.order_id, Status.EXPIRED)
        shop.end(stored.order_id, Status.EXPIRED)
    elif ending == "declined":
        pick(shop, stored.order_id, "cancel")
    else:
        if ending == "cancelled after the choice":
            pick(shop, stored.order_id, "later")
        for _ in range(2):
            cancel(stored.order_id, orders=shop.orders, executions=shop, reason=WHY, now=NOW)
    assert counters(shop) == before
    assert leftovers() == []
    ended = shop.orders.load(stored.order_id)
    assert ended.status is (Status.EXPIRED if ending == "expired" else Status.CANCELLED)
    assert ended.held is None
    with pytest.raises(NotAsked):
        pick(shop, stored.order_id, "later")


def test_a_choice_needs_its_price_to_be_agreed_and_its_time(shop):
    stored = offered(shop)
    with pytest.raises(ConsentNeeded):
        pick(shop, stored.order_id, "substitute-2", agreed_difference=49999)
    with pytest.raises(OfferExpired):
        pick(shop, stored.order_id, "later", now=UNTIL)
    assert shop.orders.load(stored.order_id).answers == ()
    assert pick(shop, stored.order_id, "later", now=UNTIL - timedelta(seconds=1)).status is Status.VERIFIED
    with pytest.raises(NotAsked):
        pick(shop, stored.order_id, "in_parts")
    with pytest.raises(NotAsked):
        pick(shop, stored.order_id, "later", actor="staff: kim", by="kim")


def test_what_is_held_is_sold_to_nobody_else_until_it_goes_back(shop):
    stored = offered(shop)
    assert taken(shop)["MUG-BLUE", "leipzig", "0"] == 59
    other = offered(shop, "2", mugs=119, pens=0)  # Louisville has 118, and all that Leipzig has is held
    stock = [a for a in other.offer.hold.allocations if (a.sku, a.kind) == ("MUG-BLUE", "stock")]
    assert {a.location for a in stock} <= {"louisville"}
    assert taken(shop)["MUG-BLUE", "leipzig", "0"] == 59
    shop.end(other.order_id, Status.EXPIRED)
    shop.end(stored.order_id, Status.EXPIRED)
    assert shop.run(place(shop, "3", mugs=177, pens=0)).status is Status.READY_TO_SHIP


def test_a_supply_that_comes_before_the_choice_is_reserved_as_stock(shop):
    stored = offered(shop)
    receipt = Receipt(document="R-1", supply="MO-3105", sku="MUG-BLUE", location="leipzig", quantity=600)
    Receipts(boto3.client("dynamodb"), "inventory").receive(receipt)
    pick(shop, stored.order_id, "later")
    shop.check(stored.order_id)
    assert sum(reserved for (sku, *_), reserved in taken(shop).items() if sku == "MUG-BLUE") == 200
    cancel(stored.order_id, orders=shop.orders, executions=shop, reason=WHY, now=NOW)
    assert taken(shop) == {}


class Quicker:
    """A DynamoDB client before whose first transaction somebody else takes stock."""

    def __init__(self, client: Any, shop: Shop, on_hand: int) -> None:
        self._client, self._shop, self._on_hand = client, shop, on_hand

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        if self._shop:
            shop, self._shop = self._shop, None
            count = {"sku": "MUG-PORCELAIN", "on_hand": self._on_hand}
            shop.inventory.count(StockCount(document="C-9", location="louisville", **count))
            shop.inventory.count(StockCount(document="C-10", location="leipzig", **count))
        return self._client.transact_write_items(**request)


def test_what_others_took_while_it_was_being_held_is_not_offered(shop):
    order_id = place(shop)
    shop.verify(order_id)
    client = Quicker(boto3.client("dynamodb"), shop, 0)
    racing = Shop(client=lambda service: client if service == "dynamodb" else boto3.client(service))
    with pytest.raises(OfferNeeded):
        racing.check(order_id)
    stored = shop.orders.load(order_id)
    assert [choice.key for choice in stored.offer.alternatives] == ["later", "in_parts", "without", "cancel"]
    assert taken(shop) == needed(stored)


def test_a_run_with_an_offer_cut_at_any_call_ends_as_if_it_had_not_been_cut(shop):
    """Every call to AWS until the customer is asked, and every one after the choice, before and after its effect."""
    cutting = Shop(client=CutClient)
    expected = None
    for after in (False, True):
        for part in ("offer", "choice"):
            cut_at = 0
            while True:
                cut_at += 1
                order_id = place(shop, f"{after}-{part}-{cut_at}")
                if part == "choice":
                    shop.run(order_id)
                    shop.orders.ask(
                        stored := shop.orders.load(order_id), stored.question.model_copy(update={"expires_at": UNTIL})
                    )
                CutClient.calls, CutClient.cut_at, CutClient.after = 0, cut_at, after
                try:
                    if part == "offer":
                        cutting.run(order_id)
                    else:
                        pick(cutting, order_id, "without")
                        cutting.check(order_id)
                except Cut:
                    done = False
                else:
                    done = True
                CutClient.cut_at = 0
                stored = shop.run(order_id) if part == "offer" else shop.orders.load(order_id)
                if part == "offer":
                    open_until(shop, stored)
                assert taken(shop) == needed(stored)
                pick(shop, order_id, "without")
                shop.check(order_id)
                stored = shop.orders.load(order_id)
                end = (stored.status, stored.promise, [answer.choice for answer in stored.answers])
                expected = expected or end
                assert end == expected, (part, after, cut_at)
                assert taken(shop) == needed(stored)
                cancel(order_id, orders=shop.orders, executions=shop, reason=WHY, now=NOW)
                assert (taken(shop), leftovers()) == ({}, [])
                if done:
                    break
                assert cut_at < 60


def test_an_order_that_can_only_be_cancelled_is_still_offered_that(shop):
    order_id = place(shop, mugs=2_000, pens=0)
    stored = shop.run(order_id)
    assert [choice.key for choice in stored.offer.alternatives] == ["cancel"]
    text = told()
    assert "nothing to offer you in its place" in text
    assert taken(shop) == {}
    assert stored.offer.made_at.date() == date(2026, 11, 24)
