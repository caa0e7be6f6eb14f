"""Every way out: what was held is given back, and the customer is told why, or what to do where it is too late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from order_processing.errors import OrderReplaced
from order_processing.mail.messages import ended
from order_processing.mail.progress import refused, too_late
from order_processing.mail_reports import UnreachedCustomers
from order_processing.order_parts import REFUSED, Confirmation, Reason
from order_processing.orders import Orders
from order_processing.post import Post
from order_processing.reasons import reason_of
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.telling import tell
from order_processing.verification.corrections import order_of
from order_processing.voiding import Carriers, give_back

if TYPE_CHECKING:
    from order_processing.licences import Licences

KIND = "ended"
UNANSWERED = Reason.model_construct(code="NO_ANSWER", text="nobody answered in time")
CANCELLED = Reason.model_construct(code="CANCELLED", text="cancelled")


def end_order(
    order_id: str,
    ending: Status,
    *,
    orders: Orders,
    post: Post,
    unreached: UnreachedCustomers,
    settings: Settings,
    status_url: Callable[[str], str],
    carriers: Carriers,
    licences: Callable[[], Licences],
    now: datetime,
) -> None:
    """End the order early as `ending` (REJECTED, CANCELLED or EXPIRED), once, and tell the customer, once.

    Licence keys that it was given and nobody was told are free again: it ended while they were being handed out.
    Labels that were bought for it go back to their carriers, last, so that a refusal keeps nobody from being told.

    An order that has ended already, wherever it stood then, keeps its ending, and gives back what a cut release
    has left. One that was confirmed and has not ended cannot end here: that is a fault. One that its store has changed
    since it was to end, or whose decision was made before the time for it was up, raises OrderReplaced.
    """
    stored = orders.load(order_id)
    if not stored.ended:
        if stored.has_reached(Status.CONFIRMED):
            raise ValueError(f"order {order_id} is {stored.status}: after the confirmation the only way is forward")
        if not _still_meant(stored, ending):
            raise OrderReplaced(stored.status)
        stored = orders.release(stored, ending, at=now, reason=_reason(stored, ending))
    else:
        orders.finish_reservation(order_id)
    if stored.verified and any(item.licence_keys for item in stored.verified.items):
        # Imported here, because few orders hold keys.
        from order_processing.licences import give_back_keys

        give_back_keys(stored, licences())
    if _wants_notice(stored):
        _tell_customer(stored, orders, post, unreached, settings, status_url, now)
    give_back(stored, carriers)


def tell_too_late(
    order_id: str,
    *,
    orders: Orders,
    post: Post,
    unreached: UnreachedCustomers,
    settings: Settings,
    status_url: Callable[[str], str],
    now: datetime,
) -> None:
    """Tell the customer, once, that the cancellation came too late, and what to do instead."""
    stored = orders.load(order_id)
    late = stored.late_cancellation
    order = order_of(stored)
    if late is None or stored.ended or (late.told and late.told.sent_at):
        return
    parcels = stored.delivery.shipments if stored.delivery else ()
    message = too_late(
        order_id, order, settings, status_url(order_id), by_email=bool(stored.handed_out and not parcels)
    )

    def note(seen: StoredOrder, told: Confirmation) -> StoredOrder:
        return orders.note_late_cancellation(seen, late.model_copy(update={"told": told}))

    tell(stored, message, _address(stored), kind="too_late", post=post, unreached=unreached, note=note, now=now)


def _still_meant(stored: StoredOrder, ending: Status) -> bool:
    """Whether the order is to end as it is now: what nobody waits for cannot expire, and what its store has changed
    ends only for what it is since."""
    if ending is Status.EXPIRED:
        return stored.pending
    if not stored.replaced_at:
        return True
    return ending is Status.REJECTED and any(found.resolution == "fatal" for found in stored.discrepancies)


def _reason(stored: StoredOrder, ending: Status) -> Reason:
    if ending is Status.EXPIRED:
        asked = f": {stored.reason.text}" if stored.reason else ""
        return Reason(code=UNANSWERED.code, text=UNANSWERED.text + asked)
    if ending is Status.REJECTED:
        return reason_of(stored.discrepancies) or stored.reason or Reason(code="REJECTED", text="rejected by staff")
    return CANCELLED


def _wants_notice(stored: StoredOrder) -> bool:
    """A store that closed the order tells its customer itself."""
    sent = stored.notice and stored.notice.sent_at
    return not sent and not stored.placed.closed_reason


def _tell_customer(
    stored: StoredOrder,
    orders: Orders,
    post: Post,
    unreached: UnreachedCustomers,
    settings: Settings,
    status_url: Callable[[str], str],
    now: datetime,
) -> None:
    reason = stored.reason or CANCELLED
    order = order_of(stored)
    url = status_url(stored.order_id)
    if reason.code == REFUSED:
        message = refused(stored.order_id, order, reason.text, settings, url)
    else:
        message = ended(stored.order_id, order, reason.code, reason.text, settings, url, status=stored.status.value)
    address, note, left = _address(stored), orders.note_notice, orders.leave_notice_to_staff
    tell(stored, message, address, kind=KIND, post=post, unreached=unreached, note=note, now=now, left=left)


def _address(stored: StoredOrder) -> str:
    """An order that ends early may never have been verified: what was corrected counts all the same."""
    return stored.contact.email if stored.contact else order_of(stored).customer.email
