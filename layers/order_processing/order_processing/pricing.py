"""Prices and taxes by the catalogue: what a product cost at a moment, and what tax a destination takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

from order_processing.catalogue import TaxRate, TaxZone
from order_processing.money import round_half_up
from order_processing.product import Price, Product


class _Spanned(Protocol):
    @property
    def valid_from(self) -> datetime | None: ...
    @property
    def valid_to(self) -> datetime | None: ...


S = TypeVar("S", bound=_Spanned)


def valid(entries: Iterable[S], at: datetime) -> list[S]:
    """The entries that hold at a moment."""
    return [
        e for e in entries if (e.valid_from is None or e.valid_from <= at) and (e.valid_to is None or at < e.valid_to)
    ]


def list_price(product: Product, currency: str, *, quantity: int, group: str, at: datetime) -> Price | None:
    """The list price of one piece: the customer group's own before everybody's, the largest quantity break that is
    reached, the latest to begin. None: the product is not sold in this currency at that time."""
    fitting = [
        p
        for p in valid(product.prices, at)
        if p.currency == currency and p.group in ("", group) and p.min_quantity <= quantity
    ]
    return max(fitting, key=_precedence, default=None)


def rate_for(zones: Iterable[TaxZone], tax_class: str, at: datetime) -> TaxRate | None:
    """The rate of a tax class in the first of the zones (the narrowest) that has one; None: not known."""
    for zone in zones:
        for rate in valid(zone.rates, at):
            if rate.tax_class == tax_class:
                return rate
    return None


def tax_in(amount: int, rate: Decimal) -> Decimal:
    """The tax that an amount with tax holds, not rounded."""
    return amount * rate / (1 + rate)


def tax_on(amount: int, rate: Decimal) -> Decimal:
    """The tax on an amount without tax, not rounded."""
    return amount * rate


def with_tax_as(price: Price, rate: Decimal | None, *, includes_tax: bool) -> int | None:
    """A list price as the order states its prices, with or without tax; None where the rate is not known."""
    if price.includes_tax == includes_tax:
        return price.amount
    if rate is None:
        return None
    if includes_tax:
        return price.amount + round_half_up(tax_on(price.amount, rate))
    return price.amount - round_half_up(tax_in(price.amount, rate))


def within_favour(short: int, of: int, *, percent: int) -> bool:
    """Whether what is missing stays within the limit up to which a difference is honoured."""
    return short * 100 <= of * percent


def _precedence(price: Price) -> tuple[bool, int, float]:
    return price.group != "", price.min_quantity, price.valid_from.timestamp() if price.valid_from else 0.0
