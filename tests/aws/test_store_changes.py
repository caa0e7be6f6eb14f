"""What a store tells later of a known order: followed until the customer was told, kept for staff after that."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import boto3
import pytest

from operating import store_changes as command
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.order_stream import changes
from order_processing.adapters.personal_data import PersonalData
from order_processing.adapters.store_changes import DynamoStoreChanges
from order_processing.cancellation import BY_CUSTOMER, CannotCancel, cancel
from order_processing.deliveries import Deliveries, Taken
from order_processing.discrepancy import Correction
from order_processing.errors import ApprovalNeeded, OfferNeeded, OrderRejected, OrderReplaced
from order_processing.inventory import PlannedSupply
from order_processing.offer import choose
from order_processing.order import Line, Order
from order_processing.order_number import display
from order_processing.order_parts import Answer, Confirmation
from order_processing.reconciliation import Reconciled, reconcile
from order_processing.stages.publish_events import publish_events
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.stores.listing import StoreAccess
from order_processing.stores.platform import Change, OrderChanged, OrderDeleted, OrderPlaced
from order_processing.timeline import timeline
from tests.aws.shop import BUCKET, NOW, Shop
from tests.aws.test_event_stream import HeardBus, stream_of
from tests.aws.test_stages import mails, reserved, simple_order
from tests.clients import Cut, CutClient
from tests.orders import an_order
from tests.unit.test_reconciliation import Memory
from tests.unit.test_reconciliation import Shop as StoreApi
from tests.unit.test_reconciliation import order as listed

KEY = "store-order"


def told(version: int = 1, quantity: int = 1, key: str = KEY, **changes: Any) -> Order:
    """A state of the order as its store tells it."""
    order = simple_order(key, quantity, source="shopify", store_version=f"2026-11-24T10:00:{version:02}Z")
    return order.model_copy(update=changes)


def door(shop: Shop) -> Deliveries:
    changes = DynamoStoreChanges(shop.client("dynamodb"), shop.tables["orders"])
    nothing: Any = None
    return Deliveries(orders=shop.orders, changes=lambda: changes, executions=shop, quarantine=nothing, notices=nothing)


def deliver(shop: Shop, order: Order, change: Change | None = "updated") -> Taken:
    delivery = OrderChanged(order=order, change=change) if change else OrderPlaced(order=order)
    return door(shop).take("shopify", delivery, order.model_dump_json().encode(), NOW)


def create(shop: Shop, **changes: Any) -> str:
    taken = deliver(shop, told(**changes), None)
    assert taken.new
    return taken.order_id


def ordered(stored: StoredOrder) -> int:
    assert stored.verified
    return sum(line.quantity for line in stored.verified.order.lines)


def totals(shop: Shop) -> Any:
    return DynamoAccounts(boto3.client("dynamodb"), "accounts").totals(shop.guest_id("ada@example.com"), "USD")


def test_an_update_before_the_confirmation_is_what_is_confirmed(shop):
    for stages in range(3):
        order_id = create(shop, key=f"o-{stages}")
        for stage in shop.stages[:stages]:
            stage(order_id)
        taken = deliver(shop, told(2, 3, key=f"o-{stages}"))
        assert (taken.action, taken.order_id) == ("replace", order_id)
        assert_ready_with_three(shop, order_id, orders=stages + 1)


def test_an_update_while_a_stage_is_at_the_order(shop, monkeypatch):
    """The stage has read the order when the update comes: nothing that it does afterwards counts."""
    load = shop.orders.load

    def load_then_update(wanted: str) -> StoredOrder:
        seen = load(wanted)
        monkeypatch.setattr(shop.orders, "load", load)
        assert deliver(shop, told(2, 3, key=seen.placed.store_order_id)).action == "replace"
        return seen

    for place, stage in enumerate(shop.stages[:3]):
        order_id = create(shop, key=f"o-{place}")
        for done in shop.stages[:place]:
            done(order_id)
        monkeypatch.setattr(shop.orders, "load", load_then_update)
        try:
            stage(order_id)
        except Exception as fault:  # noqa: BLE001 - the state machine tries it again
            assert type(fault).__name__ == "OrderChanged"
        assert_ready_with_three(shop, order_id, orders=place + 1)


def assert_ready_with_three(shop: Shop, order_id: str, *, orders: int) -> None:
    """Run on, the order is ready with three pieces, like those before it; each is confirmed and recorded once."""
    stored = shop.run(order_id)
    assert (stored.status, ordered(stored), reserved("TEST-123")) == (Status.READY_TO_SHIP, 3, 3 * orders)
    assert (len(mails()), totals(shop)) == (orders, (orders, 3 * orders * 15260))


def test_the_stages_after_the_first_turn_back(shop):
    order_id = create(shop)
    shop.verify(order_id)
    deliver(shop, told(2, 3))
    with pytest.raises(OrderReplaced):
        shop.check(order_id)
    with pytest.raises(OrderReplaced):
        shop.confirm(order_id)
    assert mails() == []


def test_of_an_update_and_the_confirmation_the_first_to_be_written_counts(shop):
    order_id = create(shop)
    shop.verify(order_id)
    shop.check(order_id)
    begun = shop.orders.note_confirmation(shop.orders.load(order_id), Confirmation(attempt_at=NOW), at=NOW)
    assert deliver(shop, told(2, 3)).action == "tell_staff"
    assert shop.orders.load(order_id).version == begun.version
    stored = shop.run(order_id)
    assert (stored.status, ordered(stored), reserved("TEST-123")) == (Status.READY_TO_SHIP, 1, 1)


def test_an_update_after_the_confirmation_is_kept_for_staff_and_changes_nothing(shop):
    order_id = create(shop)
    before = shop.run(order_id)
    for _ in range(2):
        deliver(shop, told(2, 3))
    after = shop.orders.load(order_id)
    assert (after.version, after.verified, reserved("TEST-123"), len(mails())) == (
        before.version,
        before.verified,
        1,
        1,
    )
    (state,) = after.states
    assert (state.action, state.order.lines[0].quantity) == ("tell_staff", 3)
    listed = DynamoStoreChanges(boto3.client("dynamodb"), "orders").for_staff(NOW)
    assert [name for _, name in listed] == [order_id]
    happened = [h for h in timeline(after) if h.what == "CHANGED_IN_STORE"]
    assert [(h.actor, h.reason.code) for h in happened] == [("store", "TELL_STAFF")]


def test_an_update_before_its_create_and_an_older_one_after_a_newer(shop):
    order_id = deliver(shop, told(2, 2)).order_id
    assert deliver(shop, told(1), None).action == "ignore"
    assert deliver(shop, told(4, 4)).action == "replace"
    assert deliver(shop, told(3, 3)).action == "ignore"
    assert ordered(shop.run(order_id)) == 4


def test_a_state_that_was_taken_back_in_the_store_does_not_come_back_late(shop):
    """1 to 3 pieces and back to 1: where the middle state comes last, it is known to be old."""
    order_id = create(shop)
    assert deliver(shop, told(3)).action == "ignore"
    assert deliver(shop, told(2, 3)).action == "ignore"
    assert ordered(shop.run(order_id)) == 1


def test_in_whatever_order_they_come_the_newest_counts(shop):
    for number, order in enumerate(itertools.permutations(range(3))):
        key = f"o-{number}"
        states = [(told(1, key=key), None), (told(2, 2, key=key), "updated"), (told(3, 4, key=key), "paid")]
        for place in (*order, *order):
            deliver(shop, *states[place])
        stored = shop.run(deliver(shop, *states[order[0]]).order_id)
        assert (stored.status, ordered(stored)) == (Status.READY_TO_SHIP, 4)
    assert (reserved("TEST-123"), len(mails())) == (6 * 4, 6)


def test_a_customer_who_was_asked_is_no_longer_and_what_was_held_goes_on(shop):
    order_id = create(shop, quantity=2000)
    stored = shop.run(order_id)
    assert stored.status is Status.OFFER_PENDING
    deliver(shop, told(2, 2))
    assert shop.answered == [("token", "verify")]
    stored = shop.run(order_id)
    assert (stored.status, ordered(stored), reserved("TEST-123")) == (Status.READY_TO_SHIP, 2, 2)


def test_a_choice_that_was_made_of_another_state_does_not_count(shop):
    """What was offered is held, and goes back; the chosen alternative is not made of the order as it is now."""
    late = NOW.date() + timedelta(days=40)
    shop.inventory.plan_supply(
        PlannedSupply(
            document="MO-3105", sku="MUG-BLUE", location="leipzig", kind="production", due_on=late, quantity=600
        )
    )
    mugs = Line(line_id="m", sku="MUG-BLUE", title="Mug, blue", quantity=700, unit_price=1400)
    offered = told(lines=(mugs,), total=mugs.gross)
    order_id = deliver(shop, offered, None).order_id
    stored = shop.run(order_id)
    part = next(a for a in stored.offer.alternatives if a.promise)
    shop.orders.answer(stored, Answer(actor="customer", at=NOW, choice=choose(stored.offer, part.key, at=NOW)))
    assert reserved("MUG-BLUE") > 0
    deliver(shop, told(2, 2))
    stored = shop.run(order_id)
    assert (stored.status, ordered(stored), reserved("TEST-123")) == (Status.READY_TO_SHIP, 2, 2)
    assert reserved("MUG-BLUE") == 0


def test_a_corrected_address_still_counts_where_the_store_has_not_mended_it(shop):
    wrong = an_order().shipping_address.model_copy(update={"postal_code": "99999999"})
    order_id = create(shop, shipping_address=wrong)
    assert shop.run(order_id).status is Status.CORRECTION_PENDING
    right = Correction(path="shipping_address.postal_code", found="99999999", value="40202")
    stored = shop.orders.load(order_id)
    shop.orders.answer(stored, Answer(actor="customer", at=NOW, corrections=(right,)))
    deliver(shop, told(2, 2, shipping_address=wrong))
    stored = shop.run(order_id)
    assert (stored.status, ordered(stored)) == (Status.READY_TO_SHIP, 2)


def test_an_order_that_was_not_paid_is_taken_up_again_once_it_is(shop):
    order_id = create(shop, paid=False)
    assert shop.run(order_id).reason.code == "UNPAID"
    assert len(mails()) == 1
    for _ in range(2):
        taken = deliver(shop, told(2), "paid")
    assert taken.order_id == order_id
    assert shop.started[-1] == (order_id, 2)
    stored = shop.run(order_id)
    assert (stored.status, stored.runs, reserved("TEST-123"), len(mails())) == (Status.READY_TO_SHIP, 2, 1, 2)


def test_a_payment_that_comes_while_the_unpaid_order_is_being_rejected(shop):
    order_id = create(shop, paid=False)
    with pytest.raises(OrderRejected):
        shop.verify(order_id)
    deliver(shop, told(2), "paid")
    with pytest.raises(OrderReplaced):
        shop.end(order_id, Status.REJECTED)
    assert (shop.run(order_id).status, len(mails())) == (Status.READY_TO_SHIP, 1)


def test_a_wait_that_ran_out_ends_nothing_that_the_store_has_changed_meanwhile(shop):
    order_id = create(shop, quantity=2000)
    shop.run(order_id)
    deliver(shop, told(2, 2))
    with pytest.raises(OrderReplaced):
        shop.end(order_id, Status.EXPIRED)
    assert shop.run(order_id).status is Status.READY_TO_SHIP


def test_what_its_customer_cancelled_here_is_not_taken_up_again(shop):
    order_id = create(shop, paid=False)
    cancel(order_id, orders=shop.orders, executions=shop, reason=BY_CUSTOMER, now=NOW)
    assert deliver(shop, told(2), "paid").action == "tell_staff"
    assert shop.orders.load(order_id).status is Status.CANCELLED


def test_an_order_that_was_cancelled_and_restored_in_the_store(shop):
    order_id = create(shop)
    shop.verify(order_id)
    shop.check(order_id)
    deliver(shop, told(2, closed_reason="cancelled in the store"), "cancelled")
    assert (shop.orders.load(order_id).status, reserved("TEST-123"), len(mails())) == (Status.CANCELLED, 0, 1)
    assert deliver(shop, told(3, 2), "restored").action == "take_up_again"
    stored = shop.run(order_id)
    assert (stored.status, ordered(stored), reserved("TEST-123"), len(mails())) == (Status.READY_TO_SHIP, 2, 2, 2)
    deliver(shop, told(4, 2, closed_reason="cancelled in the store"), "cancelled")
    assert (reserved("TEST-123"), len(mails())) == (0, 3)
    assert shop.finished[-1] == (order_id, "CANCELLED")


def test_a_cancellation_comes_again_while_the_order_is_being_confirmed(shop):
    order_id = create(shop)
    shop.verify(order_id)
    shop.check(order_id)
    begun = shop.orders.note_confirmation(shop.orders.load(order_id), Confirmation(attempt_at=NOW), at=NOW)
    for _ in range(2):
        with pytest.raises(CannotCancel):
            deliver(shop, told(2, closed_reason="cancelled in the store"), "cancelled")
    shop.orders.note_confirmation(begun, Confirmation(attempt_at=NOW, sent_at=NOW, message_id="m"), at=NOW)
    deliver(shop, told(2, closed_reason="cancelled in the store"), "cancelled")
    stored = shop.orders.load(order_id)
    assert (stored.status, reserved("TEST-123"), len(stored.states)) == (Status.CANCELLED, 0, 1)


def test_an_order_that_the_store_deletes(shop):
    order_id = create(shop)
    deleted = OrderDeleted(store=told().store, store_order_id=told().store_order_id)
    for _ in range(2):
        taken = door(shop).take("shopify", deleted, b'{"id": 1}', NOW)
    assert taken.order_id == order_id
    assert shop.orders.load(order_id).status is Status.CANCELLED
    unknown = OrderDeleted(store="other", store_order_id="1")
    assert door(shop).take("shopify", unknown, b"{}", NOW).order_id == ""


def test_what_is_told_twice_costs_a_read_and_writes_nothing(shop):
    create(shop)
    calls: list[str] = []
    client = boto3.client("dynamodb")
    client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    counting = Shop(client=lambda service: client if service == "dynamodb" else boto3.client(service))
    deliver(counting, told(1))
    assert calls == ["Query"]


def test_a_coupon_is_counted_once_through_every_change(shop):
    """What is held of a coupon is what the newest verified state uses."""
    order_id = create(shop)
    for version, quantity in ((2, 2), (3, 3)):
        shop.verify(order_id)
        deliver(shop, told(version, quantity))
    stored = shop.run(order_id)
    assert (stored.status, stored.coupons, len(stored.states)) == (Status.READY_TO_SHIP, (), 2)


@pytest.mark.parametrize("after", [False, True])
def test_a_change_cut_at_any_call_and_told_again_ends_as_if_it_had_not_been_cut(shop, after):
    """Every call to AWS of an update of a reserved order and of the run after it, cut before or after its effect."""
    cutting = Shop(client=CutClient)
    twice = 0
    for number in itertools.count(1):
        key, mails_before = f"cut-{number}", len(mails())
        order_id = create(shop, key=key)
        for stage in shop.stages[:2]:
            stage(order_id)
        CutClient.calls, CutClient.cut_at, CutClient.after = 0, number, after
        try:
            deliver(cutting, told(2, 2, key=key))
            cutting.run(order_id)
        except Cut:
            deliver(shop, told(2, 2, key=key))
            stored = shop.run(order_id)
        else:
            break
        assert (stored.status, ordered(stored), len(stored.states)) == (Status.READY_TO_SHIP, 2, 1)
        twice += len(mails()) - mails_before - 1
    assert number > 15
    assert twice == 1  # sent and not yet noted: the one window in which the confirmation goes out again
    assert reserved("TEST-123") == 2 * number


def test_an_update_cut_before_the_execution_hears_of_it_is_finished_by_the_next_delivery(shop, monkeypatch):
    def cut(*_: Any) -> None:
        raise Cut

    for port in ("start", "answer"):
        order_id = create(shop, quantity=2000, key=port)
        shop.run(order_id)
        with monkeypatch.context() as patch:
            patch.setattr(shop, port, cut)
            with pytest.raises(Cut):
                deliver(shop, told(2, 2, key=port))
        shop.started.clear()
        deliver(shop, told(2, 2, key=port))
        assert (shop.started, shop.answered[-1]) == ([(order_id, 1)], ("token", "verify"))
        assert shop.run(order_id).status is Status.READY_TO_SHIP


def test_a_correction_that_is_asked_for_is_asked_again_only_if_it_still_is(shop):
    order_id = create(shop, quantity=2000)
    with pytest.raises(OfferNeeded):
        [stage(order_id) for stage in shop.stages]
    deliver(shop, told(2, 2, customer=an_order().customer.model_copy(update={"email": "nowhere"})))
    with pytest.raises(ApprovalNeeded):
        shop.verify(order_id)
    deliver(shop, told(3, 2))
    stored = shop.run(order_id)
    assert (stored.status, reserved("TEST-123")) == (Status.READY_TO_SHIP, 2)


def test_an_erased_order_keeps_nothing_of_its_later_states_and_takes_no_more(shop):
    canary = an_order().customer.model_copy(update={"email": "canary@example.com", "name": "Canary"})
    order_id = create(shop, customer=canary)
    deliver(shop, told(2, 2, customer=canary))
    shop.run(order_id)
    deliver(shop, told(3, 3, customer=canary))
    kept = PersonalData(boto3.client("dynamodb"), boto3.client("s3"), orders_table="orders", bucket=BUCKET)
    assert kept.orders_of(email="canary@example.com", progress=lambda _: None) == [order_id]
    assert kept.raw(order_id).count(b"canary") >= 3
    kept.erase(order_id, shop.settings, NOW)
    assert "canary" not in kept.load(order_id).model_dump_json().lower()
    assert kept.raw(order_id) == b""
    assert deliver(shop, told(4, 4, customer=canary)).action == "ignore"
    assert len(shop.orders.load(order_id).states) == 2


def test_staff_see_the_list_and_take_off_what_is_done(shop, monkeypatch, capsys):
    order_id = create(shop)
    shop.run(order_id)
    deliver(shop, told(2, 3))
    outputs = {"OrdersTable": "orders"}
    monkeypatch.setattr(command, "connect", lambda _: (boto3.client, outputs))
    assert command.main(["--days", "10000"]) == 0
    said = capsys.readouterr().out
    assert display(order_id) in said
    assert "changed in the store after the customer was told" in said
    assert command.main(["done", display(order_id), "--days", "10000"]) == 0
    assert command.main(["done", display(order_id), "--days", "10000"]) == 1


def test_each_change_that_counts_is_told_on_the_bus_once(shop):
    order_id = create(shop, paid=False)
    shop.run(order_id)
    deliver(shop, told(2), "paid")
    shop.verify(order_id)
    deliver(shop, told(3, 2))
    shop.run(order_id)
    deliver(shop, told(4, 3))
    bus = HeardBus()
    assert publish_events(changes(stream_of("orders")), bus) is None
    assert [event.name for event in bus.heard] == [
        "OrderReceived",
        "OrderRejected",
        "OrderReplaced",
        "OrderReplaced",
        "OrderReserved",
        "OrderConfirmed",
        "OrderRecorded",
        "OrderReadyToShip",
    ]
    assert [(e.reopened, e.lines[0].quantity) for e in bus.heard if e.name == "OrderReplaced"] == [
        (True, 1),
        (False, 2),
    ]
    assert len({event.id for event in bus.heard}) == len(bus.heard)


def test_a_change_that_no_webhook_brought_is_found_in_the_stores_list(shop):
    deliveries, memory = door(shop), Memory()

    def compare(*orders: Any) -> Reconciled:
        return reconcile(
            "shopify",
            "northgate.myshopify.com",
            [StoreAccess(token="t")],
            http=StoreApi(list(orders)),
            deliveries=deliveries,
            reconciliations=memory,
            now=NOW,
        )

    first = compare(listed(1), listed(2))
    changed = listed(1) | {"updated_at": "2026-11-24T10:00:00Z", "note": "by the back door, please"}
    again = compare(changed, listed(2))
    assert (len(first.missed), first.changed) == (2, ())
    assert (again.missed, again.changed) == ((), (first.missed[0],))
    assert compare(changed, listed(2)).changed == ()
    assert shop.orders.load(first.missed[0]).placed.note.startswith("by the back door")
