"""Labels and slips, printed as a printer would and read back by a decoder that is not ours."""

from __future__ import annotations

import re
from itertools import pairwise

import pypdfium2
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from order_processing import sscc
from order_processing.documents.addresses import address_lines
from order_processing.documents.box_drawing import ranges
from order_processing.documents.dangerous_goods_note import dangerous_goods_note
from order_processing.documents.drawing import TextTooLong
from order_processing.documents.fonts import UnprintableText, as_seen, runs
from order_processing.documents.packing_slip import packing_slip
from order_processing.documents.shipping_label import SIZES_MM, return_label, shipping_label
from order_processing.order import Address, Customer
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
    packed,
    promised_from_stock,
    verified_order,
)

ELEMENTS = 13 * 6 + 7
"""Bars and spaces of an SSCC's symbol: start, FNC1, ten pairs of digits, check, stop."""
WITHOUT_BOXES = SETTINGS.model_copy(update={"boxes": {}})
PRINTERS = [(size, dpi) for size in SIZES_MM for dpi in (203, 300)]


def printed(pdf: bytes, dpi: int = 203, page: int = 0) -> Image.Image:
    """A page in greys, one pixel a dot (a hair less, because the renderer rounds the page's size up)."""
    return pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72 * 0.999999).to_pil().convert("L")


def text_of(pdf: bytes) -> str:
    """All that stands on the pages."""
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def label(verified: VerifiedOrder, having: Settings = SETTINGS, number: int = 1) -> bytes:
    (shipment,) = packed(verified, having=having).shipments
    return shipping_label(shipment.parcels[number - 1], shipment, verified, having, ORDER_ID)


def slip(verified: VerifiedOrder, having: Settings = SETTINGS) -> bytes:
    delivery = packed(verified, having=having)
    return packing_slip(ORDER_ID, verified, promised_from_stock(verified), delivery, having)


def to(address: Address) -> VerifiedOrder:
    return verified_order((BEANIE, 2), address=address)


@pytest.mark.parametrize(("size", "dpi"), PRINTERS)
def test_the_labels_barcode_is_read_back_from_every_printer(size: str, dpi: int) -> None:
    having = SETTINGS.model_copy(update={"printing": Printing(label_size=size, label_dpi=dpi)})
    verified = verified_order((BEANIE, 400), (POLO, 3))
    (shipment,) = packed(verified, having=having).shipments
    assert len(shipment.parcels) > 1
    for parcel in shipment.parcels:
        image = printed(shipping_label(parcel, shipment, verified, having, ORDER_ID), dpi)
        found = {b.text: b for b in zxingcpp.read_barcodes(image)}
        assert set(found) == {
            sscc.human_readable(parcel.sscc), "(421)84040202", f"https://id.gs1.org/00/{parcel.sscc}"
        }  # fmt: skip
        assert found[sscc.human_readable(parcel.sscc)].content_type == zxingcpp.ContentType.GS1


@pytest.mark.parametrize(("size", "dpi"), PRINTERS)
def test_bars_are_whole_dots_tall_and_wide_enough_with_quiet_zones(size: str, dpi: int) -> None:
    having = SETTINGS.model_copy(update={"printing": Printing(label_size=size, label_dpi=dpi)})
    image = printed(label(to(LOUISVILLE), having), dpi)
    dot = 25.4 / dpi
    pixels = image.tobytes()
    rows = [tuple(x < 128 for x in pixels[y * image.width : (y + 1) * image.width]) for y in range(image.height)]
    bars = [y for y, row in enumerate(rows) if sum(a != b for a, b in pairwise(row)) == ELEMENTS + 1]
    (row,) = {rows[y] for y in bars}
    assert len(bars) * dot >= 32
    assert max(bars) - min(bars) + 1 == len(bars)
    edges = [x for x, (a, b) in enumerate(pairwise(row)) if a != b]
    widths = [b - a for a, b in pairwise(edges)]
    module = min(widths)
    assert 0.495 <= module * dot <= 0.94
    assert all(width % module == 0 for width in widths)
    assert sum(widths) == 156 * module
    assert edges[0] + 1 >= 10 * module
    assert image.width - edges[-1] - 1 >= 10 * module
    grey = image.crop((0, min(bars), image.width, max(bars) + 1)).histogram()[3:253]
    assert sum(grey) == 0


