"""The timeline: what is kept of an order's life, in order, with who and why."""

from __future__ import annotations

from datetime import timedelta

from order_processing.discrepancy import Correction
from order_processing.order_parts import Answer, Confirmation, Handling, History, Past, Question, Reason
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.timeline import timeline
from tests.orders import NOW, an_order

WHY = Reason(code="ADDRESS_MISSING", text="shipping_address: found nothing, expected an address")


def at(minutes):
    return NOW + timedelta(minutes=minutes)


def told(stored):
    return [(h.what, h.actor, h.reason.code if h.reason else "", h.detail) for h in timeline(stored)]


def test_every_change_has_its_time_its_actor_and_its_reason():
    stored = StoredOrder(
        order_id="A",
        placed=an_order(),
        received_at=NOW,
        status=Status.CANCELLED,
        times={
            "RECEIVED": NOW,
            "CORRECTION_PENDING": at(1),
            "VERIFIED": at(6),
            "RESERVED": at(7),
            "CONFIRMED": at(8),
            "RECORDED": at(9),
            "CANCELLED": at(30),
        },
        reason=Reason(code="CANCELLED_BY_CUSTOMER", text="cancelled by the customer"),
        question=Question(kind="CORRECTION_PENDING", token="t", asked_at=at(2), expires_at=at(99)),
        answers=(Answer(actor="customer", at=at(5), corrections=(Correction(path="customer.name", value="Ada"),)),),
        confirmation=Confirmation(attempt_at=at(7), sent_at=at(8), message_id="m"),
        notice=Confirmation(attempt_at=at(31)),
        left=History(past=(Past(status=Status.CORRECTION_PENDING, at=at(1), reason=WHY),)),
    )
    assert told(stored) == [
        ("RECEIVED", "store", "", "api: front end"),
        ("CORRECTION_PENDING", "system", "ADDRESS_MISSING", ""),
        ("ASKED", "system", "", "CORRECTION_PENDING"),
        ("DECIDED", "customer", "", "customer.name"),
        ("VERIFIED", "system", "", ""),
        ("RESERVED", "system", "", ""),
        ("CONFIRMED", "system", "", ""),
        ("CONFIRMATION_SENT", "system", "", "m"),
        ("RECORDED", "system", "", ""),
        ("CANCELLED", "customer", "CANCELLED_BY_CUSTOMER", ""),
        ("NOTICE_OF_END_BEGUN", "system", "", ""),
    ]


def test_a_status_that_was_waited_in_twice_stands_there_twice_with_both_reasons():
    again = Reason(code="EMAIL_MISSING", text="customer.email: found nothing, expected an e-mail address")
    stored = StoredOrder(
        order_id="A",
        placed=an_order(),
        received_at=NOW,
        status=Status.CORRECTION_PENDING,
        times={"RECEIVED": at(3), "CORRECTION_PENDING": at(4)},
        reason=again,
        left=History(past=(Past(status=Status.CORRECTION_PENDING, at=at(1), reason=WHY),)),
    )
    assert told(stored) == [
        ("RECEIVED", "store", "", "api: front end"),
        ("CORRECTION_PENDING", "system", "ADDRESS_MISSING", ""),
        ("CORRECTION_PENDING", "system", "EMAIL_MISSING", ""),
    ]


def test_what_the_warehouse_did_belongs_to_it():
    handling = Handling(printed_at=at(10), packed_at=at(11), handed_over_at=at(12), manifest="M-7")
    stored = StoredOrder(order_id="A", placed=an_order(), received_at=NOW, times={"RECEIVED": NOW}, handling=handling)
    assert told(stored)[1:] == [
        ("PRINTED", "warehouse", "", ""),
        ("PACKED", "warehouse", "", ""),
        ("HANDED_OVER", "warehouse", "", "M-7"),
    ]
