"""What became of mails stands with the order, and who was not reached on staff's list, however reports come."""

from __future__ import annotations

import copy
import itertools
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from order_processing.adapters.post import ONCE
from order_processing.errors import ApprovalNeeded, SendingStopped, SendingThrottled
from order_processing.http import Problem
from order_processing.mail_reports import Outcome
from order_processing.order_parts import UNREACHABLE, Contact
from order_processing.post import AddressRefused
from order_processing.settings import current
from order_processing.staff_decisions import Decider, decide_as_staff, read_decision
from order_processing.stages.confirm_order import confirm_again
from order_processing.stages.note_mail import note_mail
from order_processing.status import Status
from tests.aws.shop import NOW
from tests.aws.test_stages import mails, simple_order
from tests.orders import an_order

EVENTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "unit" / "data" / "ses_events.json").read_text(encoding="utf-8")
)
ADDRESS = an_order().customer.email


def reported(name: str, order_id: str, message_id: str = "m-1", kind: str = "confirmation") -> dict[str, Any]:
    """SES's event about an order's mail."""
    event = copy.deepcopy(EVENTS[name])
    mail = event["detail"]["mail"]
    mail["messageId"] = message_id
    mail["tags"] |= {"order": [order_id], "kind": [kind]}
    for recipients in ("bouncedRecipients", "complainedRecipients"):
        for recipient in event["detail"].get(name.lower(), {}).get(recipients, ()):
            recipient["emailAddress"] = ADDRESS
    return event


@pytest.mark.parametrize("names", list(itertools.permutations(["Delivery", "DeliveryDelay", "Complaint"])))
def test_reports_end_the_same_in_any_order_and_however_often_they_come(shop, names):
    order_id = shop.place(simple_order())
    seen = shop.run(order_id)
    for name in (*names, *names):
        note_mail(reported(name, order_id), shop.mail_reports)
    stored = shop.orders.load(order_id)
    assert stored.version == seen.version, "no report races for the order's head"
    (mail,) = stored.mails
    assert (mail.message_id, mail.kind) == ("m-1", "confirmation")
    assert [bool(at) for at in (mail.delivered_at, mail.delayed_at, mail.complained_at)] == [True] * 3
    assert mail.bounced_at is None
    (unreached,) = shop.unreached.waiting()
    assert (unreached.order_id, unreached.why, unreached.cause) == (order_id, "complained", "abuse")


def test_of_two_delays_the_first_is_kept_whichever_comes_first(shop):
    order_id = shop.place(simple_order())
    early, late = reported("DeliveryDelay", order_id), reported("DeliveryDelay", order_id)
    late["detail"]["deliveryDelay"]["timestamp"] = "2020-06-16T01:25:40.095Z"
    for first, second, number in ((early, late, "1"), (late, early, "2")):
        for event in (first, second):
            event["detail"]["mail"]["messageId"] = number
            note_mail(event, shop.mail_reports)
    one, two = shop.orders.load(order_id).mails
    assert one.delayed_at == two.delayed_at
    assert one.delayed_at.hour == 0


def test_a_bounce_that_is_reported_again_after_staff_saw_to_it_stays_seen_to(shop):
    order_id = shop.place(simple_order())
    note_mail(reported("Bounce", order_id), shop.mail_reports)
    (unreached,) = shop.unreached.waiting()
    shop.unreached.done(unreached)
    shop.unreached.done(unreached)
    note_mail(reported("Bounce", order_id), shop.mail_reports)
    assert shop.unreached.waiting() == []


def test_an_address_that_bounced_is_not_written_to_and_staff_tell_the_customer(shop):
    first = shop.place(simple_order("first"))
    shop.run(first)
    note_mail(reported("Bounce", first), shop.mail_reports)
    sent = len(mails())
    order_id = shop.place(simple_order("second"))
    stored = shop.run(order_id)
    assert (stored.status, stored.reason.code) == (Status.APPROVAL_PENDING, UNREACHABLE)
    assert len(mails()) == sent, "no mail is pretended"
    assert stored.confirmation is None
    assert {u.order_id: u.why for u in shop.unreached.waiting()} == {first: "bounced", order_id: "suppressed"}
    with pytest.raises(ApprovalNeeded, match=UNREACHABLE):
        shop.confirm(order_id)
    with pytest.raises(Problem) as refused:
        decide(shop, order_id, decision="approve")
    assert refused.value.code == "CUSTOMER_NOT_TOLD"
    for _ in range(2):
        decide(shop, order_id, decision="told", by="phone")
    stored = shop.run(order_id)
    assert (stored.status, stored.confirmation.told, len(mails())) == (Status.READY_TO_SHIP, "phone", sent)
    assert stored.answers[-1].actor == "staff: eve"
    assert [u.order_id for u in shop.unreached.waiting()] == [first]


def decide(shop, order_id: str, **body: Any) -> Any:
    decision = read_decision(json.dumps(body).encode())
    return decide_as_staff(
        order_id, decision, Decider(by="eve", actor="staff: eve"), orders=shop.orders, executions=shop, now=NOW
    )


def test_an_order_by_phone_alone_is_confirmed_by_staff_from_end_to_end(shop):
    customer = an_order().customer.model_copy(update={"email": "", "phone": "+15025550100"})
    order_id = shop.place(simple_order(customer=customer))
    stored = shop.run(order_id)
    assert (stored.status, stored.reason.code) == (Status.CORRECTION_PENDING, "EMAIL_MISSING")
    decide(shop, order_id, decision="approve")
    assert shop.run(order_id).status is Status.APPROVAL_PENDING
    decide(shop, order_id, decision="told", by="letter")
    stored = shop.run(order_id)
    assert (stored.status, stored.confirmation.told) == (Status.READY_TO_SHIP, "letter")
    assert mails() == []


