"""An order, and its entry in the account, that somebody else writes at the same moment: nothing of either is lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import boto3
import pytest

from order_processing.account import Totals
from order_processing.adapters import reservations
from order_processing.adapters.accounts import DynamoAccounts, changed_entry_write, entry_item, tracking_write
from order_processing.adapters.ledger import Ledger
from order_processing.adapters.order_items import key
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.personal_data import PersonalData
from order_processing.adapters.quarantine import StoredQuarantine
from order_processing.adapters.renewals import DynamoRenewals
from order_processing.adapters.reservations import Reservations
from order_processing.adapters.store_changes import DynamoStoreChanges
from order_processing.adapters.transactions import Refused, write_all
from order_processing.adapters.webhook_desk import Desk, NameTaken
from order_processing.adapters.webhooks import DynamoOutbox
from order_processing.cancellation import BY_CUSTOMER, CannotCancel, cancel, cancel_for_store, note_too_late
from order_processing.deliveries import SetAside
from order_processing.errors import OrderChanged
from order_processing.http import Problem
from order_processing.order_parts import Confirmation, Delay, Handling, LateCancellation
from order_processing.renewal_port import Broken
from order_processing.settings import current
from order_processing.status import Status
from order_processing.store_state import StoreState
from order_processing.webhooks.endpoint import Endpoint, Store
from order_processing.webhooks.message import Message
from order_processing.webhooks.ports import Waiting
from tests.aws.shop import BUCKET, NOW, Shop
from tests.aws.test_account import on_account, pay, standing
from tests.aws.test_recording import PRICE, confirmed, cut_after, entry
from tests.aws.test_reservations import Place, hold
from tests.aws.test_stages import simple_order
from tests.clients import Cut, Cutting, Meanwhile

LATER = NOW + timedelta(hours=2)
NOBODY = Totals(orders=0, amount=0, open=0)


def orders_on(client: Any) -> DynamoOrders:
    return DynamoOrders(client, "orders", inventory_table="inventory", accounts_table="accounts")


def meanwhile(shop: Shop, happens: Any, word: str = "ConditionExpression") -> DynamoOrders:
    return orders_on(Meanwhile(boto3.client("dynamodb"), happens, word))


# ------------------------------------------------------------------ accounts


def test_a_payment_that_comes_while_its_order_is_cancelled_counts(shop):
    order_id = on_account(shop).order_id
    orders = meanwhile(shop, lambda: pay(shop, order_id, 5260), "#open = :open")
    cancel(order_id, orders=orders, executions=shop, reason=BY_CUSTOMER, now=NOW)
    assert standing(shop) == NOBODY


def test_an_order_that_two_copies_of_a_stage_count_as_the_first_counts_once(shop):
    order_id = confirmed(shop)
    running = Shop()
    running.orders = meanwhile(shop, lambda: cut_after(shop, order_id, "put_item"), "#sequence")
    running.record(order_id)
    assert standing(shop) == Totals(orders=1, amount=PRICE, open=PRICE)


def test_an_entry_that_is_put_and_paid_while_its_order_is_cancelled_is_taken_out_whole(shop):
    order_id = confirmed(shop)
    cut_after(shop, order_id, "update_item")

    def put_and_paid() -> None:
        cut_after(shop, order_id, "put_item")
        pay(shop, order_id, 5260)

    orders = meanwhile(shop, put_and_paid, "attribute_not_exists(customer_id)")
    cancel(order_id, orders=orders, executions=shop, reason=BY_CUSTOMER, now=NOW)
    assert standing(shop) == NOBODY


def test_an_order_comes_into_its_account_without_a_transaction(shop):
    order_id = confirmed(shop)
    running = Shop()
    running.orders = orders_on(Cutting(boto3.client("dynamodb"), 0))
    running.record(order_id)
    assert shop.orders.load(order_id).status is Status.RECORDED


def test_a_document_that_pays_one_order_at_the_same_moment_pays_no_other(shop):
    first, second = (on_account(shop, each).order_id for each in "12")
    shop.accounts = DynamoAccounts(Meanwhile(boto3.client("dynamodb"), lambda: pay(Shop(), second, 100)), "accounts")
    with pytest.raises(Problem, match="DOCUMENT_REUSED"):
        pay(shop, first, 100)
    assert standing(shop).open == 2 * PRICE - 100


def test_what_an_entry_is_to_say_later_makes_no_entry(shop):
    stored = on_account(shop)
    other = entry(shop, stored.order_id).model_copy(update={"order_id": "OTHER"})
    (shipment,) = stored.delivery.shipments
    parcels = tuple(each.model_copy(update={"tracking_number": "1Z"}) for each in shipment.parcels)
    sent = stored.delivery.model_copy(update={"shipments": (shipment.model_copy(update={"parcels": parcels}),)})
    for write in (
        changed_entry_write(other, table="accounts"),
        tracking_write(other.customer_id, "OTHER", sent, table="accounts"),
    ):
        with pytest.raises(Refused):
            write_all(boto3.client("dynamodb"), [write])
    assert entry(shop, "OTHER") is None


def test_so_many_links_are_sent_in_so_much_time(shop):
    def sent(minutes: int) -> bool:
        at = NOW + timedelta(minutes=minutes)
        return shop.accounts.may_send_link("C-1", at, most=2, within=timedelta(hours=1))

    assert [sent(0), sent(1), sent(2), sent(60), sent(61), sent(62)] == [True, True, False, True, True, False]


@pytest.mark.parametrize("what", ["entry is there again", "entry is gone", "totals are there again"])
def test_a_repair_of_an_account_that_changes_meanwhile_writes_nothing_over_it(shop, what):
    stored = on_account(shop)
    dynamodb = boto3.client("dynamodb")
    there = entry(shop, stored.order_id)
    names = {"customer_id": {"S": "C-1013"}}
    place = {**names, "entry": {"S": "totals#USD" if "totals" in what else f"order#{stored.order_id}"}}
    before = dynamodb.get_item(TableName="accounts", Key=place)["Item"]

    def gone() -> None:
        dynamodb.delete_item(TableName="accounts", Key=place)

    def again() -> None:
        dynamodb.put_item(TableName="accounts", Item=before)

    if what == "entry is gone":
        wrong = there.model_copy(update={"amount": 1})
        dynamodb.put_item(TableName="accounts", Item=entry_item(wrong))
        happens: Any = gone
    else:
        dynamodb.update_item(
            TableName="accounts", Key={**names, "entry": {"S": "totals#USD"}}, UpdateExpression="REMOVE last_entry"
        )
        before = dynamodb.get_item(TableName="accounts", Key=place)["Item"]
        gone()
        happens = again
    ledger = Ledger(Meanwhile(dynamodb, happens), "orders", "accounts")
    assert any(told for _, told in ledger.compare())
    assert not ledger.repair("C-1013")


# ------------------------------------------------------------------ orders


def test_parts_that_a_reservation_leaves_while_its_order_ends_are_given_back(shop, monkeypatch):
    monkeypatch.setattr(reservations, "MOST_WRITES", 10)
    order_id = shop.place(simple_order())
    shop.verify(order_id)
    place = Place(boto3.client("dynamodb"), "inventory", "orders")
    place.many(13, 5)
    wanted = hold(*((f"S{n:03}", 2) for n in range(13)))

    def cut() -> None:
        with suppress(Cut):
            cutting = Reservations(Cutting(place.client, 1), "inventory")
            cutting.change(order_id, place.anchor(order_id), None, wanted)

    cancel(order_id, orders=meanwhile(shop, cut), executions=Idle(), reason=BY_CUSTOMER, now=NOW)
    assert place.counters("S000")[:2] == (5, 0)
    assert place.reservations.left(order_id) == ()


def test_a_notice_that_only_begins_to_be_sent_is_still_waited_for(shop):
    order_id = shop.place(simple_order())
    cancel(order_id, orders=shop.orders, executions=Idle(), reason=BY_CUSTOMER, now=NOW)
    stored = shop.orders.note_notice(shop.orders.load(order_id), Confirmation(attempt_at=NOW))
    waits = [head(order_id).get("waits_for")]
    shop.orders.note_notice(stored, Confirmation(attempt_at=NOW, sent_at=NOW))
    assert [*waits, head(order_id).get("waits_for")] == [{"S": "notice"}, None]


def head(order_id: str) -> dict[str, Any]:
    return boto3.client("dynamodb").get_item(TableName="orders", Key=key(order_id, "order"))["Item"]


class Idle:
    """Executions of which none runs and none is started."""

    def runs(self, order_id: str, run: int = 1) -> bool:
        return False

    def answer(self, token: str, decision: str) -> None: ...

    def finish(self, order_id: str, ending: str, run: int = 1) -> None: ...


def test_a_late_cancellation_that_is_told_of_again_is_listed_once(shop):
    stored = shop.run(shop.place(simple_order()))
    for minutes in range(2):
        late = LateCancellation(at=NOW + timedelta(minutes=minutes), reason=BY_CUSTOMER)
        stored = shop.orders.note_late_cancellation(stored, late)
    listed = boto3.client("dynamodb").scan(
        TableName="orders", FilterExpression="attribute_exists(#l)", ExpressionAttributeNames={"#l": "listed"}
    )
    assert listed["Count"] == 1


def test_a_cancellation_of_an_order_that_is_written_meanwhile_is_made_all_the_same(shop):
    order_id = shop.run(shop.place(simple_order())).order_id
    shop.orders.note_handling(shop.orders.load(order_id), Handling(printed_at=NOW))

    def written() -> None:
        stored = shop.orders.load(order_id)
        shop.orders.note_handling(stored, stored.handling.model_copy(update={"packed_at": NOW}))

    orders = meanwhile(shop, written)
    assert note_too_late(order_id, orders=orders, executions=Idle(), reason=BY_CUSTOMER, now=NOW).late_cancellation
    other = shop.place(simple_order("2"))
    shop.verify(other)

    def reserved() -> None:
        shop.check(other)

    orders = meanwhile(shop, reserved)
    assert cancel(other, orders=orders, executions=Idle(), reason=BY_CUSTOMER, now=NOW).status is Status.CANCELLED


def test_a_store_that_cancels_while_the_confirmation_is_on_its_way_is_to_come_again(shop):
    order_id = shop.place(simple_order())
    shop.verify(order_id)
    shop.check(order_id)
    shop.orders.note_confirmation(shop.orders.load(order_id), Confirmation(attempt_at=NOW), at=NOW)
    with pytest.raises(CannotCancel, match="just being confirmed"):
        cancel_for_store(order_id, orders=shop.orders, executions=shop, now=NOW)
    assert shop.orders.load(order_id).late_cancellation is None


def test_an_order_that_changes_while_it_is_erased_is_to_be_erased_again(shop):
    order_id = shop.run(shop.place(simple_order())).order_id
    shop.orders.issue_goods(shop.orders.load(order_id), Handling(printed_at=NOW, packed_at=NOW, handed_over_at=NOW))
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")

    def verification_goes() -> None:
        dynamodb.delete_item(TableName="orders", Key=key(order_id, "verified"))

    def written() -> None:
        stored = shop.orders.load(order_id)
        shop.orders.note_handling(stored, stored.handling.model_copy(update={"manifest": "M"}))

    for happens in (written, verification_goes):
        erasing = PersonalData(Meanwhile(dynamodb, happens), s3, orders_table="orders", bucket=BUCKET)
        with pytest.raises(OrderChanged):
            erasing.erase(order_id, current(), LATER)


def test_a_renewal_of_an_order_that_has_changed_is_refused(shop):
    seen = shop.run(shop.place(simple_order()))
    renewals = DynamoRenewals(
        boto3.client("dynamodb"), "orders", inventory_table="inventory", accounts_table="accounts"
    )
    now = shop.orders.note_handling(seen, Handling(printed_at=NOW))
    broken = Broken(order_id=seen.order_id, since=NOW, skus=("TEST-123",), text="none")
    for write in (
        lambda: renewals.note_broken(seen, broken),
        lambda: renewals.note_delay(seen, Delay(previous=seen.promise)),
        lambda: renewals.renew(seen, seen.promise, None, at=NOW),
    ):
        with pytest.raises(OrderChanged):
            write()
    assert (shop.orders.load(seen.order_id), renewals.broken()) == (now, [])


def test_a_stores_state_that_another_one_overtook_is_refused_and_its_newest_version_stays(shop):
    order_id = shop.place(simple_order(store_version="1"))
    changes = DynamoStoreChanges(boto3.client("dynamodb"), "orders")
    seen = shop.orders.load(order_id)
    state = StoreState(order=seen.placed, action="tell_staff", reason="changed too late", at=NOW)
    changes.keep(seen, state, b"{}", "one", for_staff=True)
    with pytest.raises(OrderChanged):
        changes.keep(seen, state, b"{}", "two", for_staff=True)
    assert shop.orders.load(order_id).states == (state,)
    for version in ("3", "2"):
        changes.note_version(order_id, version)
    assert shop.orders.load(order_id).store_version == "3"


# ------------------------------------------------------------------ what comes twice


def test_a_delivery_that_is_set_aside_again_stays_as_it_was_first(shop):
    kept = StoredQuarantine(boto3.client("dynamodb"), "orders", lambda: boto3.client("s3"), BUCKET)
    first = SetAside(id="1", source="shopify", headers={}, reason="not JSON", received_at=NOW, size=1)
    for aside in (first, first.model_copy(update={"received_at": LATER})):
        kept.put(aside, b"{")
    assert list(kept.waiting()) == [first]


def test_an_endpoint_keeps_its_name_and_a_message_that_waits_its_attempts(dynamodb, tables):
    desk = Desk(dynamodb, tables["webhooks"])
    own = Endpoint(name="own", url="https://a.example.com", stores=(Store(source="api", store="s"),), added_at=NOW)
    desk.add(own)
    with pytest.raises(NameTaken):
        desk.add(own.model_copy(update={"url": "https://b.example.com"}))
    outbox = DynamoOutbox(dynamodb, tables["webhooks"])
    (line,) = outbox.lines()
    assert line.endpoint == own
    message = Message(id="1", kind="OrderReceived", at=NOW, body="{}")
    waiting = Waiting(message=message, attempts=3, first_at=NOW, next_at=LATER, last="503")
    outbox.wait("own", waiting)
    outbox.wait("own", waiting.model_copy(update={"attempts": 0, "next_at": NOW}))
    assert list(outbox.waiting("own")) == [waiting]
