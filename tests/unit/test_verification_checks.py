"""Each check of verification: found where it should be, corrected where that is safe, silent where all is well."""

from __future__ import annotations

import pytest

from order_processing.checks import CHECKS, NEEDS_CORRECTION, Rules
from order_processing.discrepancy import Approval
from tests.unit.verification_cases import (
    CASES,
    EXPRESS,
    LOUISVILLE,
    NOW,
    an_order,
    facts_for,
    german,
    line,
    run,
    with_rules,
)


def test_every_check_has_a_case():
    assert set(CASES) == set(CHECKS)


def found(code, order=None, config=None):
    case = CASES[code]
    order = order or case.order
    result = run(order, config or case.config, facts_for(code, order))
    return result, [d for d in result.discrepancies if d.code == code]


@pytest.mark.parametrize("code", CHECKS)
def test_the_check_finds_it_and_says_where_what_and_what_would_be_right(code):
    result, (finding,) = found(code)
    assert finding.path == CASES[code].path
    assert finding.expected
    assert "expected" in finding.message
    waits = any(d.code in ("EMAIL_MISSING", "EMAIL_INVALID") for d in result.discrepancies)
    assert waits or finding.resolution == CHECKS[code].resolution
    assert (result.verified is None) == any(d.resolution == "fatal" for d in result.discrepancies)


@pytest.mark.parametrize("code", [code for code, check in CHECKS.items() if check.resolution == "corrected"])
def test_what_is_corrected_is_not_found_again_and_costs_no_more(code):
    result, _ = found(code)
    order = result.verified.order
    again, findings = found(code, order)
    assert not findings
    assert again.verified.order == order
    assert order.total <= CASES[code].order.total


@pytest.mark.parametrize("code", [code for code, check in CHECKS.items() if "corrected" in check.allowed])
def test_what_a_store_lets_be_corrected_is_corrected(code):
    config = CASES[code].config
    rules = Rules(resolutions={code: "corrected"})
    config = config.model_copy(update={"rules": rules}) if config else with_rules(**{code: "corrected"})
    result, (finding,) = found(code, config=config)
    assert finding.resolution == "corrected"
    again, findings = found(code, result.verified.order, config)
    assert not findings
    assert again.verified.order == result.verified.order


ASKED = [code for code, check in CHECKS.items() if check.resolution in ("needs_customer", "needs_approval")]


def approved(code):
    """What becomes of a finding after staff consented to it."""
    _, (finding,) = found(code)
    approval = Approval(code=code, path=finding.path, found=finding.found)
    order, config = CASES[code].order, CASES[code].config
    result = run(order, config, facts_for(code, order), approvals=[approval])
    return [d.resolution for d in result.discrepancies if d.code == code]


@pytest.mark.parametrize("code", [code for code in ASKED if code not in NEEDS_CORRECTION])
def test_what_staff_consented_to_lets_the_order_pass(code):
    assert approved(code) == ["noted"]


@pytest.mark.parametrize("code", sorted(NEEDS_CORRECTION))
def test_consent_does_not_supply_what_delivery_needs(code):
    assert approved(code)[0] in ("needs_customer", "needs_approval")


def test_consent_covers_one_value_of_one_field():
    order = CASES["PRICE_TOO_LOW"].order
    consent = Approval(code="PRICE_TOO_LOW", path="lines[0].unit_price", found="1.50 USD")
    assert [d.resolution for d in run(order, approvals=[consent]).discrepancies] == ["needs_approval"]


