"""Manual confirmation from end to end on the deployed stack: approve, refuse, change, four eyes, reminders, expiry."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from local import LocalStack, wait_for
from local.senders import SECOND_STAFF_KEY, STAFF_KEY
from local.staff import ADMIN, APPROVER, OPERATOR, PACKER, SECOND_APPROVER, Member
from order_processing.adapters.attributes import document, read_document
from order_processing.order_parts import Question
from order_processing.settings import current
from tests.stack.senders import api_order, place, status
from tests.staff import Desk

pytestmark = pytest.mark.xdist_group("stack")


class Waiting:
    """An order that waits for staff's approval, with its execution."""

    def __init__(self, stack: LocalStack, number: str, **changes: Any) -> None:
        self.stack = stack
        answer = place(stack, api_order(number, **changes))
        assert answer.status == 202, answer.body
        self.receipt = answer.json()
        self.id, self.email = self.receipt["id"], f"{number}@example.com"
        self.page = f"/staff/orders/{self.id}"
        self.asked()

    def asked(self, after: str = "") -> str:
        """The task token of the question, once there is another than `after`."""

        def look() -> str:
            head = self.head()
            if head.get("status", {}).get("S") != "APPROVAL_PENDING" or "question" not in head:
                return ""
            question = read_document(head["question"], Question)
            return question.token if question.kind == "APPROVAL_PENDING" and question.token != after else ""

        return wait_for(look, seconds=90, what=f"{self.receipt['number']} to wait for approval")

    def head(self) -> dict[str, Any]:
        key = {"order_id": {"S": self.id}, "part": {"S": "order"}}
        table = self.stack.outputs["OrdersTable"]
        found: dict[str, Any] = self.stack.client("dynamodb").get_item(TableName=table, Key=key).get("Item", {})
        return found

    def becomes(self, *ends: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            seen: dict[str, Any] = status(self.stack, self.receipt).json()
            return seen if seen["status"] in ends else None

        return wait_for(look, seconds=90, what=f"order {self.receipt['number']} to become {ends}")

    def mails(self, subject: str) -> list[str]:
        return [mail.subject for mail in self.stack.mails(self.email) if subject in mail.subject]


def at_desk(stack: LocalStack, member: Member) -> Desk:
    desk = Desk(stack)
    desk.sign_in(member)
    return desk


def decide(desk: Desk, order: Waiting, do: str, **form: str):
    seen = re.search(r'name="seen" value="(\w+)"', desk.get(order.page).body.decode())
    return desk.post(order.page, {"do": do, "seen": seen[1] if seen else "", **form}, token=desk.token())


def waiting(desk: Desk) -> str:
    """All pages of the list of what waits for a decision of staff."""
    pages = [desk.get("/staff/waiting?for=decide").body.decode()]
    while "Show the next ones" in pages[-1]:
        pages.append(desk.get(f"/staff/waiting?for=decide&page={len(pages) + 1}").body.decode())
    return "".join(pages)


def test_two_people_approve_a_risky_order_and_it_is_confirmed(stack):
    order = Waiting(stack, "approve-two", flags=["fraud:review"])
    anna, ben = at_desk(stack, APPROVER), at_desk(stack, SECOND_APPROVER)
    assert order.receipt["number"] in waiting(anna)
    assert "two different people" in anna.get(order.page).body.decode()
    assert decide(anna, order, "approve").status == 303
    anna.post(order.page, {"do": "approve", "seen": "x"}, token=anna.token())
    decide(anna, order, "approve")
    assert order.head()["status"]["S"] == "APPROVAL_PENDING"
    assert order.mails("confirm") == []
    assert decide(ben, order, "approve").status == 303
    shown = order.becomes("READY_TO_SHIP")
    assert "fraud" not in json.dumps(shown), "the customer is not told why"
    assert "Anna" not in json.dumps(shown)
    assert len(stack.mails(order.email)) >= 1
    page = ben.get(order.page).body.decode()
    assert "consent of staff: Anna Berg" in page
    assert "consent of staff: Ben Cole" in page


def test_others_see_or_do_not_see_and_decide_nothing(stack):
    order = Waiting(stack, "approve-others", flags=["fraud:review"])
    olivia, walt = at_desk(stack, OPERATOR), at_desk(stack, PACKER)
    assert (olivia.get(order.page).status, walt.get(order.page).status) == (200, 403)
    for desk in (olivia, walt):
        for do in ("approve", "reject", "correct"):
            answer = desk.post(order.page, {"do": do, "reason": "x"}, token=desk.token())
            assert answer.status == 403
    assert Desk(stack).post(order.page, {"do": "approve"}, token="x").status == 401
    assert order.head()["status"]["S"] == "APPROVAL_PENDING"
    assert "approval" in order.head()


def test_a_refusal_tells_the_customer_why_and_gives_back(stack):
    order = Waiting(stack, "approve-refuse", flags=["fraud:review"])
    ada = at_desk(stack, ADMIN)
    assert decide(ada, order, "reject").status == 409, "without a reason"
    assert decide(ada, order, "reject", reason="We could not check <b>your</b> payment.").status == 303
    assert order.becomes("REJECTED")["reason"]["code"] == "REFUSED"
    wait_for(lambda: stack.execution(order.id)["status"] == "SUCCEEDED", seconds=60, what="the execution to end")
    (mail,) = [mail for mail in stack.mails(order.email) if "cannot accept" in mail.subject]
    assert "We could not check <b>your</b> payment." in mail.text
    assert "<b>your</b>" not in mail.html
    assert "waits_for" not in order.head()


def test_a_changed_order_is_verified_promised_and_asked_about_again(stack):
    order = Waiting(stack, "approve-change", quantity=3, flags=["fraud:review"])
    first = order.asked()
    anna, ben = at_desk(stack, APPROVER), at_desk(stack, SECOND_APPROVER)
    assert decide(anna, order, "approve").status == 303
    assert decide(ben, order, "correct", **{"lines[0].quantity": "2"}).status == 303
    order.asked(after=first)
    assert order.becomes("APPROVAL_PENDING")["lines"][0]["quantity"] == 2
    assert "Approved by" not in anna.get(order.page).body.decode(), "consent to the order as it was"
    for desk in (anna, ben):
        assert decide(desk, order, "approve").status == 303
    assert order.becomes("READY_TO_SHIP")["total"] == "305.20"


def test_the_api_asks_for_two_keys_too(stack):
    order = Waiting(stack, "approve-api", flags=["fraud:review"])

    def send(key: str):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        body = json.dumps({"decision": "approve"})
        return stack.request("POST", f"/orders/{order.id}/decision", headers, body).json()["status"]

    assert [send(STAFF_KEY), send(STAFF_KEY)] == ["APPROVAL_PENDING", "APPROVAL_PENDING"]
    assert send(SECOND_STAFF_KEY) == "RESERVED"
    order.becomes("READY_TO_SHIP")


def test_approvers_are_reminded_and_admins_hear_before_it_expires_once_each(stack):
    order = Waiting(stack, "approve-remind", flags=["fraud:review"])
    approvers, admins = current().approvals.approvers, current().approvals.admins

    def told(address: str) -> int:
        return len([mail for mail in stack.mails(address) if order.receipt["number"] in mail.subject])

    for share, reminders, escalations in ((0.4, 0, 0), (0.6, 1, 0), (0.9, 1, 1), (0.95, 1, 1)):
        _pass(order, share)
        for _ in range(2):
            _remind(stack)
        assert [told(approvers[0]), told(admins[0])] == [reminders, escalations], share
    decide(at_desk(stack, ADMIN), order, "reject", reason="Nobody looked at it.")
    order.becomes("REJECTED")


def test_an_order_that_nobody_decides_about_expires(stack):
    order = Waiting(stack, "approve-expire", flags=["fraud:review"])
    token = order.asked()
    stack.client("stepfunctions").send_task_failure(taskToken=token, error="States.Timeout", cause="as if time was up")
    assert order.becomes("EXPIRED")["reason"]["code"] == "NO_ANSWER"
    wait_for(lambda: order.mails(order.receipt["number"]), seconds=60, what="the customer to be told")
    assert decide(at_desk(stack, APPROVER), order, "approve").status in (303, 409)
    assert order.becomes("EXPIRED")


def test_nothing_of_the_customer_or_staff_stands_in_logs_or_executions(stack):
    order = Waiting(stack, "approve-private", flags=["fraud:review"])
    decide(at_desk(stack, APPROVER), order, "reject", reason="A very particular reason.")
    order.becomes("REJECTED")
    told = "\n".join([*stack.logs(), json.dumps(stack.history(order.id), default=str)])
    for text in (order.email, "Ada Bell", "A very particular reason", APPROVER.email, APPROVER.name):
        assert text not in told, text


def _pass(order: Waiting, share: float) -> None:
    """As if this share of the time for the decision were over."""
    question = read_document(order.head()["question"], Question)
    span = question.expires_at - question.asked_at
    asked_at = datetime.now(UTC) - span * share
    aged = question.model_copy(update={"asked_at": asked_at, "expires_at": asked_at + span})
    order.stack.client("dynamodb").update_item(
        TableName=order.stack.outputs["OrdersTable"],
        Key={"order_id": {"S": order.id}, "part": {"S": "order"}},
        UpdateExpression="SET question = :question",
        ExpressionAttributeValues={":question": document(aged)},
    )


def _remind(stack: LocalStack) -> None:
    functions = stack.client("lambda").list_functions()["Functions"]
    name = next(f["FunctionName"] for f in functions if "RemindStaff" in f["FunctionName"])
    answer = stack.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
