"""The warehouse's rules: each parcel's way to the carrier, the list of a day, the order of picking, its papers."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.delivery import Delivery, Document, Shipment
from order_processing.documents.manifest import ManifestLine, manifest_document
from order_processing.documents.pick_list import pick_list
from order_processing.order_parts import Handling
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.warehouse.batches import documents_of
from order_processing.warehouse.day_list import day_list
from order_processing.warehouse.dispatch import Departing
from order_processing.warehouse.parcels import (
    HandlingRefused,
    State,
    handed_over,
    on_manifest,
    packed,
    printed,
    read_sscc,
    state_of,
)
from order_processing.warehouse.picking import picking_order, way_to
from tests.delivery_orders import BEANIE, ORDER_ID, POLO, SETTINGS, verified_order
from tests.delivery_orders import packed as delivery_of

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
WITHOUT_BOXES = SETTINGS.model_copy(update={"boxes": {}})
CODE = "006141410000000012"


def ready(quantity: int = 400, order_id: str = ORDER_ID, **changes: object) -> StoredOrder:
    """An order that is ready to ship, of several parcels when there are many pieces."""
    verified = verified_order((BEANIE, quantity), (POLO, 1))
    stored = StoredOrder(
        order_id=order_id,
        placed=verified.order,
        received_at=NOW,
        status=Status.READY_TO_SHIP,
        verified=verified,
        delivery=delivery_of(verified, having=WITHOUT_BOXES),
    )
    return stored.model_copy(update=changes)


def ssccs(stored: StoredOrder) -> list[str]:
    assert stored.delivery
    return [parcel.sscc for shipment in stored.delivery.shipments for parcel in shipment.parcels]


def text_of(pdf: bytes) -> str:
    """All that stands on the pages, in one line."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize(
    "scanned", [CODE, f"00{CODE}", f"(00){CODE}", f"]C100{CODE}", f" https://id.gs1.org/00/{CODE}"]
)
def test_reads_what_a_scanner_gives(scanned: str) -> None:
    assert read_sscc(scanned) == CODE


@pytest.mark.parametrize("scanned", ["", "1234", CODE[:-1] + "3", f"01{CODE}", f"{CODE}{CODE}", "x" * 400])
def test_refuses_what_is_no_sscc(scanned: str) -> None:
    with pytest.raises(HandlingRefused, match="eighteen digits") as refused:
        read_sscc(scanned)
    assert refused.value.code == "SSCC_INVALID"


def test_the_steps_of_a_parcel_and_what_its_order_says_of_them() -> None:
    stored = ready()
    first, *others = ssccs(stored)
    assert others
    states = [state_of(first, stored.handling, stored.status)]
    stored = stored.model_copy(update={"handling": printed(stored, [first, *others], NOW)})
    states.append(state_of(first, stored.handling, stored.status))
    stored = stored.model_copy(update={"handling": packed(stored, first, NOW + timedelta(hours=1))})
    states.append(state_of(first, stored.handling, stored.status))
    assert (stored.handling.printed_at, stored.handling.packed_at) == (NOW, None)
    stored = stored.model_copy(update={"handling": handed_over(stored, first, NOW + timedelta(hours=2))})
    states.append(state_of(first, stored.handling, stored.status))
    assert states == [State.TO_PRINT, State.PRINTED, State.PACKED, State.HANDED_OVER]
    assert stored.handling.handed_over_at is None
    for later, sscc in enumerate(others, 3):
        stored = stored.model_copy(update={"handling": handed_over(stored, sscc, NOW + timedelta(hours=later))})
    last = NOW + timedelta(hours=2 + len(others))
    assert (stored.handling.packed_at, stored.handling.handed_over_at) == (last, last)
    handling = on_manifest(stored, [first], "M-1")
    assert (handling.manifest, handling.parcels[first].manifest) == ("", "M-1")
    handling = on_manifest(stored.model_copy(update={"handling": handling}), [first, *others], "M-2")
    assert (handling.manifest, handling.parcels[first].manifest) == ("M-2", "M-1")


