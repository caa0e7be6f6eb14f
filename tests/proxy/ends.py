"""How an order stands at its end, as far as it can be compared with another of the same kind."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from local import LocalStack
from order_processing import order_number
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.orders import DynamoOrders

_NUMBER = re.compile(r"\d{6,}")  # of a parcel


@dataclass(frozen=True)
class End:
    """mails: how often each subject went out, without the order's number. held: pieces that are promised to it.

    entry: (amount, open, reversed) of its account entry; account: how many orders its customer's account has, and for
    how much. documents: their names in the bucket, without numbers of parcels.
    """

    status: str
    executions: tuple[tuple[str, str], ...]
    mails: tuple[tuple[str, int], ...]
    held: int
    entry: tuple[int, int, bool] | None
    account: tuple[int, int]
    documents: tuple[tuple[str, int], ...]
    parcels: int

    def but_for_a_mail_again(self) -> End:
        """The same with each mail once."""
        return End(**{**vars(self), "mails": tuple((subject, 1) for subject, _ in self.mails)})


def end_of(stack: LocalStack, order_id: str) -> End:
    """How an order stands."""
    dynamodb = stack.client("dynamodb")
    stored = DynamoOrders(dynamodb, stack.outputs["OrdersTable"]).load(order_id)
    accounts = DynamoAccounts(dynamodb, stack.outputs["AccountsTable"])
    customer_id = stored.verified.customer_id if stored.verified else ""
    entry = accounts.entry(customer_id, order_id) if customer_id else None
    shown = order_number.display(order_id)
    subjects = Counter(
        mail.subject.replace(shown, "N").replace(stored.placed.store_order_number, "N")
        for mail in stack.mails(stored.placed.customer.email)
    )
    found = stack.client("s3").list_objects_v2(Bucket=stack.outputs["DocumentsBucket"], Prefix=f"orders/{order_id}/")
    names = Counter(_NUMBER.sub("#", thing["Key"].rpartition("/")[2]) for thing in found.get("Contents", ()))
    return End(
        status=stored.status.value,
        executions=tuple(sorted(_executions(stack, order_id))),
        mails=tuple(sorted(subjects.items())),
        held=sum(held.quantity for held in stored.promise.allocations) if stored.promise else 0,
        entry=(entry.amount, entry.open, entry.reversed_at is not None) if entry else None,
        account=accounts.totals(customer_id, stored.placed.currency) if customer_id else (0, 0),
        documents=tuple(sorted(names.items())),
        parcels=sum(len(s.parcels) for s in stored.delivery.shipments) if stored.delivery else 0,
    )


def stock_of(stack: LocalStack, sku: str) -> tuple[int, int]:
    """(reserved, available) of a SKU, in all buckets."""
    stock, _ = DynamoInventory(stack.client("dynamodb"), stack.outputs["InventoryTable"]).read([sku])
    return sum(held.reserved for held in stock), sum(held.available for held in stock)


def _executions(stack: LocalStack, order_id: str) -> list[tuple[str, str]]:
    client = stack.client("stepfunctions")
    return [
        (machine.removesuffix("Arn"), execution["status"])
        for machine in ("StateMachineArn", "EndingArn")
        for page in client.get_paginator("list_executions").paginate(stateMachineArn=stack.outputs[machine])
        for execution in page["executions"]
        if execution["name"].startswith(order_id)
    ]
