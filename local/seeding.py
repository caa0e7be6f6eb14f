"""Loads a store's catalogue, customers, coupons, taxes, stock and supply from a folder of JSON and CSV files.

    python -m local.seeding                       the seed data into the running local stack
    python -m local.seeding FOLDER --stack NAME   a store's own files into a stack in its AWS account

Each record replaces what its key held; a count of stock and a plan of supply count once by their document.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import boto3

from local.stack import LocalStack
from order_processing.access import guest_id
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.inventory import DynamoInventory
from order_processing.catalogue import catalogue_items
from order_processing.catalogue_files import CatalogueFileError, read_catalogue

SEED = Path(__file__).with_name("seed")
Clients = Callable[[str], Any]
Thing = TypeVar("Thing")


def load(stack: LocalStack, folder: Path = SEED) -> None:
    """Loads a folder into a local stack, without a word."""
    load_into(stack.client, stack.outputs, folder, say=lambda _: None)


def load_into(clients: Clients, outputs: dict[str, str], folder: Path, *, say: Callable[[str], None]) -> None:
    """Loads a folder. clients: an AWS client by its service. outputs: the stack's. Raises CatalogueFileError."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()) if path.is_file()}
    files = read_catalogue(texts, today=datetime.now(UTC).date())
    secret = clients("secretsmanager").get_secret_value(SecretId=outputs["IdentitySecret"])["SecretString"]
    key = json.loads(secret)["key"]
    dynamodb = clients("dynamodb")

    DynamoCatalogue(dynamodb, outputs["CatalogueTable"]).put(
        catalogue_items(
            files.products, files.customers, files.coupons, files.taxes, guest_id=lambda email: guest_id(email, key)
        )
    )
    say(
        f"{len(files.products)} products, {len(files.customers)} customers, "
        f"{len(files.coupons)} coupons, {len(files.taxes)} tax zones"
    )
    inventory = DynamoInventory(dynamodb, outputs["InventoryTable"])
    for count in _with_progress(files.stock, "counts of stock", say):
        inventory.count(count)
    for planned in _with_progress(files.supply, "planned receipts", say):
        inventory.plan_supply(planned)


def _with_progress(things: tuple[Thing, ...], name: str, say: Callable[[str], None]) -> Iterable[Thing]:
    for done, thing in enumerate(things, start=1):
        yield thing
        if done % 1000 == 0 and done < len(things):
            say(f"{done} of {len(things)} {name}")
    say(f"{len(things)} {name}")


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m local.seeding", description="Load a store's files.")
    parser.add_argument("folder", nargs="?", type=Path, default=SEED, help="a folder of JSON and CSV files")
    parser.add_argument("--stack", help="a stack in the AWS account that your credentials open")
    given = parser.parse_args()
    if given.stack:
        session = boto3.session.Session()
        found = session.client("cloudformation").describe_stacks(StackName=given.stack)["Stacks"][0]
        clients: Clients = session.client  # type: ignore[assignment]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
    elif stack := LocalStack.running():
        clients, outputs = stack.client, stack.outputs
    else:
        sys.exit("No local stack is running: start it with `make run`, or name a stack in AWS with --stack NAME.")
    try:
        load_into(clients, outputs, given.folder, say=print)
    except CatalogueFileError as mistake:
        sys.exit(f"{given.folder}: {mistake}")


if __name__ == "__main__":
    main()