TOKYO = LOUISVILLE.model_copy(update={"country": "JP", "region": "13", "postal_code": "154-0023", "city": "Setagaya"})
KUWAIT = LOUISVILLE.model_copy(update={"country": "KW", "region": "", "postal_code": "54541", "city": "Kuwait"})
ONE_MUG = {"unit_price": 1490, "quantity": 1, "tax": 238}
CLEAN = {
    "two mugs": an_order(),
    "tax included": german(line(unit_price=1490, tax=476)),
    "tax rounded per line": german(line(**ONE_MUG), line(**ONE_MUG, line_id="2")),
    "tax rounded per order": german(line(**ONE_MUG), line(**ONE_MUG, line_id="2"), tax_total=476),
    "a whole pack": an_order(line("PEN-6", 90, quantity=12)),
    "a quantity break": an_order(line("PEN-6", 75, quantity=60)),
    "a pack that the store's reader split": an_order(
        line("PEN-6", 90, quantity=2), line("PEN-6", 91, quantity=4, line_id="2")
    ),
    "a bundle": an_order(line("GIFT-TEA", 3300)),
    "digital, without an address": an_order(line("GUIDE-PDF", 1200), shipping_address=None),
    "a PO box by standard delivery": an_order(shipping_address=LOUISVILLE.model_copy(update={"line1": "PO Box 12"})),
    "express": an_order(shipping=EXPRESS),
    "yen": an_order(line(unit_price=2200, tax=400), currency="JPY", prices_include_tax=True, shipping_address=TOKYO),
    "dinars": an_order(line(unit_price=4300), currency="KWD", shipping_address=KUWAIT),
}


@pytest.mark.parametrize("name", CLEAN)
def test_an_order_with_nothing_wrong_has_no_discrepancy(name):
    result = run(CLEAN[name])
    assert [d.message for d in result.discrepancies if d.code != "DUPLICATE_LINE"] == []
    assert result.verified.order == CLEAN[name]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ({"region": "Kentuky"}, [("REGION_FORM", "KY")]),
        ({"region": ""}, [("REGION_FORM", "KY")]),
        (
            {"country": "JP", "region": "JP13", "postal_code": "1540023"},
            [("POSTAL_CODE_FORM", "154-0023"), ("REGION_FORM", "13")],
        ),
        ({"country": "CN", "region": "BJ", "postal_code": "100000"}, []),
        ({"country": "UA", "region": "Crimea", "postal_code": "95000"}, [("COUNTRY_SANCTIONED", "UA-43")]),
    ],
)
def test_an_address_is_understood_as_people_and_platforms_write_it(address, found):
    order = an_order(shipping_address=LOUISVILLE.model_copy(update=address))
    seen = run(order).discrepancies
    assert [(d.code, d.found if d.resolution == "fatal" else d.expected) for d in seen][: len(found) or None] == found


def test_nothing_is_sold_to_a_sanctioned_place_even_if_nothing_travels():
    order = an_order(
        line("GUIDE-PDF", 1200), shipping_address=None, billing_address=LOUISVILLE.model_copy(update={"country": "KP"})
    )
    (finding,) = run(order).discrepancies
    assert (finding.code, finding.path) == ("COUNTRY_SANCTIONED", "billing_address.country")


def test_a_bundles_price_is_split_exactly_over_its_components():
    order = an_order(line("GIFT-TEA", 3300, quantity=1, discount=1, tax=0))
    (item,) = run(order).verified.items
    assert item.components == (("MUG-BLUE", 2), ("TEA-EARL-GREY", 1))
    assert item.component_amounts == (2531, 768)  # 32.99 as 28.00 to 8.50
    assert [part.sku for part in item.parts] == ["MUG-BLUE", "TEA-EARL-GREY"]


def test_a_control_character_does_not_reach_a_label():
    order = an_order(shipping_address=LOUISVILLE.model_copy(update={"line1": "1 Main\x07 \u202eteertS"}))
    assert run(order).verified.order.shipping_address.line1 == "1 Main teertS"


def test_a_time_without_a_zone_is_utc():
    order = an_order().model_copy(update={"placed_at": NOW.replace(tzinfo=None)})
    assert run(order).verified.order.placed_at == NOW


def test_quantities_are_judged_over_all_lines_of_a_product():
    order = an_order(line("TEA-EARL-GREY", 850, quantity=150), line("TEA-EARL-GREY", 850, quantity=60, line_id="2"))
    finding = next(d for d in run(order).discrepancies if d.code == "QUANTITY_NOT_ALLOWED")
    assert (finding.path, finding.found, finding.expected) == ("lines[0].quantity", "210", "a quantity from 1 to 200")
