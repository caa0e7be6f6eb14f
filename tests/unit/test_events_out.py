"""What the rest of the company is told: the right event for each change, in order, and nothing about people."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.event_schemas import FOLDER, files
from local.mail_samples import delivery
from order_processing.bus import MOST
from order_processing.events import EVENTS, LARGEST, Head, OrderEvent, OrderReceived, event_of, received, replaced
from order_processing.order_parts import Handling, Reason
from order_processing.stages.publish_events import Change, publish_events
from order_processing.status import PATH, Status
from order_processing.store_state import StoreState
from tests.orders import an_order, promised

ORDER_ID = "7K3M9QXB4"
AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
PROMISE = promised(an_order())
WHY = Reason(code="CREDIT_LIMIT", text="over the limit")


def head(status: Status, version: int = 1, **fields: Any) -> Head:
    if status in PATH[2:]:
        fields.setdefault("promise", PROMISE)
    return Head(order_id=ORDER_ID, version=version, status=status, times={status.value: AT}, **fields)


def event(before: Head | None, after: Head) -> OrderEvent:
    made = event_of(before, after, LATER)
    assert made
    return made


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (None, head(Status.CORRECTION_PENDING, reason=WHY), "OrderCorrectionNeeded"),
        (Status.VERIFIED, head(Status.OFFER_PENDING, reason=WHY), "OrderOffered"),
        (Status.VERIFIED, head(Status.RESERVED), "OrderReserved"),
        (Status.RESERVED, head(Status.APPROVAL_PENDING, reason=WHY, promise=PROMISE), "OrderApprovalNeeded"),
        (Status.RESERVED, head(Status.CONFIRMED), "OrderConfirmed"),
        (Status.CONFIRMED, head(Status.RECORDED), "OrderRecorded"),
        (Status.RECORDED, head(Status.READY_TO_SHIP, delivery=delivery()), "OrderReadyToShip"),
        (Status.VERIFIED, head(Status.REJECTED, reason=WHY), "OrderRejected"),
        (Status.RESERVED, head(Status.CANCELLED, reason=WHY), "OrderCancelled"),
        (Status.OFFER_PENDING, head(Status.EXPIRED, reason=WHY), "OrderExpired"),
    ],
)
def test_each_status_that_matters_outside_has_its_event(before: Status | None, after: Head, name: str):
    made = event(head(before, 0) if before else None, after)
    assert (made.name, made.status, made.at, made.sequence) == (name, after.status, AT, after.version)


def test_what_concerns_nobody_outside_makes_no_event():
    assert event_of(None, head(Status.VERIFIED), LATER) is None
    assert event_of(head(Status.RESERVED), head(Status.RESERVED, 2), LATER) is None
    printed = head(Status.READY_TO_SHIP, 2, handling=Handling(printed_at=AT))
    assert event_of(head(Status.READY_TO_SHIP), printed, LATER) is None


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        (Status.CORRECTION_PENDING, Status.RECEIVED),
        (Status.OFFER_PENDING, Status.VERIFIED),
        (Status.APPROVAL_PENDING, Status.RESERVED),
    ],
)
def test_an_answer_lets_the_order_go_on_and_is_no_second_reservation(asked: Status, back: Status):
    held = PROMISE if asked is Status.APPROVAL_PENDING else None
    assert event(head(asked, 2, promise=held), head(back, 3, promise=held)).name == "OrderResumed"


@pytest.mark.parametrize("before", [Status.APPROVAL_PENDING, Status.RESERVED, Status.REJECTED])
def test_a_change_by_the_store_is_told_once_by_its_state_and_what_concerns_staff_alone_is_not(before):
    back = head(Status.RECEIVED, 5, replaced_at=5)
    assert event_of(head(before, 4, reason=WHY), back, LATER) is None
    state = StoreState(order=an_order(), action="take_up_again", reason="opened again", at=AT, version=5)
    made = replaced(ORDER_ID, state)
    assert (made.id, made.reopened, made.at) == (f"{ORDER_ID}-5", True, AT)
    assert replaced(ORDER_ID, state.model_copy(update={"action": "tell_staff", "version": 0})) is None
    assert event(back, head(Status.CORRECTION_PENDING, 6, reason=WHY, replaced_at=5)).name == "OrderCorrectionNeeded"


def test_a_promise_that_changes_after_the_confirmation_tells_both_dates():
    week = timedelta(days=7)
    allocations = tuple(a.model_copy(update={"delivery_date": a.delivery_date + week}) for a in PROMISE.allocations)
    moved = PROMISE.model_copy(update={"allocations": allocations})
    made = event(head(Status.RECORDED, 4), head(Status.RECORDED, 5, promise=moved))
    assert (made.name, made.at) == ("OrderPromiseChanged", LATER)
    said = made.model_dump()
    assert (said["previous_delivery_date"], said["delivery_date"]) == (date(2026, 12, 1), date(2026, 12, 8))


def test_handing_over_is_told_with_its_manifest():
    left = head(Status.READY_TO_SHIP, 9, handling=Handling(printed_at=AT, handed_over_at=LATER, manifest="M-7"))
    made = event(head(Status.READY_TO_SHIP, 8, handling=Handling(printed_at=AT)), left)
    assert (made.name, made.at, made.model_dump()["manifest"]) == ("OrderHandedOver", LATER, "M-7")
    assert event_of(left, left.model_copy(update={"version": 10}), LATER) is None


def every_event() -> list[OrderEvent]:
    pending = head(Status.APPROVAL_PENDING, 3, promise=PROMISE, reason=WHY)
    moved = PROMISE.model_copy(update={"allocations": PROMISE.allocations[:0]})
    handed = head(Status.READY_TO_SHIP, 9, handling=Handling(handed_over_at=LATER, manifest="M-7"))
    return [
        received(ORDER_ID, an_order(), AT),
        replaced(ORDER_ID, StoreState(order=an_order(), action="replace", reason="changed", at=AT, version=4)),
        event(None, head(Status.CORRECTION_PENDING, reason=WHY)),
        event(None, head(Status.OFFER_PENDING, reason=WHY)),
        event(None, head(Status.RESERVED)),
        event(None, pending),
        event(pending, head(Status.RESERVED, 4)),
        event(None, head(Status.CONFIRMED)),
        event(None, head(Status.RECORDED)),
        event(None, head(Status.READY_TO_SHIP, delivery=delivery())),
        event(head(Status.READY_TO_SHIP, 8), handed),
        event(head(Status.RECORDED, 4), head(Status.RECORDED, 5, promise=moved)),
        *(event(None, head(ended, reason=WHY)) for ended in (Status.REJECTED, Status.CANCELLED, Status.EXPIRED)),
    ]


def test_every_event_is_as_its_schema_in_the_docs_says():
    made = every_event()
    assert [type(one) for one in made] == list(EVENTS)
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == files(), (
        "write them anew: python -m local.event_schemas"
    )
    for one in made:
        schema = json.loads((FOLDER / f"{one.name}-{one.schema_version}.json").read_text(encoding="utf-8"))
        checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        checker.check_schema(schema)
        said = json.loads(one.model_dump_json())
        checker.validate(said)
        with pytest.raises(jsonschema.ValidationError):
            checker.validate({key: value for key, value in said.items() if key != "sequence"})


def test_nothing_that_a_customer_wrote_is_told():
    order = an_order(note="Canary note")
    order = order.model_copy(
        update={
            "customer": order.customer.model_copy(update={"name": "Canary", "store_customer_id": "Canary"}),
            "lines": tuple(line.model_copy(update={"title": "Canary engraving"}) for line in order.lines),
        }
    )
    told = received(ORDER_ID, order, AT).model_dump_json()
    for written in ("anary", "ada@", "Ada", "Main Street", "40202"):
        assert written not in told
    reason = Reason(code="CREDIT_LIMIT", text="Canary")
    assert "Canary" not in event(None, head(Status.APPROVAL_PENDING, reason=reason)).model_dump_json()


def test_an_event_that_is_too_large_goes_without_its_lists_and_says_so():
    line = an_order().lines[0].model_copy(update={"sku": "S" * 490})
    order = an_order(lines=tuple(line.model_copy(update={"line_id": f"{n}" * 100}) for n in range(500)))
    made = received(ORDER_ID, order, AT)
    assert len(made.model_dump_json()) > LARGEST
    fitted = made.fitted()
    assert isinstance(fitted, OrderReceived)
    assert (fitted.lines, fitted.complete, fitted.total) == ((), False, order.total)
    small = received(ORDER_ID, an_order(), AT)
    assert small.fitted() is small


class FlakyBus:
    """Takes events until its luck runs out; what it took, call by call."""

    def __init__(self, luck: list[int | None]) -> None:
        self.luck = luck
        self.calls: list[list[OrderEvent]] = []

    def put(self, events: Any) -> int | None:
        failing = self.luck.pop(0) if self.luck else None
        if failing is not None and failing < len(events):
            # As PutEvents may: others of the call were taken.
            self.calls.append([event for place, event in enumerate(events) if place != failing])
            return failing
        self.calls.append(list(events))
        return None


@given(st.lists(st.integers(0, 4), max_size=60), st.lists(st.none() | st.integers(0, MOST - 1), max_size=12))
def test_however_calls_fail_each_orders_events_arrive_in_order_and_none_is_lost(of_order, luck):
    """Lambda comes again with the failed record and all behind it, until none fails."""
    counts: dict[int, int] = {}
    made: list[OrderEvent] = []
    for number in of_order:
        counts[number] = counts.get(number, 0) + 1
        made.append(event(None, head(Status.RECORDED, counts[number]).model_copy(update={"order_id": str(number)})))
    bus, begin = FlakyBus(list(luck)), 0
    while True:
        stream = [Change(str(place), lambda e=e: e) for place, e in enumerate(made)][begin:]
        failed = publish_events(stream, bus)
        if failed is None:
            break
        assert int(failed) >= begin
        begin = int(failed)
    for call in bus.calls:
        assert len(call) <= MOST
        assert len({one.order_id for one in call}) == len(call)
    taken = [one for call in bus.calls for one in call]
    for number, count in counts.items():
        firsts = list(dict.fromkeys(one.sequence for one in taken if one.order_id == str(number)))
        assert firsts == list(range(1, count + 1))


def test_a_change_that_cannot_be_read_holds_up_what_is_behind_it_and_nothing_before():
    first, last = (Change(str(place), lambda e=e: e) for place, e in ((1, every_event()[0]), (3, every_event()[1])))

    def unreadable() -> OrderEvent:
        raise ValueError("canary@example.com")

    bus = FlakyBus([])
    assert publish_events([first, Change("2", unreadable), last], bus) == "2"
    assert [[one.name for one in call] for call in bus.calls] == [["OrderReceived"]]
