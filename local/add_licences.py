"""Take licence keys into the pool and into stock: `python -m local.add_licences SKU FILE`, one key a line.

Loading a list twice counts once. `--licences` and `--inventory` name the tables, as the stack's outputs do; with
neither, it is the local stack that is loaded. The keys are not shown.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import boto3

from local.stack import LocalStack
from order_processing.adapters.licences import DynamoLicences


def main() -> None:
    """Load one file, and say how many of its keys were new."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("sku")
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--licences")
    arguments.add_argument("--inventory")
    given = arguments.parse_args()
    if given.licences and given.inventory:
        pool = DynamoLicences(boto3.client("dynamodb"), given.licences, inventory_table=given.inventory)
    else:
        stack = LocalStack.running()
        if stack is None:
            arguments.error("no local stack runs: start it with make run, or name the tables")
        tables = stack.outputs["LicencesTable"], stack.outputs["InventoryTable"]
        pool = DynamoLicences(stack.client("dynamodb"), tables[0], inventory_table=tables[1])
    keys = [line for line in given.file.read_text(encoding="utf-8").splitlines() if line.strip()]
    print(f"{pool.add(given.sku, keys)} of {len(keys)} keys of {given.sku} are new")


if __name__ == "__main__":
    main()
