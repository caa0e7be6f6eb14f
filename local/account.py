"""The readable account of an order: what each stage did and when, what the customer was told, where its files are."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from local.place_orders import Sent
from local.stack import LocalStack, wait_for
from order_processing import money
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.orders import DynamoOrders
from order_processing.stored_order import StoredOrder

SETTLED_SECONDS = 60.0


class ExecutionFailed(RuntimeError):
    """A stage kept failing; the message says at which status, and why."""


def settled(stack: LocalStack, order_id: str) -> StoredOrder:
    """The order once its execution has ended, or waits for somebody's decision. Raises ExecutionFailed."""
    orders = DynamoOrders(stack.client("dynamodb"), stack.outputs["OrdersTable"])

    def look() -> StoredOrder | None:
        order = orders.load(order_id)
        execution = stack.execution(order_id)
        if execution["status"] in ("FAILED", "ABORTED", "TIMED_OUT"):
            raise ExecutionFailed(f"order {order_id} is {order.status}: {execution.get('cause', '')[:1000]}")
        ended = execution["status"] == "SUCCEEDED"
        return orders.load(order_id) if ended else order if order.pending and order.question else None

    return wait_for(look, seconds=SETTLED_SECONDS, what=f"order {order_id} to be settled")


def account_of(stack: LocalStack, sent: Sent, order: StoredOrder, folder: Path) -> str:
    """Lines for a person. folder: where the order's e-mails and documents are saved to be looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{sent.number}  {sent.name}", f"  {order.status}{_reason(order)}", f"  {_times(order)}"]
    lines += [f"  put right: {d.message}" for d in order.discrepancies if d.resolution == "corrected"]
    lines += [f"  {text}" for text in _mails(stack, order, sent, folder)]
    lines += [f"  {text}" for text in _account_entry(stack, order)]
    lines += [f"  document  {_shown(path)}" for path in _documents(stack, order, folder)]
    return "\n".join(lines)


def _reason(order: StoredOrder) -> str:
    if order.reason is None:
        return ""
    return f": {order.reason.text}"


def _times(order: StoredOrder) -> str:
    reached = sorted(order.times.items(), key=lambda item: item[1])
    parts = [f"{status} +{_seconds(order.received_at, at)}" for status, at in reached if status != "RECEIVED"]
    return f"{order.received_at:%H:%M:%S} UTC RECEIVED" + "".join(f" · {part}" for part in parts)


def _seconds(start: datetime, end: datetime) -> str:
    return f"{(end - start).total_seconds():.1f}s"


def _mails(stack: LocalStack, order: StoredOrder, sent: Sent, folder: Path) -> list[str]:
    found = [mail for mail in stack.mails(order.placed.customer.email) if sent.number in mail.subject + mail.text]
    said = []
    for place, mail in enumerate(found, start=1):
        file = folder / f"mail-{place}.html"
        file.write_text(mail.html, encoding="utf-8")
        said.append(f'e-mail    "{mail.subject}" {_shown(file)}')
    return said


def _account_entry(stack: LocalStack, order: StoredOrder) -> list[str]:
    if order.verified is None:
        return []
    accounts = DynamoAccounts(stack.client("dynamodb"), stack.outputs["AccountsTable"])
    entry = accounts.entry(order.verified.customer_id, order.order_id)
    if entry is None:
        return []
    orders, amount = accounts.totals(entry.customer_id, entry.currency)
    return [
        f"account   {entry.customer_id}: {entry.description}, {_money(entry.amount, entry.currency)}"
        f" (now {orders} {'order' if orders == 1 else 'orders'}, {_money(amount, entry.currency)})"
    ]


def _money(amount: int, currency: str) -> str:
    return f"{money.major_units(amount, currency)} {currency}"


def _documents(stack: LocalStack, order: StoredOrder, folder: Path) -> list[Path]:
    s3, bucket = stack.client("s3"), stack.outputs["DocumentsBucket"]
    kept: list[dict[str, Any]] = s3.list_objects_v2(Bucket=bucket, Prefix=f"orders/{order.order_id}/").get(
        "Contents", []
    )
    saved = []
    for item in kept:
        file = folder / re.sub(r"[^\w.-]", "-", item["Key"].rpartition("/")[2])
        file.write_bytes(s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read())
        saved.append(file)
    return saved


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
