"""Stored orders one version behind and one ahead, on the deployed stack: both go on."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from local import wait_for
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.preset import deflated, inflated
from order_processing.status import Status
from tests.proxy.journeys import settled
from tests.stack.test_staff_decisions import decide, waiting

pytestmark = pytest.mark.xdist_group("rig")

RIGHT = {"decision": "correct", "corrections": [{"path": "lines[0].sku", "value": "TEST-123"}]}


@pytest.fixture(scope="module")
def orders(rig) -> DynamoOrders:
    return DynamoOrders(rig.stack.client("dynamodb"), rig.stack.outputs["OrdersTable"])


def _items(dynamodb: Any, table: str, order_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dynamodb.query(
        TableName=table,
        KeyConditionExpression="order_id = :order",
        ExpressionAttributeValues={":order": {"S": order_id}},
        ConsistentRead=True,
    )["Items"]
    return found


def _with_more(item: dict[str, Any]) -> dict[str, Any]:
    """The item with a field more in each of its documents."""
    return {name: value if name == "raw" else _document_with_more(value) for name, value in item.items()}


def _document_with_more(value: dict[str, Any]) -> dict[str, Any]:
    if "B" in value:
        return {"B": deflated(json.dumps(json.loads(inflated(value["B"])) | {"tomorrow": 1}).encode())}
    if value.get("S", "").startswith("{"):
        return {"S": json.dumps(json.loads(value["S"]) | {"tomorrow": 1})}
    return value


def _as_stored(item: dict[str, Any]) -> dict[str, Any]:
    """An item whose bytes are written in base64."""
    return {name: {"B": base64.b64decode(value["B"])} if "B" in value else value for name, value in item.items()}


def test_an_order_that_a_newer_version_wrote_goes_on_and_what_is_not_known_stays(rig, orders):
    """As while a new version takes over a tenth first: every item and every document has something more to say."""
    stack = rig.stack
    dynamodb, table = stack.client("dynamodb"), stack.outputs["OrdersTable"]
    receipt = waiting(stack, "written-by-tomorrow", sku="NO-SUCH-SKU")
    for item in _items(dynamodb, table, receipt["id"]):
        dynamodb.put_item(TableName=table, Item={**_with_more(item), "tomorrow": {"S": "attribute"}})
    assert decide(stack, receipt["id"], RIGHT).status == 200
    settled(stack, receipt["id"], but=Status.CORRECTION_PENDING)
    assert orders.load(receipt["id"]).status is Status.READY_TO_SHIP
    kept = {item["part"]["S"] for item in _items(dynamodb, table, receipt["id"]) if "tomorrow" in item}
    assert {"placed", "order"} <= kept


def test_orders_as_an_older_version_wrote_them_go_on(rig, orders):
    """Items of orders at four places of their life, as the code of 25 November 2026 (d62e5ec) has kept them."""
    stack = rig.stack
    older = json.loads(Path(__file__).with_name("older_orders.json").read_text(encoding="utf-8"))
    for status, items in older.items():
        order_id = items[0]["order_id"]["S"]
        for item in items:
            read = {
                name: {"B": base64.b64decode(value["B"])} if "B" in value else value for name, value in item.items()
            }
            stack.client("dynamodb").put_item(TableName=stack.outputs["OrdersTable"], Item=read)
        assert orders.load(order_id).status == status
        states = stack.client("stepfunctions")
        given = json.dumps({"order_id": order_id})
        states.start_execution(stateMachineArn=f"{stack.outputs['StateMachineArn']}:live", name=order_id, input=given)
    for status, items in older.items():
        order_id = items[0]["order_id"]["S"]
        if status == Status.CORRECTION_PENDING:

            def asked_anew(order_id: str = order_id) -> bool:
                return len(orders.load(order_id).question.tokens) == 2

            wait_for(asked_anew, what="the question to have a token that waits")
            assert decide(stack, order_id, RIGHT).status == 200
            settled(stack, order_id, but=Status.CORRECTION_PENDING)
        settled(stack, order_id)
        assert orders.load(order_id).status is Status.READY_TO_SHIP
        assert len(stack.mails(orders.load(order_id).mail_address)) == 1
