"""The store's rules: typed, checked when they are read, and obeyed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from order_processing import settings
from order_processing.settings import SettingsError, ShippingPrice, parse
from tests.unit.verification_cases import CASES, an_order, german, line, run, with_rules, with_service

TEXT = Path(settings.__file__).with_name("settings.json").read_text(encoding="utf-8")


def changed(**values):
    return json.dumps(json.loads(TEXT) | values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rules": {"resolutions": {"PRICE_WRONG": "noted"}}}, "PRICE_WRONG is not one of the checks"),
        ({"rules": {"resolutions": {"NO_LINES": "noted"}}}, "NO_LINES cannot be noted, only fatal"),
        ({"rules": {"resolutions": {"UNPAID": "ignored"}}}, "UNPAID"),
        ({"rules": {"resolution": {}}}, "resolution"),
        ({"tax_rounding": {"shopify": "day"}}, "tax_rounding.shopify"),
        ({"limits": {"favour_percent": 101}}, "favour_percent"),
        ({"limits": {"sanctioned_places": ["Cuba"]}}, "sanctioned_places"),
    ],
)
def test_a_mistake_in_the_rules_is_refused_with_its_field(values, message):
    with pytest.raises(SettingsError, match=message):
        parse(changed(**values))


def test_a_store_sets_another_resolution():
    config = parse(changed(rules={"resolutions": {"UNPAID": "noted"}}))
    (finding,) = run(an_order(paid=False), config).discrepancies
    assert (finding.code, finding.resolution) == ("UNPAID", "noted")


def test_what_is_not_to_be_corrected_is_asked_and_left_as_it_is():
    order = CASES["COUNTRY_FORM"].order
    result = run(order, with_rules(COUNTRY_FORM="needs_customer"))
    assert [(d.code, d.resolution) for d in result.discrepancies] == [("COUNTRY_FORM", "needs_customer")]
    assert result.verified.order == order


def test_the_rounding_that_a_platform_uses_is_named():
    order = german(line(unit_price=1490), tax_total=100)
    per_order = settings.current().model_copy(update={"tax_rounding": {"api": "order"}})
    for config, rounding in ((settings.current(), "per line"), (per_order, "per order")):
        (finding,) = run(order, config).discrepancies
        assert finding.code == "TAX_TOO_LOW"
        assert finding.expected == f"4.76 EUR (19 %, rounded {rounding})"


@pytest.mark.parametrize(
    ("quantity", "price", "found"),
    [
        (1, 700, []),
        (1, 0, ["SHIPPING_PRICE_TOO_LOW"]),
        (20, 0, []),
        (9, 1100, []),
        (9, 1050, ["SHIPPING_PRICE_IN_FAVOUR"]),
    ],
)
def test_shipping_costs_what_weight_destination_and_value_say(quantity, price, found):
    prices = (
        ShippingPrice(currency="USD", price=0, countries=("US",), goods_from=20_000),
        ShippingPrice(currency="USD", price=700, countries=("US",), up_to_weight_g=1000),
        ShippingPrice(currency="USD", price=1100),
        ShippingPrice(currency="EUR", price=1),
    )
    order = an_order(
        line(quantity=quantity), shipping=CASES["UNPAID"].order.shipping.model_copy(update={"price": price})
    )
    assert [d.code for d in run(order, with_service(prices=prices)).discrepancies] == found
