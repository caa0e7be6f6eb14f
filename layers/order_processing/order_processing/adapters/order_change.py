"""One change of an order's head, as DynamoDB is told of it and as the order is afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from order_processing.adapters.attributes import Attribute, document, number, text, time
from order_processing.adapters.order_items import SCHEMA, key
from order_processing.order_parts import History, Past, Reason
from order_processing.status import ENDED, PENDING, Status
from order_processing.stored_order import StoredOrder
from order_processing.waiting import WaitsFor


class Change:
    """One change of an order's head: the update expression, and the order as it is afterwards."""

    def __init__(self, before: StoredOrder, to: Status | None = None, at: datetime | None = None) -> None:
        self.before = before
        self._sets = {
            "version": number(before.version + 1),
            "status": text(to or before.status),
            "schema": number(SCHEMA),
        }
        self._removes: list[str] = []
        self._known: dict[str, Any] = {"version": before.version + 1, "status": to or before.status}
        times = {**before.times, **({to.value: at} if to and at else {})}
        self._sets["times"] = {"M": {status: time(reached) for status, reached in times.items()}}
        self._known["times"] = times
        self._wait(to, at)
        if to and to is not before.status and before.reason:
            at_before = before.times.get(before.status.value, before.received_at)
            past = Past(status=before.status, at=at_before, reason=before.reason)
            left = History(past=(*before.history, past))
            self.put("left", document(left), left=left)

    def _wait(self, to: Status | None, at: datetime | None) -> None:
        """What the order waits for from now on, which is what the sweep finds it by: see the index `waiting`."""
        if to in PENDING and at:
            asks_customer = self.before.model_copy(update={"status": to}).asks_customer
            self._waits_for("customer" if asks_customer else "staff", at)
        elif to in ENDED and at and not self.before.placed.closed_reason:  # who closed it tells its customer
            self._waits_for("notice", at)
        elif to and (self.before.pending or (self.before.ended and to is Status.RECEIVED)):  # the store opened it again
            self._waits_for("execution", at or max(self.before.times.values(), default=self.before.received_at))
        elif to and (self.before.ended or any(status in self.before.times for status in (*PENDING, *ENDED))):
            self.wait_no_longer()

    def _waits_for(self, what: WaitsFor, since: datetime) -> None:
        self._sets |= {"waits_for": text(what), "waits_since": time(since)}

    def wait_no_longer(self) -> None:
        """Take the order out of the index of those that wait."""
        self._removes += ["waits_for", "waits_since"]

    def put(self, name: str, value: Attribute, **known: Any) -> None:
        self._sets[name] = value
        self._known.update(known)

    def know(self, **known: Any) -> None:
        self._known.update(known)

    def remove(self, name: str, **known: Any) -> None:
        self._removes.append(name)
        self._known.update(known)

    def put_reason(self, reason: Reason | None) -> None:
        if reason:
            self.put("reason", document(reason), reason=reason)
        elif self.before.reason:
            self.remove("reason", reason=None)

    @property
    def after(self) -> StoredOrder:
        return self.before.model_copy(update=self._known)

    def expression(self) -> dict[str, Any]:
        names = {f"#{name}": name for name in [*self._sets, *self._removes]}
        values = {f":{name}": value for name, value in self._sets.items()}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in self._sets)
        if self._removes:
            update += " REMOVE " + ", ".join(f"#{name}" for name in self._removes)
        if self.before.version:
            condition = "#version = :seen"
            values[":seen"] = number(self.before.version)
        else:
            condition = "attribute_not_exists(#version)"
        return {
            "Key": key(self.before.order_id, "order"),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
