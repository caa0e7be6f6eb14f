"""Which documents a delivery gets: what is needed and no more, the same each time, refused by name."""

from __future__ import annotations

import re

import pytest

from order_processing.customs import crosses_customs
from order_processing.delivery import Delivery, Document
from order_processing.documents.needed import missing
from order_processing.documents.set_of_documents import DocumentRefused, Printed, documents_for
from order_processing.order import Address
from order_processing.promise import Promise
from order_processing.settings import Printing, Settings
from order_processing.verified_order import VerifiedOrder
from tests.afresh import printed_afresh
from tests.delivery_orders import (
    BEANIE,
    BERLIN,
    GUIDE,
    LOUISVILLE,
    ORDER_ID,
    POLO,
    SETTINGS,
    allocation,
    packed,
    promised_from_stock,
    verified_order,
)

OTTAWA = Address(
    name="Jane Smith", line1="123 Fake Street", city="Ottawa", region="ON", postal_code="K2P 1L4", country="CA"
)
BATTERY = POLO.model_copy(update={"sku": "BATTERY", "description": "Power bank", "dangerous": "UN3480"})
WITH_ZPL = SETTINGS.model_copy(update={"printing": Printing(zpl=True)})


def made(verified: VerifiedOrder, promise: Promise | None = None, having: Settings = SETTINGS) -> list[Printed]:
    promise = promise or promised_from_stock(verified)
    return list(documents_for(ORDER_ID, verified, promise, packed(verified, promise, having), having))


def names(printed: list[Printed]) -> list[str]:
    return [each.name for each in printed]


def test_a_domestic_order_has_labels_and_one_slip() -> None:
    assert names(made(verified_order((BEANIE, 2), address=LOUISVILLE))) == ["label-1.pdf", "packing-slip.pdf"]


def test_across_a_customs_border_go_a_declaration_a_parcel_and_an_invoice_a_shipment() -> None:
    verified = verified_order((BEANIE, 400), address=OTTAWA)
    parcels = len(packed(verified).shipments[0].parcels)
    assert parcels > 1
    numbers = range(1, parcels + 1)
    assert names(made(verified)) == [
        *(f"label-{n}.pdf" for n in numbers),
        *(f"customs-declaration-{n}.pdf" for n in numbers),
        "commercial-invoice-1.pdf",
        "packing-slip.pdf",
    ]


def test_only_the_shipment_that_crosses_the_border_is_declared_under_its_labels_number() -> None:
    verified = verified_order((BEANIE, 1), (POLO, 1), address=BERLIN)
    promise = Promise(
        allocations=(
            allocation(BEANIE.line_id, BEANIE.sku, 1, location="leipzig"),
            allocation(POLO.line_id, POLO.sku, 1, location="louisville"),
        )
    )
    shipments = packed(verified, promise).shipments
    assert len(shipments) == 2
    (crossing,) = (
        number
        for number, shipment in enumerate(shipments, 1)
        if crosses_customs(SETTINGS.locations[shipment.location].address, BERLIN)
    )
    papers = [name for name in names(made(verified, promise)) if re.match("customs|commercial", name)]
    assert papers == [f"customs-declaration-{crossing}.pdf", f"commercial-invoice-{crossing}.pdf"]


def test_dangerous_goods_have_a_note_at_home_too() -> None:
    printed = made(verified_order((BEANIE, 1), (BATTERY, 1)))
    assert names(printed) == ["label-1.pdf", "label-2.pdf", "dangerous-goods-note-1.pdf", "packing-slip.pdf"]
    assert printed[2].kind == "dangerous_goods_note"


def test_labels_are_zpl_too_if_the_settings_ask_for_it() -> None:
    printed = made(verified_order((BEANIE, 1)), having=WITH_ZPL)
    assert [(each.kind, each.name, each.content_type) for each in printed] == [
        ("label", "label-1.pdf", "application/pdf"),
        ("label_zpl", "label-1.zpl", "application/zpl"),
        ("packing_slip", "packing-slip.pdf", "application/pdf"),
    ]
    assert printed[1].body.startswith(b"^XA")


def test_nothing_is_printed_where_nothing_is_packed() -> None:
    verified = verified_order((GUIDE, 1))
    assert list(documents_for(ORDER_ID, verified, Promise(allocations=()), Delivery(shipments=()), SETTINGS)) == []


def test_all_documents_made_again_are_the_same_bytes() -> None:
    verified = verified_order((BEANIE, 2), (BATTERY, 1), address=OTTAWA)
    printed = made(verified, having=WITH_ZPL)
    assert {each.kind for each in printed} == {
        "label", "label_zpl", "customs_declaration", "commercial_invoice", "dangerous_goods_note", "packing_slip"
    }  # fmt: skip
    assert made(verified, having=WITH_ZPL) == printed


def test_goods_without_tariff_number_and_origin_do_not_stop_the_order() -> None:
    assert not POLO.hs_code
    assert len(made(verified_order((POLO, 1), address=OTTAWA))) == 4


@pytest.mark.parametrize("country", ["US", "CA"])
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "Canary \U00013000", r"shipping_address: no font for U\+13000"),
        ("line1", "Canary " * 300, r"shipping_address: does not fit [\d x]+ mm in 7 pt"),
        ("phone", "canary" * 40, r"shipping_address\.phone: \d+ characters do not fit \d+ mm in 5 pt"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_document_and_field_without_the_text(
    country: str, field: str, value: str, message: str
) -> None:
    address = OTTAWA.model_copy(update={"country": country, field: value})
    with pytest.raises(DocumentRefused, match=rf"^label-1\.pdf: {message}$") as refusal:
        made(verified_order((BEANIE, 1), address=address))
    assert "anary" not in repr(refusal.value)
    assert refusal.value.__suppress_context__


def test_customs_papers_are_loaded_only_for_orders_that_need_them() -> None:
    code = (
        "import sys; from tests.unit.test_set_of_documents import *;"
        "late = ['customs_declaration', 'commercial_invoice', 'dangerous_goods_note'];"
        "loaded = lambda: [f'order_processing.documents.{name}' in sys.modules for name in late];"
        "made(verified_order((BEANIE, 1))); print(*loaded());"
        "made(verified_order((BEANIE, 1), (BATTERY, 1), address=OTTAWA)); print(*loaded())"
    )
    assert printed_afresh(code) == ["False"] * 3 + ["True"] * 3


def test_what_a_delivery_needs_is_counted_from_its_shipments() -> None:
    verified = verified_order((BEANIE, 2), (BATTERY, 1), address=OTTAWA)
    shipments = packed(verified).shipments
    parcels = len(shipments[0].parcels)
    documents = [
        Document(kind=p.kind, key=f"orders/X/{p.name}", content_type=p.content_type, sha256="0" * 64, size=len(p.body))
        for p in made(verified)
    ]
    assert missing(shipments, documents, verified, SETTINGS) == []
    for lost in documents:
        rest = [document for document in documents if document is not lost]
        assert missing(shipments, rest, verified, SETTINGS) == [f"{lost.kind}: 1 missing"]
    assert missing(shipments, [], verified, SETTINGS) == [
        "commercial_invoice: 1 missing",
        f"customs_declaration: {parcels} missing",
        "dangerous_goods_note: 1 missing",
        f"label: {parcels} missing",
        "packing_slip: 1 missing",
    ]
    assert missing((), [], verified, SETTINGS) == []
