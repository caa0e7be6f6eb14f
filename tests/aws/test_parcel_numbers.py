"""SSCCs and the list of a day in one item: never given twice, the same when a stage is run again, nothing unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import boto3
import pytest

from order_processing import sscc
from order_processing.adapters.attributes import text
from order_processing.adapters.order_items import key
from order_processing.adapters.parcel_keys import numbered
from order_processing.adapters.parcel_numbers import ParcelNumbers
from order_processing.settings import current
from order_processing.stored_order import StoredOrder
from tests.aws.shop import Shop
from tests.aws.supplier import Supplier
from tests.aws.test_postage import account, with_carrier  # noqa: F401 - a fixture
from tests.aws.test_renew_promises import LATER, SOON, confirmed
from tests.aws.test_stages import simple_order
from tests.clients import Cut, CutClient
from tests.easypost_server import Account

LOUISVILLE, TODAY = "louisville", date(2026, 11, 24)


def recorded(shop: Shop, name: str, quantity: int = 1) -> str:
    """An order that waits for the last stage."""
    order_id = shop.place(simple_order(name, quantity))
    for stage in shop.stages[:4]:
        stage(order_id)
    return order_id


def prepared(shop: Shop, order_id: str) -> StoredOrder:
    shop.prepare(order_id)
    return shop.orders.load(order_id)


def ssccs(stored: StoredOrder) -> list[str]:
    return [parcel.sscc for shipment in stored.delivery.shipments for parcel in shipment.parcels]


def day_of(stored: StoredOrder) -> tuple[str, date]:
    (shipment,) = stored.delivery.shipments
    return shipment.location, shipment.ship_date


def listed(shop: Shop, location: str = LOUISVILLE, day: date = TODAY) -> list[str]:
    return [departing.order_id for departing in shop.dispatch.due(location, day)]


def candidates(order_id: str, number: int = 1, prefix: str = "") -> Iterator[tuple[str, str]]:
    return sscc.candidates(prefix or current().gs1_company_prefix, order_id, number, LOUISVILLE, TODAY)


def put(item: dict[str, Any]) -> None:
    boto3.client("dynamodb").put_item(TableName="orders", Item=item)


def orders_beside(day: date) -> list[str]:
    """What stands on a day's list by its order and not by its numbers."""
    found = boto3.client("dynamodb").query(
        TableName="orders",
        KeyConditionExpression="order_id = :of",
        ExpressionAttributeValues={":of": text(f"departures#{LOUISVILLE}#{day}")},
    )
    return [item["part"]["S"] for item in found["Items"] if not item["part"]["S"].startswith("range#")]


def test_each_parcel_has_one_item_that_is_its_claim_and_its_place_on_the_list(shop: Shop) -> None:
    order_id = recorded(shop, "1", 60)
    codes = ssccs(prepared(shop, order_id))
    assert len(set(codes)) == len(codes) > 1
    assert listed(shop) == [order_id]
    assert orders_beside(TODAY) == []
    dynamodb = boto3.client("dynamodb")
    for number, code in enumerate(codes, 1):
        item = dynamodb.get_item(TableName="orders", Key=numbered(code))["Item"]
        assert item["held_by"]["S"] == f"{order_id}/{number}"
        assert shop.dispatch.order_of(code) == ParcelNumbers(dynamodb, "orders").order_of(code) == order_id


def test_of_two_that_want_a_number_at_once_one_takes_the_next(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sscc, "_first_and_step", lambda _: (5, 1))
    first, second, third = (recorded(shop, name) for name in "123")
    quick = prepared(shop, first)
    slow, claim = Shop(), Shop().orders.claim_sscc

    def beaten(code: str, parcel: str) -> bool:
        slow.orders.claim_sscc = claim  # type: ignore[method-assign]
        prepared(shop, third)
        return claim(code, parcel)

    slow.orders.claim_sscc = beaten  # type: ignore[method-assign]
    codes = [*ssccs(quick), *ssccs(prepared(slow, second)), *ssccs(shop.orders.load(third))]
    assert codes == [made for _, made in (list(candidates("any"))[place] for place in (0, 2, 1))]
    assert sorted(listed(shop)) == sorted([first, second, third])


def test_a_stage_cut_at_any_call_finds_its_number_again_and_stands_once_on_the_list(shop: Shop) -> None:
    cut_at = 0
    while True:
        cut_at += 1
        CutClient.cut_at = 0
        order_id, cutting = recorded(shop, str(cut_at)), Shop(client=CutClient)
        CutClient.calls, CutClient.cut_at, CutClient.after = 0, cut_at, True
        try:
            cutting.prepare(order_id)
        except Cut:
            (code,) = ssccs(prepared(shop, order_id))
            assert code == next(candidates(order_id))[1]
            assert listed(shop).count(order_id) == 1
        else:
            break
    assert cut_at > 5
    assert orders_beside(TODAY) == []


