"""The doors for stock and supply."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from order_processing.http import Request
from order_processing.inventory_documents import Concern, DocumentTaken, Taken, UnknownSupply
from order_processing.inventory_doors import InventoryDoors
from order_processing.renewal_port import Broken

SENDERS = {
    "inventory": {"warehouse": ["new key", "old key"], "nobody": [""]},
    "staff": {"eve": ["staff key"]},
    "api": {"front end": ["front end key"]},
}
COUNT = {"document": "C-1", "sku": "A", "location": "leipzig", "on_hand": 12}
PLAN = {"document": "P-1", "sku": "A", "location": "leipzig", "due_on": "2026-12-03", "quantity": 5}
CAME = {"document": "R-1", "supply": "P-1", "sku": "A", "location": "leipzig", "quantity": 5}
BROKEN = Broken(order_id="o1", since=datetime(2026, 12, 1, tzinfo=UTC), skus=("A",), text="2 of 2 A missing")


class Ledger:
    """Takes everything; a document named WRONG said something else, a supply named NONE was never planned."""

    def __init__(self) -> None:
        self.taken = []
        self.looked_at = []

    def read(self):
        return SENDERS

    def broken(self):
        return [BROKEN]

    def count(self, document):
        return self._take(document)

    def plan_supply(self, document):
        return self._take(document)

    def receive(self, document):
        if document.supply == "NONE":
            raise UnknownSupply("NONE: A in leipzig was never planned")
        return self._take(document)

    def _take(self, document):
        if document.document == "WRONG":
            raise DocumentTaken("on_hand: found 12, but this document said 10 before")
        outcome = "unchanged" if document in self.taken else "new"
        self.taken.append(document)
        return Taken(outcome=outcome)


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def doors(ledger):
    return InventoryDoors(
        books=ledger, broken=ledger, look_at=ledger.looked_at.extend, senders=ledger, locations=("leipzig",)
    )


def request(body: str = "", key: str = "new key", content_type: str = "application/json") -> Request:
    return Request(headers={"authorization": f"Bearer {key}", "content-type": content_type}, body=body)


def documents(*of: dict) -> Request:
    return request(json.dumps({"documents": of}))


@pytest.mark.parametrize(("kind", "document"), [("counts", COUNT), ("supply", PLAN), ("receipts", CAME)])
def test_documents_are_taken_and_the_same_again_is_unchanged(doors, ledger, kind, document):
    first, again = (doors.receive(kind, documents(document)) for _ in range(2))
    assert (first.status, again.status) == (200, 200)
    assert json.loads(first.body) == {
        "documents": 1,
        "new": 1,
        "results": [
            {"row": 1, "document": document["document"], "sku": "A", "location": "leipzig", "outcome": "new"},
        ],
    }
    assert json.loads(again.body)["unchanged"] == 1
    concern = Concern(sku="A") if kind == "counts" else Concern(sku="A", location="leipzig", document="P-1")
    assert ledger.looked_at == [concern, concern], "again, in case it was cut before"


def test_one_that_said_something_else_keeps_no_other_from_being_taken(doors, ledger):
    answer = doors.receive("counts", documents({**COUNT, "document": "WRONG"}, COUNT))
    body = json.loads(answer.body)
    assert (answer.status, body["refused"], body["new"], len(ledger.taken)) == (409, 1, 1, 1)
    assert body["errors"] == [
        {"path": "documents[0].document", "message": "on_hand: found 12, but this document said 10 before"}
    ]


def test_a_receipt_of_what_was_never_planned_is_refused(doors):
    answer = doors.receive("receipts", documents({**CAME, "supply": "NONE"}))
    assert (answer.status, "never planned" in answer.body) == (409, True)


def test_csv_is_read_as_csv(doors, ledger):
    csv = "document,sku,location,on_hand\nC-1,A,leipzig,12\n"
    assert doors.receive("counts", request(csv, content_type="text/csv; charset=utf-8")).status == 200
    assert ledger.taken[0].on_hand == 12
    assert doors.receive("counts", request(csv)).status == 400
    assert doors.receive("counts", request(csv, content_type="application/xml")).status == 415


def test_a_mistake_in_any_document_takes_none(doors, ledger):
    answer = doors.receive("counts", documents(COUNT, {**COUNT, "document": "C-2", "on_hand": -1}))
    assert (answer.status, ledger.taken, ledger.looked_at) == (400, [], [])
    assert json.loads(answer.body)["errors"][0]["path"] == "documents[1].on_hand"


@pytest.mark.parametrize("key", ["", "front end key", "staff key", "new ke", "new keys"])
def test_only_an_inventory_key_opens_the_doors(doors, ledger, key):
    answer = doors.receive("counts", request(json.dumps({"documents": [COUNT]}), key=key))
    assert (answer.status, json.loads(answer.body)["code"], ledger.taken) == (401, "CREDENTIALS_INVALID", [])


def test_two_keys_are_valid_at_a_time(doors):
    assert doors.receive("counts", request(json.dumps({"documents": [COUNT]}), key="old key")).status == 200


def test_there_is_no_other_kind(doors):
    answer = doors.receive("recipes", documents(COUNT))
    assert (answer.status, "expected one of counts, supply, receipts" in answer.body) == (404, True)


@pytest.mark.parametrize(("key", "status"), [("new key", 200), ("staff key", 200), ("front end key", 401)])
def test_broken_promises_are_shown_to_staff(doors, key, status):
    answer = doors.broken_promises(request(key=key))
    assert answer.status == status
    if status == 200:
        assert json.loads(answer.body)["orders"] == [
            {"order_id": "o1", "since": "2026-12-01T00:00:00Z", "skus": ["A"], "text": "2 of 2 A missing"}
        ]
