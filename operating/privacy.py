"""What a store owes its customers about their data: a copy of all of it, and its erasure.

    python -m operating.privacy export --email ada@example.com --to ada.zip
    python -m operating.privacy erase --email ada@example.com --receipt ada.json

--customer NUMBER instead of --email takes a whole account. --stack NAME works on a stack in your AWS account.
Erasing can be cut and run again at any point; while an order is not done nothing is erased. The receipt names nobody:
it says what is gone of which order, and what stays, on which legal basis and until when.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operating.stack import Clients, add_stack, connect
from order_processing.access import address_hash, guest_id
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.customer_master import CustomerMaster
from order_processing.adapters.personal_data import PersonalData, Progress
from order_processing.errors import OrderChanged
from order_processing.export import Held, export
from order_processing.order_number import display
from order_processing.privacy import OrderErased, Receipt, StillOpen, why_open
from order_processing.settings import Settings, current

_TRIES = 3


@dataclass(frozen=True)
class Wanted:
    """Whose data: an e-mail address or an account's number; one of them is "" ."""

    email: str = ""
    customer_id: str = ""


@dataclass(frozen=True)
class Keepers:
    """Where data about customers is kept."""

    data: PersonalData
    master: CustomerMaster
    accounts: DynamoAccounts

    @classmethod
    def of(cls, clients: Clients, outputs: dict[str, str]) -> Keepers:
        """Those of a stack."""
        dynamodb = clients("dynamodb")
        secret = clients("secretsmanager").get_secret_value(SecretId=outputs["IdentitySecret"])["SecretString"]
        key = json.loads(secret)["key"]
        return cls(
            data=PersonalData(
                dynamodb, clients("s3"), orders_table=outputs["OrdersTable"], bucket=outputs["DocumentsBucket"]
            ),
            master=CustomerMaster(
                dynamodb,
                orders_table=outputs["OrdersTable"],
                catalogue_table=outputs["CatalogueTable"],
                accounts_table=outputs["AccountsTable"],
                hashed=lambda email: guest_id(email, key),
                listed=lambda email: address_hash(email, key),
            ),
            accounts=DynamoAccounts(dynamodb, outputs["AccountsTable"]),
        )


def exported(keepers: Keepers, wanted: Wanted, settings: Settings, now: datetime, progress: Progress) -> bytes:
    """The zip file with all that is kept of a customer."""
    found = keepers.data.orders_of(email=wanted.email, customer_id=wanted.customer_id, progress=progress)
    held = []
    for order_id in found:
        stored = keepers.data.load(order_id)
        held.append(Held(stored=stored, raw=keepers.data.raw(order_id), more=keepers.data.beside(order_id)))
    accounts = {h.stored.verified.customer_id for h in held if h.stored.verified}
    mine = {h.stored.order_id for h in held}
    entries = [e for account in sorted(accounts) for e in keepers.accounts.entries(account) if e.order_id in mine]
    customer_id = wanted.customer_id or keepers.master.account_of(wanted.email)
    return export(held, entries, keepers.master.known(customer_id), settings, now)


def erase(keepers: Keepers, wanted: Wanted, settings: Settings, now: datetime, progress: Progress) -> Receipt:
    """Erase a customer; StillOpen, with nothing erased, while an order is not done.

    The orders go last: by them a cut erasure is found again.
    """
    data = keepers.data
    found = data.orders_of(email=wanted.email, customer_id=wanted.customer_id, progress=progress)
    still_open = {display(order_id): why for order_id in found if (why := why_open(data.load(order_id), settings, now))}
    if still_open:
        raise StillOpen(still_open)
    master = keepers.master
    gone = master.forget_email(wanted.email) if wanted.email else master.forget_customer(wanted.customer_id)
    if wanted.email:
        gone += data.erase_set_aside(wanted.email)
    orders = []
    for number, order_id in enumerate(found, 1):
        orders.append(_erased(data, order_id, settings, now))
        progress(f"{number} of {len(found)}: {display(order_id)} erased")
    return Receipt(at=now, orders=tuple(orders), accounts=tuple(gone))


def _erased(data: PersonalData, order_id: str, settings: Settings, now: datetime) -> OrderErased:
    for _ in range(_TRIES):
        try:
            return data.erase(order_id, settings, now)
        except OrderChanged:
            continue
    return data.erase(order_id, settings, now)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when nothing was done."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.privacy", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("export", "erase"))
    add_stack(parser)
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--email", default="", help="the customer's e-mail address")
    whose.add_argument("--customer", default="", help="the account's number")
    parser.add_argument("--to", type=Path, help="export: the zip file to write")
    parser.add_argument("--receipt", type=Path, help="erase: the file to write what was erased to")
    given = parser.parse_args(arguments)
    target: Path | None = given.to if given.what == "export" else given.receipt
    if target is None:
        parser.error(f"{given.what}: --{'to' if given.what == 'export' else 'receipt'} FILE is missing")
    keepers = Keepers.of(*connect(given.stack))
    wanted = Wanted(email=given.email, customer_id=given.customer)
    now = datetime.now(UTC)
    if given.what == "export":
        target.write_bytes(exported(keepers, wanted, current(), now, _say))
        print(target)
        return 0
    try:
        receipt = erase(keepers, wanted, current(), now, _say)
    except StillOpen as error:
        print(error, file=sys.stderr)
        return 1
    target.write_text(receipt.model_dump_json(indent=1) + "\n", encoding="utf-8")
    print(target)
    return 0


def _say(text: Any) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