def test_a_return_label_leads_back_and_is_not_the_way_there() -> None:
    verified = to(BERLIN)
    (shipment,) = packed(verified).shipments
    back = shipment.parcels[0].model_copy(update={"sscc": sscc.candidate("0614141", ORDER_ID, 99)})
    made = return_label(back, shipment, verified, SETTINGS, ORDER_ID)
    codes = {b.text for b in zxingcpp.read_barcodes(printed(made))}
    assert {sscc.human_readable(back.sscc), "(421)84040219"} <= codes
    text = text_of(made)
    assert text.index("Straße des 17. Juni 135") < text.index("1200 Outer Loop, Dock 4")
    assert "Return" in text


def test_the_dangerous_goods_note_names_dangerous_goods_alone() -> None:
    battery = POLO.model_copy(update={"description": "Battery pack", "dangerous": "UN3480"})
    verified = verified_order((BEANIE, 1), (battery, 2))
    (shipment,) = packed(verified).shipments
    note = dangerous_goods_note(shipment, verified, SETTINGS, ORDER_ID)
    text = text_of(note)
    (parcel,) = [p for p in shipment.parcels if p.contents[0].sku == battery.sku]
    for part in ("UN3480", "Battery pack", parcel.sscc, "BRSJ-V48J-X, page 1 of 1"):
        assert part in text
    assert "Beanie" not in text


def test_a_destination_without_postal_code_has_no_barcode_for_it() -> None:
    castries = Address(name="A", line1="1 Main Street", city="Castries", country="LC")
    formats = [b.format for b in zxingcpp.read_barcodes(printed(label(to(castries))))]
    assert sorted(formats, key=str) == [zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode]


def test_the_label_says_all_that_a_carrier_needs() -> None:
    text = text_of(label(to(BERLIN)))
    for part in (
        "Jörg Müller-Weißenfels",
        "Straße des 17. Juni 135",
        "10623 BERLIN",
        "GERMANY",
        "BRSJ-V48J-X",
        "1 of 1",
        "2026-11-24",
        "0.27 kg",
        "Standard delivery",
        "Northgate Parcel",
        "1200 Outer Loop, Dock 4",
    ):
        assert part in text


def test_the_country_is_left_out_where_the_parcel_stays() -> None:
    assert address_lines(LOUISVILLE, sent_from="US") == (
        "Maria Fernández-Ochoa", "Ochoa & Sons, Ltd.", "500 South 4th Street", "Suite 1200", "LOUISVILLE, KY 40202",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (Address(name="A", line1="10 High St", city="Leeds", postal_code="ls1 4ap", country="GB"),
         ("A", "10 High St", "LEEDS", "LS1 4AP", "UNITED KINGDOM")),
        (Address(name="A", line1="Via Roma 1", city="Torino", region="TO", postal_code="10121", country="IT"),
         ("A", "Via Roma 1", "10121 TORINO TO", "ITALY")),
        (Address(name="A", line1="1-2-3 Ginza", city="Chuo-ku", region="13", postal_code="104-0061", country="JP"),
         ("A", "1-2-3 Ginza", "Chuo-ku, TOKYO", "104-0061", "JAPAN")),
        (Address(name="A", line1="Rua Um 5", city="Recife", region="PE", postal_code="50030-000", country="BR"),
         ("A", "Rua Um 5", "RECIFE-PE", "50030-000", "BRAZIL")),
        (Address(name="A", line1="Calle 1", city="", region="", postal_code="", country="XK"),
         ("A", "Calle 1", "KOSOVO")),
    ],
)  # fmt: skip
def test_addresses_are_written_as_their_country_does(address: Address, lines: tuple[str, ...]) -> None:
    assert address_lines(address, sent_from="US") == lines


def test_documents_made_again_are_the_same_bytes_and_name_no_time() -> None:
    verified = verified_order((BEANIE, 2), (GUIDE, 1), note="Ring twice")
    assert label(verified) == label(verified)
    assert slip(verified) == slip(verified)
    assert b"20260" not in slip(verified)


def test_long_names_shrink_and_what_cannot_fit_is_refused() -> None:
    long = BERLIN.model_copy(
        update={"name": "Wolfeschlegelsteinhausen " * 3, "line1": "x" * 60, "line2": "Straße " * 12}
    )
    assert "x" * 20 in text_of(label(to(long)))
    with pytest.raises(TextTooLong, match=r"^shipping_address: "):
        label(to(BERLIN.model_copy(update={"name": "W" * 500, "line1": "W" * 500, "line2": "W" * 500})))


