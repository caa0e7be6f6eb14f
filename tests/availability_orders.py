"""Orders, stock and settings for the tests of availability, said in one line each."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from order_processing.inventory import Stock, Supply
from order_processing.order import Address, Line, Order
from order_processing.settings import Limits, Location, Privacy, Retention, Service, Settings, Store, Zone
from order_processing.verified_order import Item, VerifiedOrder

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def verified(
    *wanted: tuple[str, int],
    country: str = "DE",
    partial: bool = False,
    service: str = "standard",
    bundles: dict[str, tuple[tuple[str, int], ...]] | None = None,
    digital: tuple[str, ...] = (),
    order: str = "1001",
) -> VerifiedOrder:
    """A verified order of (SKU, quantity) lines; line ids count from "1"."""
    lines = tuple(
        Line(line_id=str(number), sku=sku, quantity=quantity, unit_price=1000)
        for number, (sku, quantity) in enumerate(wanted, 1)
    )
    placed = Order(
        source="api",
        store="main",
        store_order_id=order,
        placed_at=MONDAY_NOON,
        currency="EUR",
        shipping_address=Address(name="Ada", line1="Street 1", city="City", postal_code="10115", country=country),
        lines=lines,
        total=sum(line.gross for line in lines),
        allow_partial_shipment=partial,
    )
    items = tuple(
        Item(
            line_id=line.line_id,
            sku=line.sku,
            description=line.sku,
            digital=line.sku in digital,
            components=(bundles or {}).get(line.sku, ()),
        )
        for line in lines
    )
    return VerifiedOrder(order=placed, customer_id="c1", items=items, service=service)


def location(country: str = "DE", region: str = "", time_zone: str = "Europe/Berlin", **rest: object) -> Location:
    """A location with a cut-off at 14:00, unless `rest` says otherwise."""
    address = Address(name="Warehouse", line1="Way 1", city="Town", region=region, country=country)
    fields = {"name": "Warehouse", "address": address, "time_zone": time_zone, "cut_off": time(14, 0), **rest}
    return Location.model_validate(fields)


def settings(
    locations: dict[str, Location] | None = None,
    transit: dict[str, int] | None = None,
    costs: dict[str, int] | None = None,
    **limits: int,
) -> Settings:
    """Settings with one service; transit: working days by location, 1 where it does not say."""
    places = locations or {"leipzig": location(name="Leipzig", region="SN")}
    zones = tuple(
        Zone(
            countries=("*",),
            locations=(place,),
            transit_days=(transit or {}).get(place, 1),
            cost=(costs or {}).get(place, 0),
        )
        for place in places
    )
    return Settings(
        store=Store(name="S", url="", reply_to="", phone="", address=Address()),
        locations=places,
        services={"standard": Service(title="Standard", carrier="Carrier", zones=zones)},
        default_service="standard",
        gs1_company_prefix="0614141",
        privacy=Privacy(amounts=Retention(basis="a law about books", years=8)),
        limits=Limits.model_validate(limits),
    )


def stock(sku: str, available: int, at: str = "leipzig", bucket: int = 0) -> Stock:
    """Stock that may be promised."""
    return Stock(sku=sku, location=at, available=available, bucket=bucket)


def supply(sku: str, available: int, due_on: date, at: str = "leipzig", document: str = "PO-1") -> Supply:
    """Supply that may be promised."""
    return Supply(sku=sku, location=at, document=document, due_on=due_on, available=available)