def stepped(stored: StoredOrder, step: str, sscc: str, at: datetime) -> Handling:
    if step == "printed":
        return printed(stored, [sscc], at)
    return packed(stored, sscc, at) if step == "packed" else handed_over(stored, sscc, at)


@given(st.lists(st.tuples(st.sampled_from(["printed", "packed", "handed_over"]), st.integers(0, 9)), max_size=30))
def test_whatever_is_scanned_in_whatever_order_no_step_is_undone_and_each_keeps_its_first_time(
    scans: list[tuple[str, int]],
) -> None:
    stored = ready(80)
    codes = ssccs(stored)
    for hours, (step, place) in enumerate(scans):
        sscc, at = codes[place % len(codes)], NOW + timedelta(hours=hours)
        before = stored.handling
        try:
            after = stepped(stored, step, sscc, at)
        except HandlingRefused:
            continue
        for code, done in before.parcels.items():
            kept = done.model_dump(exclude_none=True, exclude={"manifest"})
            assert kept.items() <= after.parcels[code].model_dump().items()
        stored = stored.model_copy(update={"handling": after})
        if not after.parcels[sscc].handed_over_at or step == "handed_over":
            assert stepped(stored, step, sscc, at + timedelta(minutes=1)) == after
    left = [code for code in codes if state_of(code, stored.handling, stored.status) is State.HANDED_OVER]
    assert (stored.handling.handed_over_at is not None) == (left == codes)
    assert (stored.handling.printed_at is not None) or not stored.handling.parcels


def test_refuses_what_must_not_be_done_and_says_why() -> None:
    stored = ready(1)
    (sscc,) = ssccs(stored)
    marked = stored.model_copy(update={"handling": printed(stored, [sscc], NOW)})
    cancelled = marked.model_copy(update={"status": Status.CANCELLED})
    left = marked.model_copy(update={"handling": handed_over(marked, sscc, NOW)})
    early = stored.model_copy(update={"status": Status.RECORDED})
    for code, step in (
        ("NOT_PRINTED", lambda: packed(stored, sscc, NOW)),
        ("NOT_PRINTED", lambda: handed_over(stored, sscc, NOW)),
        ("ORDER_ENDED", lambda: packed(cancelled, sscc, NOW)),
        ("ORDER_ENDED", lambda: handed_over(cancelled, sscc, NOW)),
        ("ORDER_ENDED", lambda: printed(cancelled, [sscc], NOW)),
        ("NOT_READY", lambda: printed(early, [sscc], NOW)),
        ("ALREADY_LEFT", lambda: packed(left, sscc, NOW)),
        ("ALREADY_LEFT", lambda: printed(left, [sscc], NOW)),
    ):
        with pytest.raises(HandlingRefused) as refused:
            step()
        assert refused.value.code == code
    assert handed_over(left, sscc, NOW + timedelta(days=1)) == left.handling


def departing(order_id: str, sku: str, status: Status = Status.READY_TO_SHIP) -> Departing:
    item = BEANIE.model_copy(update={"sku": sku})
    (shipment,) = delivery_of(verified_order((item, 1))).shipments
    return Departing(order_id=order_id, status=status, shipment=shipment)


def test_the_list_of_the_day_goes_by_carrier_and_says_how_far_each_shipment_is() -> None:
    due = [departing("CRSJV48J7", "B"), departing(ORDER_ID, "A", status=Status.CANCELLED)]
    express = due[0].shipment.model_copy(update={"service": "express"})
    other = SETTINGS.services["express"].model_copy(update={"carrier": "Early Bird"})
    place = SETTINGS.locations["louisville"].model_copy(update={"pickups": {"Early Bird": time(12, 30)}})
    having = SETTINGS.model_copy(
        update={
            "services": {**SETTINGS.services, "express": other},
            "locations": {**SETTINGS.locations, "louisville": place},
        }
    )
    due.append(Departing(order_id="DRSJV48J2", status=Status.READY_TO_SHIP, shipment=express))
    shown = day_list("louisville", due[0].shipment.ship_date, due, having)
    assert [(c["carrier"], c["pickup"]) for c in shown["carriers"]] == [
        ("Early Bird", "12:30"),
        ("Northgate Parcel", ""),
    ]
    assert [s["order"] for s in shown["carriers"][1]["shipments"]] == ["BRSJ-V48J-X", "CRSJ-V48J-7"]
    assert shown["carriers"][1]["counts"] == {
        "to_print": 1,
        "printed": 0,
        "packed": 0,
        "handed_over": 0,
        "cancelled": 1,
    }
    assert "Maria" not in str(shown)


