"""The warehouse's day on the real adapters: list, printing, packing, hand-over, manifest; repeated and cut too."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from pypdf import PdfReader

from order_processing.documents.joined import joined
from order_processing.door import no_such_route
from order_processing.http import Answer, Request
from order_processing.order_parts import Contact, Reason
from order_processing.post import AddressRefused
from order_processing.settings import Notices, current
from order_processing.stages import prepare_delivery as prepare
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.warehouse import batches
from order_processing.warehouse.batches import print_batch
from order_processing.warehouse.door import WarehouseDoor
from tests.aws.shop import Shop
from tests.aws.test_stages import simple_order

CARRIER = "Northgate Parcel"
WHY = Reason(code="CANCELLED_BY_CUSTOMER", text="cancelled")
KEYS = {"warehouse": {"system": ["new-key", "old-key"]}, "staff": {"desk": ["staff-key"]}}


class Keys:
    def read(self) -> dict[str, Any]:
        return KEYS


class Warehouse:
    """The door as a warehouse system uses it, at the hour when the shop's orders leave; batches wait until `work`."""

    def __init__(self, shop: Shop, **having: Any) -> None:
        self.shop, self.now, self.started = shop, shop.now + timedelta(hours=1), []
        self.settings = current().model_copy(update=having)
        self.door = WarehouseDoor(
            dispatch=shop.dispatch,
            orders=shop.orders,
            bins=shop.bins,
            documents=shop.documents,
            printer=self,
            post=shop.post,
            senders=Keys(),
            status_url=shop.status_url,
            settings=self.settings,
            clock=lambda: self.now,
        )

    def start(self, batch_id: str) -> None:
        self.started.append(batch_id)

    def work(self) -> None:
        """Print what was asked for."""
        for batch_id in self.started:
            print_batch(
                batch_id,
                dispatch=self.shop.dispatch,
                orders=self.shop.orders,
                bins=self.shop.bins,
                shelf=self.shop.documents,
                settings=self.settings,
                join=joined,
                clock=lambda: self.now,
            )
        self.started.clear()

    def request(self, body: Any = None, *, key: str = "", bearer: str = "old-key", **query: str) -> Request:
        headers = {"authorization": f"Bearer {bearer}", **({"idempotency-key": key} if key else {})}
        return Request(headers=headers, query=query, body=json.dumps(body) if body is not None else "")

    def print(self, key: str = "1", **wanted: Any) -> Answer:
        return self.door.print(self.request({"location": "louisville", "day": DAY, **wanted}, key=key))

    def printed(self, **wanted: Any) -> dict[str, Any]:
        """A batch that is finished."""
        asked = said(self.print(**wanted))
        self.work()
        return said(self.door.batch(asked["batch"], self.request()))

    def hand_over(self, sscc: str, location: str = "louisville") -> Answer:
        return self.door.handed_over(sscc, self.request(location=location))

    def close(self, key: str) -> Answer:
        return self.door.close(self.request({"location": "louisville", "carrier": CARRIER}, key=key))


DAY = "2026-11-24"


def said(answer: Answer) -> dict[str, Any]:
    return json.loads(answer.body)


def ready(shop: Shop, key: str, quantity: int = 1) -> StoredOrder:
    return shop.run(shop.place(simple_order(key, quantity)))


def ssccs(stored: StoredOrder) -> list[str]:
    return [parcel.sscc for shipment in stored.delivery.shipments for parcel in shipment.parcels]


def mails(kind: str) -> list[Any]:
    return [m for m in ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages if kind in str(m.subject)]


def parcels_on_mails() -> int:
    return len(ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages)


@pytest.fixture
def warehouse(shop: Shop) -> Warehouse:
    return Warehouse(shop)


