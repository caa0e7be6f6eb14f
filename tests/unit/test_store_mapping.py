"""What a store's own words mean: applied to the order, checked as a whole, and never to amounts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.order import Line, Shipping, Tax
from order_processing.settings import current
from order_processing.stores import platform
from order_processing.stores.mapping import MappingError, StoreMapping, parse
from order_processing.verification.shipping import choose_service
from tests.orders import an_order
from tests.stack.senders import read_payload

SERVICES = ("standard", "express")


def order(**changes):
    line = Line(line_id="1", sku="THEIRS-1", store_variant_id="77", quantity=2, unit_price=1000, tax=380)
    return an_order(lines=(line,), total=2380, tax_total=380, taxes=(Tax(title="MwSt", amount=380),), **changes)


@pytest.mark.parametrize(
    ("meaning", "before", "after"),
    [
        ("open", (False, None), (True, None)),
        ("open", (True, "closed there"), (True, None)),
        ("open", (True, "a test order"), (True, "a test order")),
        ("unpaid", (True, None), (False, None)),
        ("closed", (True, None), (True, "closed in the store: Abholung")),
        ("closed", (True, "refunded in the store"), (True, "refunded in the store")),
    ],
)
def test_a_status_of_the_stores_own(meaning, before, after):
    found = StoreMapping(statuses={"abholung": meaning}).read(
        order(store_status="Abholung", paid=before[0], closed_reason=before[1])
    )
    assert (found.paid, found.closed_reason) == after


def test_skus_by_the_stores_sku_or_variant_in_any_case():
    assert StoreMapping(skus={"theirs-1": "OURS-1"}).read(order()).lines[0].sku == "OURS-1"
    assert StoreMapping(skus={"77": "OURS-2"}).read(order()).lines[0].sku == "OURS-2"
    assert StoreMapping(skus={"other": "OURS-3"}).read(order()).lines[0].sku == "THEIRS-1"


def test_a_tax_without_a_rate_gets_its_rate_and_one_with_a_rate_keeps_it():
    mapping = StoreMapping(taxes={"mwst": "0.19"})
    found = mapping.read(order())
    assert (found.taxes[0].rate, found.lines[0].tax_rate) == ("0.19", "0.19")
    told = order().model_copy(update={"taxes": (Tax(title="MwSt", rate="0.07", amount=380),)})
    assert mapping.read(told).taxes[0].rate == "0.07"


def test_a_shipping_method_goes_before_what_the_settings_know_it_by():
    mapping = StoreMapping(shipping={"Flat Rate": "express"})
    found = mapping.read(order(shipping=Shipping(title="flat rate", service="flat_rate:4")))
    assert choose_service(found, current(), None) == "express"


def test_prices_include_tax_only_where_the_mapping_says_so():
    assert StoreMapping(prices_include_tax=True).read(order()).prices_include_tax
    assert not StoreMapping().read(order()).prices_include_tax


@given(
    st.builds(
        StoreMapping,
        statuses=st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["open", "unpaid", "closed"])),
        skus=st.dictionaries(st.sampled_from(["THEIRS-1", "77"]), st.just("OURS")),
        taxes=st.dictionaries(st.sampled_from(["MwSt", "VAT"]), st.just("0.19")),
        shipping=st.dictionaries(st.just("Flat"), st.just("express")),
    )
)
def test_amounts_stay_and_a_second_reading_changes_nothing(mapping):
    given_order = order(store_status="a", shipping=Shipping(title="Flat"))
    found = mapping.read(given_order)
    assert mapping.read(found) == found
    amounts = ("total", "tax_total", "discount_total", "subtotal", "currency", "origin")
    assert all(getattr(found, name, None) == getattr(given_order, name, None) for name in amounts)
    assert [line.gross for line in found.lines] == [line.gross for line in given_order.lines]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"statuses": {"x": "maybe"}}, "statuses.x"),
        ({"taxes": {"x": 0.19}}, "a fraction in text"),
        ({"taxes": {"x": "19%"}}, "taxes.x"),
        ({"skus": {"": "A"}}, "skus"),
        ({"shipping": {"x": "rocket"}}, "'rocket' is none of our services: expected one of standard, express"),
        ({"skus": {"a": "1", "A": "2"}}, "twice"),
        ({"unknown": 1}, "unknown"),
        ([], "valid"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(document, says):
    with pytest.raises(MappingError) as error:
        parse(document, SERVICES)
    assert says in str(error.value)


def test_a_whole_mapping_is_taken():
    document = {
        "statuses": {"awaiting-pickup": "closed"},
        "skus": {"A": "B"},
        "taxes": {"MwSt": "0.19"},
        "prices_include_tax": True,
        "shipping": {"DHL Paket": "standard"},
    }
    assert parse(document, SERVICES).model_dump() == document


def test_a_woocommerce_status_of_an_extension_reaches_the_mapping():
    raw = json.dumps(json.loads(read_payload("woo-5-onhold-zero-tax-line")) | {"status": "wc-awaiting-pickup"}).encode()
    headers = {"x-wc-webhook-topic": "order.created", "x-wc-webhook-source": "https://shop.example.com"}
    found = platform("woocommerce").read(headers, raw).order
    assert found.store_status == "awaiting-pickup"
    assert StoreMapping(statuses={"awaiting-pickup": "closed"}).read(found).closed_reason