def test_names_greek_cyrillic_and_vietnamese() -> None:
    for name in ("Ελένη Παπαδοπούλου", "Екатерина Щербакова", "Nguyễn Thị Ánh", "Łukasz Żółć", "Þórður Ægisson"):
        assert name in text_of(label(to(BERLIN.model_copy(update={"name": name}))))


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        (Address(name="דוד", line1="רחוב דיזנגוף 99, דירה 4", city="תל אביב", postal_code="6439602", country="IL"),
         "4 הריד ,99 ףוגנזיד בוחר"),
        (Address(name="محمد", line1="شارع 125", city="الرياض", postal_code="12271", country="SA"), "125 ﻉﺭﺎﺷ"),
        (Address(name="山田 太郎", line1="銀座1-2-3", city="中央区", region="13", postal_code="104-0061", country="JP"),
         "東京都中央区"),
        (Address(name="김철수", line1="세종대로 110", city="중구", region="11", postal_code="04524", country="KR"),
         "서울특별시 중구"),
    ],
)  # fmt: skip
def test_addresses_in_other_scripts_are_set_as_they_are_read(address: Address, seen: str) -> None:
    lines = [as_seen(line) for line in address_lines(address, sent_from="US")]
    assert seen in lines
    image = printed(label(to(address)))
    assert zxingcpp.read_barcodes(image)
    assert len({run[0] for line in lines for run in runs(line)}) > 1


def test_other_scripts_need_their_fonts_only_when_they_are_used() -> None:
    code = (
        "import sys; from tests.delivery_orders import *; from order_processing.documents.packing_slip import *;"
        "v = verified_order((BEANIE, 1)); packing_slip(ORDER_ID, v, promised_from_stock(v), packed(v), SETTINGS);"
        "from reportlab.pdfbase.pdfmetrics import _fonts;"
        "print(sorted(n for n in _fonts if 'Sans' in n), 'bidi' in sys.modules, 'arabic_reshaper' in sys.modules)"
    )
    assert printed_afresh(code) == ["['NotoSans-Bold',", "'NotoSans-Regular']", "False", "False"]


def test_a_letter_that_no_font_has_is_refused_without_saying_the_name() -> None:
    with pytest.raises(UnprintableText, match=r"^shipping_address: no font for U\+13000") as refusal:
        label(to(BERLIN.model_copy(update={"name": "Anna \U00013000"})))
    assert "Anna" not in str(refusal.value)
    with pytest.raises(UnprintableText, match=r"^shipping_address: no font for U\+13000 and 2 more$"):
        label(to(BERLIN.model_copy(update={"name": "\U00013002\U00013001\U00013000"})))


@pytest.mark.parametrize(("own", "field"), [("\U00013000", "shipping_address.phone"), ("", "customer.phone")])
def test_a_phone_number_that_cannot_be_printed_is_refused_by_its_field(own: str, field: str) -> None:
    verified = to(BERLIN.model_copy(update={"phone": own}))
    customer = verified.order.customer.model_copy(update={"phone": "\U00013000"})
    order = verified.order.model_copy(update={"customer": customer})
    with pytest.raises(UnprintableText, match=rf"^{field}: no font"):
        label(verified.model_copy(update={"order": order}))


def test_pictograms_and_control_characters_are_left_out() -> None:
    text = text_of(label(to(BERLIN.model_copy(update={"name": "Zoë 🎉\u202e\x00 ^XZ"}))))
    assert "Zoë ^XZ" in text
    nameless = to(BERLIN.model_copy(update={"name": "🎉"}))
    assert "Maria Fernández-Ochoa" in text_of(label(nameless))
    nobody = nameless.order.model_copy(update={"customer": Customer()})
    with pytest.raises(UnprintableText, match=r"shipping_address\.name"):
        label(nameless.model_copy(update={"order": nobody}))


@given(st.builds(
    Address,
    name=st.text(max_size=120),
    company=st.text(max_size=120),
    line1=st.text(max_size=120),
    line2=st.text(max_size=120),
    city=st.text(max_size=80),
    postal_code=st.text(max_size=30),
    country=st.sampled_from(["US", "DE", "JP", "XX", "CN", "BR"]),
    phone=st.text(max_size=60),
))  # fmt: skip
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_any_address_gives_a_label_or_a_clear_refusal_and_always_a_slip(address: Address) -> None:
    verified = to(address)
    assert slip(verified).startswith(b"%PDF-")
    try:
        made = label(verified)
    except (TextTooLong, UnprintableText) as refusal:
        assert re.match(r"shipping_address(\.name|\.phone)?: ", str(refusal))
    else:
        assert any(b.format == zxingcpp.BarcodeFormat.Code128 for b in zxingcpp.read_barcodes(printed(made)))