def test_a_day_from_the_list_to_the_manifest(shop, warehouse):
    first, second = ready(shop, "1"), ready(shop, "2", 3)
    assert {str(s.ship_date) for s in first.delivery.shipments} == {DAY}
    listed = said(warehouse.door.day(warehouse.request(location="louisville", day=DAY)))
    (carrier,) = listed["carriers"]
    assert (carrier["carrier"], carrier["pickup"], carrier["counts"]["to_print"]) == (CARRIER, "17:00", 2)
    assert {s["order_id"] for s in carrier["shipments"]} == {first.order_id, second.order_id}
    assert first.verified.order.customer.email not in json.dumps(listed)

    before = warehouse.hand_over(ssccs(first)[0])
    assert (before.status, said(before)["code"]) == (409, "NOT_PRINTED")
    batch = warehouse.printed()
    assert (batch["state"], batch["done"], batch["total"], batch["left_out"]) == ("finished", 2, 2, [])
    assert set(batch["links"]) == {"documents", "pick_list"}
    assert "X-Amz-Signature" in batch["links"]["documents"] or "Signature" in batch["links"]["documents"]
    pages = PdfReader(BytesIO(shop.documents.get(f"batches/{batch['batch']}/documents.pdf"))).pages
    assert len(pages) == 2 * (1 + 1)
    assert shop.orders.load(first.order_id).handling.printed_at == warehouse.now

    told_before = parcels_on_mails()
    for sscc in ssccs(first) + ssccs(second):
        assert warehouse.door.packed(sscc, warehouse.request()).status == 200
        assert said(warehouse.hand_over(f"https://id.gs1.org/00/{sscc}"))["state"] == "handed_over"
    assert parcels_on_mails() == told_before + 2
    stock, _ = shop.inventory.read(["TEST-123"])
    assert sum(s.reserved for s in stock) == 0

    closed = said(warehouse.close("evening"))
    assert (closed["number"], closed["state"]) == ("louisville-northgate-parcel-00001", "closed")
    assert sorted(closed["parcels"]) == sorted(ssccs(first) + ssccs(second))
    assert shop.orders.load(first.order_id).handling.manifest == closed["number"]
    text = PdfReader(BytesIO(shop.documents.get(f"manifests/{closed['number']}.pdf"))).pages[0].extract_text()
    assert all(sscc in text for sscc in closed["parcels"])


@pytest.mark.parametrize("lost", ["label", "packing_slip"])
def test_an_order_of_which_a_document_is_missing_is_not_ready_to_ship(shop, monkeypatch, lost):
    whole = prepare.documents_for
    monkeypatch.setattr(prepare, "documents_for", lambda *facts: [p for p in whole(*facts) if p.kind != lost])
    order_id = shop.place(simple_order("1"))
    with pytest.raises(ValueError, match=f"not ready to ship: {lost}: 1 missing"):
        shop.run(order_id)
    assert shop.orders.load(order_id).status is Status.RECORDED
    monkeypatch.undo()
    assert shop.run(order_id).status is Status.READY_TO_SHIP


def test_whoever_comes_needs_a_key_of_the_warehouse(warehouse):
    for bearer, status in (("old-key", 200), ("new-key", 200), ("staff-key", 401), ("", 401)):
        asked = warehouse.door.day(warehouse.request(bearer=bearer, location="louisville", day=DAY))
        assert asked.status == status


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        (lambda w: w.door.day(w.request(location="mars")), "NO_SUCH_LOCATION", 404),
        (lambda w: w.door.day(w.request(location="leipzig", day="tomorrow")), "DAY_INVALID", 400),
        (lambda w: w.door.batch("none", w.request()), "NO_SUCH_BATCH", 404),
        (lambda w: w.print(), "NOTHING_TO_PRINT", 409),
        (lambda w: w.print(key=""), "IDEMPOTENCY_KEY_MISSING", 400),
        (lambda w: w.print(format="docx"), "BODY_INVALID", 400),
        (lambda w: w.print(orders=["CRSJ-V48J-X"]), "ORDER_NUMBER_INVALID", 400),
        (lambda w: w.print(orders=["BRSJ-V48J-X"]), "NOT_ON_THE_LIST", 409),
        (lambda w: w.close("1"), "NOTHING_TO_CLOSE", 409),
        (lambda w: w.door.parcel("006141410000000012", w.request()), "NO_SUCH_PARCEL", 404),
        (lambda w: w.door.packed("0061414100", w.request()), "SSCC_INVALID", 400),
        (lambda w: no_such_route(), "NO_SUCH_ROUTE", 404),
    ],
)
def test_mistakes_are_told_by_name(warehouse, path, code, status):
    answer = path(warehouse)
    assert (said(answer)["code"], answer.status) == (code, status)


