"""A dry run of an order: what verification and the availability check would say of it now. Nothing is kept or held."""

from collections.abc import Callable
from datetime import datetime

from order_processing.availability import Shortage
from order_processing.catalogue import Accounts, Catalogue
from order_processing.discrepancy import Discrepancy
from order_processing.inventory import Inventory
from order_processing.offer import Alternative
from order_processing.order import Order, Record
from order_processing.promise import Promise
from order_processing.settings import Settings
from order_processing.stages.check_availability import offer_instead, promise_now
from order_processing.stages.verify_order import verification_of
from order_processing.status import Status
from order_processing.verified_order import VerifiedOrder


class Quote(Record):
    """What would become of an order, as far as a rule decides it.

    status: RESERVED where nothing speaks against it (staff may still be asked before it is confirmed), else
        CORRECTION_PENDING, OFFER_PENDING or REJECTED.
    verified: the order as put right; None where it could never be right.
    promise: what would be reserved; None where it cannot be promised as asked, or not be looked at.
    alternatives: what would be offered in its place, to cancel among them.
    """

    status: Status
    discrepancies: tuple[Discrepancy, ...]
    verified: VerifiedOrder | None = None
    promise: Promise | None = None
    shortage: Shortage | None = None
    alternatives: tuple[Alternative, ...] = ()


def quote(
    order: Order,
    *,
    catalogue: Catalogue,
    accounts: Accounts,
    coupon_uses: Callable[[str], int],
    inventory: Inventory,
    settings: Settings,
    guest_id: Callable[[str], str],
    now: datetime,
) -> Quote:
    """Verify the order and look for what it needs, as the stages would; only reads."""
    result = verification_of(
        order,
        (),
        catalogue=catalogue,
        accounts=accounts,
        coupon_uses=coupon_uses,
        settings=settings,
        guest_id=guest_id,
        now=now,
    )
    found, verified = result.discrepancies, result.verified
    if verified is None:
        return Quote(status=Status.REJECTED, discrepancies=found)
    asked = [d.path for d in found if d.resolution.startswith("needs_")]
    status = Status.CORRECTION_PENDING if asked else Status.RESERVED
    if any(path.startswith("shipping") for path in asked):  # nobody knows yet where to, or how
        return Quote(status=status, discrepancies=found, verified=verified)
    outcome, _ = promise_now(verified, inventory, settings, now, turn=None)
    if isinstance(outcome, Promise):
        return Quote(status=status, discrepancies=found, verified=verified, promise=outcome)
    offer = offer_instead(verified, outcome, inventory, catalogue, settings, now)
    if offer is None:  # it came meanwhile
        outcome, _ = promise_now(verified, inventory, settings, now, turn=None)
        if isinstance(outcome, Promise):
            return Quote(status=status, discrepancies=found, verified=verified, promise=outcome)
    return Quote(
        status=status if asked else Status.OFFER_PENDING,
        discrepancies=found,
        verified=verified,
        shortage=outcome,
        alternatives=offer.alternatives if offer else (),
    )
