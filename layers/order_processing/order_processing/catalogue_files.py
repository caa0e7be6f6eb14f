"""The catalogue as files that a store keeps: products, prices, customers, coupons, tax rates, stock and supply.

`products.json`, `customers.json`, `coupons.json` and `tax_rates.json` hold lists of the records in `catalogue`.
`prices.csv`, `stock.csv` and `supply.csv` have a header line; amounts there are in major units (`199.00`).
A supply's `due_on` is a date or `+6`, six days from the day on which the file is loaded.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from order_processing.catalogue import Coupon, KnownCustomer, TaxZone
from order_processing.inventory import PlannedSupply, StockCount
from order_processing.money import AmountError, minor_units
from order_processing.order import Record
from order_processing.product import Price, Product

R = TypeVar("R", bound=Record)
_YES_NO = {"yes": True, "no": False, "": False}


class CatalogueFileError(ValueError):
    """A file that cannot be used: which file, where in it, what was found and what would be right."""


class CatalogueFiles(NamedTuple):
    """Everything that the files say."""

    products: tuple[Product, ...]
    customers: tuple[KnownCustomer, ...]
    coupons: tuple[Coupon, ...]
    taxes: tuple[TaxZone, ...]
    stock: tuple[StockCount, ...]
    supply: tuple[PlannedSupply, ...]


def read_catalogue(texts: Mapping[str, str], *, today: date) -> CatalogueFiles:
    """Read the files, by name (`products.json`, ...); one that is left out holds nothing. CatalogueFileError."""
    prices: dict[str, list[Price]] = {}
    for sku, price in _rows(texts, "prices.csv", _price):
        prices.setdefault(sku, []).append(price)
    products = tuple(
        product.model_copy(update={"prices": (*product.prices, *prices.pop(product.sku, ()))})
        for product in _records(texts, "products.json", Product)
    )
    if prices:
        raise CatalogueFileError(f"prices.csv: {', '.join(sorted(prices))}: no such SKU in products.json")
    _check_substitutes(products)
    return CatalogueFiles(
        products=products,
        customers=_records(texts, "customers.json", KnownCustomer),
        coupons=_records(texts, "coupons.json", Coupon),
        taxes=_records(texts, "tax_rates.json", TaxZone),
        stock=tuple(_rows(texts, "stock.csv", StockCount.model_validate)),
        supply=tuple(_rows(texts, "supply.csv", lambda row: _supply(row, today))),
    )


def _check_substitutes(products: tuple[Product, ...]) -> None:
    """A substitute that could never be offered is a slip: a SKU that is not there, or of another family."""
    families = {product.sku: product.family for product in products}
    for number, product in enumerate(products, 1):
        where = f"products.json, entry {number}"
        if product.substitutes and not product.family:
            raise CatalogueFileError(f"{where}: family: found nothing, expected the family that its substitutes share")
        for sku in product.substitutes:
            if sku == product.sku or families.get(sku) != product.family:
                expected = f"another SKU of the family {product.family}"
                raise CatalogueFileError(f"{where}: substitutes: found {sku!r}, expected {expected}")


def _price(row: dict[str, str]) -> tuple[str, Price]:
    includes_tax = row.get("includes_tax", "").lower()
    if includes_tax not in _YES_NO:
        raise AmountError(f"includes_tax: found {includes_tax!r}, expected yes or no")
    price = Price(
        currency=row["currency"],
        amount=minor_units(row["amount"], row["currency"]),
        group=row.get("group", ""),
        min_quantity=int(row.get("min_quantity") or 1),
        includes_tax=_YES_NO[includes_tax],
        valid_from=_time(row.get("valid_from")),
        valid_to=_time(row.get("valid_to")),
    )
    return row["sku"], price


def _time(text: str | None) -> Any:
    return text or None  # Pydantic reads the time


def _supply(row: dict[str, str], today: date) -> PlannedSupply:
    due_on: Any = row["due_on"]
    if due_on.startswith("+"):
        due_on = today + timedelta(days=int(due_on))
    return PlannedSupply.model_validate({**row, "due_on": due_on})


def _records(texts: Mapping[str, str], name: str, shape: type[R]) -> tuple[R, ...]:
    try:
        values = json.loads(texts.get(name, "[]"))
    except json.JSONDecodeError as error:
        raise CatalogueFileError(f"{name}: not JSON: {error}") from None
    if not isinstance(values, list):
        raise CatalogueFileError(f"{name}: expected a list")
    records = []
    for number, value in enumerate(values, 1):
        try:
            records.append(shape.model_validate(value))
        except ValidationError as error:
            raise CatalogueFileError(f"{name}, entry {number}: {_first(error)}") from None
    return tuple(records)


T = TypeVar("T")


def _rows(texts: Mapping[str, str], name: str, read: Callable[[dict[str, str]], T]) -> Iterator[T]:
    for number, row in enumerate(csv.DictReader(io.StringIO(texts.get(name, ""))), 2):
        try:
            yield read({key: (value or "").strip() for key, value in row.items() if key})
        except ValidationError as error:
            raise CatalogueFileError(f"{name}, line {number}: {_first(error)}") from None
        except KeyError as missing:
            raise CatalogueFileError(f"{name}, line {number}: the column {missing} is missing") from None
        except ValueError as error:
            raise CatalogueFileError(f"{name}, line {number}: {error}") from None


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: found {first['input']!r}, {first['msg']}"
