"""Stage 1: is every detail of this order right?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from order_processing.catalogue import Accounts, Catalogue, gather_facts
from order_processing.discrepancy import Approval, Discrepancy, Resolution
from order_processing.errors import ApprovalNeeded, CorrectionNeeded, OrderEnded, OrderRejected
from order_processing.order import Order
from order_processing.orders import CouponUsedUp, Orders
from order_processing.reasons import reason_of
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import order_of
from order_processing.verification.verify import Verification, verify

_TRIES = 3


def verify_order(
    order_id: str,
    *,
    orders: Orders,
    catalogue: Catalogue,
    accounts: Accounts,
    settings: Settings,
    guest_id: Callable[[str], str],
    now: datetime,
) -> None:
    """Verify the order, keep what was found, and move it to VERIFIED.

    guest_id: from a guest's e-mail to the id of the guest's account.
    Raises OrderRejected, CorrectionNeeded or ApprovalNeeded when a discrepancy asks for it.
    """
    stored = orders.load(order_id)
    if stored.ended:
        raise OrderEnded(stored.status)
    if stored.has_reached(Status.VERIFIED):
        return
    if stored.status is Status.CORRECTION_PENDING and stored.reason:
        raise CorrectionNeeded(stored.reason.code)
    for _ in range(_TRIES):
        result = verification_of(
            order_of(stored),
            stored.approvals,
            catalogue=catalogue,
            accounts=accounts,
            coupon_uses=lambda code: orders.coupon_uses(code) - (code in stored.coupons),
            settings=settings,
            guest_id=guest_id,
            now=now,
        )
        try:
            _keep(stored, result, orders, now)
        except CouponUsedUp:  # another order was quicker: look again
            continue
        return
    raise CouponUsedUp(f"order {order_id}: its coupons changed {_TRIES} times while it was being verified")


def _keep(stored: StoredOrder, result: Verification, orders: Orders, now: datetime) -> None:
    found, verified = result.discrepancies, result.verified
    if fatal := _first(found, "fatal"):
        orders.save_verification(stored, found, verified)
        raise OrderRejected(fatal.code, fatal.path)
    if asked := _first(found, "needs_customer") or _first(found, "needs_approval"):
        orders.save_verification(stored, found, verified, to=Status.CORRECTION_PENDING, at=now, reason=reason_of(found))
        turn = CorrectionNeeded if asked.resolution == "needs_customer" else ApprovalNeeded
        raise turn(asked.code, asked.path)
    orders.save_verification(stored, found, verified, to=Status.VERIFIED, at=now, uses=result.uses)


def verification_of(
    order: Order,
    approvals: tuple[Approval, ...],
    *,
    catalogue: Catalogue,
    settings: Settings,
    guest_id: Callable[[str], str],
    now: datetime,
    accounts: Accounts | None = None,
    coupon_uses: Callable[[str], int] | None = None,
) -> Verification:
    """Gather what the catalogue and the account know of this order, and verify it."""
    facts = gather_facts(order, catalogue, guest_id=guest_id, accounts=accounts, coupon_uses=coupon_uses)
    return verify(order, facts, settings, now=now, guest_id=guest_id, approvals=approvals)


def _first(discrepancies: tuple[Discrepancy, ...], resolution: Resolution) -> Discrepancy | None:
    return next((d for d in discrepancies if d.resolution == resolution), None)
