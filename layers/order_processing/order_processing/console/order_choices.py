"""What an order's customer was offered, in words for staff."""

from __future__ import annotations

from order_processing.mail.figures import Figures
from order_processing.offer import Alternative
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

_FIGURES = Figures("en", "en")
_KINDS = {"later": "everything, later", "in_parts": "a part now, the rest later", "substitute": "a substitute",
          "without": "without it", "cancel": "cancel the order"}  # fmt: skip


def offered(stored: StoredOrder) -> tuple[Alternative, ...]:
    """The alternatives that an order waits to be chosen from."""
    return stored.offer.alternatives if stored.offer and stored.status is Status.OFFER_PENDING else ()


def choices_of(stored: StoredOrder) -> tuple[tuple[str, str], ...]:
    """Each alternative's key, and it in words."""
    return tuple((each.key, _words(each, stored.placed.currency)) for each in offered(stored))


def _words(alternative: Alternative, currency: str) -> str:
    words = [_KINDS.get(alternative.kind, alternative.kind)]
    words += [f"{each.item.description} ({each.item.sku})" for each in alternative.replacements]
    if alternative.difference:
        more = _FIGURES.amount(abs(alternative.difference), currency)
        words.append(f"{more} {'more' if alternative.difference > 0 else 'less'}")
    day = alternative.promise.delivery_date if alternative.promise else None
    return ", ".join([*words, *([f"there by {day}"] if day else [])])
