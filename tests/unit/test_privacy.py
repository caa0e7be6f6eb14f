"""What of an order is erased and what stays, field by field: a new field must be put on one of the two sides."""

from __future__ import annotations

import json
from datetime import date

import pytest

from order_processing import privacy
from order_processing.order import Address, Customer, Line, Order
from order_processing.settings import Retention, SettingsError, current, parse
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from tests.orders import NOW, an_order
from tests.template import template

KEPT: dict[type, set[str]] = {
    Order: {
        "schema_version", "source", "store", "store_order_id", "store_order_number", "store_version", "store_status",
        "placed_at", "currency", "lines", "shipping", "discounts", "taxes", "fees", "prices_include_tax", "tax_total",
        "discount_total", "total", "paid", "subtotal", "closed_reason", "gift", "allow_partial_shipment",
    },
    Customer: {"locale"},
    Address: {"country", "region"},
    Line: {
        "line_id", "sku", "store_variant_id", "gtin", "title", "quantity", "unit_price", "discount", "tax", "tax_rate",
        "requires_shipping",
    },
}  # fmt: skip
ERASED: dict[type, set[str]] = {
    Order: {"customer", "shipping_address", "billing_address", "note", "gift_message", "flags"},
    Customer: {"store_customer_id", "email", "name", "phone", "company", "tax_number"},
    Address: {"name", "company", "line1", "line2", "city", "postal_code", "phone"},
    Line: {"options"},
}


@pytest.mark.parametrize("model", KEPT)
def test_every_field_is_known_to_stay_or_to_go(model):
    fields = set(model.model_fields)
    assert fields - KEPT[model] - ERASED[model] == set(), "does it tell who ordered? put it on a side, and erase it"


def test_what_goes_is_gone_and_what_stays_is_the_same():
    person = Customer(**dict.fromkeys(Customer.model_fields, "canary"))
    home = Address(**dict.fromkeys(Address.model_fields, "canary"))
    order = an_order(customer=person, shipping_address=home, billing_address=home, note="canary")
    stored = StoredOrder(order_id="X", placed=order, received_at=NOW, status=Status.REJECTED)
    after = privacy.without_person(stored, current(), NOW).placed
    assert (after.customer, after.shipping_address) == (
        Customer(locale="canary"),
        Address(country="canary", region="canary"),
    )
    assert (after.billing_address, after.note) == (after.shipping_address, "")
    same = {name: getattr(after, name) for name in Order.model_fields if name not in ERASED[Order]}
    assert privacy.without_person(
        stored.model_copy(update={"placed": an_order(gift_message="canary")}), current(), NOW
    ).placed.is_gift
    assert same == {name: getattr(order, name) for name in same}


def test_erasing_twice_is_erasing_once():
    stored = StoredOrder(order_id="X", placed=an_order(), received_at=NOW, status=Status.REJECTED)
    once = privacy.without_person(stored, current(), NOW)
    assert privacy.without_person(once, current(), NOW) == once


@pytest.mark.parametrize(("years", "until"), [(2, date(2028, 12, 31)), (10, date(2036, 12, 31))])
def test_years_are_full_calendar_years_after_the_one_in_which_it_was_recorded(years, until):
    stored = StoredOrder(order_id="X", placed=an_order(), received_at=NOW)
    assert privacy.kept_until(Retention(basis="a law about books", years=years), stored) == until


@pytest.mark.parametrize(
    ("found", "wanted", "says"),
    [
        ('"years": 8', '"years": 9', "years: 9"),
        ('"basis": "19 CFR 163.4 and 15 CFR 762.6 (United States)"', '"basis": "law"', "at least 10 characters"),
        ('"customs_declaration": {', '"love_letter": {', "love_letter"),
        ('"settle_days": 30', '"settle_days": 29', "settle_days"),
    ],
)
def test_settings_that_the_law_or_the_bucket_cannot_keep_stop_the_deployment(found, wanted, says):
    pretty = json.dumps(json.loads(current().model_dump_json()), indent=0, ensure_ascii=False)
    assert found in pretty
    with pytest.raises(SettingsError, match=says):
        parse(pretty.replace(found, wanted))


def test_the_bucket_lets_go_after_every_time_that_settings_may_name():
    rules = template()["Resources"]["DocumentsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    kept = {int(r["TagFilters"][0]["Value"]): r["ExpirationInDays"] for r in rules if r["Id"].startswith("erased")}
    assert tuple(kept) == Retention.model_fields["years"].annotation.__args__
    assert all(days >= 366 * (years + 1) for years, days in kept.items())
