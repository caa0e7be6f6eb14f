"""The order as data inside the mail: schema.org/Order in JSON-LD, which mail programs show as a card."""

from __future__ import annotations

import json
from typing import Any

from order_processing import order_number
from order_processing.mail.plain import one_line
from order_processing.mail.sums import Sums
from order_processing.money import major_units
from order_processing.order import Address
from order_processing.promise import Promise
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder

# Inside a script element no `<` may appear, and these two end a line in JavaScript.
_ESCAPED = {ord(c): f"\\u{ord(c):04x}" for c in "<>&'\u2028\u2029"}


def order_card(
    order_id: str, verified: VerifiedOrder, promise: Promise, sums: Sums, settings: Settings, status_url: str
) -> str:
    """JSON-LD text of a confirmed order, safe between `<script>` and `</script>`.

    An offer's price is the unit price, eligibleQuantity the quantity; amounts are major units in text.
    """
    order = verified.order
    currency = order.currency
    card: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Order",
        "orderNumber": order_number.display(order_id),
        "orderStatus": "https://schema.org/OrderProcessing",
        "orderDate": order.placed_at.isoformat(),
        "url": status_url,
        "merchant": {"@type": "Organization", "name": settings.store.name, "url": settings.store.url},
        "price": major_units(sums.total, currency),
        "priceCurrency": currency,
        "acceptedOffer": [_offer(verified, number) for number in range(len(order.lines))],
    }
    if sums.discount:
        card |= {"discount": major_units(sums.discount, currency), "discountCurrency": currency}
    if deliveries := _deliveries(verified, promise):
        card["orderDelivery"] = deliveries if len(deliveries) > 1 else deliveries[0]
    return script_safe(card)


def script_safe(data: dict[str, Any]) -> str:
    """JSON that cannot end the script element that it stands in."""
    return json.dumps(data, ensure_ascii=False).translate(_ESCAPED)


def _deliveries(verified: VerifiedOrder, promise: Promise) -> list[dict[str, Any]]:
    """What comes together, the earliest first: a day, what comes on it, and where to."""
    address = verified.order.shipping_address
    return [
        {
            "@type": "ParcelDelivery",
            "expectedArrivalUntil": day.isoformat(),
            "itemShipped": [
                _product(verified, number)
                for number, line in enumerate(verified.order.lines)
                if any(a.line_id == line.line_id and a.delivery_date == day for a in promise.allocations)
            ],
            **({"deliveryAddress": _address(address)} if address else {}),
        }
        for day in sorted({a.delivery_date for a in promise.allocations})
    ]


def _product(verified: VerifiedOrder, number: int) -> dict[str, Any]:
    line = verified.order.lines[number]
    item = verified.item(line.line_id)
    return {"@type": "Product", "name": one_line(item.description or line.title), "sku": one_line(item.sku)}


def _offer(verified: VerifiedOrder, number: int) -> dict[str, Any]:
    line = verified.order.lines[number]
    item = verified.item(line.line_id)
    product = _product(verified, number)
    if item.picture.startswith("https://"):
        product["image"] = item.picture
    return {
        "@type": "Offer",
        "itemOffered": product,
        "price": major_units(line.unit_price, verified.order.currency),
        "priceCurrency": verified.order.currency,
        "eligibleQuantity": {"@type": "QuantitativeValue", "value": line.quantity},
    }


def _address(address: Address) -> dict[str, str]:
    street = ", ".join(part for part in (address.line1, address.line2) if part)
    return {
        "@type": "PostalAddress",
        "name": one_line(address.name),
        "streetAddress": one_line(street),
        "addressLocality": one_line(address.city),
        "addressRegion": one_line(address.region),
        "postalCode": one_line(address.postal_code),
        "addressCountry": one_line(address.country),
    }