def test_nobody_is_told_where_nobody_waits_and_how_is_asked_for(shop):
    order_id = shop.place(simple_order(quantity=2_000))
    shop.run(order_id)
    for body, code in (({"decision": "told", "by": "phone"}, "NOBODY_TO_TELL"), ({"decision": "told"}, "INVALID")):
        with pytest.raises(Problem) as refused:
            decide(shop, order_id, **body)
        assert refused.value.code.endswith(code)


def test_mails_go_to_the_address_that_staff_wrote_down(shop):
    first = shop.place(simple_order("first"))
    shop.run(first)
    note_mail(reported("Bounce", first), shop.mail_reports)
    better = Contact(email="ada.bell@example.com", by="staff: eve", at=NOW + timedelta(hours=1))
    with pytest.raises(AddressRefused, match="suppressed"):
        again(shop, first)
    shop.orders.keep_contact(first, better)
    again(shop, first)
    assert mails()[-1].destinations["ToAddresses"] == [better.email]
    waiting = shop.place(simple_order("second"))
    assert shop.run(waiting).status is Status.APPROVAL_PENDING
    shop.orders.keep_contact(waiting, better)
    decide(shop, waiting, decision="told", by="phone")
    assert shop.orders.load(waiting).mail_address == better.email


def again(shop, order_id: str) -> str:
    return confirm_again(order_id, orders=shop.orders, post=shop.post, settings=current(), status_url=shop.status_url)


def test_the_end_of_an_order_and_a_question_nobody_can_read_go_on_the_list(shop):
    customer = an_order().customer.model_copy(update={"email": ""})
    order_id = shop.place(simple_order(customer=customer))
    shop.run(order_id)
    shop.end(order_id, Status.EXPIRED)
    shop.end(order_id, Status.EXPIRED)
    shop.mail_reports.suppress(ADDRESS, Outcome.BOUNCED, NOW)
    asked = shop.place(simple_order("asked", quantity=2_000))
    stored = shop.run(asked)
    assert (stored.status, stored.question.told_at) == (Status.OFFER_PENDING, None)
    assert {(u.order_id, u.kind, u.why) for u in shop.unreached.waiting()} == {
        (order_id, "ended", "no_address"),
        (asked, "question", "suppressed"),
    }
    assert mails() == []


def test_an_address_that_is_freed_is_written_to_again(shop):
    shop.mail_reports.suppress(ADDRESS, Outcome.BOUNCED, NOW)
    assert ADDRESS.upper() in shop.suppressed
    shop.suppressed.remove(ADDRESS)
    assert ADDRESS not in shop.suppressed


def test_no_address_stands_in_what_is_kept_of_reports(shop):
    order_id = shop.place(simple_order())
    for name in ("Bounce", "Complaint", "Delivery"):
        note_mail(reported(name, order_id), shop.mail_reports)
    items = boto3.client("dynamodb").scan(TableName="orders")["Items"]
    kept = [item for item in items if item["part"]["S"] != "placed"]
    assert len(kept) >= 3
    assert ADDRESS not in str(kept)


@pytest.mark.parametrize(
    ("code", "message", "raised"),
    [
        ("TooManyRequestsException", "Maximum sending rate exceeded.", SendingThrottled),
        ("LimitExceededException", "Daily message quota exceeded.", SendingThrottled),
        ("SendingPausedException", "Sending is paused for this account.", SendingStopped),
        ("AccountSuspendedException", "The account is suspended.", SendingStopped),
        ("MailFromDomainNotVerifiedException", "The MAIL FROM domain is not verified.", SendingStopped),
        (
            "MessageRejected",
            f"Email address is not verified. The following identities failed: {ADDRESS}",
            SendingStopped,
        ),
        ("BadRequestException", "Missing final '@domain'", AddressRefused),
        ("BadRequestException", "Local address contains control or whitespace", AddressRefused),
        ("BadRequestException", "1 validation error detected", ClientError),
    ],
)
def test_each_of_ses_errors_is_named_by_what_is_to_be_done(shop, monkeypatch, code, message, raised):
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "SendEmail")

    monkeypatch.setattr(shop.post._client, "send_email", refuse)
    order_id = shop.place(simple_order())
    shop.verify(order_id)
    shop.check(order_id)
    expected = ApprovalNeeded if raised is AddressRefused else raised
    with pytest.raises(expected) as found:
        shop.confirm(order_id)
    if raised is not ClientError:
        assert ADDRESS not in str(found.value)
    monkeypatch.undo()
    stored = shop.orders.load(order_id)
    if raised is AddressRefused:
        assert (stored.status, stored.reason.code) == (Status.APPROVAL_PENDING, UNREACHABLE)
    else:
        assert stored.status is Status.RESERVED
        shop.confirm(order_id)
        assert len(mails()) == 1, "not lost"


class _Broken(BaseHTTPRequestHandler):
    """Takes a message and answers that it went wrong."""

    taken = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        _Broken.taken += 1
        self.send_response(500)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def test_the_client_repeats_no_message_by_itself():
    server = HTTPServer(("127.0.0.1", 0), _Broken)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = boto3.client(
        "sesv2", config=ONCE, region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{server.server_port}"
    )
    with pytest.raises(ClientError):
        client.send_email(Content={"Raw": {"Data": b"x"}})
    server.shutdown()
    assert _Broken.taken == 1
