"""Customs: what must be declared, values that add up, and documents that state them."""

from __future__ import annotations

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_processing.customs import crosses_customs, declared
from order_processing.documents.commercial_invoice import commercial_invoice
from order_processing.documents.customs_declaration import customs_declaration
from order_processing.order import Address
from order_processing.promise import Promise
from order_processing.settings import Customs
from order_processing.verified_order import Item, Part
from tests.delivery_orders import BEANIE, BERLIN, ORDER_ID, POLO, SETTINGS, allocation, packed, verified_order

OTTAWA = Address(name="Jane Smith", line1="1 Elgin", city="Ottawa", region="ON", postal_code="K2P 1L4", country="CA")
WITHOUT_BOXES = SETTINGS.model_copy(update={"boxes": {}})
WOOL = BEANIE.model_copy(update={"hs_code": "650500", "origin": "NZ"})


def place(country: str, postal_code: str = "") -> Address:
    return Address(country=country, postal_code=postal_code)


def text_of(pdf: bytes) -> str:
    """All that stands on the pages, in one line."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize(
    ("sender", "recipient", "crosses"),
    [
        (place("US", "40219"), place("US", "99501"), False),
        (place("US"), place("PR"), False),
        (place("US"), place("CA"), True),
        (place("DE", "04347"), place("AT", "1010"), False),
        (place("DE", "04347"), place("MC", "98000"), False),
        (place("DE", "04347"), place("CH", "8001"), True),
        (place("DE", "04347"), place("DE", "78266"), True),
        (place("DE", "04347"), place("ES", "35001"), True),
        (place("DE", "04347"), place("ES", "28001"), False),
        (place("DE", "04347"), place("GB", "SW1A 1AA"), True),
        (place("DE", "04347"), place("GB", "bt1 5gs"), False),
        (place("US"), place("GB", "BT1 5GS"), True),
        (place("GB", "LS1"), place("IM", "IM1"), False),
        (place("CH"), place("LI"), False),
    ],
)
def test_knows_where_goods_must_be_declared(sender: Address, recipient: Address, crosses: bool) -> None:
    assert crosses_customs(sender, recipient) is crosses
    assert crosses_customs(recipient, sender) is crosses


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(100, 20_000)), min_size=1, max_size=4),
    st.integers(0, 10**7),
)
@settings(max_examples=60)
def test_the_parcels_values_add_up_to_what_the_lines_cost(lines: list[tuple[int, int]], discount: int) -> None:
    items = [
        Item(line_id=str(n), sku=f"S{n}", description="Thing", weight_g=weight) for n, (_, weight) in enumerate(lines)
    ]
    verified = verified_order(*((item, quantity) for item, (quantity, _) in zip(items, lines, strict=True)))
    order = verified.order
    cheaper = order.lines[0].model_copy(update={"discount": min(discount, order.lines[0].gross)})
    verified = verified.model_copy(update={"order": order.model_copy(update={"lines": (cheaper, *order.lines[1:])})})
    shipments = packed(verified, having=WITHOUT_BOXES).shipments
    made = [declared(p, shipments, verified, SETTINGS) for s in shipments for p in s.parcels]
    assert sum(d.value for d in made) == sum(line.net for line in verified.order.lines)
    assert all(line.value >= 0 for d in made for line in d.lines)


def test_values_are_without_tax_where_prices_include_it() -> None:
    verified = verified_order((WOOL, 2))
    line = verified.order.lines[0].model_copy(update={"tax": 638})
    order = verified.order.model_copy(update={"lines": (line,), "prices_include_tax": True})
    verified = verified.model_copy(update={"order": order})
    shipments = packed(verified).shipments
    assert declared(shipments[0].parcels[0], shipments, verified, SETTINGS).value == 2 * 1999 - 638


def test_small_and_cheap_is_cn22_and_everything_else_cn23() -> None:
    for quantity, currency, form in ((2, "USD", "CN22"), (21, "USD", "CN23"), (2, "JPY", "CN23")):
        verified = verified_order((WOOL.model_copy(update={"weight_g": 50}), quantity), address=BERLIN)
        verified = verified.model_copy(update={"order": verified.order.model_copy(update={"currency": currency})})
        shipments = packed(verified, having=WITHOUT_BOXES).shipments
        declaration = declared(shipments[0].parcels[0], shipments, verified, SETTINGS)
        assert declaration.form == form
        made = customs_declaration(shipments[0].parcels[0], shipments[0], shipments, verified, SETTINGS, ORDER_ID)
        assert f"CN {form[2:]}" in text_of(made)
        assert made == customs_declaration(
            shipments[0].parcels[0], shipments[0], shipments, verified, SETTINGS, ORDER_ID
        )


def test_states_ioss_only_for_cheap_goods_into_the_union() -> None:
    having = SETTINGS.model_copy(update={"customs": Customs(ioss="IM2760000001", ioss_limits={"USD": 16_000})})
    for quantity, address, stated in ((2, BERLIN, True), (9, BERLIN, False), (2, place("CA", "K1A 0B1"), False)):
        verified = verified_order((WOOL, quantity), address=address)
        shipments = packed(verified).shipments
        declaration = declared(shipments[0].parcels[0], shipments, verified, having)
        assert (declaration.ioss == "IM2760000001") is stated


def test_says_what_customs_will_miss() -> None:
    verified = verified_order((WOOL, 1), (POLO, 1), address=BERLIN)
    shipments = packed(verified).shipments
    missing = [m for p in shipments[0].parcels for m in declared(p, shipments, verified, SETTINGS).missing]
    assert missing == ["POLO-M-RED: HS code", "POLO-M-RED: origin"]


@pytest.mark.parametrize("quantity", [1, 30])
def test_what_the_catalogue_does_not_say_is_a_marked_blank_on_either_form(quantity: int) -> None:
    verified = verified_order((WOOL, 1), (POLO, quantity), address=BERLIN)
    shipments = packed(verified, having=WITHOUT_BOXES).shipments
    parcel = next(p for p in shipments[0].parcels if any(c.sku == POLO.sku for c in p.contents))
    text = text_of(customs_declaration(parcel, shipments[0], shipments, verified, SETTINGS, ORDER_ID))
    assert ("CN 23" in text) is (quantity == 30)
    assert "Fill in before dispatch: POLO-M-RED: HS code; POLO-M-RED: origin" in text
    assert text.count("________") == 2


def test_nobody_signs_that_dangerous_goods_are_not_inside() -> None:
    battery = WOOL.model_copy(update={"dangerous": "UN3480"})
    for item, denied in ((WOOL, True), (battery, False)):
        verified = verified_order((item, 1), address=BERLIN)
        shipments = packed(verified).shipments
        text = text_of(
            customs_declaration(shipments[0].parcels[0], shipments[0], shipments, verified, SETTINGS, ORDER_ID)
        )
        assert ("does not contain any dangerous article" in text) is denied
        assert ("contains dangerous goods: UN3480" in text) is not denied


def test_the_invoice_states_parties_goods_and_total() -> None:
    verified = verified_order((WOOL, 3), (POLO, 2), address=BERLIN)
    shipments = packed(verified).shipments
    text = text_of(commercial_invoice(shipments[0], shipments, verified, SETTINGS, ORDER_ID))
    for part in (
        "Jörg Müller-Weißenfels", "UNITED STATES", "GERMANY", "650500", "New Zealand", "59.97", "USD 99.95",
        "Incoterm DAP", "BRSJ-V48J-X-1, page 1 of 1",
        "Fill in before dispatch: POLO-M-RED: HS code; POLO-M-RED: origin",
    ):  # fmt: skip
        assert part in text


@pytest.mark.parametrize(
    ("sender", "recipient", "crosses"),
    [
        (Address(country="US"), Address(country="US", region="AE", postal_code="09012"), True),
        (Address(country="US"), Address(country="US", postal_code="96350"), True),
        (Address(country="US"), Address(country="US", region="GU", postal_code="96910"), True),
        (Address(country="US"), Address(country="US", region="HI", postal_code="96813"), False),
        (Address(country="US"), Address(country="PR", postal_code="00901"), False),
        (Address(country="GB"), Address(country="GB", postal_code="JE2 3AB"), True),
        (Address(country="JE"), Address(country="GB", postal_code="je2 3ab"), False),
        (Address(country="GB"), Address(country="IM"), False),
        (Address(country="GB"), Address(country="GB", postal_code="BF1 0AX"), True),
        (Address(country="DE"), Address(country="FR", postal_code="97400"), True),
        (Address(country="DE"), Address(country="MC", postal_code="98000"), False),
        (Address(country="DE"), Address(country="FR", postal_code="75001"), False),
    ],
)
def test_forces_post_and_parts_of_countries_that_stand_apart_are_declared(
    sender: Address, recipient: Address, crosses: bool
) -> None:
    assert crosses_customs(sender, recipient) is crosses


def test_a_bundles_components_are_declared_under_their_own_codes_at_their_part_of_the_price() -> None:
    bundle = BEANIE.model_copy(
        update={
            "sku": "SET", "components": (("CUP", 2), ("TEA", 1)), "component_amounts": (1500, 499),
            "hs_code": "000000", "origin": "US",
            "parts": (
                Part(sku="CUP", description="Cup", weight_g=300, hs_code="691110", origin="CN"),
                Part(sku="TEA", description="Tea", weight_g=100),
            ),
        }
    )  # fmt: skip
    verified = verified_order((bundle, 1), address=OTTAWA)
    promise = Promise(allocations=(allocation("1", "CUP", 2), allocation("1", "TEA", 1)))
    shipments = packed(verified, promise).shipments
    lines = [line for p in shipments[0].parcels for line in declared(p, shipments, verified, SETTINGS).lines]
    assert [(line.sku, line.hs_code, line.origin, line.value) for line in lines] == [
        ("CUP", "691110", "CN", 1500),
        ("TEA", "000000", "US", 499),
    ]
