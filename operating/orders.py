"""Find orders, and see what happened to one.

    python -m operating.orders find WHAT       its number, an e-mail, the store's id, a SKU, a parcel's number
    python -m operating.orders find WHAT --since 2026-08-01     a SKU or a store's number, further back than 14 days
    python -m operating.orders find --day 2026-11-25 [--to DAY] [--status S] [--sku SKU] [--promised DAY]
    python -m operating.orders find --customer C-1013
    python -m operating.orders find --from-store SOURCE STORE ID     the order that a store sent
    python -m operating.orders show BRSJ-V48J-X                      its timeline: when, what, who, why

With --stack NAME on a stack in your AWS account. Days are UTC, of when an order came in.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from operating.stack import Clients, add_stack, connect
from order_processing import order_number
from order_processing.access import address_hash, guest_id
from order_processing.adapters.customer_master import CustomerMaster
from order_processing.adapters.order_queries import DynamoOrderQueries
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.parcel_numbers import ParcelNumbers
from order_processing.adapters.secrets import Secrets
from order_processing.errors import OrderNotFound
from order_processing.money import major_units
from order_processing.order_number import OrderNumberError, display
from order_processing.order_queries import OrderQueries, OrderRow, QueryError, criteria_of
from order_processing.order_search import OrderSearch
from order_processing.orders import Orders
from order_processing.timeline import timeline

_PARAMETERS = ("day", "to", "status", "sku", "promised")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when nothing was found."""
    given = _parser().parse_args(arguments)
    clients, outputs = connect(given.stack)
    dynamodb = clients("dynamodb")
    try:
        if given.command == "show":
            lines = shown(given.number, DynamoOrders(dynamodb, outputs["OrdersTable"]))
        elif given.what:
            until = _day("until", given.until) or datetime.now(UTC).date()
            lines = searched(given.what, search_on(clients, outputs), until, _day("since", given.since))
        else:
            queries = DynamoOrderQueries(dynamodb, outputs["OrdersTable"], outputs["AccountsTable"])
            lines = found(vars(given), queries)
        count = 0
        for count, line in enumerate(lines, 1):  # noqa: B007 - counted, and 0 when there is none
            print(line)
    except (QueryError, OrderNumberError) as error:
        print(error, file=sys.stderr)
        return 2
    if not count:
        print("nothing found", file=sys.stderr)
    return 0 if count else 1


def search_on(clients: Clients, outputs: dict[str, str]) -> OrderSearch:
    """The search on a stack's tables; which stores there are stands in the senders' secret."""
    dynamodb, secrets = clients("dynamodb"), clients("secretsmanager")
    identity: str = Secrets(secrets, outputs["IdentitySecret"]).read()["key"]
    senders = Secrets(secrets, outputs["SendersSecret"]).read()
    customers = CustomerMaster(
        dynamodb,
        orders_table=outputs["OrdersTable"],
        catalogue_table=outputs["CatalogueTable"],
        accounts_table=outputs["AccountsTable"],
        hashed=lambda email: guest_id(email, identity),
        listed=lambda email: address_hash(email, identity),
    )
    return OrderSearch(
        DynamoOrders(dynamodb, outputs["OrdersTable"]),
        DynamoOrderQueries(dynamodb, outputs["OrdersTable"], outputs["AccountsTable"]),
        ParcelNumbers(dynamodb, outputs["OrdersTable"]),
        account_of=customers.account_of,
        stores=lambda: [(source, store) for source, stores in senders.items() for store in stores],
    )


def searched(what: str, search: OrderSearch, until: date, since: date | None = None) -> Iterator[str]:
    """The orders that this leads to, one a line, with what it was taken for.

    What has no key is looked for in the orders of some days, from `until` back: to `since` where that is given.
    """
    found = search.find(what, until)
    while True:
        for hit in found.hits:
            yield f"{_row(hit.row) if hit.row else display(hit.order_id)}  by {found.how}"
        if not found.since or since is None or (found.since <= since and found.whole) or found.since < since:
            break
        found = search.find(what, until, found.on)
    if found.since:
        part = "" if found.whole else f", of {found.since} in a part of them"
        what = "orders that are not recorded yet" if found.how == "e-mail" else "SKUs and stores' numbers"
        print(f"{what} were looked for in the orders of {found.since} to {until}{part}; ", end="", file=sys.stderr)
        print("further back: --since DAY", file=sys.stderr)
    if found.account:
        print(f"the account has more: find --customer {found.account}", file=sys.stderr)


def _row(row: OrderRow) -> str:
    amount = f"{major_units(row.total, row.currency)} {row.currency}" if row.currency else ""
    return (
        f"{display(row.order_id)}  {row.received_at:%Y-%m-%d %H:%M}  {row.status:18}  {amount:>16}"
        f"  {row.delivery_date or ''!s:10}  {row.reason_code or ', '.join(row.skus)}"
    )


def found(given: dict[str, object], queries: OrderQueries) -> Iterator[str]:
    """The orders that were asked for, one a line."""
    if given.get("from_store"):
        source, store, store_order_id = given["from_store"]  # type: ignore[misc]
        if order_id := queries.from_store(source, store, store_order_id):
            yield display(order_id)
        return
    cursor = ""
    if customer := str(given.get("customer") or ""):
        while True:
            entries = queries.of_customer(customer, cursor=cursor)
            for entry in entries.entries:
                amount = f"{major_units(entry.amount, entry.currency)} {entry.currency}"
                state = "cancelled" if entry.reversed_at else f"{major_units(entry.open, entry.currency)} open"
                due = entry.delivery_date or ""
                yield f"{display(entry.order_id)}  {due!s:10}  {amount:>16}  {state}  {entry.description}"
            cursor = entries.cursor
            if not cursor:
                return
    wanted = criteria_of({name: str(given[name]) for name in _PARAMETERS if given.get(name)})
    while True:
        page = queries.received(wanted, cursor=cursor)
        yield from map(_row, page.rows)
        cursor = page.cursor
        if not cursor:
            return


def shown(number: str, orders: Orders) -> Iterator[str]:
    """An order's timeline, one change a line."""
    try:
        stored = orders.load(order_number.parse(number))
    except OrderNotFound:
        return
    for happened in timeline(stored):
        why = happened.reason.code if happened.reason else ""
        line = f"{happened.at:%Y-%m-%d %H:%M:%S}  {happened.what:20}  {happened.actor:20}  {why} {happened.detail}"
        yield line.rstrip()


def _day(name: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise QueryError(f"--{name}: found {text!r}, expected a day such as 2026-11-25") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operating.orders", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    commands = parser.add_subparsers(dest="command", required=True)
    find = commands.add_parser("find", help="orders by what is known of them")
    for name in (*_PARAMETERS, "customer"):
        find.add_argument(f"--{name}")
    find.add_argument("what", nargs="?", default="", help="whatever is known of it")
    find.add_argument("--until", metavar="DAY", help="look through what came until this day; today unless given")
    find.add_argument("--since", metavar="DAY", help="look through what came from this day on; 14 days unless given")
    find.add_argument("--from-store", nargs=3, metavar=("SOURCE", "STORE", "ID"))
    commands.add_parser("show", help="what happened to one order").add_argument("number")
    return parser


if __name__ == "__main__":
    sys.exit(main())