@pytest.mark.parametrize("prefix", ["0614141", "061414100001"])
def test_where_a_range_is_crowded_the_day_goes_on_in_a_larger_one_and_none_is_left_out(shop: Shop, prefix: str) -> None:
    shop.settings = current().model_copy(update={"gs1_company_prefix": prefix})
    other, crowded, late = (recorded(shop, name) for name in "123")
    prepared(shop, other)
    tried = list(candidates(crowded, prefix=prefix))
    for beginning, made in tried:
        if beginning == tried[0][0]:
            put({**numbered(made), "held_by": text("somebody else/1")})
    beginning, next_one = next(each for each in tried if each[0] != tried[0][0])
    for _ in range(2):
        assert ssccs(prepared(shop, crowded)) == [next_one]
    assert len(beginning) == len(tried[0][0]) - 1
    prepared(shop, late)
    assert sorted(listed(shop)) == sorted([other, crowded, late])
    assert shop.dispatch.order_of(next_one) == crowded


def test_a_prefix_without_a_free_number_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = recorded(shop, "1")
    monkeypatch.setattr(shop.orders, "claim_sscc", lambda *_: False)
    with pytest.raises(sscc.SsccError, match="none is free"):
        shop.prepare(order_id)


def test_numbers_and_lists_from_before_hold(shop: Shop) -> None:
    """As an order left them before the claims of numbers were the list of the day."""
    before, now = recorded(shop, "1"), recorded(shop, "2")
    made = prepared(shop, before)
    (code,) = ssccs(made)
    boto3.client("dynamodb").delete_item(TableName="orders", Key=numbered(code))
    put({**key(f"sscc#{code}", "sscc"), "held_by": text(f"{before}/1")})
    put(key(f"departures#{LOUISVILLE}#{TODAY}", before))
    assert listed(shop) == [before]
    assert shop.dispatch.order_of(code) == ParcelNumbers(boto3.client("dynamodb"), "orders").order_of(code) == before

    first, second = (made for _, made in list(candidates(now))[:2])
    put({**key(f"sscc#{first}", "sscc"), "held_by": text(f"{before}/2")})
    assert ssccs(prepared(shop, now)) == [second]
    assert shop.dispatch.order_of(first) == before
    assert sorted(listed(shop)) == sorted([before, now])


def test_a_list_shows_what_moved_to_its_day_under_the_number_it_had_and_the_other_no_longer(shop: Shop) -> None:
    supplier = Supplier(shop)
    supplier.plan("X", 5, SOON)
    before = confirmed(shop, ("X", 2))
    supplier.plan("X", 5, LATER)
    after = shop.orders.load(before.order_id)
    assert ssccs(after) == ssccs(before)
    assert day_of(after) > day_of(before)
    assert (listed(shop, *day_of(before)), listed(shop, *day_of(after))) == ([], [before.order_id])
    assert shop.dispatch.order_of(*ssccs(before)) == before.order_id

    supplier.plan("X", 5, SOON)
    supplier.plan("X", 5, LATER)
    assert ssccs(shop.orders.load(before.order_id)) == ssccs(before)
    assert listed(shop, *day_of(shop.orders.load(before.order_id))) == [before.order_id]


def test_a_label_bought_for_a_number_of_another_version_or_day_stays(shop: Shop, account: Account) -> None:  # noqa: F811
    order_id = recorded(with_carrier(shop, account), "1")
    elsewhere = sscc.candidate(current().gs1_company_prefix, order_id, 1)
    put({**key(f"sscc#{elsewhere}", "sscc"), "held_by": text(f"{order_id}/1")})
    stage_candidates, ready = sscc.candidates, shop.orders.ready
    sscc.candidates = lambda *_: iter([(elsewhere[:11], elsewhere)])
    shop.orders.ready = lambda *_, **__: (_ for _ in ()).throw(Cut)  # type: ignore[method-assign]
    try:
        with pytest.raises(Cut):
            shop.prepare(order_id)
    finally:
        sscc.candidates, shop.orders.ready = stage_candidates, ready  # type: ignore[method-assign]
    assert len(account.bought) == 1
    assert ssccs(prepared(shop, order_id)) == [elsewhere]
    assert len(account.bought) == len(account.shipments) == 1
    assert listed(shop) == [order_id]
