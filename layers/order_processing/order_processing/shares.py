"""Sharing an amount out, without losing or inventing a minor unit."""

from __future__ import annotations

from collections.abc import Sequence


def share(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share an amount (>= 0) in proportion to the weights (each >= 0); the shares sum to the amount.

    Largest remainder method: each gets the whole part of its share, and what is left goes, one minor
    unit each, to the largest fractions, the earlier first. All weights 0: the first gets everything.
    """
    if not weights:
        return ()
    total = sum(weights)
    if total == 0:
        return (amount, *(0 for _ in weights[1:]))
    shares = [amount * weight // total for weight in weights]
    by_fraction = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
    for i in by_fraction[: amount - sum(shares)]:
        shares[i] += 1
    return tuple(shares)


def even_prices(gross: int, quantity: int) -> tuple[tuple[int, int], ...]:
    """(unit price, pieces) with which `quantity` pieces cost exactly `gross`: one price, or two a minor unit apart."""
    price, dearer = divmod(gross, quantity)
    return ((price, quantity - dearer), (price + 1, dearer)) if dearer else ((price, quantity),)
