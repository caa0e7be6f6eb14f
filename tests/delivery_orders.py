"""Orders to be packed, labelled and shipped, for the tests of delivery preparation."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from order_processing import settings, sscc
from order_processing.delivery import Delivery
from order_processing.order import Address, Customer, Line, Option, Order
from order_processing.packing import pack
from order_processing.promise import Allocation, Promise
from order_processing.settings import Settings
from order_processing.verified_order import Item, VerifiedOrder

ORDER_ID = "BRSJV48JX"
SETTINGS = settings.current()
LOUISVILLE = Address(
    name="Maria Fernández-Ochoa",
    company="Ochoa & Sons, Ltd.",
    line1="500 South 4th Street",
    line2="Suite 1200",
    city="Louisville",
    region="KY",
    postal_code="40202",
    country="US",
    phone="+1 502 555 0142",
)
BERLIN = Address(
    name="Jörg Müller-Weißenfels",
    line1="Straße des 17. Juni 135",
    city="Berlin",
    region="BE",
    postal_code="10623",
    country="DE",
)
BEANIE = Item(line_id="1", sku="BEANIE", description="Beanie, merino wool", weight_g=90, size_mm=(200, 150, 40))
POLO = Item(
    line_id="2", sku="POLO-M-RED", description="Polo shirt, organic cotton", weight_g=320, size_mm=(300, 250, 30)
)
GUIDE = Item(line_id="3", sku="GUIDE", description="Care guide, e-book", digital=True)


def verified_order(
    *ordered: tuple[Item, int], address: Address = LOUISVILLE, note: str = "", service: str = "standard"
) -> VerifiedOrder:
    """A verified order of these items and quantities."""
    return VerifiedOrder(
        order=Order(
            source="shopify",
            store="northgate",
            store_order_id="1042",
            store_order_number="#1042",
            placed_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
            currency="USD",
            customer=Customer(name="Maria Fernández-Ochoa", email="maria@example.com"),
            shipping_address=address,
            billing_address=address,
            lines=tuple(
                Line(
                    line_id=item.line_id,
                    sku=item.sku,
                    title=item.description,
                    options=(Option(name="Colour", value="Signal red"),),
                    quantity=quantity,
                    unit_price=1999,
                )
                for item, quantity in ordered
            ),
            total=1999 * sum(quantity for _, quantity in ordered),
            note=note,
        ),
        customer_id="c-1",
        items=tuple(item for item, _ in ordered),
        service=service,
    )


def allocation(
    line_id: str, sku: str, quantity: int, location: str = "louisville", ship_date: date = date(2026, 11, 24)
) -> Allocation:
    """Pieces from a location's stock, on the road for three days."""
    return Allocation(
        line_id=line_id,
        sku=sku,
        quantity=quantity,
        kind="stock",
        location=location,
        ship_date=ship_date,
        delivery_date=date.fromordinal(ship_date.toordinal() + 3),
    )


def promised_from_stock(verified: VerifiedOrder) -> Promise:
    """All of an order without bundles, from one location on one day."""
    quantities = {line.line_id: line.quantity for line in verified.order.lines}
    return Promise(
        allocations=tuple(allocation(i.line_id, i.sku, quantities[i.line_id]) for i in verified.items if not i.digital)
    )


def packed(verified: VerifiedOrder, promise: Promise | None = None, having: Settings = SETTINGS) -> Delivery:
    """The order's delivery, with the first SSCC of each parcel."""
    numbers = count(1)
    return Delivery(
        shipments=tuple(
            shipment.numbered(
                [sscc.candidate(having.gs1_company_prefix, ORDER_ID, next(numbers)) for _ in shipment.parcels]
            )
            for shipment in pack(verified, promise or promised_from_stock(verified), having)
        )
    )
