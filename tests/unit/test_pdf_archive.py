"""Every PDF is one to keep: tagged, with its fonts, its colours' meaning and its metadata inside.

These are the points of ISO 19005-2 that can be told from the file's objects by pypdf; no validator of the whole
standard has looked at the files.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from order_processing.documents.manifest import ManifestLine, manifest_document
from order_processing.documents.pick_list import pick_list
from order_processing.documents.set_of_documents import documents_for
from order_processing.order import Address
from tests.delivery_orders import BEANIE, ORDER_ID, POLO, SETTINGS, packed, promised_from_stock, verified_order

HAIFA = Address(
    name="נועה כהן", line1="דרך הים 12", city="חיפה", postal_code="3474101", country="IL", phone="+972 4 555 0100"
)
BATTERY = POLO.model_copy(update={"sku": "BATTERY", "description": "Power bank", "dangerous": "UN3480"})
KINDS = (
    "commercial_invoice",
    "customs_declaration",
    "dangerous_goods_note",
    "label",
    "manifest",
    "packing_slip",
    "pick_list",
)
MARKS = {b"BDC", b"BMC"}
PAINTS = {b"Tj", b"TJ", b"S", b"s", b"f", b"f*", b"B", b"B*", b"b", b"b*", b"Do", b"sh", b"'", b'"'}


def made() -> dict[str, bytes]:
    verified = verified_order((BEANIE, 2), (BATTERY, 1), address=HAIFA)
    promise = promised_from_stock(verified)
    delivery = packed(verified, promise)
    bodies = {p.kind: p.body for p in documents_for(ORDER_ID, verified, promise, delivery, SETTINGS)}
    shipment = delivery.shipments[0]
    lines = [ManifestLine(ORDER_ID, shipment.service, parcel) for parcel in shipment.parcels]
    at = datetime(2026, 11, 24, 16, tzinfo=UTC)
    facts = (shipment.location, "Northgate Parcel", shipment.ship_date, lines, SETTINGS)
    bodies["manifest"] = manifest_document("louisville-00001", *facts, at=at)
    bodies["pick_list"] = pick_list(shipment.location, shipment.ship_date, [(ORDER_ID, shipment)], SETTINGS)
    return bodies


@cache
def bodies() -> dict[str, bytes]:
    return made()


@pytest.fixture(params=KINDS)
def reader(request: pytest.FixtureRequest) -> PdfReader:
    return PdfReader(BytesIO(bodies()[request.param]), strict=True)


def catalog(reader: PdfReader) -> Any:
    return reader.trailer["/Root"]


def test_made_again_they_are_the_same_bytes() -> None:
    assert set(bodies()) == set(KINDS)
    assert made() == bodies()


def test_language_title_and_metadata_are_there_and_agree(reader: PdfReader) -> None:
    root, info = catalog(reader), reader.metadata
    assert reader.pdf_header == "%PDF-1.7"
    assert not reader.is_encrypted
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    xmp = root["/Metadata"].get_data()
    assert "/Filter" not in root["/Metadata"]
    elements = ElementTree.fromstring(xmp).iter()  # noqa: S314 - our own
    texts = {element.tag.rpartition("}")[2]: element.text for element in elements}
    assert (texts["part"], texts["conformance"]) == ("2", "U")
    assert texts["CreateDate"] == "2000-01-01T00:00:00+00:00"
    assert info["/CreationDate"] == "D:20000101000000+00'00'"
    assert info["/Title"] == reader.xmp_metadata.dc_title["x-default"]
    assert [info["/Author"]] == reader.xmp_metadata.dc_creator
    assert info["/Producer"] == texts["Producer"]
    assert len(reader.trailer["/ID"]) == 2
    assert not {"/AA", "/OpenAction", "/Names", "/AcroForm"} & set(root)


def test_greys_have_a_meaning(reader: PdfReader) -> None:
    (intent,) = catalog(reader)["/OutputIntents"]
    profile = intent["/DestOutputProfile"]
    data = profile.get_data()
    assert (intent["/S"], profile["/N"], data[36:40], data[16:20]) == ("/GTS_PDFA1", 3, b"acsp", b"RGB ")
    assert int.from_bytes(data[:4], "big") == len(data)


def test_every_font_is_in_the_file_and_says_which_letters_its_codes_are(reader: PdfReader) -> None:
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        assert font["/FontDescriptor"]["/FontFile2"].get_data()
        assert b"beginbf" in font["/ToUnicode"].get_data()
        assert len(font["/Widths"]) == font["/LastChar"] - font["/FirstChar"] + 1


def test_whatever_is_drawn_is_tagged_in_order_or_an_artifact(reader: PdfReader) -> None:
    root = catalog(reader)
    assert root["/MarkInfo"]["/Marked"]
    (document,) = root["/StructTreeRoot"]["/K"]
    elements = [kid.get_object() for kid in document["/K"]]
    numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    parents = {int(numbers[i]): list(numbers[i + 1].get_object()) for i in range(0, len(numbers), 2)}
    assert sorted(parents) == list(range(len(reader.pages)))
    for page in reader.pages:
        marked, depth = [], 0
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in MARKS:
                assert depth == 0
                depth += 1
                if operator == b"BDC":
                    marked.append((str(operands[0]), int(operands[1]["/MCID"])))
            elif operator == b"EMC":
                depth -= 1
            elif operator in PAINTS:
                assert depth == 1, f"{operator!r} is neither tagged nor an artifact"
        of_page = [parent.get_object() for parent in parents[page["/StructParents"]]]
        assert marked == [(str(e["/S"]), int(e["/K"])) for e in of_page]
        assert all(e["/Pg"].get_object() == page.get_object() for e in of_page)
    assert len(elements) == sum(map(len, parents.values()))
    assert {str(e["/S"]) for e in elements} <= {"/P", "/Figure"}
    assert all(("/Alt" in e) == (e["/S"] == "/Figure") for e in elements)


def test_text_from_right_to_left_is_there_as_it_is_read() -> None:
    reader = PdfReader(BytesIO(bodies()["label"]))
    (document,) = catalog(reader)["/StructTreeRoot"]["/K"]
    actual = [str(kid.get_object().get("/ActualText", "")) for kid in document["/K"]]
    assert any("נועה כהן" in text for text in actual)
    figures = [str(kid.get_object()["/Alt"]) for kid in document["/K"] if kid.get_object()["/S"] == "/Figure"]
    assert any(re.fullmatch(r"Barcode \(00\)\d{18}", text) for text in figures)
