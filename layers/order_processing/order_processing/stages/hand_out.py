"""What needs no parcel: licence keys, downloads and appointments, handed out by e-mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from order_processing.delivery import PackedLine
from order_processing.errors import DeliveryRefused, OrderChanged
from order_processing.licences import Licences, OutOfKeys, give_back_keys, keys_wanted
from order_processing.mail.digital import digital
from order_processing.order_parts import Confirmation
from order_processing.orders import Orders
from order_processing.post import AddressRefused, Post
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import VerifiedOrder


def handed_out(verified: VerifiedOrder) -> tuple[PackedLine, ...]:
    """The lines that are handed out by e-mail: those with keys, or with instructions. Others need no mail."""
    return tuple(
        PackedLine(line_id=item.line_id, sku=item.sku, description=item.description, quantity=line.quantity)
        for line in verified.order.lines
        if (item := verified.item(line.line_id)).digital and (item.licence_keys or item.instructions)
    )


def hand_out(
    stored: StoredOrder,
    *,
    orders: Orders,
    licences: Licences,
    post: Post,
    settings: Settings,
    status_url: Callable[[str], str],
    now: datetime,
    again: bool = False,
) -> StoredOrder:
    """Give each line its keys, once, and send them with what else the customer must know of it.

    That sending began is kept before, and that it was sent after, as for a confirmation: one window, of one write,
    in which a cut makes the next run send the same again. again: send once more what was sent, for a customer who
    lost it. Raises DeliveryRefused where the pool lacks keys or nobody can be written to.
    """
    verified = stored.verified
    if verified is None:
        raise ValueError(f"order {stored.order_id} has no verified lines")
    lines = handed_out(verified)
    if not lines or (stored.handed_out and stored.handed_out.sent_at and not again):
        return stored
    if again and not stored.handed_out:
        raise DeliveryRefused("NOT_HANDED_OUT", f"order {stored.order_id}: nothing was handed out that could be again")
    to = stored.mail_address
    if "@" not in to:
        raise DeliveryRefused("EMAIL_MISSING", "customer.email: what needs no parcel needs one")
    try:
        keys = {wanted.line_id: licences.take(stored.order_id, wanted) for wanted in keys_wanted(verified)}
    except OutOfKeys as missing:
        raise DeliveryRefused("OUT_OF_KEYS", str(missing)) from None
    message = digital(stored.order_id, verified, keys, settings, status_url(stored.order_id))
    try:
        begun = orders.note_handed_out(stored, Confirmation(attempt_at=now))
    except OrderChanged:  # by its end, perhaps, which was before these keys were taken
        give_back_keys(orders.load(stored.order_id), licences)
        raise
    try:
        message_id = post.send(message, to=to, order_id=stored.order_id, kind="digital")
    except AddressRefused as refused:
        raise DeliveryRefused(
            "ADDRESS_REFUSED", f"customer.email: {refused.why}; what needs no parcel needs one that takes mail"
        ) from None
    return orders.note_handed_out(begun, Confirmation(attempt_at=now, sent_at=now, message_id=message_id))
