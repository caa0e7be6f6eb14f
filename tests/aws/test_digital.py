"""What needs no parcel: each key given once, one mail, stock that is stock, and mixed orders that do both."""

from __future__ import annotations

import random
from typing import Any

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from operating import licences as licences_command
from order_processing.cancellation import BY_CUSTOMER, TOO_LATE_TO_CANCEL, CannotCancel, cancel
from order_processing.catalogue import catalogue_items
from order_processing.errors import DeliveryRefused, OrderChanged
from order_processing.licences import KeysWanted, OutOfKeys
from order_processing.order import Line, Option, Order
from order_processing.order_parts import Contact
from order_processing.post import AddressRefused
from order_processing.product import Price, Product
from order_processing.promise import DIGITAL
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from tests.aws.shop import NOW, Shop
from tests.aws.test_stages import Cut, CutClient
from tests.orders import an_order

APP = Product(
    sku="APP-PRO",
    title="Timer app, one seat",
    digital=True,
    licence_keys=True,
    instructions="Enter the key at https://store.example.com/activate",
    tax_class="none",
    prices=(Price(currency="USD", amount=1000),),
)
COURSE = Product(
    sku="COURSE",
    title="Tea tasting, online",
    digital=True,
    instructions="The link to the room comes an hour before.",
    tax_class="none",
    prices=(Price(currency="USD", amount=2000),),
)


@pytest.fixture
def seller(shop: Shop) -> Shop:
    """A shop that also sells what needs no parcel, with five keys."""
    shop.catalogue.put(catalogue_items([APP, COURSE], [], [], [], guest_id=shop.guest_id))
    shop.licences.add("APP-PRO", [f"KEY-{n}" for n in range(5)])
    return shop


def app(quantity: int = 1, line_id: str = "1") -> Line:
    return Line(line_id=line_id, sku="APP-PRO", title="Timer app", quantity=quantity, unit_price=1000)


def order(key: str, *lines: Line) -> Order:
    return an_order(key, lines=lines, total=sum(line.net for line in lines))


def mails() -> list[Any]:
    return list(ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages)


def texts() -> list[str]:
    """What each mail says, in plain text, the oldest first."""
    return [str(mail.body) for mail in mails()]


def stock(shop: Shop) -> tuple[int, int]:
    """How many keys may be promised, and how many are held."""
    held, _ = shop.inventory.read(["APP-PRO"])
    return sum(s.available for s in held), sum(s.reserved for s in held)


def items(sku: str = "APP-PRO") -> list[str]:
    found = boto3.client("dynamodb").query(
        TableName="licences",
        KeyConditionExpression="sku = :sku",
        ExpressionAttributeValues={":sku": {"S": sku}},
    )
    return [item["licence"]["S"] for item in found["Items"]]


def given(shop: Shop, stored: StoredOrder, quantity: int) -> tuple[str, ...]:
    return shop.licences.take(stored.order_id, KeysWanted("1", "APP-PRO", quantity))


def test_an_order_of_keys_is_ready_and_gone_with_one_mail_that_holds_them(seller: Shop) -> None:
    assert stock(seller) == (5, 0)
    stored = seller.run(seller.place(order("1", app(2))))
    assert stored.status is Status.READY_TO_SHIP, stored.reason
    assert stored.delivery.shipments == stored.delivery.documents == ()
    assert [(line.sku, line.quantity) for line in stored.delivery.handed_out] == [("APP-PRO", 2)]
    assert stored.promise.delivery_date is None
    keys = given(seller, stored, 2)
    assert len(set(keys)) == 2
    confirmation, handed = texts()
    assert all(key in handed for key in keys)
    assert "https://store.example.com/activate" in handed
    assert not any(key in confirmation for key in keys)
    assert stored.handling.handed_over_at
    assert stock(seller) == (3, 0)
    assert len(items()) == 5 + 5  # known, and free or taken


def test_keys_go_to_the_address_that_staff_wrote_down(seller: Shop) -> None:
    order_id = seller.place(order("1", app()))
    for stage in seller.stages[:4]:
        stage(order_id)
    seller.orders.keep_contact(order_id, Contact(email="ada.bell@example.com", by="staff: eve", at=NOW))
    seller.prepare(order_id)
    assert mails()[-1].destinations["ToAddresses"] == ["ada.bell@example.com"]


