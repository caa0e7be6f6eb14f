"""Where in its life an order is."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where an order is in its life."""

    RECEIVED = "RECEIVED"
    CORRECTION_PENDING = "CORRECTION_PENDING"
    VERIFIED = "VERIFIED"
    OFFER_PENDING = "OFFER_PENDING"
    RESERVED = "RESERVED"
    APPROVAL_PENDING = "APPROVAL_PENDING"
    CONFIRMED = "CONFIRMED"
    RECORDED = "RECORDED"
    READY_TO_SHIP = "READY_TO_SHIP"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


PATH = (
    Status.RECEIVED,
    Status.VERIFIED,
    Status.RESERVED,
    Status.CONFIRMED,
    Status.RECORDED,
    Status.READY_TO_SHIP,
)
PENDING = frozenset({Status.CORRECTION_PENDING, Status.OFFER_PENDING, Status.APPROVAL_PENDING})
ENDED = frozenset({Status.REJECTED, Status.CANCELLED, Status.EXPIRED})
