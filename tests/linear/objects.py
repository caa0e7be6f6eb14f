"""What stock and an account are, one operation at a time: what `linearize` compares histories with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tests.linear.checker import UNKNOWN, Operation


class Stock(NamedTuple):
    """Pieces of a SKU in one bucket. held: what each order holds."""

    available: int
    held: frozenset[tuple[str, int]] = frozenset()

    @property
    def reserved(self) -> int:
        return sum(pieces for _, pieces in self.held)


def stock(now: Stock, done: Operation) -> Iterable[Stock]:
    """reserve (order, pieces) -> whether there were as many; release (order, pieces) -> True; count (pieces,) -> True;
    read () -> (reserved, available)."""
    if done.what == "reserve":
        order, pieces = done.given
        enough = now.available >= pieces
        if done.result is False and not enough:
            yield now
        elif done.result in (True, UNKNOWN) and enough and (order, pieces) not in now.held:
            yield Stock(now.available - pieces, now.held | {(order, pieces)})
    elif done.what == "release":
        if done.given in now.held:
            yield Stock(now.available + done.given[1], now.held - {done.given})
    elif done.what == "count":
        yield now._replace(available=done.given[0] - now.reserved)
    elif done.result == (now.reserved, now.available):
        yield now


class Account(NamedTuple):
    """entries: (order, amount, open) of what stands in it; cancelled: orders that never will, or no longer do."""

    entries: frozenset[tuple[str, int, int]] = frozenset()
    cancelled: frozenset[str] = frozenset()

    def entry(self, order: object) -> tuple[str, int, int] | None:
        return next((each for each in self.entries if each[0] == order), None)


def account(now: Account, done: Operation) -> Iterable[Account]:
    """record (order, amount) -> "ok", or "ended" after it was cancelled; cancel (order,) -> "ok"; pay (order, amount)
    -> "ok" or why not; read () -> (orders, amount, open)."""
    if done.what == "read":
        if done.result == _totals(now):
            yield now
        return
    order = str(done.given[0])
    entry, cancelled = now.entry(order), order in now.cancelled
    if done.what == "record":
        yield from _recorded(now, done, entry, cancelled)
    elif done.what == "cancel":
        yield Account(now.entries - {entry} if entry else now.entries, now.cancelled | {order})  # type: ignore[arg-type]
    elif done.what == "pay":
        yield from _paid(now, done, entry, cancelled)


def _recorded(now: Account, done: Operation, entry: tuple[str, int, int] | None, cancelled: bool) -> Iterable[Account]:
    order, amount = str(done.given[0]), int(str(done.given[1]))
    if done.result == "ended":
        if cancelled:
            yield now
    elif entry:
        yield now
    elif not cancelled:
        yield now._replace(entries=now.entries | {(order, amount, amount)})


def _paid(now: Account, done: Operation, entry: tuple[str, int, int] | None, cancelled: bool) -> Iterable[Account]:
    amount = int(str(done.given[1]))
    if done.result == "ACCOUNT_BUSY":
        yield now
    elif entry is None:
        why = ("ORDER_CANCELLED", "NOT_RECORDED") if cancelled else ("NOT_RECORDED",)
        if done.result in why:
            yield now
    elif done.result in ("ok", UNKNOWN) and entry[2] >= amount:
        after = (entry[0], entry[1], entry[2] - amount)
        yield now._replace(entries=now.entries - {entry} | {after})
    elif done.result == "MORE_THAN_OPEN" and entry[2] < amount:
        yield now


def _totals(now: Account) -> tuple[int, int, int]:
    amounts = [(amount, still_open) for _, amount, still_open in now.entries]
    return len(amounts), sum(amount for amount, _ in amounts), sum(still_open for _, still_open in amounts)
