"""What the console writes to the orders table, act by act, lies in the partitions that its policy names.

The emulator does not look at `dynamodb:LeadingKeys`, so what would be denied on AWS is seen here.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from order_processing.adapters.failed_executions import DynamoRedrives
from order_processing.console import shipments
from order_processing.console.console import Console
from order_processing.console.staff import Group
from order_processing.failures import Redrive
from tests.aws.test_mail_reports import simple_order
from tests.aws.test_offers import offered
from tests.aws.test_offers import shop as shop_of_offers
from tests.aws.test_order_detail import COMING, page
from tests.aws.test_order_detail import desk as order_desk
from tests.aws.test_shipment_pages import desk as shipment_desk
from tests.template import template

shop = shop_of_offers
WRITES = {"PutItem": "Item", "UpdateItem": "Key"}


def allowed() -> list[str]:
    (policy,) = template()["Resources"]["StaffConsoleFunction"]["Properties"]["Policies"]
    (statement,) = (each for each in policy["Statement"] if each["Sid"] == "KeepDecisionsAndWhatStaffDid")
    return statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The partitions of the orders table that were written to while the console answered."""
    partitions: set[str] = set()
    answering: list[bool] = []
    call, answer = BaseClient._make_api_call, Console.answer

    def noted(client: Any, operation: str, params: dict[str, Any]) -> Any:
        writes = [(operation, params)]
        if operation == "TransactWriteItems":
            writes = [(f"{kind}Item", given) for each in params["TransactItems"] for kind, given in each.items()]
        for kind, given in writes:
            if answering and kind in WRITES and given["TableName"] == "orders":
                partitions.add(given[WRITES[kind]]["order_id"]["S"])
        return call(client, operation, params)

    def answered(console: Console, *given: Any) -> Any:
        answering.append(True)
        try:
            return answer(console, *given)
        finally:
            answering.pop()

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    monkeypatch.setattr(Console, "answer", answered)
    return partitions


def test_every_act_writes_where_its_policy_lets_it(shop, written):
    shop.inventory.plan_supply(COMING)
    waits = offered(shop).order_id
    ready, cancelled = (shop.run(shop.place(simple_order(number))) for number in ("ready", "cancelled"))
    at = order_desk(shop)
    seen = page(at, waits)
    assert waits in seen
    form = at.send("GET", f"/staff/orders/{waits}/choose?choice=later").body
    token = form.partition('name="seen" value="')[2].partition('"')[0]
    assert at.post(f"/staff/orders/{waits}/choose", do="choose", choice="later", seen=token).status == 303
    assert at.post(f"/staff/orders/{cancelled.order_id}/cancel", do="cancel").status == 303
    where = f"/staff/orders/{ready.order_id}"
    assert at.post(where + "/confirmation", do="send", email="ada.bell@example.org").status == 303
    assert at.post(where + "/print", do="print").status == 303

    packer = shipment_desk(shop, Group.WAREHOUSE)
    (shipment,) = ready.delivery.shipments
    place = {"location": shipment.location, "day": str(shipment.ship_date), "key": "1"}
    shop.run(shop.place(simple_order("batch")))
    assert packer.post("/staff/batches", do="print", **place).status == 303
    for do in ("packed", "handed_over"):
        assert packer.post(shipments.PATH, do=do, sscc=shipment.parcels[0].sscc, **place).status == 303
    patterns = allowed()
    assert [partition for partition in written if not any(fnmatchcase(partition, p) for p in patterns)] == []
    assert {partition for partition in written if len(partition) == 9} == {waits, ready.order_id, cancelled.order_id}
    assert {partition.partition("#")[0] for partition in written if "#" in partition} == {"audit", "batch", "leaving"}
    for never in (
        "measures",
        "sscc#006141414237699278",
        "departures#louisville",
        "manifests#louisville",
        "broken",
        "address#0f0f",
    ):
        assert not any(fnmatchcase(never, pattern) for pattern in patterns), never


def test_redrives_and_coupons_are_written_where_the_policy_says(shop):
    DynamoRedrives(boto3.client("dynamodb"), "orders").keep(
        Redrive(id="1", at=shop.now, actor="staff", title="x", failures=())
    )
    items = boto3.client("dynamodb").query(
        TableName="orders",
        KeyConditionExpression="order_id = :p",
        ExpressionAttributeValues={":p": {"S": "redrives"}},
    )
    assert items["Count"] == 1
    assert "redrives" in allowed()