def test_an_order_that_is_cancelled_between_list_and_print_is_left_out_and_shown(shop, warehouse):
    stays, goes = ready(shop, "1"), ready(shop, "2")
    asked = said(warehouse.print())
    assert asked["total"] == 2
    shop.orders.release(shop.orders.load(goes.order_id), Status.CANCELLED, at=shop.now, reason=WHY)
    warehouse.work()
    batch = said(warehouse.door.batch(asked["batch"], warehouse.request()))
    assert [(out["code"], out["order"].replace("-", "")) for out in batch["left_out"]] == [
        ("ORDER_ENDED", goes.order_id)
    ]
    assert len(PdfReader(BytesIO(shop.documents.get(f"batches/{batch['batch']}/documents.pdf"))).pages) == 2
    assert shop.orders.load(goes.order_id).handling.printed_at is None
    assert shop.orders.load(stays.order_id).handling.printed_at
    refused = warehouse.hand_over(ssccs(goes)[0])
    assert (refused.status, said(refused)["code"]) == (409, "ORDER_ENDED")
    shown = said(warehouse.door.day(warehouse.request(location="louisville", day=DAY)))["carriers"][0]["counts"]
    assert (shown["printed"], shown["cancelled"]) == (1, 1)


def test_a_batch_that_was_cut_goes_on_where_it_stood(shop, warehouse, monkeypatch):
    orders = [ready(shop, str(n)) for n in range(5)]
    monkeypatch.setattr(batches, "PORTION", 2)
    asked = said(warehouse.print())
    puts, real = [], shop.documents.put

    def cut(document: Any, body: bytes) -> None:
        puts.append(document.key.rpartition("/")[2])
        if len(puts) == 2:
            raise ConnectionError("cut")
        real(document, body)

    monkeypatch.setattr(shop.documents, "put", cut)
    with pytest.raises(ConnectionError):
        warehouse.work()
    progress = said(warehouse.door.batch(asked["batch"], warehouse.request()))
    assert (progress["state"], progress["done"]) == ("printing", 2)
    again = warehouse.print()
    assert (again.status, said(again)["batch"]) == (202, asked["batch"])
    warehouse.started[:] = [asked["batch"]]
    warehouse.work()
    assert puts == [
        "part-0001.pdf", "part-0002.pdf", "part-0002.pdf", "part-0003.pdf", "documents.pdf", "pick-list.pdf"
    ]  # fmt: skip
    assert len(PdfReader(BytesIO(shop.documents.get(f"batches/{asked['batch']}/documents.pdf"))).pages) == 10
    assert warehouse.print().status == 200
    assert all(shop.orders.load(order.order_id).handling.printed_at for order in orders)


def test_labels_come_as_one_stream_of_zpl(shop, warehouse):
    orders = [ready(shop, str(n)) for n in range(2)]
    shop.bins.set("louisville", {"TEST-123": "A-1"})
    batch = warehouse.printed(format="zpl")
    stream = shop.documents.get(f"batches/{batch['batch']}/documents.zpl")
    assert stream.count(b"^XA") == stream.count(b"^XZ") == 2
    assert all(ssccs(order)[0].encode() in stream for order in orders)
    assert batch["links"]["documents"].split("?")[0].endswith("documents.zpl")


