"""The stages on the real adapters: the happy path, every turn off it, and each stage run twice or cut."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from order_processing.adapters import reservations
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.orders import DynamoOrders
from order_processing.cancellation import cancel
from order_processing.errors import CorrectionNeeded, DecisionMade, DeliveryRefused, OfferNeeded, OrderReplaced
from order_processing.mail_reports import Outcome
from order_processing.offer import choose
from order_processing.order import Line, Order
from order_processing.order_parts import Answer, Reason
from order_processing.status import Status
from order_processing.stores.platform import OrderPlaced, platform
from tests.aws.shop import BUCKET, NOW, Shop
from tests.clients import Cut, CutClient, Cutting
from tests.orders import an_order

PAYLOADS = Path(__file__).parents[2] / "events" / "webhooks"
WHY = Reason(code="CANCELLED_BY_CUSTOMER", text="cancelled")
HEADERS = {
    "shopify": {"x-shopify-topic": "orders/create", "x-shopify-shop-domain": "shop.example.com"},
    "woocommerce": {"x-wc-webhook-topic": "order.created", "x-wc-webhook-source": "https://shop.example.com/"},
}


def real_order(source: str, name: str) -> Order:
    delivery = platform(source).read(HEADERS[source], (PAYLOADS / f"{name}.json").read_bytes())
    assert isinstance(delivery, OrderPlaced)
    return delivery.order


def simple_order(key: str = "1", quantity: int = 1, **changes: Any) -> Order:
    price = 15260 if quantity < 100 else 14500
    line = Line(line_id="1", sku="TEST-123", title="Test Product", quantity=quantity, unit_price=price)
    return an_order(key, lines=(line,), total=price * quantity, **changes)


def mails() -> list[Any]:
    return list(ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages)


def keys() -> list[str]:
    return [o["Key"] for o in boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def reserved(sku: str) -> int:
    stock, supply = Shop().inventory.read([sku])
    return sum(source.reserved for source in [*stock, *supply])


@pytest.mark.parametrize(
    ("source", "name", "total"),
    [
        ("shopify", "shopify-3-full-note-attributes-refund", 19965),
        ("shopify", "shopify-6-percent-code-paid-ca", 18109),
        ("woocommerce", "woo-1-docs-variation-tax", 2935),
        ("woocommerce", "woo-5-onhold-zero-tax-line", 15260),
    ],
)
def test_a_real_order_becomes_ready_to_ship(shop, source, name, total):
    stored = shop.run(shop.place(real_order(source, name)))
    assert stored.status is Status.READY_TO_SHIP, stored.reason
    assert stored.verified.order.total == total
    assert len(mails()) == 1
    assert DynamoAccounts(boto3.client("dynamodb"), "accounts").totals(stored.verified.customer_id, "USD") == (1, total)
    assert sorted(keys()) == sorted(document.key for document in stored.delivery.documents)


@pytest.mark.parametrize(
    ("source", "name", "papers"),
    [
        ("shopify", "shopify-6-percent-code-paid-ca", ["commercial-invoice-1.pdf", "customs-declaration-1.pdf"]),
        ("woocommerce", "woo-5-onhold-zero-tax-line", []),
    ],
)
def test_a_real_order_across_a_customs_border_has_its_papers_and_a_domestic_one_none(shop, source, name, papers):
    order_id = shop.place(real_order(source, name))
    stored = shop.run(order_id)
    made = ["label-1.pdf", "packing-slip.pdf"]
    assert sorted(keys()) == [f"orders/{order_id}/{file}" for file in [*papers, *made]]
    for document in stored.delivery.documents:
        kept = boto3.client("s3").get_object(Bucket=BUCKET, Key=document.key)
        assert hashlib.sha256(kept["Body"].read()).hexdigest() == document.sha256
        assert kept["ContentType"] == document.content_type


def test_an_address_that_no_label_can_print_is_asked_about_before_anything_is_promised(shop):
    order = simple_order()
    address = order.shipping_address.model_copy(update={"name": "Canary \U00013000"})
    stored = shop.run(shop.place(order.model_copy(update={"shipping_address": address})))
    assert (stored.status, stored.reason.code) == (Status.CORRECTION_PENDING, "ADDRESS_UNPRINTABLE")
    assert reserved("TEST-123") == 0


def test_an_order_that_waits_for_a_correction_and_is_verified_again_waits_as_before(shop):
    order = simple_order()
    address = order.shipping_address.model_copy(update={"name": "Canary \U00013000"})
    stored = shop.run(shop.place(order.model_copy(update={"shipping_address": address})))
    shop.now += timedelta(hours=1)
    with pytest.raises(CorrectionNeeded, match="ADDRESS_UNPRINTABLE"):
        shop.verify(stored.order_id)
    assert shop.orders.load(stored.order_id) == stored


def test_an_order_that_cannot_be_printed_is_refused_by_its_field_and_keeps_nothing(shop):
    order = simple_order()
    wide = {"line1": "W" * 300, "line2": "W" * 120}  # as many letters as usually fit, and wider ones than usual
    address = order.shipping_address.model_copy(update=wide)
    order_id = shop.place(order.model_copy(update={"shipping_address": address}))
    for stage in shop.stages[:4]:
        stage(order_id)
    with pytest.raises(DeliveryRefused, match=r"^DOCUMENT_REFUSED: label-1\.pdf: shipping_address: "):
        shop.prepare(order_id)
    assert keys() == []
    assert shop.orders.load(order_id).status is Status.RECORDED


@pytest.mark.parametrize(
    ("source", "name", "status", "code"),
    [
        ("shopify", "shopify-1-webhook-test-discount20", Status.REJECTED, "STORE_CLOSED"),
        ("shopify", "shopify-4-eur-no-email-no-address", Status.CORRECTION_PENDING, "EMAIL_MISSING"),
        ("woocommerce", "woo-2-docs-br-paypal-2-lines", Status.REJECTED, "STORE_CLOSED"),
        ("woocommerce", "woo-4-aud-vat-no-name", Status.REJECTED, "UNPAID"),
    ],
)
def test_a_real_order_that_cannot_go_on_says_why(shop, source, name, status, code):
    stored = shop.run(shop.place(real_order(source, name)))
    assert (stored.status, stored.reason.code) == (status, code)
    assert stored.promise is None


def end_state(shop: Shop, order_id: str) -> tuple[Any, ...]:
    stored = shop.orders.load(order_id)
    totals = DynamoAccounts(boto3.client("dynamodb"), "accounts").totals(shop.guest_id("ada@example.com"), "USD")
    return (
        stored.model_copy(update={"version": 0}),
        reserved("TEST-123"),
        totals,
        sorted(keys()),
    )


def test_every_stage_run_twice_ends_as_if_run_once(shop):
    order_id = shop.place(simple_order())
    for stage in shop.stages:
        stage(order_id)
        stage(order_id)
    assert len(mails()) == 1
    assert end_state(shop, order_id)[1:3] == (1, (1, 15260))


def test_a_stage_that_finds_its_work_done_changes_nothing(shop):
    order_id = shop.place(simple_order())
    for stage in shop.stages:
        stage(order_id)
        done = shop.orders.load(order_id)
        shop.now += timedelta(minutes=1)
        stage(order_id)
        assert shop.orders.load(order_id) == done


def test_a_run_cut_at_any_call_and_run_again_ends_as_if_it_had_not_been_cut(shop):
    """Every call to AWS of every stage, cut before and after its effect. One mail: see the one exception."""
    order_id = shop.place(simple_order("undisturbed"))
    shop.run(order_id)
    expected = shop.orders.load(order_id)
    cutting = Shop(client=CutClient)
    number, mails_before = 0, len(mails())
    twice = []
    for after in (False, True):
        cut_at = 0
        while True:
            cut_at, number = cut_at + 1, number + 1
            order_id = shop.place(simple_order(f"cut-{after}-{cut_at}"))
            CutClient.calls, CutClient.cut_at, CutClient.after = 0, cut_at, after
            try:
                cutting.run(order_id)
            except Cut:
                stored = shop.run(order_id)
                assert stored.status is Status.READY_TO_SHIP
                assert len(stored.delivery.documents) == len(expected.delivery.documents)
                sent, mails_before = len(mails()) - mails_before, len(mails())
                if sent != 1:
                    twice.append((after, cut_at, sent))
            else:
                break
        mails_before = len(mails())
    assert number > 20
    # Sent and not yet noted: the one window in which the confirmation goes out again.
    assert [(after, sent) for after, _, sent in twice] == [(False, 2), (True, 2)]
    assert twice[0][1] == twice[1][1] + 1
    orders = number + 1
    assert reserved("TEST-123") == orders
    assert end_state(shop, order_id)[2] == (orders, 15260 * orders)


def test_what_cannot_be_promised_asks_the_customer_and_expires_into_nothing_held(shop):
    order_id = shop.place(simple_order(quantity=2_000))
    stored = shop.run(order_id)
    assert (stored.status, stored.question.token, len(mails())) == (Status.OFFER_PENDING, "token", 1)
    with pytest.raises(OfferNeeded):
        shop.check(order_id)
    shop.end(order_id, Status.EXPIRED)
    shop.end(order_id, Status.EXPIRED)
    stored = shop.orders.load(order_id)
    assert (stored.status, stored.reason.code, len(mails()), reserved("TEST-123")) == (
        Status.EXPIRED,
        "NO_ANSWER",
        2,
        0,
    )


def test_a_cancellation_gives_back_what_was_reserved_once_and_ends_the_run(shop):
    order_id = shop.place(simple_order())
    shop.verify(order_id)
    shop.check(order_id)
    assert reserved("TEST-123") == 1
    for _ in range(2):
        stored = cancel(order_id, orders=shop.orders, executions=shop, reason=WHY, now=NOW)
    assert (stored.status, reserved("TEST-123")) == (Status.CANCELLED, 0)
    assert shop.run(order_id).status is Status.CANCELLED
    assert len(mails()) == 1


def test_an_order_that_was_confirmed_does_not_end_by_itself(shop):
    order_id = shop.place(simple_order())
    shop.run(order_id)
    with pytest.raises(ValueError, match="only way is forward"):
        shop.end(order_id, Status.CANCELLED)


def test_a_waiting_execution_hears_of_the_cancellation(shop):
    order_id = shop.place(simple_order(quantity=2_000))
    shop.run(order_id)
    cancel(order_id, orders=shop.orders, executions=shop, reason=WHY, now=NOW)
    assert shop.answered == [("token", "cancelled")]


def test_the_label_is_the_same_when_it_is_made_again(shop):
    order_id = shop.place(simple_order())
    for stage in shop.stages[:4]:
        stage(order_id)
    shop.prepare(order_id)
    first = shop.orders.load(order_id).delivery
    head = {"order_id": {"S": order_id}, "part": {"S": "order"}}
    boto3.client("dynamodb").update_item(
        TableName="orders",
        Key=head,
        UpdateExpression="SET #s = :s REMOVE delivery",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": "RECORDED"}},
    )
    shop.prepare(order_id)
    assert shop.orders.load(order_id).delivery == first


def test_personal_data_stays_out_of_keys_and_errors(shop):
    canary = "canary.person@example.com"
    order = simple_order(customer=an_order().customer.model_copy(update={"email": canary, "name": "Canary Person"}))
    stored = shop.run(shop.place(order))
    assert "anary" not in json.dumps(keys())
    assert stored.verified.customer_id.startswith("guest-")


def test_the_customer_is_asked_once_and_again_only_where_it_is_not_known(shop):
    order_id = shop.place(simple_order(quantity=2_000))
    shop.run(order_id)
    shop.ask(order_id)
    assert len(mails()) == 1
    stored = shop.orders.load(order_id)
    shop.orders.ask(stored, stored.question.model_copy(update={"told_at": None}))
    shop.ask(order_id)
    assert len(mails()) == 2


def test_a_decision_made_before_the_execution_could_wait_lets_it_go_on(shop):
    order_id = shop.place(simple_order(quantity=2_000))
    with pytest.raises(OfferNeeded):
        [stage(order_id) for stage in shop.stages]
    stored = shop.orders.load(order_id)
    chosen = choose(stored.offer, "cancel", at=NOW)
    shop.orders.answer(stored, Answer(actor="staff: eve", at=NOW, choice=chosen))
    with pytest.raises(DecisionMade):
        shop.ask(order_id)
    assert mails() == []


def test_an_execution_that_tries_again_with_a_token_of_its_own_asks_nobody_again(shop):
    order_id = shop.place(simple_order(quantity=2_000))
    shop.run(order_id)
    asked = shop.orders.load(order_id).question
    shop.ask(order_id, token="the next try's")
    assert len(mails()) == 1
    tries = {"token": "the next try's", "other_tokens": ("token",)}
    assert shop.orders.load(order_id).question == asked.model_copy(update=tries)


def test_the_try_that_waits_hears_the_decision_also_when_a_copy_of_an_earlier_one_came_after_it(shop):
    order_id = shop.place(simple_order(quantity=2_000))
    shop.run(order_id)
    for token in ("the next try's", "token", "the next try's"):
        shop.ask(order_id, token=token)
    assert len(mails()) == 1
    cancel(order_id, orders=shop.orders, executions=shop, reason=WHY, now=NOW)
    assert sorted(shop.answered) == [("the next try's", "cancelled"), ("token", "cancelled")]


def test_who_was_told_by_staff_leaves_the_list_of_the_unreached_also_after_a_cut(shop, monkeypatch):
    shop.mail_reports.suppress("ada@example.com", Outcome.COMPLAINED, NOW)
    order_id = shop.place(simple_order())
    stored = shop.run(order_id)
    assert [unreached.order_id for unreached in shop.unreached.waiting()] == [order_id]
    shop.orders.answer(stored, Answer(actor="staff: eve", at=NOW, told="phone"))

    def cut(unreached: object) -> None:
        raise Cut

    with monkeypatch.context() as cutting:
        cutting.setattr(shop.unreached, "done", cut)
        with pytest.raises(Cut):
            shop.confirm(order_id)
    shop.confirm(order_id)
    assert shop.orders.load(order_id).status is Status.CONFIRMED
    assert shop.unreached.waiting() == []


def test_a_decision_that_was_made_in_time_counts_though_its_execution_heard_only_that_time_is_up(shop):
    order_id = shop.place(simple_order(quantity=2_000))
    shop.run(order_id)
    stored = shop.orders.load(order_id)
    shop.orders.answer(stored, Answer(actor="staff: eve", at=NOW, choice=choose(stored.offer, "cancel", at=NOW)))
    with pytest.raises(OrderReplaced):
        shop.end(order_id, Status.EXPIRED)
    assert shop.orders.load(order_id).status is Status.VERIFIED


def test_a_copy_that_was_cut_while_another_reserved_leaves_nothing_held(shop, monkeypatch):
    monkeypatch.setattr(reservations, "MOST_WRITES", 2)  # so that an order of two lines goes in parts
    mugs = [Line(line_id=sku, sku=sku, title=sku, quantity=2, unit_price=1400) for sku in ("MUG-BLUE", "MUG-GREEN")]
    order_id = shop.place(an_order("copies", lines=tuple(mugs), total=5600))
    shop.verify(order_id)
    seen = shop.orders.load(order_id)
    shop.check(order_id)
    promise = shop.orders.load(order_id).promise
    cutting = DynamoOrders(Cutting(boto3.client("dynamodb"), after=1), "orders", inventory_table="inventory")
    with pytest.raises(Cut):
        cutting.reserve(seen, promise, at=NOW)
    assert reserved("MUG-BLUE") + reserved("MUG-GREEN") > 4, "the cut copy holds something"
    shop.check(order_id)
    assert (reserved("MUG-BLUE"), reserved("MUG-GREEN")) == (2, 2)
