"""The seed catalogue, held in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

from order_processing.account import Totals
from order_processing.catalogue import Facts, catalogue_items, gather_facts
from order_processing.catalogue_files import CatalogueFiles, read_catalogue
from order_processing.order import Order

SEED = Path(__file__).parents[2] / "local" / "seed"


def guest_id(email: str) -> str:
    """Stands in for the keyed hash."""
    return f"guest:{email}"


class MemoryCatalogue:
    """A catalogue in a dict that counts its rounds."""

    def __init__(self, items: Iterable[tuple[tuple[str, str], dict]]) -> None:
        self.items = dict(items)
        self.rounds: list[list[tuple[str, str]]] = []

    def fetch(self, keys):
        self.rounds.append(list(keys))
        return {key: self.items[key] for key in self.rounds[-1] if key in self.items}


class Owing:
    """Accounts in each of which 1,000 are open."""

    def standing(self, customer_id, currency):
        return Totals(orders=1, amount=100_000, open=100_000)


@cache
def seed_files() -> CatalogueFiles:
    texts = {path.name: path.read_text(encoding="utf-8") for path in SEED.iterdir() if path.is_file()}
    return read_catalogue(texts, today=date(2026, 11, 24))


def seed_catalogue() -> MemoryCatalogue:
    files = seed_files()
    return MemoryCatalogue(
        catalogue_items(files.products, files.customers, files.coupons, files.taxes, guest_id=guest_id)
    )


def seed_facts(order: Order) -> Facts:
    return gather_facts(order, seed_catalogue(), guest_id=guest_id, accounts=Owing())