def test_the_slip_lists_every_parcel_with_what_is_in_it() -> None:
    verified = verified_order((BEANIE, 400), (POLO, 3), (GUIDE, 1), note="Please leave it <b>with</b> the neighbour.")
    text = text_of(slip(verified, WITHOUT_BOXES))
    (shipment,) = packed(verified, having=WITHOUT_BOXES).shipments
    for parcel in shipment.parcels:
        assert f"Parcel {parcel.number} of {parcel.of}" in text
        assert sscc.human_readable(parcel.sscc) in text
    for part in (
        "BEANIE",
        "Polo shirt, organic cotton (Colour: Signal red)",
        "Care guide, e-book",
        "sent by e-mail",
        "Please leave it <b>with</b> the neighbour.",
        "From Louisville, leaves 2026-11-24",
        "BRSJ-V48J-X, page 1 of 1",
    ):
        assert part in text


def test_the_slip_draws_each_layer_of_a_box_with_the_steps_of_packing() -> None:
    cube = BEANIE.model_copy(update={"size_mm": (240, 190, 50)})
    verified = verified_order((cube, 2))
    (parcel,) = packed(verified).shipments[0].parcels
    text = text_of(slip(verified))
    assert parcel.box == "Small box"
    assert [piece.at_mm[2] for placed in parcel.placements for piece in placed.each()] == [0, 50]
    for part in ("packed as 1-2", "on the floor", "50 mm above the floor", "Small box, 0.32 kg"):
        assert part in text


def test_steps_are_written_as_ranges() -> None:
    assert ranges([1, 2, 3, 5, 7, 8]) == "1-3, 5, 7-8"


def test_a_slip_of_200_lines_goes_over_pages_that_say_so() -> None:
    many = [BEANIE.model_copy(update={"line_id": str(n), "sku": f"SKU-{n:03}"}) for n in range(200)]
    pdf = slip(verified_order(*((item, 1) for item in many)), WITHOUT_BOXES)
    text = text_of(pdf)
    pages = len(pypdfium2.PdfDocument(pdf))
    assert pages > 3
    assert all(f"SKU-{n:03}" in text for n in range(200))
    assert all(f"page {page} of {pages}" in text for page in range(1, pages + 1))
    assert text.count("Parcel 1 of 1, continued") == pages - 1


def test_the_slip_is_letter_in_america_and_a4_elsewhere() -> None:
    verified = to(LOUISVILLE)
    promise = promised_from_stock(verified)
    from_leipzig = promise.model_copy(
        update={"allocations": tuple(a.model_copy(update={"location": "leipzig"}) for a in promise.allocations)}
    )
    sizes = [
        pypdfium2.PdfDocument(packing_slip(ORDER_ID, verified, p, packed(verified, p), SETTINGS))[0].get_size()
        for p in (promise, from_leipzig)
    ]
    assert [tuple(round(points / 72 * 25.4) for points in size) for size in sizes] == [(216, 279), (210, 297)]


def test_a_slip_states_prices_and_amounts_unless_it_is_a_gift_or_the_store_wants_none() -> None:
    verified = verified_order((BEANIE, 2), (POLO, 1))
    text = text_of(slip(verified))
    assert text.count("19.99 USD") >= 2
    assert re.search(r"Total\s+59\.97 USD", text)
    for gift in ({"gift": True}, {"gift_message": "Happy birthday, Mia!"}):
        given = verified.model_copy(update={"order": verified.order.model_copy(update=gift)})
        text = text_of(slip(given))
        assert "USD" not in text
        assert "Bill to" not in text
        assert "BEANIE" in text
    assert "Happy birthday, Mia!" in text
    assert "from Maria Fernández-Ochoa" in text
    plain = SETTINGS.model_copy(update={"printing": Printing(slip_prices=False)})
    assert "USD" not in text_of(slip(verified, plain))


def test_amounts_that_do_not_add_up_are_not_stated_and_stop_nobody_from_packing() -> None:
    verified = to(LOUISVILLE)
    wrong = verified.model_copy(update={"order": verified.order.model_copy(update={"total": 1})})
    text = text_of(slip(wrong))
    assert "USD" not in text
    assert "BEANIE" in text
