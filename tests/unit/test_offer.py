"""Offers: what the customer may choose instead, at which price, and that all of it can be kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from order_processing.availability import Shortage, promise
from order_processing.discrepancy import Discrepancy
from order_processing.mail import sums
from order_processing.offer import ConsentNeeded, NotOffered, OfferExpired, changed, choose
from order_processing.offering import Substitute, Substitutes, make_offer
from order_processing.order import Discount, Tax
from order_processing.promise import Promise
from order_processing.reservation import moves
from order_processing.verified_order import Item, VerifiedOrder
from tests.availability_orders import MONDAY_NOON, settings, stock, supply, verified

EXPIRES = MONDAY_NOON + timedelta(days=3)
STORE = settings(longest_wait_days=10)


def other(sku: str, price: int, family: str = "mugs", grade: int = 2, digital: bool = False) -> Substitute:
    item = Item(line_id="", sku=sku, description=f"The {sku}", digital=digital)
    return Substitute(item=item, unit_price=price, family=family, grade=grade)


def offered(order: VerifiedOrder, held, coming=(), substitutes=None, store=STORE):
    outcome = promise(order, held, coming, store, ordered_at=MONDAY_NOON)
    assert isinstance(outcome, Shortage)
    return make_offer(
        order,
        outcome,
        held,
        coming,
        store,
        substitutes=substitutes or {},
        ordered_at=MONDAY_NOON,
    )


def keys(offer) -> list[str]:
    return [alternative.key for alternative in offer.alternatives]


def taxed(order: VerifiedOrder, tax: int = 190) -> VerifiedOrder:
    """The order with tax on top: 19% of 10.00 for each line of one piece."""
    lines = tuple(
        line.model_copy(update={"tax": tax * line.quantity, "tax_rate": "0.19"}) for line in order.order.lines
    )
    total = sum(line.tax for line in lines)
    change = {
        "lines": lines,
        "tax_total": total,
        "taxes": (Tax(title="VAT", rate="0.19", amount=total),),
        "total": order.order.total + total,
    }
    return order.model_copy(update={"order": order.order.model_copy(update=change)})


def test_with_nothing_to_have_the_order_can_be_cancelled():
    offer = offered(taxed(verified(("A", 1))), [])
    assert keys(offer) == ["cancel"]
    assert offer.alternatives[0].difference == -1190
    assert offer.hold == Promise(allocations=())


def test_what_comes_later_is_offered_later_and_in_parts():
    coming = [supply("A", 9, date(2026, 4, 1))]
    offer = offered(verified(("A", 3), ("B", 1)), [stock("A", 2), stock("B", 1)], coming)
    assert keys(offer) == ["later", "in_parts", "without", "cancel"]
    later, parts, without, _ = offer.alternatives
    assert later.promise.delivery_date == date(2026, 4, 7)  # Good Friday and Easter Monday lie between
    assert {a.ship_date for a in later.promise.allocations} == {date(2026, 4, 2)}
    assert parts.promise.delivery_date_of("2") == date(2026, 3, 3)
    assert [(a.quantity, a.delivery_date) for a in parts.promise.allocations if a.line_id == "1"] == [
        (2, date(2026, 3, 3)),
        (1, date(2026, 4, 7)),
    ]
    assert changed(verified(("A", 3), ("B", 1)), parts).order.allow_partial_shipment
    assert (later.difference, parts.difference, without.difference) == (0, 0, -3000)


def test_only_products_of_the_same_family_that_are_as_good_take_anothers_place():
    listed = Substitutes(
        family="mugs",
        grade=2,
        products=(
            other("WORSE", 900, grade=1),
            other("PLATE", 900, family="plates"),
            other("FILE", 100, digital=True),
            other("GONE", 900),
            other("SAME", 900),
            other("BETTER", 1500, grade=3),
        ),
    )
    held = [stock(sku, 9) for sku in ("WORSE", "PLATE", "FILE", "SAME", "BETTER")]
    order = taxed(verified(("A", 2)))
    offer = offered(order, held, substitutes={"1": listed})
    assert [a.replacements[0].item.sku for a in offer.alternatives if a.replacements] == ["SAME", "BETTER"]
    same, better, _ = offer.alternatives
    assert same.difference == -238  # 2 x 1.00 less, and the tax of it
    assert better.difference == 1190
    after = changed(order, better)
    assert (after.order.total, after.order.tax_total, after.order.taxes[0].amount) == (3570, 570, 570)
    assert (after.order.lines[0].sku, after.order.lines[0].line_id, after.item("1").sku) == ("BETTER", "1", "BETTER")


def test_a_higher_price_needs_consent_to_just_that_price():
    listed = Substitutes(family="mugs", grade=2, products=(other("BETTER", 1500, grade=3),))
    offer = offered(verified(("A", 1)), [stock("BETTER", 1)], substitutes={"1": listed})
    (key, _) = keys(offer)
    with pytest.raises(ConsentNeeded):
        choose(offer, key, at=MONDAY_NOON)
    with pytest.raises(ConsentNeeded):
        choose(offer, key, agreed_difference=499, at=MONDAY_NOON)
    chosen = choose(offer, key, agreed_difference=500, at=MONDAY_NOON)
    assert (chosen.alternative.raises_price, chosen.agreed_difference) == (True, 500)


def test_a_choice_must_be_offered_and_in_time():
    offer = offered(verified(("A", 1)), [])
    with pytest.raises(NotOffered, match="cancel"):
        choose(offer, "later", at=MONDAY_NOON)
    with pytest.raises(OfferExpired):
        choose(offer, "cancel", at=EXPIRES, until=EXPIRES)
    just_before = EXPIRES - timedelta(seconds=1)
    assert choose(offer, "cancel", at=just_before, until=EXPIRES).alternative.kind == "cancel"


def test_without_the_line_its_discount_and_tax_go_too():
    order = taxed(verified(("A", 1), ("B", 1)))
    lines = tuple(line.model_copy(update={"discount": 100, "tax": 171}) for line in order.order.lines)
    change = {
        "lines": lines,
        "discounts": (Discount(code="SAVE", amount=200), Discount(kind="shipping", amount=500)),
        "discount_total": 700,
        "tax_total": 342,
        "taxes": (Tax(rate="0.19", amount=342),),
        "total": 2142,
    }
    order = order.model_copy(update={"order": order.order.model_copy(update=change)})
    (without, _) = offered(order, [stock("A", 1)]).alternatives
    after = changed(order, without).order
    assert without.difference == -1071
    assert (after.total, after.tax_total, after.discount_total) == (1071, 171, 600)
    assert [discount.amount for discount in after.discounts] == [100, 500]
    assert [line.line_id for line in after.lines] == ["1"]


def test_what_was_found_about_a_line_follows_the_line_and_leaves_with_it():
    def found(path: str) -> Discrepancy:
        return Discrepancy(code="PRICE_ABOVE_LIST", path=path, expected="10.00 EUR", resolution="corrected")

    paths = ("lines[0].unit_price", "lines[1].unit_price", "shipping.price")
    order = verified(("A", 1), ("B", 1)).model_copy(update={"discrepancies": tuple(map(found, paths))})
    (without, _) = offered(order, [stock("B", 1)]).alternatives
    assert [d.path for d in changed(order, without).discrepancies] == ["lines[0].unit_price", "shipping.price"]
    listed = Substitutes(family="mugs", grade=2, products=(other("BETTER", 1500),))
    substitute = offered(order, [stock("BETTER", 1), stock("B", 1)], substitutes={"1": listed}).alternatives[0]
    assert [d.path for d in changed(order, substitute).discrepancies] == ["lines[1].unit_price", "shipping.price"]


def test_the_hold_must_have_come_by_the_first_day_that_any_alternative_needs():
    coming = [supply("B", 1, date(2026, 3, 6)), supply("A", 1, date(2026, 4, 1), document="PO-2")]
    offer = offered(verified(("A", 1), ("B", 1)), [], coming)
    days = {a.sku: a.ship_date for a in offer.hold.allocations}
    without = next(a for a in offer.alternatives if a.key == "without")
    assert (
        days["B"] == without.promise.allocations[0].ship_date < offer.alternatives[0].promise.allocations[1].ship_date
    )


@hypothesis_settings(max_examples=100)
@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 4)), min_size=1, max_size=3),
    st.lists(st.builds(stock, st.sampled_from("ABC"), st.integers(0, 3), bucket=st.integers(0, 1)), max_size=4),
    st.lists(
        st.builds(
            supply,
            st.sampled_from("ABC"),
            st.integers(1, 4),
            st.integers(0, 60).map(lambda days: MONDAY_NOON.date() + timedelta(days=days)),
            document=st.sampled_from(("P", "Q")),
        ),
        max_size=3,
    ),
    st.integers(500, 1500),
)
def test_every_alternative_can_be_kept_from_the_hold_and_adds_up(wanted, held, coming, price):
    held = list({(s.sku, s.bucket): s for s in held}.values())
    coming = list({(s.sku, s.document): s for s in coming}.values())
    order = taxed(verified(*wanted))
    if isinstance(promise(order, held, coming, STORE, ordered_at=MONDAY_NOON), Promise):
        return
    listed = {
        line.line_id: Substitutes(family="mugs", grade=2, products=(other("C", price),)) for line in order.order.lines
    }
    offer = offered(order, held, coming, listed)
    available = {(s.sku, "", s.bucket): s.available for s in held}
    available |= {(s.sku, s.document, 0): s.available for s in coming}
    for move in moves(None, offer.hold):
        assert move.quantity <= available[move.sku, move.source_id, move.bucket]
    for alternative in offer.alternatives:
        if alternative.promise:
            assert all(move.quantity <= 0 for move in moves(offer.hold, alternative.promise))
            after = changed(order, alternative).order
            assert after.total == sum(line.net + line.tax for line in after.lines)
            assert after.total - order.order.total == alternative.difference
            assert after.tax_total == sum(line.tax for line in after.lines) == sum(tax.amount for tax in after.taxes)
            assert sums.of_order(after).total == after.total
    assert keys(offer)[-1] == "cancel"
