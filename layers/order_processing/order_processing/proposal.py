"""What a customer proposes on the correction page: their form held against the order, without storing anything."""

import re
from collections.abc import Callable, Iterable, Mapping

from order_processing.discrepancy import Correction, Discrepancy
from order_processing.mail.plain import one_line
from order_processing.order import Order, Record
from order_processing.places import country_code
from order_processing.verification.corrections import CorrectionError, correct, correctable, proposed, value_at
from order_processing.verification.verify import Verification

Offered = dict[str, str | None]
"""Fields that may be changed now, each with the one value that it may get; None is any text."""

TAKE_OUT = ".out"
_PRICE = re.compile(r"lines\[\d+\]\.unit_price|shipping\.price")
_QUANTITY = re.compile(r"lines\[(\d+)\]\.quantity")
_LINE = re.compile(r"lines\[(\d+)\]")
_ROUNDS = 4


class NotOffered(Exception):
    """A form holds a field that nobody offered; the message names the fields."""


class Mistake(Record):
    """A value that cannot stand in its field. expected: in English, as the correction's error says it."""

    path: str
    value: str = ""
    expected: str = ""


class Proposal(Record):
    """The order with a customer's corrections, and what verification says of it.

    corrected, verification: None where a value cannot stand in its field at all.
    unsettled: what still asks the customer or would reject the order; paths number the lines as in `order`.
    offered: the fields that can be changed: those that were asked for, and those that the changes themselves ask for.
    """

    order: Order
    corrections: tuple[Correction, ...]
    corrected: Order | None = None
    verification: Verification | None = None
    mistakes: tuple[Mistake, ...] = ()
    unsettled: tuple[Discrepancy, ...] = ()
    offered: Offered

    @property
    def acceptable(self) -> bool:
        """Whether the order could go on with these corrections, perhaps after staff's approval."""
        return not self.mistakes and not self.unsettled

    @property
    def total(self) -> int:
        """The total with the corrections, in minor units; of the order as it stands where there is none."""
        return self.corrected.total if self.corrected else self.order.total

    @property
    def needs_staff(self) -> bool:
        """Whether somebody will still look at it."""
        found = self.verification.discrepancies if self.verification else ()
        return any(d.resolution == "needs_approval" for d in found)


def asked_of_customer(discrepancies: Iterable[Discrepancy]) -> tuple[Discrepancy, ...]:
    """What only the customer can answer."""
    return tuple(d for d in discrepancies if d.resolution == "needs_customer")


def offered_for(discrepancies: Iterable[Discrepancy]) -> Offered:
    """The fields that put these findings right. A price can only become what the price list says."""
    offered: Offered = {}
    for discrepancy in discrepancies:
        for path in correctable(discrepancy):
            value = proposed(discrepancy) if _PRICE.fullmatch(path) else None
            offered[path] = value
    return offered


def propose(
    order: Order,
    asked: Iterable[Discrepancy],
    given: Mapping[str, str],
    verified: Callable[[Order], Verification],
    *,
    offered_before: Iterable[str] = (),
) -> Proposal:
    """Hold a form against the order.

    asked: the findings that the customer was asked about. given: what the form holds, by path;
    `lines[2].out` takes a line out. verified: verifies an order.
    offered_before: fields that an earlier answer to this form offered; they may come along and change nothing
    when they are offered no longer. Raises NotOffered when the form holds any other field.
    """
    values = _with_lines_out(given)
    offered = offered_for(asked)
    for _ in range(_ROUNDS):  # what changes may ask for more: another quantity has another price
        proposal = _proposal(order, offered, values, verified)
        widened = offered | offered_for(asked_of_customer(proposal.unsettled))
        if widened == offered:
            break
        offered = widened
    if unknown := values.keys() - offered.keys() - set(_with_lines_out(dict.fromkeys(offered_before, ""))):
        raise NotOffered(", ".join(sorted(unknown))[:200])
    return proposal


def _proposal(
    order: Order, offered: Offered, values: Mapping[str, str], verified: Callable[[Order], Verification]
) -> Proposal:
    corrections, mistakes = _corrections(order, offered, values)
    first = Proposal(order=order, corrections=tuple(corrections), mistakes=tuple(mistakes), offered=offered)
    if mistakes:
        return first
    try:
        corrected = correct(order, corrections)
    except CorrectionError as error:
        return first.model_copy(update={"mistakes": (Mistake(path=error.path, expected=error.expected),)})
    result = verified(corrected)
    kept = _kept_lines(order, corrections)
    unsettled = tuple(_renumbered(d, kept) for d in result.discrepancies if d.resolution in ("needs_customer", "fatal"))
    return first.model_copy(update={"corrected": corrected, "verification": result, "unsettled": unsettled})


def _corrections(order: Order, offered: Offered, values: Mapping[str, str]) -> tuple[list[Correction], list[Mistake]]:
    """The fields that really change, and the values that cannot stand in their fields."""
    corrections, mistakes = [], []
    for path, only in offered.items():
        value, found = _plain(path, values.get(path, "")), value_at(order, path)
        if path not in values or _is_same(path, found, value) or (only is not None and value != only):
            continue
        correction = Correction(path=path, found=found, value=value)
        try:
            if not _takes_out(correction):  # whether a line is left is seen when all are together
                correct(order, [correction])
        except CorrectionError as error:
            mistakes.append(Mistake(path=path, value=value, expected=error.expected))
        else:
            corrections.append(correction)
    return corrections, mistakes


def _plain(path: str, written: str) -> str:
    """A value as it is kept: on one line, a quantity without leading zeros."""
    value = one_line(written)
    if _QUANTITY.fullmatch(path) and value.isascii() and value.isdigit():
        return value.lstrip("0") or "0"
    return value


def _is_same(path: str, found: str, value: str) -> bool:
    """Whether nothing changes: also where the page shows a country by its code and the order names it."""
    if path.endswith(".country") and country_code(found):
        return country_code(found) == country_code(value)
    return one_line(found) == value


def _with_lines_out(given: Mapping[str, str]) -> dict[str, str]:
    """The form's values by path, a line's `out` as the quantity 0."""
    values = {path: value for path, value in given.items() if not path.endswith(TAKE_OUT)}
    out = (path.removesuffix(TAKE_OUT) for path in given if path.endswith(TAKE_OUT))
    return values | {f"{line}.quantity": "0" for line in out}


def _takes_out(correction: Correction) -> bool:
    return bool(_QUANTITY.fullmatch(correction.path)) and correction.value == "0"


def _kept_lines(order: Order, corrections: Iterable[Correction]) -> list[int]:
    """The numbers of the lines that the corrections leave, as the order counts them."""
    out = {int(m[1]) for c in corrections if _takes_out(c) and (m := _QUANTITY.fullmatch(c.path))}
    return [i for i in range(len(order.lines)) if i not in out]


def _renumbered(discrepancy: Discrepancy, kept: list[int]) -> Discrepancy:
    """A finding of the corrected order, with its path as the order before counts the lines."""
    match = _LINE.match(discrepancy.path)
    if not match or int(match[1]) >= len(kept):
        return discrepancy
    path = f"lines[{kept[int(match[1])]}]{discrepancy.path[match.end() :]}"
    return discrepancy.model_copy(update={"path": path})
