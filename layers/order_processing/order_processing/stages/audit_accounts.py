"""Account that differs from its orders: the rules of the operator's comparison, for the accounts of open orders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from order_processing.account_reconciliation import Difference
from order_processing.auditing import QUIET
from order_processing.stages.audit_notes import Notes

_BACK = timedelta(days=3)
_TOLD = 5


class AccountBooks(Protocol):
    """Customers' accounts beside their orders."""

    def look(
        self, customer_id: str, order_ids: Collection[str], since: datetime, before: datetime
    ) -> tuple[list[Difference], bool]:
        """What an account says otherwise than these orders, those of its entries since a time, and its own entries'
        sum; and whether it lacks something and says nothing wrong. before: what was counted until then and has no
        entry was cut."""
        ...

    def repair(self, customer_id: str) -> bool:
        """Write what the orders say into an account that was looked at; False when it changed meanwhile."""
        ...


class AccountAudit:
    """One audit of accounts."""

    def __init__(self, accounts: AccountBooks, notes: Notes, now: datetime) -> None:
        self._accounts = accounts
        self._notes = notes
        self._now = now

    def run(self, orders: Mapping[str, Collection[str]]) -> None:
        """Compare the accounts of these customers. orders: the ids of the orders that were looked at, by customer."""
        for customer_id in self._notes.each("accounts", [*orders, *self._notes.subjects("ACCOUNT_DIFFERS")]):
            told, lacks = self._accounts.look(
                customer_id, orders.get(customer_id, ()), self._now - _BACK, self._now - QUIET
            )
            if not told:
                self._notes.right("ACCOUNT_DIFFERS", customer_id)
            elif lacks:
                self._notes.wrong("ACCOUNT_DIFFERS", customer_id, done="repaired")
                self._accounts.repair(customer_id)
            else:
                what = "; ".join(difference.what for difference in told[:_TOLD])
                advice = (
                    f"{what}: `python -m operating.accounts reconcile`, and with `--repair` where the orders are right"
                )
                self._notes.wrong("ACCOUNT_DIFFERS", customer_id, advice=advice)
