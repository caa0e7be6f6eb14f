"""Pictures of every document that is printed, into docs/documents: `python -m local.document_pictures`.

Names, addresses and goods are invented. Run it again when a document looks different, and look at each.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pypdfium2

from local.places import ROOT
from order_processing import settings, sscc
from order_processing.delivery import Delivery
from order_processing.documents.commercial_invoice import commercial_invoice
from order_processing.documents.customs_declaration import customs_declaration
from order_processing.documents.dangerous_goods_note import dangerous_goods_note
from order_processing.documents.packing_slip import packing_slip
from order_processing.documents.shipping_label import return_label, shipping_label
from order_processing.order import Address
from order_processing.packing import pack
from order_processing.promise import Promise
from order_processing.verified_order import VerifiedOrder
from tests.delivery_orders import BEANIE, BERLIN, GUIDE, LOUISVILLE, ORDER_ID, POLO, promised_from_stock, verified_order

TARGET = ROOT / "docs" / "documents"
SETTINGS = settings.current()
OTTAWA = Address(
    name="Jane Smith", line1="123 Fake Street", city="Ottawa", region="ON", postal_code="K2P 1L4", country="CA"
)
TOKYO = Address(
    name="山田 太郎", line1="銀座1-2-3", city="中央区", region="13", postal_code="104-0061", country="JP",
    phone="+81 3 5555 0142",
)  # fmt: skip
TEL_AVIV = Address(name="דוד בן-גוריון", line1="רחוב דיזנגוף 99", city="תל אביב", postal_code="6439602", country="IL")
LONG = Address(
    name="Anna-Katharina Elisabeth von Hohenstein-Wittelsbach 🎉",
    company="A^XZ Handels- und Beteiligungsgesellschaft mbH & Co. KG",
    line1="Straße der ungewöhnlich langen und sorgfältigen Namen 12345 b",
    line2="Hinterhaus, 3. Stock links, bitte bei Familie Müller klingeln",
    city="Berlin", postal_code="10623", country="DE",
)  # fmt: skip
WOOL = BEANIE.model_copy(update={"hs_code": "650500", "origin": "PT"})
COTTON = POLO.model_copy(update={"hs_code": "610510", "origin": "IN"})
BATTERY = POLO.model_copy(update={"sku": "POWER-20", "description": "Power bank, 20 Ah", "dangerous": "UN3480"})


def documents() -> dict[str, tuple[bytes, float]]:
    """Each document's PDF by the name of its picture, and at how many dots per inch it is shown."""
    home = verified_order((WOOL, 2), (COTTON, 1), (GUIDE, 1), address=LOUISVILLE)
    gift = home.model_copy(
        update={"order": home.order.model_copy(update={"gift_message": "Happy birthday, Mia! Keep warm. Your aunt"})}
    )
    small = verified_order((WOOL, 2), (COTTON, 1), address=OTTAWA)
    large = verified_order((WOOL, 40), (COTTON, 9), address=OTTAWA)
    dangerous = verified_order((BATTERY, 2), address=LOUISVILLE)
    parcels = {name: _delivery(of) for name, of in {"home": home, "small": small, "large": large}.items()}
    shipment = parcels["home"].shipments[0]
    back = shipment.parcels[0].model_copy(update={"sscc": sscc.candidate(SETTINGS.gs1_company_prefix, ORDER_ID, 99)})
    made = {
        "shipping-label": (_label(verified_order((WOOL, 2), address=BERLIN)), 110),
        "shipping-label-japan": (_label(verified_order((WOOL, 2), address=TOKYO)), 110),
        "shipping-label-israel": (_label(verified_order((WOOL, 2), address=TEL_AVIV)), 110),
        "shipping-label-long": (_label(verified_order((WOOL, 2), address=LONG)), 110),
        "return-label": (return_label(back, shipment, home, SETTINGS, ORDER_ID), 110),
        "packing-slip": (_slip(home, parcels["home"]), 80),
        "packing-slip-gift": (_slip(gift, parcels["home"]), 80),
        "customs-cn22": (_declaration(small, parcels["small"]), 110),
        "customs-cn23": (_declaration(large, parcels["large"]), 80),
        "commercial-invoice": (
            commercial_invoice(
                parcels["large"].shipments[0], parcels["large"].shipments, large, SETTINGS, ORDER_ID
            ),
            80,
        ),
        "dangerous-goods-note": (
            dangerous_goods_note(_delivery(dangerous).shipments[0], dangerous, SETTINGS, ORDER_ID),
            80,
        ),
    }  # fmt: skip
    return {name: (body, float(dpi)) for name, (body, dpi) in made.items()}


def _delivery(verified: VerifiedOrder) -> Delivery:
    numbers = count(1)
    packed = pack(verified, promised_from_stock(verified), SETTINGS)
    prefix = SETTINGS.gs1_company_prefix
    return Delivery(
        shipments=tuple(
            s.numbered([sscc.candidate(prefix, ORDER_ID, next(numbers)) for _ in s.parcels]) for s in packed
        )
    )


def _label(verified: VerifiedOrder) -> bytes:
    (shipment,) = _delivery(verified).shipments
    return shipping_label(shipment.parcels[0], shipment, verified, SETTINGS, ORDER_ID)


def _slip(verified: VerifiedOrder, delivery: Delivery) -> bytes:
    promise: Promise = promised_from_stock(verified)
    return packing_slip(ORDER_ID, verified, promise, delivery, SETTINGS)


def _declaration(verified: VerifiedOrder, delivery: Delivery) -> bytes:
    shipment = delivery.shipments[0]
    return customs_declaration(shipment.parcels[0], shipment, delivery.shipments, verified, SETTINGS, ORDER_ID)


def draw(target: Path = TARGET) -> list[Path]:
    """The first page of each document, in few greys, so that the files are small."""
    target.mkdir(parents=True, exist_ok=True)
    files = []
    for name, (body, dpi) in documents().items():
        picture = pypdfium2.PdfDocument(body)[0].render(scale=dpi / 72).to_pil().convert("L").quantize(16)
        files.append(target / f"{name}.png")
        picture.save(files[-1], optimize=True)
    return files


if __name__ == "__main__":
    for file in draw():
        print(file.relative_to(ROOT))
