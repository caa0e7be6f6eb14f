"""Each thing that operations must know of is counted where it happens, once, under its name."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from order_processing import deliveries, doors
from order_processing.gateway import failed
from order_processing.http import Request
from order_processing.observe import StageFault, stage
from order_processing.orders import Placed
from order_processing.stages.note_mail import note_mail
from order_processing.stages.publish_events import Change, publish_events
from order_processing.status import Status
from order_processing.stores.platform import SignatureError, Unreadable
from tests.metrics import measured, total
from tests.unit.test_doors import Senders, Shop
from tests.unit.test_events_out import WHY, FlakyBus, event, every_event, head
from tests.unit.test_fetching import Kept
from tests.unit.test_intake import Executions, taken
from tests.unit.test_mail_reports import EVENTS
from tests.unit.test_observe import CONTEXT

CANARY = "canarina@example.com"


@pytest.fixture
def counted(capsys):
    """The sum of a metric in what was printed since it was last asked."""
    return lambda name, **dimensions: total(capsys.readouterr().out, name, **dimensions)


def webhook(monkeypatch, shop: Shop) -> Any:
    for module in (doors, deliveries):
        monkeypatch.setattr(module, "platform", lambda _: shop)
    unused: dict[str, Any] = dict.fromkeys(["orders", "accounts", "queries", "executions", "links"])
    door = doors.Doors(**unused, senders=Senders(), deliveries=Kept().deliveries)
    return door.webhook("shop", Request(headers={}, body=f'{{"email": "{CANARY}"}}'))


def test_a_signature_that_is_not_the_stores(monkeypatch, capsys):
    class Forged(Shop):
        def verify(self, *_: Any) -> None:
            raise SignatureError("x-shop-signature: does not fit")

    assert webhook(monkeypatch, Forged(None)).status == 401
    printed = capsys.readouterr().out
    assert total(printed, "WebhookSignatureRefused") == total(printed, "WebhookSignatureRefused", source="shop") == 1
    assert CANARY not in printed


def test_a_delivery_that_is_set_aside(monkeypatch, capsys):
    class Broken(Shop):
        def read(self, *_: Any) -> Any:
            raise Unreadable("line_items.0.price", "text", "an amount")

    assert webhook(monkeypatch, Broken(None)).status == 202
    printed = capsys.readouterr().out
    assert total(printed, "DeliveryQuarantined") == total(printed, "DeliveryQuarantined", source="shop") == 1
    assert total(printed, "WebhookSignatureRefused") == 0


def test_an_order_that_is_stored_and_could_not_be_started(counted):
    executions = Executions()
    taken(Placed(order_id="A", new=True), executions)
    assert counted("OrderNotStarted") == 0
    executions.down = True
    taken(Placed(order_id="A", new=True), executions)
    assert counted("OrderNotStarted") == 1


@pytest.mark.parametrize(("name", "times"), [("Bounce", 1), ("Complaint", 1), ("Reject", 1), ("Delivery", 0)])
def test_a_customer_who_was_not_reached(capsys, name, times):
    note_mail(EVENTS[name], SimpleNamespace(note=lambda *_: None, suppress=lambda *_: None))
    printed = capsys.readouterr().out
    assert total(printed, "CustomerNotReached") == times
    assert total(printed, "CustomerNotReached", mail="confirmation") == times


def broken(_: Any) -> None:
    raise ValueError(CANARY)


def test_a_fault_of_a_stage_and_of_a_door_without_its_words(capsys):
    with pytest.raises(StageFault):
        stage(broken)({"order_id": "BRSJV48JX"}, CONTEXT)
    assert failed(ValueError(CANARY))["statusCode"] == 500
    printed = capsys.readouterr().out
    assert total(printed, "Fault") == 2
    assert not [datum for datum in measured(printed) if "BRSJV48JX" in str(datum) or CANARY in str(datum)]


def test_turns_off_the_path_are_counted_as_their_events_and_the_path_itself_is_not(counted, capsys):
    offered = event(head(Status.VERIFIED, 0), head(Status.OFFER_PENDING, 1, reason=WHY))
    other = offered.model_copy(update={"order_id": "BRSJV48JX", "id": "BRSJV48JX-1"})
    events = [offered, other, *(one.model_copy(update={"order_id": "C"}) for one in every_event())]
    assert publish_events([Change(str(n), lambda e=e: e) for n, e in enumerate(events)], FlakyBus([])) is None
    printed = capsys.readouterr().out
    assert total(printed, "OrderOffered") == 2 + sum(one.name == "OrderOffered" for one in every_event())
    assert {datum.name for datum in measured(printed)}.isdisjoint(
        {"OrderReceived", "OrderReserved", "OrderConfirmed", "OrderRecorded", "OrderReadyToShip"}
    )


def test_what_the_bus_did_not_take_is_counted_when_it_did(counted):
    expired = event(head(Status.OFFER_PENDING, 1), head(Status.EXPIRED, 2, reason=WHY))
    stream = [Change("1", lambda: expired)]
    bus = FlakyBus([0])
    assert publish_events(stream, bus) == "1"
    assert counted("OrderExpired") == 0
    assert publish_events(stream, bus) is None
    assert counted("OrderExpired") == 1


def test_the_printed_line_is_json_of_its_own(capsys):
    failed(ValueError("x"))
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "_aws" in line)
    assert json.loads(line)["Fault"] == [1.0]
