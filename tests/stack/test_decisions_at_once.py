"""Two people decide about the same order in the same moment, on the deployed stack: one counts, the other hears so."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from local.senders import SECOND_STAFF_KEY, STAFF_KEY
from order_processing.adapters.orders import DynamoOrders
from tests.stack.test_staff_decisions import decide, settled, waiting

REJECTED = {"decision": "reject"}
RIGHT = {"decision": "correct", "corrections": [{"path": "lines[0].sku", "value": "TEST-123"}]}
TIMES = 4


def at_once(*acts):
    """What each of them answers, begun in the same moment."""
    ready = Barrier(len(acts))

    def act(one):
        ready.wait()
        return one()

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(act, acts))


def cancelled(stack, receipt):
    path = receipt["status_url"].partition("/orders/")[2].replace("?", "/cancel?")
    return stack.request("POST", f"/orders/{path}")


def test_of_two_members_of_staff_one_decides_and_the_other_is_told(stack):
    orders = DynamoOrders(stack.client("dynamodb"), stack.outputs["OrdersTable"])
    for number in range(TIMES):
        receipt = waiting(stack, f"both-staff-{number}", sku="NO-SUCH-SKU")
        right, rejected = at_once(
            lambda receipt=receipt: decide(stack, receipt["id"], RIGHT, STAFF_KEY),
            lambda receipt=receipt: decide(stack, receipt["id"], REJECTED, SECOND_STAFF_KEY),
        )
        assert sorted([right.status, rejected.status]) == [200, 409], (right.body, rejected.body)
        told = json.loads((right if right.status == 409 else rejected).body)
        assert told["code"] == "NOT_ASKED"
        end = "READY_TO_SHIP" if right.status == 200 else "REJECTED"
        settled(stack, receipt, (end,))
        (kept,) = orders.load(receipt["id"]).answers
        assert kept.refused == (end == "REJECTED")


def test_of_a_customer_who_cancels_and_staff_who_decide_both_are_told_what_holds(stack):
    orders = DynamoOrders(stack.client("dynamodb"), stack.outputs["OrdersTable"])
    for number in range(TIMES):
        receipt = waiting(stack, f"both-sides-{number}", sku="NO-SUCH-SKU")
        right, gone = at_once(
            lambda receipt=receipt: decide(stack, receipt["id"], RIGHT),
            lambda receipt=receipt: cancelled(stack, receipt),
        )
        # A decision may come first and the cancellation after it; never the other way round.
        assert right.status in (200, 409), right.body
        assert gone.status == 200 or gone.json()["code"] == "CONFIRMATION_UNDER_WAY", gone.body
        end = "CANCELLED" if gone.status == 200 else "READY_TO_SHIP"
        settled(stack, receipt, (end,))
        stored = orders.load(receipt["id"])
        assert len(stored.answers) == int(right.status == 200)
        if right.status == 409:
            assert (right.json()["code"], end) == ("NOT_ASKED", "CANCELLED")


def test_the_same_decision_sent_twice_at_once_counts_once_and_is_answered_alike(stack):
    orders = DynamoOrders(stack.client("dynamodb"), stack.outputs["OrdersTable"])
    receipt = waiting(stack, "twice-at-once", sku="NO-SUCH-SKU")
    answers = at_once(*[lambda: decide(stack, receipt["id"], RIGHT)] * 4)
    assert [answer.status for answer in answers] == [200] * 4, [answer.body for answer in answers]
    settled(stack, receipt, ("READY_TO_SHIP",))
    assert len(orders.load(receipt["id"]).answers) == 1