def test_orders_are_picked_along_the_way() -> None:
    bins = {"A": "B-10-1", "B": "A-2", "C": "B-9-3", "D": ""}
    due = [departing(f"{letter}RSJV48JX", letter) for letter in "DCBA"]
    assert [d.order_id[0] for d in picking_order(due, bins)] == ["B", "C", "A", "D"]
    assert sorted(["A-10", "A-2", "", "a-1-b", "A-1"], key=way_to) == ["A-1", "a-1-b", "A-2", "A-10", ""]


def test_a_batch_takes_the_documents_of_what_leaves_then_and_no_others() -> None:
    verified = verified_order((BEANIE, 400), (POLO, 1))
    parcels = delivery_of(verified, having=WITHOUT_BOXES).shipments[0].parcels
    here, there = (
        Shipment(location=place, ship_date=NOW.date(), service="standard", parcels=parcels[:2])
        for place in ("leipzig", "louisville")
    )
    names = {
        "label": ["label-1.pdf", "label-2.pdf", "label-3.pdf", "label-4.pdf"],
        "packing_slip": ["packing-slip.pdf"],
        "customs_declaration": ["customs-declaration-3.pdf"],
        "commercial_invoice": ["commercial-invoice-2.pdf", "commercial-invoice-1.pdf"],
    }
    documents = tuple(
        Document(kind=kind, key=f"orders/X/{name}", content_type="application/pdf", sha256="0" * 64, size=1)
        for kind, of_kind in names.items()
        for name in of_kind
    )
    chosen = documents_of(Delivery(shipments=(here, there), documents=documents), "louisville", NOW.date())
    assert [d.key.removeprefix("orders/X/") for d in chosen] == [
        "label-3.pdf", "label-4.pdf", "packing-slip.pdf", "customs-declaration-3.pdf", "commercial-invoice-2.pdf"
    ]  # fmt: skip


def test_pick_list_and_manifest_add_up_and_name_nobody() -> None:
    shipments: list[tuple[str, Shipment]] = []
    for order_id, quantity in (("BRSJV48JX", 2), ("CRSJV48JX", 400)):
        verified = verified_order((BEANIE, quantity), (POLO, 1))
        shipments += [(order_id, s) for s in delivery_of(verified, having=WITHOUT_BOXES).shipments]
    day = shipments[0][1].ship_date
    picked = text_of(pick_list("louisville", day, shipments, SETTINGS, {"BEANIE": "C-07", "POLO-M-RED": "A-01"}))
    for part in ("402", "C-07", "BEANIE", "BRSJ-V48J-X: 2, CRSJ-V48J-X: 400", "2 SKUs"):
        assert part in picked
    assert picked.index("A-01") < picked.index("C-07")
    parcels = [(order_id, s.service, parcel) for order_id, s in shipments for parcel in s.parcels]
    lines = [ManifestLine(*parcel) for parcel in parcels]
    made = manifest_document("louisville-np-00012", "louisville", "Northgate Parcel", day, lines, SETTINGS, at=NOW)
    handed = text_of(made)
    assert all(parcel.sscc in handed for _, _, parcel in parcels)
    assert "louisville-np-00012" in handed
    assert "2026-11-24 10:00" in handed, "in the location's time"
    assert made == manifest_document(
        "louisville-np-00012", "louisville", "Northgate Parcel", day, lines, SETTINGS, at=NOW
    )
    for text in (picked, handed):
        assert "Maria" not in text
        assert "4th Street" not in text
    assert "BEANIE" not in text_of(pick_list("leipzig", day, shipments, SETTINGS))
