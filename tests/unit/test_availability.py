"""What is promised, from where and by when."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from order_processing.availability import NoDestination, Shortage, promise
from order_processing.lead_time import UnknownService, UnknownTime
from order_processing.promise import Promise
from tests.availability_orders import MONDAY_NOON, location, settings, stock, supply, verified


def promised(*args: object, **kwargs: object) -> Promise:
    outcome = promise(*args, ordered_at=MONDAY_NOON, **kwargs)  # type: ignore[arg-type]
    assert isinstance(outcome, Promise), outcome
    return outcome


def short(*args: object, **kwargs: object) -> Shortage:
    outcome = promise(*args, ordered_at=MONDAY_NOON, **kwargs)  # type: ignore[arg-type]
    assert isinstance(outcome, Shortage), outcome
    return outcome


def test_what_is_there_ships_the_same_day_and_says_why():
    (allocation,) = promised(verified(("A", 12)), [stock("A", 20)], [], settings()).allocations
    assert (allocation.quantity, allocation.location, allocation.kind) == (12, "leipzig", "stock")
    assert (allocation.ship_date, allocation.delivery_date) == (date(2026, 3, 2), date(2026, 3, 3))
    assert allocation.reason == (
        "12 in Leipzig today, ordered before the 14:00 cut-off, ships 2 Mar, 1 working day to Germany"
    )


def test_a_receipt_is_promised_from_the_working_day_after_it_is_due():
    found = promised(verified(("A", 5)), [stock("A", 2)], [supply("A", 9, date(2026, 3, 6))], settings())
    assert [(a.kind, a.quantity) for a in found.allocations] == [("stock", 2), ("supply", 3)]
    assert found.delivery_date == date(2026, 3, 10)  # due Friday, handled Monday, there on Tuesday


def test_without_partial_shipment_everything_leaves_together():
    found = promised(verified(("A", 1), ("B", 1)), [stock("A", 1)], [supply("B", 1, date(2026, 3, 5))], settings())
    assert {a.ship_date for a in found.allocations} == {date(2026, 3, 6)}
    assert {a.delivery_date for a in found.allocations} == {date(2026, 3, 9)}


def test_with_partial_shipment_each_line_comes_as_soon_as_it_can():
    order = verified(("A", 1), ("B", 1), partial=True)
    found = promised(order, [stock("A", 1)], [supply("B", 1, date(2026, 3, 5))], settings())
    assert found.delivery_date_of("1") == date(2026, 3, 3)
    assert found.delivery_date_of("2") == date(2026, 3, 9)


def test_whole_from_one_location_where_one_has_it_all():
    places = {"near": location(name="Near"), "far": location(name="Far")}
    held = [stock("A", 5, "near"), stock("A", 5, "far"), stock("B", 5, "far")]
    found = promised(verified(("A", 2), ("B", 2)), held, [], settings(places))
    assert {a.location for a in found.allocations} == {"far"}


def test_split_when_one_location_would_be_later_than_the_store_allows():
    places = {"one": location(), "two": location(), "all": location()}
    held = [stock("A", 1, "one"), stock("B", 1, "two"), stock("A", 1, "all"), stock("B", 1, "all")]
    slower = {"all": 2}
    allowed = settings(places, slower, consolidation_days=1)
    assert {a.location for a in promised(verified(("A", 1), ("B", 1)), held, [], allowed).allocations} == {"all"}
    strict = settings(places, slower, consolidation_days=0)
    found = promised(verified(("A", 1), ("B", 1)), held, [], strict)
    assert {a.location for a in found.allocations} == {"one", "two"}
    assert found.delivery_date == date(2026, 3, 3)


def test_between_equals_the_cheaper_location_and_then_the_nearer_one():
    places = {"a": location(), "b": location()}
    held = [stock("A", 1, "a"), stock("A", 1, "b")]
    by_cost = promised(verified(("A", 1)), held, [], settings(places, costs={"a": 9, "b": 5}))
    assert by_cost.allocations[0].location == "b"
    berlin = location(address={**location().address.model_dump(), "postal_code": "10178"})
    by_distance = promised(verified(("A", 1)), held, [], settings({"a": location(), "b": berlin}))
    assert by_distance.allocations[0].location == "b"


def test_what_waits_for_another_location_leaves_as_late_as_it_may():
    places = {"quick": location(), "slow": location()}
    found = promised(
        verified(("A", 1), ("B", 1)), [stock("A", 1, "quick"), stock("B", 1, "slow")], [], settings(places, {"slow": 4})
    )
    ships = {a.location: a.ship_date for a in found.allocations}
    assert ships == {"slow": date(2026, 3, 2), "quick": date(2026, 3, 5)}
    assert {a.delivery_date for a in found.allocations} == {date(2026, 3, 6)}


def test_a_bundle_is_promised_by_its_components():
    order = verified(("KIT", 2), ("A", 1), bundles={"KIT": (("A", 1), ("B", 3))})
    found = promised(order, [stock("A", 3), stock("B", 6)], [], settings())
    assert [(a.line_id, a.sku, a.quantity) for a in found.allocations] == [("1", "A", 2), ("1", "B", 6), ("2", "A", 1)]
    lacking = short(order, [stock("A", 3), stock("B", 5)], [], settings())
    assert lacking.skus == ("B",)


def test_a_bundle_that_waits_leaves_early_pieces_to_the_next_line():
    order = verified(("KIT", 1), ("A", 1), bundles={"KIT": (("A", 1), ("B", 1))}, partial=True)
    coming = [supply("A", 1, date(2026, 3, 9)), supply("B", 1, date(2026, 3, 9), document="PO-2")]
    found = promised(order, [stock("A", 1)], coming, settings())
    assert found.delivery_date_of("2") == date(2026, 3, 3)
    assert found.delivery_date_of("1") == date(2026, 3, 11)


def test_digital_lines_need_nothing_and_no_address():
    order = verified(("E-BOOK", 1), digital=("E-BOOK",))
    order = order.model_copy(update={"order": order.order.model_copy(update={"shipping_address": None})})
    assert promised(order, [], [], settings()) == Promise(allocations=())


def test_two_lines_of_one_sku_never_get_the_same_piece():
    assert short(verified(("A", 2), ("A", 2)), [stock("A", 3)], [], settings()).missing[0].missing == 1


def test_a_shortage_says_how_many_and_from_when():
    lacking = short(verified(("A", 5), ("B", 1)), [stock("A", 2)], [supply("A", 9, date(2026, 6, 5))], settings())
    a, b = lacking.missing
    assert (a.sku, a.wanted, a.missing, a.available_from) == ("A", 5, 3, date(2026, 6, 9))
    assert (b.sku, b.missing, b.available_from) == ("B", 1, None)
    assert lacking.message == "3 of 5 A missing, can be delivered by 9 Jun; 1 of 1 B missing, no date known"


def test_an_overdue_receipt_is_not_counted_on():
    assert short(verified(("A", 1)), [], [supply("A", 9, date(2026, 3, 1))], settings()).skus == ("A",)


def test_the_last_pieces_are_found_over_all_buckets():
    held = [stock("A", 1, bucket=0), stock("A", 0, bucket=1), stock("A", 2, bucket=2)]
    found = promised(verified(("A", 3)), held, [], settings())
    assert sorted((a.bucket, a.quantity) for a in found.allocations) == [(0, 1), (2, 2)]


def test_orders_spread_over_the_buckets():
    held = [stock("A", 100, bucket=bucket) for bucket in range(4)]
    buckets = [
        promised(verified(("A", 1), order=str(number)), held, [], settings()).allocations[0].bucket
        for number in range(80)
    ]
    assert all(buckets.count(bucket) > 8 for bucket in range(4))


@pytest.mark.parametrize(
    ("change", "error"),
    [({"service": "balloon"}, UnknownService), ({"service": ""}, None)],
)
def test_an_unknown_service_is_named(change, error):
    order = verified(("A", 1)).model_copy(update=change)
    if error is None:
        assert promised(order, [stock("A", 1)], [], settings()).allocations
        return
    with pytest.raises(error, match="balloon"):
        promised(order, [stock("A", 1)], [], settings())


def test_a_time_without_zone_and_a_missing_address_are_refused():
    with pytest.raises(UnknownTime):
        promise(verified(("A", 1)), [stock("A", 1)], [], settings(), ordered_at=datetime(2026, 3, 2, 12))  # noqa: DTZ001
    order = verified(("A", 1))
    order = order.model_copy(update={"order": order.order.model_copy(update={"shipping_address": None})})
    with pytest.raises(NoDestination):
        promise(order, [stock("A", 1)], [], settings(), ordered_at=datetime(2026, 3, 2, 12, tzinfo=UTC))
