"""What a customer or staff puts right."""

from __future__ import annotations

import pytest

from order_processing.discrepancy import Correction
from order_processing.order import Discount, Shipping
from order_processing.verification.corrections import (
    CorrectionError,
    change_in_total,
    correct,
    correctable,
    proposed,
    value_at,
)
from order_processing.verification.totals import sums
from tests.unit.verification_cases import CASES, an_order, line, run


def to(path, value):
    return Correction(path=path, value=value)


def test_three_mistakes_are_put_right_at_once_and_the_order_verifies():
    wrong = an_order(
        line("PEN-6", 90, quantity=7),
        line(unit_price=1600, line_id="2"),
        shipping_address=CASES["REGION_UNKNOWN"].order.shipping_address,
    )
    asked = [d for d in run(wrong).discrepancies if d.resolution == "needs_customer"]
    assert {d.code for d in asked} == {"QUANTITY_NOT_ALLOWED", "PRICE_ABOVE_LIST", "REGION_UNKNOWN"}
    corrections = [
        to("lines[0].quantity", "12"),
        to("lines[1].unit_price", "14.00"),
        to("shipping_address.region", "Kentucky"),
    ]
    assert {c.path for c in corrections} <= {path for d in asked for path in correctable(d)}
    result = run(correct(wrong, corrections))
    assert [(d.code, d.resolution) for d in result.discrepancies] == [("REGION_FORM", "corrected")]
    assert result.verified.order.total == 12 * 90 + 2 * 1400
    assert change_in_total(wrong, corrections) == 5 * 90 - 2 * 200


def test_a_changed_quantity_takes_discount_tax_and_totals_along():
    order = an_order(
        line(quantity=4, discount=560, tax=504), discounts=(Discount(title="Sale", amount=560),), total=5600 - 560 + 504
    )
    corrected = correct(order, [to("lines[0].quantity", "2")])
    assert (corrected.lines[0].discount, corrected.lines[0].tax, corrected.total) == (280, 252, 2800 - 280 + 252)
    assert (corrected.discount_total, corrected.tax_total) == (280, 252)


def test_tax_that_is_known_for_the_order_alone_follows_too():
    order = an_order(line(quantity=4), tax_total=336, total=5936)
    corrected = correct(order, [to("lines[0].quantity", "2")])
    assert (corrected.tax_total, corrected.total) == (168, 2968)


def test_lines_are_taken_out_without_moving_the_others_paths():
    order = an_order(line(), line("PEN-6", 90, 6, "2"), line("TEST-123", 15260, 1, "3"))
    out = [to("lines[0].quantity", "0"), to("lines[2].quantity", "2"), to("lines[1].quantity", "0")]
    corrected = correct(order, out)
    assert [(x.sku, x.quantity) for x in corrected.lines] == [("TEST-123", 2)]
    assert corrected.total == sums(corrected).total == 2 * 15260


def test_the_last_line_cannot_be_taken_out():
    with pytest.raises(CorrectionError, match="cancel the order"):
        correct(an_order(), [to("lines[0].quantity", "0")])


def test_an_address_can_be_given_where_there_was_none():
    order = CASES["ADDRESS_MISSING"].order
    (asked,) = (d for d in run(order).discrepancies if d.code == "ADDRESS_MISSING")
    given = {
        "name": "Ada Bell",
        "line1": "1 Main Street",
        "city": "Louisville",
        "region": "KY",
        "postal_code": "40202",
        "country": "United States",
    }
    corrections = [to(f"shipping_address.{field}", value) for field, value in given.items()]
    assert {c.path for c in corrections} <= set(correctable(asked))
    result = run(correct(order, corrections))
    assert [d.code for d in result.discrepancies] == ["COUNTRY_FORM"]


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("total", "1.00", "a field that can be corrected"),
        ("lines[0].discount", "1.00", "a field that can be corrected"),
        ("lines[9].quantity", "1", "a line from 0 to 0"),
        ("lines[0].quantity", "-1", "a whole number"),
        ("lines[0].quantity", "1.5", "a whole number"),
        ("lines[0].quantity", "٣", "a whole number"),
        ("lines[0].unit_price", "14.01", "from 0 to 14.00"),
        ("lines[0].unit_price", "-1", "from 0 to 14.00"),
        ("lines[0].sku", "PEN-6", "named by staff"),
        ("shipping.price", "1.00", "from 0 to 0.00"),
        ("shipping_address.city", "x" * 501, "500"),
        ("shipping_address.__class__", "x", "a field that can be corrected"),
    ],
)
def test_what_may_not_be_corrected_is_refused_with_what_would_be_right(path, value, expected):
    with pytest.raises(CorrectionError, match=expected) as refused:
        correct(an_order(), [to(path, value)])
    assert refused.value.path == path


def test_staff_names_another_product_at_the_price_that_the_customer_saw():
    order = an_order(line("NO-SUCH-SKU", store_variant_id="9"))
    corrected = correct(order, [to("lines[0].sku", "MUG-BLUE")], staff=True)
    assert run(corrected).discrepancies == ()
    assert corrected.total == order.total


def test_shipping_can_be_made_cheaper():
    order = an_order(shipping=Shipping(title="Standard", price=900, tax=90))
    corrected = correct(order, [to("shipping.price", "5.00")])
    assert (corrected.shipping.tax, corrected.total) == (50, 2800 + 550)


@pytest.mark.parametrize("code", [c for c, case in CASES.items() if c not in ("NO_LINES", "CURRENCY_UNKNOWN")])
def test_every_field_that_is_offered_can_be_read_and_corrected(code):
    case = CASES[code]
    for finding in run(case.order, case.config).discrepancies:
        for path in correctable(finding, staff=True):
            value = value_at(case.order, path)
            assert correct(case.order, [to(path, value or "x")], staff=True)


@pytest.mark.parametrize(("code", "value"), [("PRICE_ABOVE_LIST", "14.00"), ("SHIPPING_PRICE_ABOVE", "5.00")])
def test_what_is_proposed_puts_it_right(code, value):
    case = CASES[code]
    (finding,) = run(case.order, case.config).discrepancies
    assert proposed(finding) == value
    assert run(correct(case.order, [to(finding.path, value)]), case.config).discrepancies == ()