def test_a_jammed_order_can_be_printed_once_more(shop, warehouse):
    order = ready(shop, "1")
    warehouse.printed()
    first = shop.orders.load(order.order_id).handling
    warehouse.now += timedelta(hours=1)
    batch = warehouse.printed(key="again", orders=[order.order_id])
    assert (batch["done"], batch["left_out"]) == (1, [])
    assert shop.orders.load(order.order_id).handling == first


def test_scans_in_the_wrong_place_are_refused(shop, warehouse):
    order = ready(shop, "1")
    warehouse.printed()
    answer = warehouse.hand_over(ssccs(order)[0], location="leipzig")
    assert (answer.status, said(answer)["code"]) == (409, "WRONG_LOCATION")
    assert shop.dispatch.leaving("louisville", CARRIER) == []


def test_a_scan_repeated_or_cut_anywhere_ends_as_one(shop, warehouse, monkeypatch):
    order = ready(shop, "1")
    (sscc,) = ssccs(order)
    warehouse.printed()
    told = parcels_on_mails()
    for name, target in (("note_leaving", shop.dispatch), ("issue_goods", shop.orders), ("send", shop.post)):
        with monkeypatch.context() as patched:
            patched.setattr(target, name, _cut)
            with pytest.raises(ConnectionError):
                warehouse.hand_over(sscc)
        warehouse.now += timedelta(minutes=2)
    assert warehouse.hand_over(sscc).status == warehouse.hand_over(sscc).status == 200
    assert parcels_on_mails() == told + 1
    handling = shop.orders.load(order.order_id).handling
    assert handling.told.sent_at
    assert [parcel.sscc for parcel in shop.dispatch.leaving("louisville", CARRIER)] == [sscc]
    stock, _ = shop.inventory.read(["TEST-123"])
    assert sum(s.reserved for s in stock) == 0


def _cut(*_: Any, **__: Any) -> None:
    raise ConnectionError("cut")


def test_an_order_of_many_parcels_is_told_once_all_have_left(shop, warehouse):
    order = ready(shop, "1", 60)
    codes = ssccs(order)
    assert len(codes) > 1
    warehouse.printed()
    told = parcels_on_mails()
    for sscc in codes[:-1]:
        assert said(warehouse.hand_over(sscc))["order_complete"] is False
    assert parcels_on_mails() == told
    assert said(warehouse.hand_over(codes[-1]))["order_complete"] is True
    assert parcels_on_mails() == told + 1


def test_they_hear_at_the_address_that_staff_wrote_down(shop, warehouse):
    order = ready(shop, "1")
    shop.orders.keep_contact(order.order_id, Contact(email="ada.bell@example.com", by="staff: eve", at=shop.now))
    warehouse.printed()
    assert warehouse.hand_over(ssccs(order)[0]).status == 200
    last = ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages[-1]
    assert last.destinations["ToAddresses"] == ["ada.bell@example.com"]


def test_a_parcel_leaves_also_when_no_mail_reaches_its_customer(shop, warehouse, monkeypatch):
    order = ready(shop, "1")
    warehouse.printed()
    told = parcels_on_mails()
    monkeypatch.setattr(shop.post, "send", _refuse)
    assert said(warehouse.hand_over(ssccs(order)[0]))["order_complete"] is True
    stored = shop.orders.load(order.order_id)
    assert (bool(stored.handling.handed_over_at), parcels_on_mails()) == (True, told)


def _refuse(*_: Any, **__: Any) -> str:
    raise AddressRefused("suppressed")


def test_customers_hear_nothing_where_the_store_does_not_want_it(shop):
    warehouse = Warehouse(shop, notices=Notices(shipped="never"))
    order = ready(shop, "1")
    warehouse.printed()
    told = parcels_on_mails()
    assert warehouse.hand_over(ssccs(order)[0]).status == 200
    warehouse.close("1")
    assert parcels_on_mails() == told


