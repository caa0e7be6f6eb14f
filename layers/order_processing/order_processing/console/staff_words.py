"""What the rules tell customers, in words for staff."""

from __future__ import annotations

from order_processing.cancellation import TOO_LATE_TO_CANCEL, CannotCancel
from order_processing.stored_order import StoredOrder


def of_refusal(why: CannotCancel, stored: StoredOrder) -> str:
    """Why an order cannot be cancelled, and what can be done instead."""
    if why.code != TOO_LATE_TO_CANCEL:
        return str(why)
    if stored.handling.handed_over_at:
        return "the carrier has it: the customer refuses it or sends it back"
    if stored.handling.printed_at or stored.handling.packed_at:
        return "its label is printed: keep the parcel back by hand, or let the customer refuse it or send it back"
    return "what needs no parcel has been sent by e-mail, and keys cannot be taken back"


def sentence(words: str) -> str:
    """Words as a sentence."""
    words = words[:1].upper() + words[1:]
    return words if words.endswith((".", "?", "!")) else words + "."
