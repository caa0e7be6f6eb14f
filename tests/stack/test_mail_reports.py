"""Bounce, complaint and suppression on the deployed stack, with SES's events as AWS documents them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from local import LocalStack, wait_for
from local.senders import STAFF_KEY
from tests.stack.senders import api_order, place, status

EVENTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "unit" / "data" / "ses_events.json").read_text(encoding="utf-8")
)


def report(stack: LocalStack, name: str, receipt: dict[str, str], address: str, message_id: str = "m-1") -> None:
    """SES's event about the confirmation of an order, on the default bus, as SES would put it there."""
    event = copy.deepcopy(EVENTS[name])
    detail = event["detail"]
    detail["mail"]["messageId"] = message_id
    detail["mail"]["tags"] |= {
        "order": [receipt["id"]],
        "kind": ["confirmation"],
        "ses:configuration-set": [stack.outputs["MailConfiguration"]],
    }
    for recipients in ("bouncedRecipients", "complainedRecipients"):
        for recipient in detail.get(name.lower(), {}).get(recipients, ()):
            recipient["emailAddress"] = address
    entry = {"Source": "aws.ses", "DetailType": event["detail-type"], "Detail": json.dumps(detail)}
    assert stack.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def parts(stack: LocalStack, partition: str) -> list[dict[str, Any]]:
    """A partition's items of the orders table."""
    found = stack.client("dynamodb").query(
        TableName=stack.outputs["OrdersTable"],
        KeyConditionExpression="order_id = :id",
        ExpressionAttributeValues={":id": {"S": partition}},
    )
    return list(found["Items"])


def mail_of(stack: LocalStack, order_id: str) -> dict[str, Any]:
    return next((item for item in parts(stack, order_id) if item["part"]["S"].startswith("mail#")), {})


def settled(stack: LocalStack, receipt: dict[str, str], wanted: str) -> None:
    wait_for(lambda: status(stack, receipt).json()["status"] == wanted, seconds=90, what=f"{receipt['id']} {wanted}")


def unreached(stack: LocalStack, order_id: str) -> list[dict[str, Any]]:
    return [
        said
        for item in parts(stack, "unreached")
        if (said := json.loads(item["document"]["S"]))["order_id"] == order_id
    ]


def test_a_delivery_and_a_complaint_stand_with_the_order(stack):
    receipt = place(stack, api_order("mail-complaint")).json()
    settled(stack, receipt, "READY_TO_SHIP")
    for name in ("Complaint", "Delivery", "Complaint"):
        report(stack, name, receipt, "mail-complaint@example.com")
    wait_for(lambda: {"delivered_at", "complained_at"} <= set(mail_of(stack, receipt["id"])), what="both reports")
    assert [one["why"] for one in unreached(stack, receipt["id"])] == ["complained"]


def test_after_a_hard_bounce_the_next_order_waits_until_staff_have_told_the_customer(stack):
    address = "mail-bounce@example.com"
    first = place(stack, api_order("mail-bounce")).json()
    settled(stack, first, "READY_TO_SHIP")
    report(stack, "Bounce", first, address)
    wait_for(lambda: "bounced_at" in mail_of(stack, first["id"]), what="the bounce to be kept")
    assert [one["cause"] for one in unreached(stack, first["id"])] == ["Permanent, General, 5.1.1"]
    sent = len(stack.mails(address))
    customer = {"email": address, "name": "Ada Bell", "phone": "+15025550100"}
    second = place(stack, api_order("mail-suppressed", customer=customer)).json()
    settled(stack, second, "APPROVAL_PENDING")
    assert len(stack.mails(address)) == sent
    assert [one["why"] for one in unreached(stack, second["id"])] == ["suppressed"]
    headers = {"Authorization": f"Bearer {STAFF_KEY}", "Content-Type": "application/json"}
    body = json.dumps({"decision": "told", "by": "phone"})
    answer = stack.request("POST", f"/orders/{second['id']}/decision", headers, body)
    assert answer.status == 200, answer.body
    settled(stack, second, "READY_TO_SHIP")
    assert (len(stack.mails(address)), unreached(stack, second["id"])) == (sent, [])
    assert address not in "".join(stack.logs())
