"""Privacy: what of an order tells who its customer is, what the law wants kept of it, and for how long.

An erased order stays an order: what was ordered, its amounts, the country and region that its tax follows from, and
what happened to it. Who ordered, where it went and every text that a person wrote are gone.
"""

from datetime import date, datetime, timedelta

from order_processing.delivery import Delivery, Document
from order_processing.discrepancy import Approval, Correction, Discrepancy
from order_processing.order import Address, Customer, Order, Record
from order_processing.order_parts import Answer, Erasure, History, Kept, Reason
from order_processing.settings import Retention, Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import VerifiedOrder

_OF_A_PERSON = ("customer", "shipping_address", "billing_address", "note")


class StillOpen(Exception):
    """Orders that are not done yet, so nothing is erased. open: per order's id, why."""

    def __init__(self, still_open: dict[str, str]) -> None:
        told = "; ".join(f"{order_id}: {why}" for order_id, why in still_open.items())
        super().__init__(f"nothing was erased, since orders are not done yet: {told}")
        self.open = still_open


class OrderErased(Record):
    """What became of one order. documents: erased and kept ones by their keys."""

    order_id: str
    erased_at: datetime
    kept: tuple[Kept, ...]
    documents_erased: tuple[str, ...] = ()
    documents_kept: tuple[str, ...] = ()


class Receipt(Record):
    """What an erasure came to; it names nobody. erased: what is gone of each order. accounts: what was taken out."""

    at: datetime
    erased: tuple[str, ...] = (
        "names, addresses but for country and region, e-mail, phone, company, tax number, the store's customer id",
        "options and notes that the customer wrote, the raw order as it came, answers and drafts",
        "what was reported of mails, and tracking numbers",
    )
    orders: tuple[OrderErased, ...]
    accounts: tuple[str, ...] = ()


def why_open(stored: StoredOrder, settings: Settings, now: datetime) -> str:
    """Why an order cannot be erased yet; "" when it is done."""
    if stored.ended:
        return ""
    left = stored.handling.handed_over_at
    if stored.status is not Status.READY_TO_SHIP or not left:
        return f"it is {stored.status}: wait until it has left, or cancel it"
    settled = left + timedelta(days=settings.privacy.settle_days)
    return "" if now >= settled else f"it left on {left.date()} and may come back until {settled.date()}"


def kept_until(retention: Retention, stored: StoredOrder) -> date:
    """The last day on which something is kept: full calendar years after the one in which it was recorded."""
    recorded = stored.times.get(Status.RECORDED.value, stored.received_at)
    return date(recorded.year + retention.years, 12, 31)


def kept_documents(stored: StoredOrder, settings: Settings) -> dict[str, Retention]:
    """The documents that the law wants kept, by their keys in the bucket."""
    documents = stored.delivery.documents if stored.delivery else ()
    wanted = settings.privacy.documents
    return {document.key: wanted[document.kind] for document in documents if document.kind in wanted}


def erasure(stored: StoredOrder, settings: Settings, at: datetime) -> Erasure:
    """What stays of an order, on which legal basis, and until when; amounts only of what was recorded."""
    kept = []
    if Status.RECORDED.value in stored.times:
        amounts = settings.privacy.amounts
        kept.append(Kept(what="amounts", basis=amounts.basis, until=kept_until(amounts, stored)))
    by_kind = {
        d.kind: settings.privacy.documents[d.kind] for d in _documents(stored) if d.kind in settings.privacy.documents
    }
    kept += [Kept(what=kind, basis=r.basis, until=kept_until(r, stored)) for kind, r in sorted(by_kind.items())]
    return Erasure(at=at, kept=tuple(kept))


def without_person(stored: StoredOrder, settings: Settings, at: datetime) -> StoredOrder:
    """The order without anything that tells who its customer is."""
    verified = stored.verified
    findings = tuple(_finding(d) for d in stored.discrepancies)
    return stored.model_copy(
        update={
            "placed": order_without_person(stored.placed),
            "states": tuple(
                state.model_copy(update={"order": order_without_person(state.order)}) for state in stored.states
            ),
            "verified": verified_without_person(verified, findings) if verified else None,
            "discrepancies": findings,
            "answers": tuple(_answer(answer) for answer in stored.answers),
            "draft": None,
            "reason": _reason(stored.reason),
            "left": History(past=tuple(p.model_copy(update={"reason": _reason(p.reason)}) for p in stored.history)),
            "approval": None,
            "delivery": _delivery(stored.delivery, settings) if stored.delivery else None,
            "erased": erasure(stored, settings, at),
        }
    )


def _reason(reason: Reason | None) -> Reason | None:
    """Its words may quote the customer."""
    return Reason(code=reason.code, text="") if reason else None


def order_without_person(order: Order) -> Order:
    """An order as it was placed, without its customer."""
    lines = tuple(line.model_copy(update={"options": ()}) for line in order.lines)
    return order.model_copy(
        update={
            "customer": Customer(locale=order.customer.locale),
            "shipping_address": _address(order.shipping_address),
            "billing_address": _address(order.billing_address),
            "lines": lines,
            "note": "",
            "gift": order.is_gift,
            "gift_message": "",
            "flags": (),
        }
    )


def _address(address: Address | None) -> Address | None:
    return Address(country=address.country, region=address.region) if address else None


def verified_without_person(verified: VerifiedOrder, findings: tuple[Discrepancy, ...] = ()) -> VerifiedOrder:
    """A verified order without its customer. findings: in the place of its own."""
    return verified.model_copy(update={"order": order_without_person(verified.order), "discrepancies": findings})


def _finding(finding: Discrepancy) -> Discrepancy:
    return finding.model_copy(update={"found": "", "expected": ""}) if _is_personal(finding.path) else finding


def _answer(answer: Answer) -> Answer:
    """A decision without the values that the customer wrote; corrections of the goods stay, the order follows them."""
    corrections: tuple[Correction, ...] = tuple(c for c in answer.corrections if not _is_personal(c.path))
    approvals: tuple[Approval, ...] = tuple(
        a.model_copy(update={"found": ""}) if _is_personal(a.path) else a for a in answer.approvals
    )
    return answer.model_copy(update={"corrections": corrections, "approvals": approvals})


def _delivery(delivery: Delivery, settings: Settings) -> Delivery:
    """Only what is kept can still be fetched; a tracking number leads to an address."""
    shipments = tuple(
        shipment.model_copy(
            update={
                "parcels": tuple(
                    parcel.model_copy(update={"tracking_number": "", "tracking_url": ""}) for parcel in shipment.parcels
                )
            }
        )
        for shipment in delivery.shipments
    )
    documents = tuple(d for d in delivery.documents if d.kind in settings.privacy.documents)
    return delivery.model_copy(update={"shipments": shipments, "documents": documents})


def _documents(stored: StoredOrder) -> tuple[Document, ...]:
    return stored.delivery.documents if stored.delivery else ()


def _is_personal(path: str) -> bool:
    return path.partition(".")[0] in _OF_A_PERSON or ".options" in path
