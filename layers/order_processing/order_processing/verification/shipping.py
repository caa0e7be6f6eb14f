"""Where to and with which service: the address, and whether the service can carry these goods there."""

from __future__ import annotations

import re

from order_processing.order import Address, Order
from order_processing.places import country_code, country_name, region_code
from order_processing.settings import Service, Settings
from order_processing.verification.address import check_address
from order_processing.verification.findings import Findings
from order_processing.verification.label import check_label
from order_processing.verification.products import Chosen

_PO_BOX = re.compile(
    r"\b(?:p\.?\s*o\.?\s*box|post\s*office\s*box|postal\s*box|postfach|packstation|postbus|postboks|apartado(?:\s+de\s+correos)?"
    r"|bo[iî]te\s+postale|casella\s+postale|caixa\s+postal|skrytka\s+pocztowa)\b|\bB\.?P\.?\s*\d+",
    re.IGNORECASE,
)
_MILITARY_REGIONS = frozenset({"AA", "AE", "AP"})  # United States Armed Forces: Americas, Europe, Pacific
_MILITARY_POST = re.compile(r"\b(?:BFPO|APO|FPO|DPO)\b", re.IGNORECASE)


def needs_shipping(order: Order, chosen: Chosen) -> bool:
    """Whether anything in the order travels. A line whose product is not known is what the store says it is."""
    return any(not p.digital if (p := chosen.get(line.line_id)) else line.requires_shipping for line in order.lines)


def check_addresses(order: Order, settings: Settings, findings: Findings, *, travels: bool) -> Order:
    """The order with its addresses in normal form, fit to deliver to if it travels."""
    billing = order.billing_address
    if billing:
        billing = check_address(billing, "billing_address", findings, complete=False)
    _check_sanctions(order, settings, findings)
    address = order.shipping_address
    if travels:
        address = _address_to_deliver_to(address, billing, findings)
    if address:
        address = check_address(address, "shipping_address", findings, complete=travels)
        if travels:
            check_label(address, order.customer, findings)
            _check_served(address, settings, findings)
    return order.model_copy(update={"shipping_address": address, "billing_address": billing})


def choose_service(order: Order, settings: Settings, findings: Findings) -> str:
    """Our service for what the customer chose in the store: by the store's own mapping, which has put our service's
    name there, else by the settings' store methods, else the default."""
    if order.shipping.service in settings.services:
        return order.shipping.service
    methods = _methods(settings)
    for name in (order.shipping.title, order.shipping.service):
        for form in (name.casefold(), name.casefold().partition(":")[0]):  # WooCommerce adds an instance: flat_rate:25
            if form in methods:
                return methods[form]
    written = order.shipping.title or order.shipping.service
    if written:
        expected = f"one of the store methods in the settings; {settings.default_service} carries it"
        findings.add("SERVICE_UNKNOWN", "shipping.title", found=written, expected=expected)
    return settings.default_service


def check_carriage(order: Order, chosen: Chosen, service: Service, findings: Findings) -> None:
    """Whether the service delivers to this address, and carries these goods."""
    address = order.shipping_address
    code = country_code(address.country) if address else None
    if address and code:
        if not any(code in zone.countries or "*" in zone.countries for zone in service.zones):
            expected = f"a service that delivers to {country_name(code)}"
            findings.add("SERVICE_CANNOT_DELIVER", "shipping.title", found=service.title, expected=expected)
        _check_abilities(address, service, findings)
    for i, line in enumerate(order.lines):
        product = chosen.get(line.line_id)
        if not product or product.digital:
            continue
        if product.weight_g > service.max_weight_g:
            expected = f"at most {service.max_weight_g} g, for {service.title}"
            findings.add("PIECE_TOO_HEAVY", f"lines[{i}].sku", found=f"{product.weight_g} g", expected=expected)
        if product.dangerous and product.dangerous not in service.dangerous and "*" not in service.dangerous:
            expected = f"goods that {service.title} carries"
            findings.add("DANGEROUS_GOODS", f"lines[{i}].sku", found=product.dangerous, expected=expected)


def _methods(settings: Settings) -> dict[str, str]:
    """Every name of a service, in lower case, with the service's key."""
    named = ((key, (key, s.title, *s.store_methods)) for key, s in settings.services.items())
    return {name.casefold(): key for key, names in named for name in names}


def _address_to_deliver_to(address: Address | None, billing: Address | None, findings: Findings) -> Address | None:
    """The shipping address; the billing address where the store leaves it out because both are the same."""
    if address:
        return address
    if billing and billing.line1 and billing.city and billing.country:
        done = findings.add("ADDRESS_TAKEN", "shipping_address", expected="the billing address")
        return billing if done == "corrected" else None
    findings.add("ADDRESS_MISSING", "shipping_address", expected="an address to deliver to")
    return None


def _check_sanctions(order: Order, settings: Settings, findings: Findings) -> None:
    """Nothing may be sold to a sanctioned place, whether it travels or is paid for from there."""
    for path in ("shipping_address", "billing_address"):
        address: Address | None = getattr(order, path)
        code = country_code(address.country) if address else None
        if not address or not code:
            continue
        places = (code, f"{code}-{region_code(code, address.region)}")
        found = next((place for place in places if place in settings.limits.sanctioned_places), None)
        if found:
            expected = "a country that may be delivered to"
            findings.add("COUNTRY_SANCTIONED", f"{path}.country", found=found, expected=expected)


def _check_served(address: Address, settings: Settings, findings: Findings) -> None:
    code = country_code(address.country)
    if code in settings.limits.unserved_countries:
        path, expected = "shipping_address.country", "a country that we deliver to"
        findings.add("COUNTRY_UNSERVED", path, found=code, expected=expected)


def _check_abilities(address: Address, service: Service, findings: Findings) -> None:
    street = f"{address.line1}\n{address.line2}"
    if not service.po_boxes and (box := _PO_BOX.search(street)):
        field = "line1" if _PO_BOX.search(address.line1) else "line2"
        expected = f"a street address, for {service.title}"
        findings.add("PO_BOX", f"shipping_address.{field}", found=box[0], expected=expected)
    military = address.country == "US" and address.region in _MILITARY_REGIONS
    if not service.military and (military or _MILITARY_POST.search(f"{street}\n{address.city}\n{address.postal_code}")):
        expected = f"a civilian address, for {service.title}"
        found = address.region if military else "military post"
        findings.add("MILITARY_ADDRESS", "shipping_address.line1", found=found, expected=expected)
