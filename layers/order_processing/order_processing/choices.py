"""The choice of what an order was offered, by its customer or by staff for them."""

from __future__ import annotations

from datetime import datetime

from order_processing.cancellation import cancel
from order_processing.decisions import Executions, NotAsked, decide
from order_processing.offer import Alternative, NotOffered, choose
from order_processing.order_parts import Answer, Reason
from order_processing.orders import Orders
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

_DECLINED = Reason.model_construct(code="CANCELLED_BY_CUSTOMER", text="none of what was offered was wanted")


def choose_offered(
    order_id: str,
    key: str,
    *,
    actor: str,
    by: str = "",
    agreed_difference: int = 0,
    as_shown: Alternative | None = None,
    orders: Orders,
    executions: Executions,
    now: datetime,
) -> StoredOrder:
    """Keep what was chosen of the order's offer; `cancel` cancels the order.

    actor, by: as in the answer. agreed_difference: how much more the customer agreed to pay, minor units.
    as_shown: what is chosen, as it was shown; None where nobody compares. The same choice made twice counts once.
    Raises NotAsked when nothing is offered, and what `offer.choose` raises.
    """
    stored = orders.load(order_id)
    if stored.status is Status.CANCELLED and stored.reason == _DECLINED and key == "cancel":
        return stored
    if stored.status is not Status.OFFER_PENDING or stored.offer is None:
        last = stored.standing_answers[-1] if stored.standing_answers else None
        same = last and last.choice and last.choice.alternative.key == key and (last.actor, last.by) == (actor, by)
        if last and same and not stored.ended:
            return decide(order_id, last, orders=orders, executions=executions)
        raise NotAsked(stored)
    until = stored.question.expires_at if stored.question else None
    choice = choose(stored.offer, key, agreed_difference=agreed_difference, at=now, until=until)
    if as_shown and choice.alternative != as_shown:
        raise NotOffered(f"{key!r} is offered otherwise than it was shown")
    if choice.alternative.kind == "cancel":
        return cancel(order_id, orders=orders, executions=executions, reason=_DECLINED, now=now)
    return decide(order_id, Answer(actor=actor, by=by, at=now, choice=choice), orders=orders, executions=executions)