def test_customers_hear_once_when_it_is_ready_where_the_store_wants_that(shop, monkeypatch):
    shop.settings = current().model_copy(update={"notices": Notices(shipped="ready")})
    order_id = shop.place(simple_order("1"))
    real = shop.post.send

    def cut_when_ready(message: Any, *, kind: str, **facts: Any) -> str:
        return _cut() if kind == "ready" else real(message, kind=kind, **facts)

    monkeypatch.setattr(shop.post, "send", cut_when_ready)
    with pytest.raises(ConnectionError):
        shop.run(order_id)
    monkeypatch.undo()
    told = parcels_on_mails()
    shop.now += timedelta(minutes=2)
    shop.prepare(order_id)
    shop.prepare(order_id)
    assert parcels_on_mails() == told + 1
    warehouse = Warehouse(shop, notices=Notices(shipped="ready"))
    warehouse.printed()
    assert warehouse.hand_over(ssccs(shop.orders.load(order_id))[0]).status == 200
    assert parcels_on_mails() == told + 1


def test_each_parcel_is_on_one_manifest_and_late_ones_go_on_the_next(shop, warehouse, monkeypatch):
    early, late = ready(shop, "1"), ready(shop, "2")
    warehouse.printed()
    warehouse.hand_over(ssccs(early)[0])
    for name, target in (
        ("open_manifest", shop.dispatch),
        ("note_handling", shop.orders),
        ("put", shop.documents),
        ("forget_leaving", shop.dispatch),
        ("close_manifest", shop.dispatch),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(target, name, _cut)
            with pytest.raises(ConnectionError):
                warehouse.close("evening")
    warehouse.hand_over(ssccs(late)[0])
    warehouse.hand_over(ssccs(early)[0])
    first, again = said(warehouse.close("evening")), said(warehouse.close("evening"))
    assert (first["number"], first["parcels"]) == (again["number"], again["parcels"])
    assert first["parcels"] == ssccs(early)
    second = said(warehouse.close("late"))
    assert (second["number"][-5:], second["parcels"]) == ("00002", ssccs(late))
    assert said(warehouse.close("evening"))["number"] == first["number"]
    assert said(warehouse.close("midnight"))["code"] == "NOTHING_TO_CLOSE"
    listed = warehouse.door.manifests(warehouse.request(location="louisville", carrier=CARRIER))
    assert [m["number"] for m in said(listed)["manifests"]] == [second["number"], first["number"]]
    assert shop.orders.load(early.order_id).handling.manifest == first["number"]


@pytest.mark.parametrize("bins", [{"": "A-1"}, {" ": ""}, {"x" * 81: "A-1"}, {f"SKU-{n}": "" for n in range(501)}])
def test_bins_of_no_sku_or_of_too_many_are_refused(warehouse, bins):
    answer = warehouse.door.set_bins(warehouse.request({"location": "louisville", "bins": bins}))
    assert (answer.status, said(answer)["code"]) == (400, "BODY_INVALID")


def test_bins_are_kept_and_taken_away(shop, warehouse):
    body = {"location": "louisville", "bins": {"TEST-123": "C-07-2", "MUG-BLUE": "A-1"}}
    assert said(warehouse.door.set_bins(warehouse.request(body)))["set"] == 2
    assert shop.bins.of("louisville", ["TEST-123", "MUG-BLUE", "OTHER"]) == {"TEST-123": "C-07-2", "MUG-BLUE": "A-1"}
    warehouse.door.set_bins(warehouse.request({"location": "louisville", "bins": {"TEST-123": ""}}))
    assert shop.bins.of("louisville", ["TEST-123", "MUG-BLUE"]) == {"MUG-BLUE": "A-1"}
    assert shop.inventory.read(["TEST-123"])[0], "stock is where it was"
