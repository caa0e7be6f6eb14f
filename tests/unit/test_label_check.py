"""What verification says of a label is what the label's fonts and room say: no order is accepted that has none."""

from __future__ import annotations

import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from order_processing.checks import Rules
from order_processing.documents import fonts
from order_processing.documents.fonts import UnprintableText
from order_processing.documents.shipping_label import shipping_label
from order_processing.order import Address, Customer
from order_processing.printing import lines_needed, unprintable
from order_processing.verification.findings import Findings
from order_processing.verification.label import check_label
from tests.afresh import printed_afresh
from tests.delivery_orders import BEANIE, BERLIN, ORDER_ID, SETTINGS, packed, verified_order

NOBODY = Customer()


def found(address: Address, customer: Customer = NOBODY) -> list[tuple[str, str, str]]:
    findings = Findings(Rules(), ())
    check_label(address, customer, findings)
    return [(d.code, d.path, d.found) for d in findings.all()]


def test_the_ranges_are_exactly_the_letters_that_the_fonts_have() -> None:
    """`python -m local.font_coverage` writes them anew."""
    letters = fonts.all_letters()
    wrong = [
        code for code in range(0x20, sys.maxunicode + 1)
        if not 0x7F <= code < 0xA0 and (code in letters) != (not unprintable(chr(code)))
    ]  # fmt: skip
    assert wrong == []


def test_scripts_without_a_font_are_found_by_field_and_code_point() -> None:
    address = BERLIN.model_copy(update={"name": "สมชาย ใจดี", "city": "दिल्ली", "line1": "東京 1-2"})
    assert found(address, Customer(phone="٠١٢\U00013000")) == [
        ("ADDRESS_UNPRINTABLE", "shipping_address.name", "U+0E2A"),
        ("ADDRESS_UNPRINTABLE", "shipping_address.city", "U+0926"),
        ("ADDRESS_UNPRINTABLE", "customer.phone", "U+13000"),
    ]


def test_a_name_of_pictograms_alone_is_found_unless_another_name_stands_in() -> None:
    nameless = BERLIN.model_copy(update={"name": "🎉", "company": ""})
    assert found(nameless) == [("ADDRESS_UNPRINTABLE", "shipping_address.name", "pictograms")]
    assert found(nameless, Customer(name="Jörg Müller")) == []


def test_real_addresses_have_room_and_sixty_letters_a_field_do() -> None:
    assert found(BERLIN) == []
    assert found(Address(**dict.fromkeys(("name", "company", "line1", "line2", "city"), "n" * 60), country="DE")) == []
    assert lines_needed("銀" * 36) == 2


letters = st.characters(codec="utf-8", categories=("L", "N", "P", "Z"))


@given(st.builds(
    Address,
    name=st.text(letters, min_size=1, max_size=40),
    line1=st.text(letters, max_size=40),
    city=st.text(letters, max_size=30),
    country=st.sampled_from(["US", "DE", "JP"]),
))  # fmt: skip
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_an_address_that_passes_never_lacks_a_letter_on_the_label(address: Address) -> None:
    if found(address, Customer(name="Maria Fernández-Ochoa")):
        return
    verified = verified_order((BEANIE, 1), address=address)
    (shipment,) = packed(verified).shipments
    try:
        assert shipping_label(shipment.parcels[0], shipment, verified, SETTINGS, ORDER_ID)
    except UnprintableText as refused:
        raise AssertionError(f"passed and cannot be printed: {refused}") from None


def test_verification_loads_no_font() -> None:
    code = "import sys; import order_processing.verification.verify; print('reportlab' in sys.modules)"
    assert printed_afresh(code) == ["False"]
