"""What SES says became of a mail, read from the events that AWS documents."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from order_processing.access import address_hash, guest_id
from order_processing.mail_reports import Outcome, read_report
from order_processing.observe import StageFault
from order_processing.stages.note_mail import note_mail

EVENTS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "ses_events.json").read_text(encoding="utf-8"))
MESSAGE_ID = "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000"


def changed(name: str, **details: Any) -> dict[str, Any]:
    event = copy.deepcopy(EVENTS[name])
    detail = event["detail"]
    detail[name.lower()] |= details
    return event


@pytest.mark.parametrize(
    ("name", "outcome", "cause", "dead", "second"),
    [
        ("Bounce", Outcome.BOUNCED, "Permanent, General, 5.1.1", ("recipient@example.com",), 2),
        ("Complaint", Outcome.COMPLAINED, "abuse", ("recipient@example.com",), 2),
        ("Delivery", Outcome.DELIVERED, "", (), 4),
        ("Reject", Outcome.REJECTED, "", (), 16),
        ("DeliveryDelay", Outcome.DELAYED, "TransientCommunicationFailure", (), 40),
    ],
)
def test_each_of_ses_events_is_read(name, outcome, cause, dead, second):
    read = read_report(EVENTS[name])
    report = read.report
    assert (report.order_id, report.kind, report.message_id) == ("7K3M9QXB4", "confirmation", MESSAGE_ID)
    assert (report.outcome, report.cause, read.dead, report.at.second) == (outcome, cause, dead, second)
    assert report.at.utcoffset() == datetime.now(UTC).utcoffset()
    assert "example.com" not in report.model_dump_json()


def test_a_soft_bounce_that_ses_gave_up_on_kills_no_address():
    read = read_report(changed("Bounce", bounceType="Transient", bounceSubType="MailboxFull"))
    assert (read.report.outcome, read.report.cause, read.dead) == (
        Outcome.BOUNCED,
        "Transient, MailboxFull, 5.1.1",
        (),
    )


def test_a_mail_to_a_suppressed_address_comes_back_as_a_bounce_that_says_so():
    read = read_report(changed("Bounce", bounceSubType="OnAccountSuppressionList"))
    assert read.report.cause == "Permanent, OnAccountSuppressionList, 5.1.1"
    assert read.dead == ("recipient@example.com",)


def test_what_says_nothing_of_an_orders_mail_is_left_alone():
    assert read_report(EVENTS["Send"]) is None
    assert read_report(changed("Complaint", complaintFeedbackType="not-spam")) is None
    others = copy.deepcopy(EVENTS["Bounce"])
    del others["detail"]["mail"]["tags"]["order"]
    assert read_report(others) is None


def test_an_event_that_cannot_be_read_is_a_fault_without_the_address():
    broken = changed("Bounce", timestamp="recipient@example.com")

    with pytest.raises(StageFault) as raised:
        note_mail(broken, None)
    assert "recipient" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_an_addresss_hash_is_not_the_accounts_and_does_not_change_with_case():
    assert address_hash("Ada@Example.com ", "key") == address_hash("ada@example.com", "key")
    assert address_hash("ada@example.com", "key") not in guest_id("ada@example.com", "key")
    assert address_hash("ada@example.com", "key") != address_hash("ada@example.com", "another key")
