"""Take licence keys into the pool and into stock: `python -m operating.licences SKU FILE`, one key a line.

Loading a list twice counts once. The keys are not shown. With --stack NAME on a stack in your AWS account.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from operating.stack import add_stack, connect
from order_processing.adapters.licences import DynamoLicences


def main(arguments: Sequence[str] | None = None) -> int:
    """Load one file, and say how many of its keys were new."""
    parser = argparse.ArgumentParser(prog="python -m operating.licences", description=__doc__)
    add_stack(parser)
    parser.add_argument("sku")
    parser.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    keys = [line for line in given.file.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not keys:
        parser.error(f"{given.file}: no keys; expected one a line")
    clients, outputs = connect(given.stack)
    pool = DynamoLicences(clients("dynamodb"), outputs["LicencesTable"], inventory_table=outputs["InventoryTable"])
    print(f"{pool.add(given.sku, keys)} of {len(keys)} keys of {given.sku} are new")
    return 0


if __name__ == "__main__":
    sys.exit(main())
