"""The catalogue: what an order needs of it, and in how many rounds it is fetched."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from order_processing.catalogue import TaxRate, TaxZone, gather_facts, needed, tax_places
from order_processing.catalogue_files import CatalogueFileError, read_catalogue
from order_processing.pricing import list_price, rate_for, tax_in, with_tax_as
from order_processing.product import Price, Product, is_gtin
from tests.unit.seed_catalogue import guest_id, seed_catalogue, seed_files
from tests.unit.verification_cases import BERLIN, TRADE, an_order, line

AT = datetime(2026, 6, 1, tzinfo=UTC)


def test_an_order_names_its_keys():
    order = an_order(
        line("mug-blue", store_variant_id="7", gtin="4006381333931"),
        source="shopify",
        store="northgate.example",
        customer=TRADE,
    )
    assert needed(order, guest_id=guest_id) == {
        ("product", "mug-blue"),
        ("product", "MUG-BLUE"),
        ("alias", "shopify:northgate.example:7"),
        ("alias", "shopify:*:7"),
        ("gtin", "04006381333931"),
        ("customer_email", "guest:orders@trade-partner.example"),
        ("customer_store", "shopify:northgate.example:trade-1"),
        ("customer_store", "shopify:*:trade-1"),
        ("tax", "US-KY"),
        ("tax", "US"),
    }


def test_aliases_lead_to_products_and_bundles_to_their_components():
    catalogue = seed_catalogue()
    order = an_order(
        line("", store_variant_id="93"), line("GIFT-TEA", line_id="2"), source="woocommerce", customer=TRADE
    )
    facts = gather_facts(order, catalogue, guest_id=guest_id)
    assert {"WOO-SINGLE-1", "GIFT-TEA", "MUG-BLUE", "TEA-EARL-GREY"} <= set(facts.products)
    assert facts.by_email.customer_id == "C-1010"
    assert len(catalogue.rounds) == 2
    assert len({key for keys in catalogue.rounds for key in keys}) == sum(map(len, catalogue.rounds))


def test_the_stores_own_alias_goes_before_that_of_any_store():
    catalogue = seed_catalogue()
    catalogue.items["alias", "woocommerce:second.example:93"] = {"to": "WOO-NINJA"}
    order = an_order(line("", store_variant_id="93"), source="woocommerce", store="second.example")
    assert gather_facts(order, catalogue, guest_id=guest_id).aliases == {"93": "WOO-NINJA"}


def test_an_order_is_taxed_where_it_goes():
    order = an_order(shipping_address=BERLIN.model_copy(update={"country": "Deutschland", "region": "Berlin"}))
    assert tax_places(order) == ("DE-Berlin", "DE")
    assert tax_places(an_order(shipping_address=None)) == ()


@pytest.mark.parametrize(
    ("quantity", "group", "amount"),
    [(1, "", 1000), (9, "", 1000), (10, "", 900), (1, "trade", 800), (10, "trade", 800), (1, "other", 1000)],
)
def test_the_list_price_is_the_groups_own_then_the_largest_break_that_is_reached(quantity, group, amount):
    prices = (
        Price(currency="USD", amount=1000),
        Price(currency="USD", amount=900, min_quantity=10),
        Price(currency="USD", amount=800, group="trade"),
        Price(currency="USD", amount=100, valid_to=AT),
        Price(currency="USD", amount=100, valid_from=datetime(2026, 6, 2, tzinfo=UTC)),
        Price(currency="EUR", amount=1),
    )
    product = Product(sku="A", title="A", prices=prices)
    assert list_price(product, "USD", quantity=quantity, group=group, at=AT).amount == amount
    assert list_price(product, "JPY", quantity=quantity, group=group, at=AT) is None


def test_the_narrower_tax_zone_goes_before_the_country():
    zones = (
        TaxZone(place="US-CA", rates=(TaxRate(rate=Decimal("0.0725"), valid_from=AT),)),
        TaxZone(place="US", rates=(TaxRate(rate=Decimal(0)),)),
    )
    assert rate_for(zones, "standard", AT).rate == Decimal("0.0725")
    assert rate_for(zones, "standard", datetime(2026, 5, 31, tzinfo=UTC)).rate == 0
    assert rate_for(zones, "reduced", AT) is None


def test_a_list_price_is_stated_with_or_without_tax():
    rate = Decimal("0.19")
    assert with_tax_as(Price(currency="EUR", amount=1190, includes_tax=True), rate, includes_tax=False) == 1000
    assert with_tax_as(Price(currency="EUR", amount=1000), rate, includes_tax=True) == 1190
    assert with_tax_as(Price(currency="EUR", amount=1000), None, includes_tax=True) is None
    assert round(tax_in(1190, rate)) == 190


@pytest.mark.parametrize("code", ["4006381333931", "036000291452", "96385074", "00012345600012"])
def test_barcode_numbers_with_a_right_check_digit(code):
    assert is_gtin(code)
    assert not is_gtin(code[:-1] + str((int(code[-1]) + 1) % 10))


@pytest.mark.parametrize("code", ["", "abc", "400638133393", "٤٠٠٦٣٨١٣٣٣٩٣١"])
def test_what_is_no_barcode_number(code):
    assert not is_gtin(code)


def test_the_seed_files_hang_together():
    files = seed_files()
    skus = {product.sku for product in files.products}
    assert len(skus) == len(files.products)
    assert {part.sku for product in files.products for part in product.components} <= skus
    assert {product.successor for product in files.products} - {""} <= skus
    assert {count.sku for count in files.stock} | {supply.sku for supply in files.supply} <= skus
    assert all(is_gtin(product.gtin) for product in files.products if product.gtin)
    aliases = [alias for product in files.products for alias in product.aliases]
    assert len(set(aliases)) == len(aliases)
    assert files.supply[0].due_on == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"products.json": "{"}, "products.json: not JSON"),
        ({"products.json": "{}"}, "products.json: expected a list"),
        (
            {"products.json": '[{"sku": "A", "title": "A", "substitutes": ["B"]}]'},
            "products.json, entry 1: family: found nothing, expected the family that its substitutes share",
        ),
        (
            {"products.json": '[{"sku": "A", "title": "A", "family": "mugs", "substitutes": ["B"]}]'},
            "products.json, entry 1: substitutes: found 'B', expected another SKU of the family mugs",
        ),
        ({"products.json": '[{"sku": "A"}]'}, "products.json, entry 1: title"),
        ({"prices.csv": "sku,currency,amount\nA,USD,1.00"}, "prices.csv: A: no such SKU"),
        ({"prices.csv": "sku,currency,amount\nA,USD,1.005"}, "prices.csv, line 2: 1.005 has more decimals"),
        ({"prices.csv": "sku,currency\nA,USD"}, "prices.csv, line 2: the column 'amount' is missing"),
        ({"prices.csv": "sku,currency,amount,includes_tax\nA,USD,1,maybe"}, "includes_tax: found 'maybe'"),
        ({"stock.csv": "document,sku,location,on_hand\nC,A,x,-1"}, "stock.csv, line 2: on_hand: found '-1'"),
        ({"supply.csv": "document,sku,location,due_on,quantity\nC,A,x,soon,1"}, "supply.csv, line 2: due_on"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_place(files, message):
    with pytest.raises(CatalogueFileError, match=message.replace("(", "\\(")):
        read_catalogue(files, today=date(2026, 1, 1))
