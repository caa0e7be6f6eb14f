"""Two hundred orders at random, as customers write them: every barcode of a label is read back, from PDF and ZPL."""

from __future__ import annotations

import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from order_processing import sscc
from order_processing.checks import Rules
from order_processing.delivery import Parcel, Shipment
from order_processing.documents.addresses import country_number
from order_processing.documents.set_of_documents import documents_for
from order_processing.documents.shipping_label import shipping_label, shipping_label_zpl
from order_processing.order import Address
from order_processing.verification.findings import Findings
from order_processing.verification.label import check_label
from order_processing.verified_order import VerifiedOrder
from tests.delivery_orders import BEANIE, ORDER_ID, POLO, SETTINGS, packed, promised_from_stock, verified_order
from tests.zpl_renderer import NEEDS_RENDERER, render

ORDERS, PARTS = 200, 8
WITHOUT_BOXES = SETTINGS.model_copy(update={"boxes": {}})
NAMES = (
    "Maria Fernández-Ochoa", "Jörg Müller-Weißenfels", "O'Brien, Seán", "Ngô Thị Thanh Hương", "Łukasz Żółć",
    "Αλέξανδρος Παπαδόπουλος", "Дмитрий Щербаков", "山田 太郎", "王小明", "김민수", "דוד בן-גוריון",
    "محمد عبد الله الأحمد",
    "Zoë 🎉 Smith", "A^XZ~JR^XA_5E", "X", "Anna-Katharina Elisabeth von und zu Hohenstein-Wittelsbach-Sachsenburg III.",
)  # fmt: skip
STREETS = (
    "1 Main St", "Straße des 17. Juni 135", "Calle de la Virgen de los Desamparados y San José 1234, 5.º izq.",
    "銀座1-2-3", "רחוב דיזנגוף 99", "شارع الملك فهد 12", "улица Ленина, д. 5, кв. 12", "^XZ 12", "PO Box 7",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch 1",
)  # fmt: skip
PLACES = (
    ("US", "KY", "Louisville", "40202"), ("US", "CA", "San Luis Obispo", "93401-1234"), ("DE", "", "Berlin", "10623"),
    ("CA", "ON", "Ottawa", "K2P 1L4"), ("GB", "", "London", "SW1A 2AA"), ("JP", "13", "中央区", "104-0061"),
    ("BR", "RJ", "Rio de Janeiro", "20040-000"), ("IL", "", "תל אביב", "6439602"), ("AE", "DU", "Dubai", ""),
    ("RU", "MOW", "Москва", "101000"), ("GR", "", "Αθήνα", "105 57"), ("HK", "", "Kowloon", ""),
    ("IE", "D", "Dublin", "D02 X285"), ("KR", "11", "서울", "04524"), ("CN", "BJ", "北京", "100000"),
)  # fmt: skip


def an_order(seed: int) -> VerifiedOrder:
    """An order that is the same for a seed: one line to two hundred, light and heavy, to anywhere, by anybody."""
    chance = random.Random(seed)  # noqa: S311 - a test's own chance
    country, region, city, postal_code = chance.choice(PLACES)
    address = Address(
        name=chance.choice(NAMES),
        company=chance.choice(("", "", "Ochoa & Sons, Ltd.", "株式会社サンプル")),
        line1=chance.choice(STREETS),
        line2=chance.choice(("", "", "Suite 1200", "c/o Elizabeth Alexandra Mary Windsor-Mountbatten, 3rd floor")),
        city=city,
        region=region,
        postal_code=postal_code,
        country=country,
        phone=chance.choice(("", "+1 502 555 0142", "+49 30 901820")),
    )
    lines = 200 if seed % 40 == 0 else chance.choice((1, 1, 2, 3, 8))
    items = [
        (chance.choice((BEANIE, POLO)).model_copy(update={"line_id": str(n), "sku": f"SKU-{n}"}),
         chance.choice((1, 1, 2, 5)) if lines == 200 else chance.choice((1, 1, 2, 60)))
        for n in range(lines)
    ]  # fmt: skip
    return verified_order(*items, address=address)


def labels(seed: int) -> Iterator[tuple[Parcel, Shipment, VerifiedOrder]]:
    """An order's first parcel, of every fifth order the last as well: what is between differs in its number."""
    verified = an_order(seed)
    (shipment,) = packed(verified, having=WITHOUT_BOXES).shipments
    parcels = (shipment.parcels[0], shipment.parcels[-1]) if seed % 5 == 0 else shipment.parcels[:1]
    for parcel in dict.fromkeys(parcels):
        yield parcel, shipment, verified


def expected(parcel: Parcel, verified: VerifiedOrder) -> set[str]:
    """What must be read: the SSCC, the digital link, and the routing code where the address has one that has room."""
    return {sscc.human_readable(parcel.sscc), f"https://id.gs1.org/00/{parcel.sscc}"}


def routing(verified: VerifiedOrder) -> str:
    address = verified.order.shipping_address
    assert address is not None
    code = "".join(letter for letter in address.postal_code if letter.isalnum()).upper()
    return f"(421){country_number(address.country)}{code}"


def check(image: Image.Image, parcel: Parcel, verified: VerifiedOrder) -> int:
    """How many barcodes were read, each with the right content."""
    read = [code.text for code in zxingcpp.read_barcodes(image)]
    assert expected(parcel, verified) <= set(read)
    assert set(read) - expected(parcel, verified) <= {routing(verified)}
    return len(read)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_barcode_of_the_printed_labels_is_read_back(part: int) -> None:
    read = 0
    for seed in range(part, ORDERS, PARTS):
        for parcel, shipment, verified in labels(seed):
            page = pypdfium2.PdfDocument(shipping_label(parcel, shipment, verified, SETTINGS, ORDER_ID))[0]
            image = page.render(scale=203 / 72 * 0.999999).to_pil().convert("L")
            read += check(image, parcel, verified)
    assert read >= 2 * ORDERS / PARTS


@NEEDS_RENDERER
@pytest.mark.parametrize("part", range(PARTS))
def test_every_barcode_of_the_same_labels_in_zpl_is_read_back(part: int, tmp_path: Path) -> None:
    made = {}
    for seed in range(part, ORDERS, PARTS):
        for number, (parcel, shipment, verified) in enumerate(labels(seed)):
            file = tmp_path / f"{seed}-{number}.zpl"
            file.write_bytes(shipping_label_zpl(parcel, shipment, verified, SETTINGS, ORDER_ID))
            made[file] = (parcel, verified)
    render(list(made))
    read = sum(check(Image.open(f"{file}.png").convert("L"), *facts) for file, facts in made.items())
    assert read >= 2 * ORDERS / PARTS


def test_what_these_orders_write_passes_verification_but_for_pictograms_which_are_left_out() -> None:
    for seed in range(ORDERS):
        order = an_order(seed).order
        assert order.shipping_address is not None
        findings = Findings(Rules(), ())
        check_label(order.shipping_address, order.customer, findings)
        assert findings.all() == ()


@pytest.mark.parametrize("seed", [0, 7, 16, 33])
def test_pypdf_reads_every_document_strictly(seed: int) -> None:
    verified = an_order(seed)
    promise = promised_from_stock(verified)
    printed = list(documents_for(ORDER_ID, verified, promise, packed(verified), SETTINGS))
    assert {each.kind for each in printed} >= {"label", "packing_slip"}
    for each in printed:
        reader = pypdf.PdfReader(BytesIO(each.body), strict=True)
        assert len(reader.pages) >= 1
        assert reader.metadata is not None
        assert reader.metadata.title