def test_keys_that_no_mail_can_carry_wait_for_staff_and_are_the_same_then(
    seller: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = seller.place(order("1", app()))
    for stage in seller.stages[:4]:
        stage(order_id)

    def refuse(*_: Any, **__: Any) -> str:
        raise AddressRefused("suppressed")

    with monkeypatch.context() as patched:
        patched.setattr(seller.post, "send", refuse)
        with pytest.raises(DeliveryRefused, match=r"ADDRESS_REFUSED: .*suppressed"):
            seller.prepare(order_id)
    stored = seller.orders.load(order_id)
    assert stored.status is Status.RECORDED
    keys = given(seller, stored, 1)
    seller.prepare(order_id)
    assert keys[0] in texts()[-1]


def test_a_mixed_order_has_its_parcel_and_its_mail_and_keeps_its_keys_held_until_it_leaves(seller: Shop) -> None:
    parcel = Line(line_id="2", sku="TEST-123", title="Test", quantity=1, unit_price=15260)
    stored = seller.run(seller.place(order("1", app(), parcel)))
    assert stored.status is Status.READY_TO_SHIP, stored.reason
    assert [p.number for s in stored.delivery.shipments for p in s.parcels] == [1]
    assert [line.sku for line in stored.delivery.handed_out] == ["APP-PRO"]
    assert "comes by parcel" in texts()[1] or "come by parcel" in texts()[1]
    assert not stored.handling.handed_over_at
    assert stock(seller) == (4, 1)
    assert {a.location for a in stored.promise.allocations if a.sku == "APP-PRO"} == {DIGITAL}


def test_a_services_appointment_stands_in_the_mail_as_the_customer_chose_it(seller: Shop) -> None:
    line = Line(
        line_id="1", sku="COURSE", title="Tasting", quantity=1, unit_price=2000,
        options=(Option(name="Date", value="2026-12-04, 18:00"),),
    )  # fmt: skip
    stored = seller.run(seller.place(order("1", line)))
    assert stored.status is Status.READY_TO_SHIP, stored.reason
    assert "Date: 2026-12-04, 18:00" in texts()[1]
    assert "an hour before" in texts()[1]


def test_too_few_keys_are_a_shortage_that_the_customer_is_asked_about(seller: Shop) -> None:
    stored = seller.run(seller.place(order("1", app(6))))
    assert (stored.status, stored.reason.code) == (Status.OFFER_PENDING, "SHORTAGE")
    assert stored.reason.text == "1 of 6 APP-PRO missing, no date known"
    assert stock(seller) == (5, 0)


def test_keys_that_stock_says_are_there_and_the_pool_lacks_are_for_staff_to_mend(seller: Shop) -> None:
    seller.licences.take("another", KeysWanted("1", "APP-PRO", 5))
    order_id = seller.place(order("1", app(2)))
    for stage in seller.stages[:4]:
        stage(order_id)
    with pytest.raises(DeliveryRefused, match=r"^OUT_OF_KEYS: APP-PRO: 2 of 2 keys are not in the pool$"):
        seller.prepare(order_id)
    seller.licences.add("APP-PRO", ["MORE-1", "MORE-2"])
    seller.prepare(order_id)
    assert set(given(seller, seller.orders.load(order_id), 2)) == {"MORE-1", "MORE-2"}


def test_a_list_of_keys_loaded_twice_counts_once_also_after_keys_were_given(seller: Shop) -> None:
    assert seller.licences.add("APP-PRO", ["KEY-1", "KEY-5", "KEY-5"]) == 1
    assert stock(seller) == (6, 0)
    seller.licences.take("another", KeysWanted("1", "APP-PRO", 6))
    assert seller.licences.add("APP-PRO", ["KEY-1"]) == 0
    with pytest.raises(ValueError, match="has 0 characters"):
        seller.licences.add("APP-PRO", [" "])


def test_of_orders_that_see_the_same_free_keys_each_gets_its_own(seller: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    seller.licences.add("APP-PRO", [f"MANY-{n}" for n in range(5)])
    late = Shop().licences
    look = late._items
    quick: list[tuple[str, ...]] = []

    def overtaken(sku: str, prefix: str, limit: int | None = None) -> list[dict[str, Any]]:
        """What was free just before others took most of it, the late order's own keys among them."""
        seen = look(sku, prefix, limit)
        if prefix == "free#" and not quick:
            quick.extend(seller.licences.take(f"quick-{n}", KeysWanted("1", "APP-PRO", 2)) for n in range(3))
            seller.licences.take("late", KeysWanted("1", "APP-PRO", 1))
        return seen

    monkeypatch.setattr(late, "_items", overtaken)
    keys = late.take("late", KeysWanted("1", "APP-PRO", 4))
    everyone = [*keys, *(key for taken in quick for key in taken)]
    assert len(everyone) == len(set(everyone)) == 10
    assert late.take("late", KeysWanted("1", "APP-PRO", 4)) == keys
    with pytest.raises(OutOfKeys):
        late.take("later", KeysWanted("1", "APP-PRO", 1))


def test_a_piece_that_a_copy_of_the_run_gave_a_key_keeps_it(seller: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    late, wanted = Shop().licences, KeysWanted("1", "APP-PRO", 1)
    look = late._items
    quick: list[tuple[str, ...]] = []
    monkeypatch.setattr(random, "shuffle", lambda free: None)

    def overtaken(sku: str, prefix: str, limit: int | None = None) -> list[dict[str, Any]]:
        seen = look(sku, prefix, limit)
        if prefix == "free#" and not quick:
            quick.append(seller.licences.take("order", wanted))
            seen.reverse()  # so that it wants another key
        return seen

    monkeypatch.setattr(late, "_items", overtaken)
    free = len(look("APP-PRO", "free#"))
    assert late.take("order", wanted) == quick[0]
    assert len(look("APP-PRO", "free#")) == free - 1, "no key is lost"


def test_a_run_cut_at_any_call_gives_each_piece_one_key_and_sends_once(seller: Shop) -> None:
    seller.licences.add("APP-PRO", [f"MANY-{n}" for n in range(200)])
    cutting = Shop(client=CutClient)
    twice, orders = [], 0
    for after in (False, True):
        cut_at = 0
        while True:
            cut_at, orders = cut_at + 1, orders + 1
            order_id = seller.place(order(f"cut-{after}-{cut_at}", app(2)))
            for stage in seller.stages[:4]:
                stage(order_id)
            sent = len(mails())
            CutClient.calls, CutClient.cut_at, CutClient.after = 0, cut_at, after
            try:
                cutting.prepare(order_id)
            except Cut:
                seller.prepare(order_id)
            else:
                break
            stored = seller.orders.load(order_id)
            assert stored.status is Status.READY_TO_SHIP
            assert stored.handling.handed_over_at
            if len(mails()) - sent != 1:
                twice.append((after, len(mails()) - sent))
    assert orders > 15
    assert twice == [(False, 2), (True, 2)]  # sent and not yet noted
    assert sum(item.startswith("taken#") for item in items()) == 2 * orders
    assert stock(seller) == (205 - 2 * orders, 0)


def test_what_was_handed_out_can_be_sent_again_with_the_same_keys(seller: Shop) -> None:
    stored = seller.run(seller.place(order("1", app(2))))
    again = seller.hand_out(stored, again=True)
    assert again.status is Status.READY_TO_SHIP
    first, second = texts()[1:]
    assert first == second
    assert sum(item.startswith("taken#") for item in items()) == 2


def test_an_order_whose_keys_were_sent_is_not_cancelled(seller: Shop) -> None:
    parcel = Line(line_id="2", sku="TEST-123", title="Test", quantity=1, unit_price=15260)
    for key, lines in (("1", (app(),)), ("2", (app(), parcel))):
        order_id = seller.place(order(key, *lines))
        seller.run(order_id)
        with pytest.raises(CannotCancel) as refused:
            cancel(order_id, orders=seller.orders, executions=seller, reason=BY_CUSTOMER, now=NOW)
        assert refused.value.code == TOO_LATE_TO_CANCEL


def test_an_operators_list_of_keys_is_taken_in_once(shop: Shop, tmp_path, monkeypatch, capsys) -> None:
    outputs = {"LicencesTable": shop.tables["licences"], "InventoryTable": shop.tables["inventory"]}
    monkeypatch.setattr(licences_command, "connect", lambda _: (boto3.client, outputs))
    keys = tmp_path / "keys.txt"
    keys.write_text("AAAA-1\n\nAAAA-2\n", encoding="utf-8")
    for new in (2, 0):
        assert licences_command.main(["NEW-GAME", str(keys)]) == 0
        told = capsys.readouterr().out
        assert told == f"{new} of 2 keys of NEW-GAME are new\n"
    keys.write_text("\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        licences_command.main(["NEW-GAME", str(keys)])
    assert "expected one a line" in capsys.readouterr().err


def cancelled_at_hand_out(seller: Shop, monkeypatch: pytest.MonkeyPatch, *, keys_first: bool) -> str:
    """An order that its customer cancels while its keys are taken, before or after the first step of the two."""
    order_id = seller.place(order("1", app(2)))
    for stage in seller.stages[:4]:
        stage(order_id)
    take = seller.licences.take

    def ends() -> None:
        seller.orders.release(seller.orders.load(order_id), Status.CANCELLED, at=NOW, reason=BY_CUSTOMER)
        seller.end(order_id, Status.CANCELLED)

    def meanwhile(*given: Any) -> tuple[str, ...]:
        if not keys_first:
            ends()
        taken = take(*given)
        if keys_first:
            ends()
        return taken

    with monkeypatch.context() as patched:
        patched.setattr(seller.licences, "take", meanwhile)
        with pytest.raises(OrderChanged):
            seller.prepare(order_id)
    return order_id


@pytest.mark.parametrize("keys_first", [True, False])
def test_keys_of_an_order_that_is_cancelled_while_they_are_taken_are_free_again(
    seller: Shop, monkeypatch: pytest.MonkeyPatch, keys_first: bool
) -> None:
    before = items()
    cancelled_at_hand_out(seller, monkeypatch, keys_first=keys_first)
    assert items() == before
    assert stock(seller) == (5, 0)
    assert not any("KEY-" in text for text in texts())


def test_keys_that_were_given_back_are_not_given_back_twice(seller: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = cancelled_at_hand_out(seller, monkeypatch, keys_first=True)
    taken = seller.licences.take("another", KeysWanted("1", "APP-PRO", 5))
    seller.end(order_id, Status.CANCELLED)
    assert len(set(taken)) == 5
    assert not [licence for licence in items() if licence.startswith("free#")]
