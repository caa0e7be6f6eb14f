"""Offers through the public API, on the deployed stack: what is held, who is told, and what staff choose."""

from __future__ import annotations

import pytest

from local import wait_for
from order_processing.account import AccountEntry
from order_processing.adapters.attributes import read_document
from order_processing.order_parts import Question
from tests.stack.offered_products import order_of_cups, reserved, stock_cups
from tests.stack.senders import place, status
from tests.stack.test_staff_decisions import decide


def settled(stack, receipt, *ends):
    def look():
        seen = status(stack, receipt).json()
        return seen if seen["status"] in ends else None

    return wait_for(look, seconds=90, what=f"order {receipt['number']} to become {ends}")


def asked(stack, receipt):
    """The order, once its customer was told and its execution waits."""
    order = settled(stack, receipt, "OFFER_PENDING")
    key = {"order_id": {"S": receipt["id"]}, "part": {"S": "order"}}

    def told():
        head = stack.client("dynamodb").get_item(TableName=stack.outputs["OrdersTable"], Key=key)["Item"]
        return "question" in head and read_document(head["question"], Question).told_at

    wait_for(told, seconds=60, what="the customer to be asked")
    return order


@pytest.mark.xdist_group("offers")
def test_what_is_offered_is_held_told_and_chosen_by_staff_for_the_customer(stack):
    stock_cups(stack, "API")
    receipt = place(stack, order_of_cups("offer-staff", "API")).json()
    asked(stack, receipt)
    assert reserved(stack, "API") == (3, 2, 5)
    (mail,) = stack.mails("offer-staff@example.com")
    for said in ("Fine cup instead of Cup", "+$12.50", "$67.90", "A part now, the rest later"):
        assert said in mail.text
        assert said in mail.html

    choices = {choice["choice"]: choice for choice in status(stack, receipt).json()["offer"]["choices"]}
    # What is held is sold to nobody else, not even a single cup.
    others = [place(stack, order_of_cups(f"offer-other-{n}", "API", cups=1)).json() for n in range(3)]
    for other in others:
        offered = asked(stack, other)["offer"]["choices"]
        cups = [line for choice in offered for line in choice.get("lines", ()) if line["sku"] == "API-CUP"]
        assert {day["date"] for line in cups for day in line["deliveries"]} == {choices["later"]["delivery_date"]}

    assert set(choices) == {"later", "in_parts", "substitute-1", "without", "cancel"}
    refused = decide(stack, receipt["id"], {"decision": "choose", "choice": "substitute-1"})
    assert (refused.status, refused.json()["code"]) == (422, "CONSENT_NEEDED")
    answer = decide(stack, receipt["id"], {"decision": "choose", "choice": "in_parts"})
    assert answer.status == 200, answer.body
    order = settled(stack, receipt, "READY_TO_SHIP")
    dates = [part["date"] for part in choices["in_parts"]["lines"][0]["deliveries"]]
    assert (order["total"], order["delivery_date"], len(dates)) == ("55.40", dates[-1], 2)
    confirmation = stack.mails("offer-staff@example.com")[-1]
    assert "3 × by" in confirmation.text
    assert "2 × by" in confirmation.text
    assert reserved(stack, "API")[0] == 3
    scan = stack.client("dynamodb").scan(TableName=stack.outputs["AccountsTable"])["Items"]
    (entry,) = [item for item in scan if item["entry"]["S"] == f"order#{receipt['id']}"]
    assert read_document(entry["document"], AccountEntry).delivery_date.isoformat() == dates[-1]

    for other in others:
        assert decide(stack, other["id"], {"decision": "choose", "choice": "cancel"}).json()["status"] == "CANCELLED"
    wait_for(lambda: reserved(stack, "API") == (3, 2, 0), what="what was declined to be given back")
