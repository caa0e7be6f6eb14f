"""An order as staff see it: amounts, times and reasons in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from order_processing import order_number
from order_processing.account import AccountEntry, Totals
from order_processing.approval_rules import margin_percent
from order_processing.console.times import counted, left, moment
from order_processing.discrepancy import Discrepancy
from order_processing.mail.figures import Figures
from order_processing.order import Order
from order_processing.order_parts import Answer
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import order_of, value_at

_FIGURES = Figures("en", "en")
_SOON = timedelta(hours=12)
_CUSTOMER = ("name", "email", "phone", "company", "tax_number")
_ADDRESS = ("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone")
ASKED = {
    "CORRECTION_PENDING": "to be put right",
    "OFFER_PENDING": "cannot be promised as asked",
    "APPROVAL_PENDING": "to be approved",
}


@dataclass(frozen=True)
class FieldShown:
    """A field that staff can change. path: as in a correction; value: what stands there."""

    path: str
    label: str
    value: str


@dataclass(frozen=True)
class SectionShown:
    title: str
    fields: tuple[FieldShown, ...]


@dataclass(frozen=True)
class LineShown:
    sku: str
    description: str
    quantity: str
    unit_price: str
    amount: str
    cost: str


@dataclass(frozen=True)
class Step:
    """What was decided, by whom and when."""

    actor: str
    at: str
    what: tuple[str, ...]


@dataclass(frozen=True)
class OrderShown:
    order_id: str
    status: str
    waits: str
    expires: str
    left: str
    soon: bool
    grounds: tuple[tuple[str, str, int], ...]
    approvers: int
    consents: tuple[tuple[str, str], ...]
    asked: tuple[Discrepancy, ...]
    noted: tuple[Discrepancy, ...]
    customer: tuple[tuple[str, str], ...]
    address: tuple[str, ...]
    lines: tuple[LineShown, ...]
    sums: tuple[tuple[str, str], ...]
    total: str
    margin: str
    source: str
    received: str
    store_number: str
    too_late: bool
    flags: tuple[str, ...]
    steps: tuple[Step, ...]
    reason: str


@dataclass(frozen=True)
class EntryShown:
    order_id: str
    number: str
    description: str
    amount: str
    day: str


@dataclass(frozen=True)
class HistoryShown:
    """What stands in the customer's account, in one sentence; "" for a new customer. entries: the latest."""

    told: str
    entries: tuple[EntryShown, ...]


def history_shown(standing: Totals, entries: Sequence[AccountEntry], currency: str, settings: Settings) -> HistoryShown:
    """A customer's history."""
    amount, still_open = (_FIGURES.amount(each, currency) for each in (standing.amount, standing.open))
    told = f"{counted(standing.orders, 'order')} in {currency}: {amount} in all, of which {still_open} is to be paid."
    shown = tuple(
        EntryShown(
            order_id=entry.order_id,
            number=order_number.display(entry.order_id),
            description=entry.description,
            amount=_FIGURES.amount(entry.amount, entry.currency),
            day=f"{entry.recorded_at:%Y-%m-%d}",
        )
        for entry in entries
    )
    return HistoryShown(told if standing.orders or shown else "", shown)


def order_shown(stored: StoredOrder, settings: Settings, now: datetime) -> OrderShown:
    """Everything about an order that a decision needs."""
    order = stored.verified.order if stored.verified else order_of(stored)
    case, question = stored.approval, stored.question
    expires = question.expires_at if question and stored.pending else None
    margin = margin_percent(stored.verified) if stored.verified else None
    asked = [d for d in stored.discrepancies if d.resolution in ("needs_customer", "needs_approval", "fatal")]
    return OrderShown(
        order_id=stored.order_id,
        status=stored.status.value,
        waits=ASKED.get(stored.status.value, ""),
        expires=moment(expires) if expires else "",
        left=left(expires, now),
        soon=expires is not None and expires - now < _SOON,
        grounds=tuple((g.text, g.found, g.approvers) for g in case.grounds) if case else (),
        approvers=case.approvers if case else 1,
        consents=tuple((c.actor, moment(c.at)) for c in case.consents) if case else (),
        asked=tuple(asked) if stored.pending else (),
        noted=tuple(d for d in stored.discrepancies if d not in asked),
        customer=tuple((label(name), value) for name in _CUSTOMER if (value := getattr(order.customer, name))),
        address=_FIGURES.address(order.shipping_address) if order.shipping_address else (),
        lines=_lines(stored, order),
        sums=_sums(order),
        total=_FIGURES.amount(order.total, order.currency),
        margin="" if margin is None else f"{margin} %",
        source=f"{order.source}, {order.store}",
        received=moment(stored.received_at),
        store_number=order.store_order_number,
        too_late=bool(stored.late_cancellation and not stored.handling.handed_over_at and not stored.ended),
        flags=order.flags,
        steps=tuple(_step(answer) for answer in stored.answers),
        reason=stored.reason.text if stored.reason and not stored.pending else "",
    )


def correctable_fields(stored: StoredOrder) -> tuple[SectionShown, ...]:
    """The fields that staff can change, with what stands in them."""
    order = order_of(stored)
    lines = [
        (
            f"Line {n + 1}: {line.title or line.sku}",
            [f"lines[{n}].{name}" for name in ("sku", "quantity", "unit_price")],
        )
        for n, line in enumerate(order.lines)
    ]
    sections = [
        *lines,
        ("Shipping address", [f"shipping_address.{name}" for name in _ADDRESS]),
        ("Customer", [f"customer.{name}" for name in _CUSTOMER]),
        ("Shipping", ["shipping.title"]),
    ]
    return tuple(SectionShown(title, tuple(_field(order, path) for path in paths)) for title, paths in sections)


def label(name: str) -> str:
    """A field's name as people read it."""
    return {"line1": "Address line 1", "line2": "Address line 2", "sku": "SKU", "title": "Service"}.get(
        name, name.replace("_", " ").capitalize()
    )


def _field(order: Order, path: str) -> FieldShown:
    return FieldShown(path, label(path.rpartition(".")[2]), value_at(order, path))


def _lines(stored: StoredOrder, order: Order) -> tuple[LineShown, ...]:
    items = {item.line_id: item for item in stored.verified.items} if stored.verified else {}
    costs = {line_id: item.cost for line_id, item in items.items()}
    return tuple(
        LineShown(
            sku=line.sku,
            description=items[line.line_id].description if line.line_id in items else line.title,
            quantity=_FIGURES.number(line.quantity),
            unit_price=_FIGURES.amount(line.unit_price, order.currency),
            amount=_FIGURES.amount(line.net, order.currency),
            cost=_FIGURES.amount(cost, order.currency) if (cost := costs.get(line.line_id)) is not None else "",
        )
        for line in order.lines
    )


def _sums(order: Order) -> tuple[tuple[str, str], ...]:
    sums = {
        "Discounts": -order.discount_total,
        f"Shipping ({order.shipping.title or order.shipping.service or 'none'})": order.shipping.price,
        "Tax, included" if order.prices_include_tax else "Tax": order.tax_total,
    }
    return tuple((name, _FIGURES.amount(amount, order.currency)) for name, amount in sums.items() if amount)


def _step(answer: Answer) -> Step:
    what = [f"{c.path}: {c.found or 'nothing'} becomes {c.value or 'nothing'}" for c in answer.corrections]
    what += [f"approved: {a.code}, {a.found}" for a in answer.approvals]
    what += [f"consent of {c.actor}, {moment(c.at)}" for c in answer.consents]
    what += ["refused"] if answer.refused else []
    return Step(answer.actor, moment(answer.at), tuple(what))
