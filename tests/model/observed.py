"""What was observed of real orders, in the words of the specification, and whether the specification can show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from local import LocalStack
from order_processing.adapters.order_items import stored_order_of
from order_processing.stored_order import StoredOrder
from tests.model.checker import follows
from tests.model.order_life import Life, Order, Seen, seen


def observed(stored: StoredOrder) -> Seen:
    """What can be seen of an order."""
    held = stored.held
    return Seen(
        status=stored.status.value,
        held=bool(held and (held.allocations or held.materials)),
        begun=stored.confirmation is not None,
        sent=bool(stored.confirmation and stored.confirmation.sent_at),
        told=bool(stored.notice and stored.notice.sent_at),
    )


def order_traces(stack: LocalStack) -> dict[str, list[Seen]]:
    """How each order of a stack has changed, by the table's stream, which keeps every version of every item."""
    parts: dict[str, dict[str, Any]] = {}
    traces: dict[str, list[Seen]] = {}
    for record in _records(stack):
        keys = record["dynamodb"]["Keys"]
        order_id, part = keys["order_id"]["S"], keys["part"]["S"]
        of = parts.setdefault(order_id, {})
        if "NewImage" in record["dynamodb"]:
            of[part] = record["dynamodb"]["NewImage"]
        else:
            of.pop(part, None)
        if "placed" in of:
            trace = traces.setdefault(order_id, [])
            now = observed(stored_order_of(order_id, of))
            if not trace or trace[-1] != now:
                trace.append(now)
    return traces


def execution_trace(history: Iterable[dict[str, Any]]) -> list[str]:
    """The states that an execution went through, by its history, with `failed` where it failed; `done` at its end."""
    trace = ["none"]
    for event in history:
        if event["type"] == "TaskStateEntered":
            trace.append(event["stateEnteredEventDetails"]["name"])
        elif event["type"] in ("ExecutionFailed", "ExecutionAborted"):
            trace.append("failed")
        elif event["type"] == "ExecutionSucceeded":
            trace.append("done")
    return [state for place, state in enumerate(trace) if place == 0 or trace[place - 1] != state]


def execution_seen(now: Order) -> str:
    """What a state of the specification shows of the execution."""
    return now.ex.partition(" ")[0]


def misfits(stack: LocalStack, orders: dict[str, str], *, faults: int = 1) -> list[str]:
    """What of these orders the specification cannot show, with at most so many faults. orders: by id, the question that
    each was to be asked, "" for none."""
    traces = order_traces(stack)
    wrong = []
    for order_id, asks in orders.items():
        life = Life(faults=faults, asks=asks).specification()
        fits, thing = follows(life, seen, traces[order_id])
        if not fits:
            wrong.append(f"{order_id}: {thing} in {traces[order_id]}")
        states = execution_trace(stack.history(order_id))
        fits, state = follows(life, execution_seen, states)
        if not fits:
            wrong.append(f"{order_id}: {state} in {states}")
    return wrong


def _records(stack: LocalStack) -> Iterator[dict[str, Any]]:
    streams = stack.client("dynamodbstreams")
    table = stack.client("dynamodb").describe_table(TableName=stack.outputs["OrdersTable"])["Table"]
    arn = table["LatestStreamArn"]
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        asked = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        place = streams.get_shard_iterator(**asked)["ShardIterator"]
        while place:
            page = streams.get_records(ShardIterator=place)
            yield from page["Records"]
            place = page.get("NextShardIterator") if page["Records"] else None
