"""Orders in DynamoDB."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from order_processing import order_number
from order_processing.account import entry_for
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.attributes import unpacked
from order_processing.adapters.order_items import SCHEMA, UnknownSchema
from order_processing.delivery import Delivery
from order_processing.discrepancy import Correction, Discrepancy
from order_processing.errors import OrderChanged, OrderNotFound
from order_processing.inventory import OutOfStock
from order_processing.order import Line
from order_processing.order_parts import Answer, Confirmation, Handling, Question, Reason
from order_processing.orders import OrderTooLarge
from order_processing.status import Status
from tests.orders import NOW, an_order, promised, verified

REASON = Reason(code="WHY", text="because")


def place(orders, order=None, raw=b"{}", fingerprint="f"):
    return orders.place(order or an_order(), raw, fingerprint, NOW)


def stock(dynamodb, sku="BEANIE"):
    key = {"sku": {"S": sku}, "source": {"S": "stock#louisville#0"}}
    item = dynamodb.get_item(TableName="inventory", Key=key)["Item"]
    return int(item["available"]["N"]), int(item["reserved"]["N"])


def put_stock(dynamodb, available, sku="BEANIE"):
    item = {
        "sku": {"S": sku},
        "source": {"S": "stock#louisville#0"},
        "available": {"N": str(available)},
        "reserved": {"N": "0"},
        "safety": {"N": "0"},
    }
    dynamodb.put_item(TableName="inventory", Item=item)


def test_an_order_is_kept_once_with_its_raw_body(orders, dynamodb):
    raw = json.dumps({"id": 1, "unknown": ["kept", "too"]}).encode()
    first = place(orders, raw=raw)
    assert (first.new, first.order_id) == (True, order_number.derive(an_order().origin))
    again = place(orders, raw=raw)
    assert (again.new, again.same_body, again.order_id) == (False, True, first.order_id)
    stored = orders.load(first.order_id)
    assert (stored.status, stored.version, stored.placed) == (Status.RECEIVED, 0, an_order())
    key = {"order_id": {"S": first.order_id}, "part": {"S": "placed"}}
    assert unpacked(dynamodb.get_item(TableName="orders", Key=key)["Item"]["raw"]) == raw


def test_the_same_origin_with_another_body_is_seen_and_changes_nothing(orders):
    first = place(orders)
    other = place(orders, an_order(total=1), fingerprint="another")
    assert (other.order_id, other.new, other.same_body) == (first.order_id, False, False)
    assert orders.load(first.order_id).placed.total == 3600


def test_two_orders_whose_numbers_collide_both_get_one(orders, monkeypatch):
    derive = order_number.derive
    monkeypatch.setattr(order_number, "derive", lambda origin, probe=0: derive(origin if probe else "same", probe))
    first, second = place(orders, an_order("1")), place(orders, an_order("2"))
    assert first.new
    assert second.new
    assert first.order_id != second.order_id
    assert place(orders, an_order("2")).order_id == second.order_id
    assert not place(orders, an_order("2")).new


def test_a_long_order_is_kept_and_one_that_cannot_be_kept_is_refused_whole(orders, dynamodb):
    lines = tuple(Line(line_id=str(i), sku=f"S{i}", quantity=1, unit_price=i) for i in range(500))
    long = an_order("long", lines=lines, total=sum(range(500)))
    assert orders.load(place(orders, long).order_id).placed == long
    noise = bytes((i * i * 7919 + i // 3) % 251 for i in range(900_000))
    with pytest.raises(OrderTooLarge, match="more than the 390000"):
        place(orders, an_order("noise"), raw=noise[::-1] + __import__("random").Random(1).randbytes(600_000))
    with pytest.raises(OrderNotFound):
        orders.load(order_number.derive(an_order("noise").origin))


def test_every_part_that_a_stage_leaves_is_read_back(orders, dynamodb):
    put_stock(dynamodb, 10)
    order_id = place(orders).order_id
    found = (Discrepancy(code="X", path="total", found="1", expected="2", resolution="corrected"),)
    seen = orders.load(order_id)
    stored = orders.save_verification(
        seen, found, verified(an_order()), to=Status.VERIFIED, at=NOW + timedelta(seconds=1)
    )
    assert orders.load(order_id).status is stored.status is Status.VERIFIED
    stored = orders.reserve(stored, promised(an_order()), at=NOW + timedelta(seconds=2))
    stored = orders.ask(stored, Question(kind="APPROVAL_PENDING", token="t", asked_at=NOW, expires_at=NOW))
    stored = orders.note_confirmation(stored, Confirmation(attempt_at=NOW), at=NOW)
    assert orders.load(order_id).status is Status.RESERVED
    sent = Confirmation(attempt_at=NOW, sent_at=NOW, message_id="m")
    stored = orders.note_confirmation(stored, sent, at=NOW + timedelta(seconds=3))
    stored = orders.record(stored, entry_for(order_id, orders.load(order_id), NOW + timedelta(seconds=4)))
    stored = orders.ready(stored, Delivery(shipments=()), at=NOW + timedelta(seconds=5))
    loaded = orders.load(order_id)
    assert loaded == stored.model_copy(
        update={"verified": verified(an_order()).model_copy(update={"discrepancies": found}), "discrepancies": found}
    )
    assert list(loaded.times) == ["RECEIVED", "VERIFIED", "RESERVED", "CONFIRMED", "RECORDED", "READY_TO_SHIP"]


def test_what_made_an_order_verified_counts_for_that_version_only_and_is_not_replaced(orders):
    seen = orders.load(place(orders).order_id)
    found = (Discrepancy(code="X", path="total", found="1", expected="2", resolution="needs_customer"),)
    orders.save_verification(seen, (), verified(an_order()), to=Status.VERIFIED, at=NOW)
    for to, reason in ((Status.VERIFIED, None), (Status.CORRECTION_PENDING, REASON), (None, None)):
        with pytest.raises(OrderChanged):
            orders.save_verification(seen, found, None, to=to, at=NOW, reason=reason)
    loaded = orders.load(seen.order_id)
    assert (loaded.status, loaded.version, loaded.verified) == (Status.VERIFIED, 0, verified(an_order()))
    orders.release(seen, Status.CANCELLED, at=NOW, reason=REASON)
    assert orders.load(seen.order_id).status is Status.CANCELLED


def test_an_order_that_is_asked_about_is_verified_anew_after_the_answer(orders):
    seen = orders.load(place(orders).order_id)
    found = (Discrepancy(code="X", path="total", found="1", expected="2", resolution="needs_customer"),)
    asked = orders.save_verification(seen, found, None, to=Status.CORRECTION_PENDING, at=NOW, reason=REASON)
    assert orders.load(seen.order_id) == asked
    resumed = orders.answer(asked, Answer(actor="customer", at=NOW))
    with pytest.raises(OrderChanged):
        orders.save_verification(seen, (), verified(an_order()), to=Status.CORRECTION_PENDING, at=NOW, reason=REASON)
    assert orders.load(seen.order_id) == resumed
    orders.save_verification(resumed, (), verified(an_order()), to=Status.VERIFIED, at=NOW)
    again = orders.load(seen.order_id)
    assert (again.status, again.version, again.discrepancies) == (Status.VERIFIED, resumed.version, ())
    orders.move(again, Status.OFFER_PENDING, at=NOW, reason=REASON)
    assert list(orders.load(seen.order_id).times) == ["RECEIVED", "CORRECTION_PENDING", "VERIFIED", "OFFER_PENDING"]


def test_of_two_that_change_the_same_state_one_wins_and_the_other_is_told(orders):
    seen = orders.load(place(orders).order_id)
    orders.move(seen, Status.VERIFIED, at=NOW)
    with pytest.raises(OrderChanged):
        orders.move(seen, Status.REJECTED, at=NOW, reason=REASON)
    assert orders.load(seen.order_id).status is Status.VERIFIED


def test_a_reservation_is_taken_once_and_given_back_once(orders, dynamodb):
    put_stock(dynamodb, 10)
    seen = orders.load(place(orders).order_id)
    reserved = orders.reserve(seen, promised(an_order()), at=NOW)
    assert stock(dynamodb) == (8, 2)
    with pytest.raises(OrderChanged):
        orders.reserve(seen, promised(an_order()), at=NOW)
    assert stock(dynamodb) == (8, 2)
    orders.release(reserved, Status.CANCELLED, at=NOW, reason=REASON)
    with pytest.raises(OrderChanged):
        orders.release(reserved, Status.EXPIRED, at=NOW, reason=REASON)
    assert stock(dynamodb) == (10, 0)
    assert orders.load(seen.order_id).promise is None


def test_what_is_not_there_is_not_reserved_and_nothing_is_half_done(orders, dynamodb):
    put_stock(dynamodb, 10)
    put_stock(dynamodb, 1, "POLO")
    lines = (
        Line(line_id="1", sku="BEANIE", quantity=2, unit_price=1800),
        Line(line_id="2", sku="POLO", quantity=2, unit_price=2000),
    )
    order = an_order(lines=lines, total=7600)
    seen = orders.load(place(orders, order).order_id)
    with pytest.raises(OutOfStock):
        orders.reserve(seen, promised(order), at=NOW)
    assert (stock(dynamodb), stock(dynamodb, "POLO")) == ((10, 0), (1, 0))
    assert orders.load(seen.order_id).status is Status.RECEIVED


def test_the_account_adds_up_and_counts_an_order_once(orders, dynamodb):
    accounts = DynamoAccounts(dynamodb, "accounts")
    for number in ("1", "2"):
        order = an_order(number)
        order_id = place(orders, order).order_id
        orders.save_verification(orders.load(order_id), (), verified(order))
        seen = orders.load(order_id).model_copy(update={"promise": promised(order)})
        with pytest.raises(ValueError, match="only what was confirmed"):
            orders.record(seen, entry_for(order_id, seen, NOW))
        sent = Confirmation(attempt_at=NOW, sent_at=NOW, message_id="m")
        seen = orders.note_confirmation(seen, sent, at=NOW)
        orders.record(seen, entry_for(order_id, seen, NOW))
        with pytest.raises(OrderChanged):
            orders.record(seen, entry_for(order_id, seen, NOW))
    assert accounts.totals("guest-1", "USD") == (2, 7200)
    entry = accounts.entry("guest-1", order_id)
    assert (entry.description, entry.amount, str(entry.delivery_date)) == ("2 x Beanie", 3600, "2026-12-01")


def test_an_sscc_belongs_to_one_order(orders):
    assert orders.claim_sscc("1" * 18, "A")
    assert orders.claim_sscc("1" * 18, "A")
    assert not orders.claim_sscc("1" * 18, "B")


def test_orders_are_found_by_the_time_they_came_in(orders):
    ids = {place(orders, an_order(str(i))).order_id for i in range(12)}
    minute = timedelta(minutes=1)
    assert set(orders.received_between(NOW, NOW)) == ids
    assert set(orders.received_between(NOW - timedelta(days=1), NOW + timedelta(days=1))) == ids
    assert set(orders.received_between(NOW - timedelta(hours=16), NOW)) == ids, "from the day before, less than a day"
    assert orders.received_between(NOW - 2 * minute, NOW - minute) == []
    assert orders.received_between(NOW + minute, NOW + 2 * minute) == []


def test_a_decision_is_kept_with_who_made_it_and_the_stage_that_asked_looks_again(orders):
    seen = orders.move(orders.load(place(orders).order_id), Status.CORRECTION_PENDING, at=NOW, reason=REASON)
    seen = orders.ask(seen, Question(kind="CORRECTION_PENDING", token="t", asked_at=NOW, expires_at=NOW))
    answer = Answer(actor="customer", at=NOW, corrections=(Correction(path="customer.name", found="", value="Ada"),))
    after = orders.answer(seen, answer)
    assert (after.status, after.reason, after.answers) == (Status.RECEIVED, None, (answer,))
    assert after.question == seen.question, "kept, so that an execution that did not hear can be told again"
    assert orders.load(seen.order_id) == after
    with pytest.raises(OrderChanged):
        orders.answer(seen, answer.model_copy(update={"actor": "somebody else"}))
    assert orders.load(seen.order_id).answers == (answer,)


def test_what_the_warehouse_did_is_kept_and_names_the_version_it_saw(orders):
    seen = orders.load(place(orders).order_id)
    printed = orders.note_handling(seen, Handling(printed_at=NOW))
    assert orders.load(seen.order_id).handling == printed.handling == Handling(printed_at=NOW)
    with pytest.raises(OrderChanged):
        orders.note_handling(seen, Handling(printed_at=NOW, packed_at=NOW))


def schema_of(dynamodb, order_id, part, version):
    dynamodb.update_item(
        TableName="orders",
        Key={"order_id": {"S": order_id}, "part": {"S": part}},
        UpdateExpression="SET #schema = :version, added = :added",
        ExpressionAttributeNames={"#schema": "schema"},
        ExpressionAttributeValues={":version": {"N": str(version)}, ":added": {"S": "by another version"}},
    )


def test_an_order_of_the_version_before_or_after_is_read_and_changed_without_losing_what_is_not_known(orders, dynamodb):
    order_id = place(orders).order_id
    seen = orders.move(orders.load(order_id), Status.OFFER_PENDING, at=NOW, reason=REASON)
    for version in (SCHEMA - 1, SCHEMA + 1):
        for part in ("placed", "order"):
            schema_of(dynamodb, order_id, part, version)
        newer = json.dumps({**json.loads(REASON.model_dump_json()), "newer": {"field": 1}})
        dynamodb.update_item(
            TableName="orders",
            Key={"order_id": {"S": order_id}, "part": {"S": "order"}},
            UpdateExpression="SET reason = :reason",
            ExpressionAttributeValues={":reason": {"S": newer}},
        )
        assert orders.load(order_id).reason == REASON
    orders.note_handling(seen, Handling(printed_at=NOW))
    head = dynamodb.get_item(TableName="orders", Key={"order_id": {"S": order_id}, "part": {"S": "order"}})["Item"]
    assert (head["schema"]["N"], head["added"]["S"]) == (str(SCHEMA), "by another version")


@pytest.mark.parametrize("version", [SCHEMA - 2, SCHEMA + 2])
def test_an_order_of_a_version_further_off_is_refused_and_named(orders, dynamodb, version):
    order_id = place(orders).order_id
    schema_of(dynamodb, order_id, "placed", version)
    with pytest.raises(UnknownSchema, match=f"order {order_id}, placed: schema {version}, expected 0 to 2"):
        orders.load(order_id)
