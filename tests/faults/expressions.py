"""DynamoDB's expressions: conditions, updates and paths, as far as the adapters use them.

An unknown word is an error, never a guess. tests/faults/test_memory.py compares this with moto.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

Attributes = dict[str, Any]
Names = dict[str, str]
Condition = Callable[[Attributes, Names, Attributes], bool]
Operand = Callable[[Attributes, Names, Attributes], Any]

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+\-.\[\]]|[#:]?[A-Za-z_][A-Za-z0-9_]*|\d+)")


class Invalid(ValueError):
    """DynamoDB would answer with a ValidationException."""


class _Reader:
    def __init__(self, expression: str) -> None:
        self._tokens: list[str] = []
        at, end = 0, len(expression.rstrip())
        while at < end:
            found = _TOKEN.match(expression, at)
            if not found:
                raise Invalid(f"{expression[at:]!r} in {expression!r}")
            self._tokens.append(found[1])
            at = found.end()
        self._at = 0

    def peek(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place] if place < len(self._tokens) else ""

    def next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1] if self._at <= len(self._tokens) else ""

    def take(self, word: str) -> bool:
        if self.peek().upper() == word:
            self._at += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.take(word):
            raise Invalid(f"{self.peek()!r}, expected {word!r}")

    def path(self) -> tuple[str, ...]:
        parts = [self.next()]
        while self.take("."):
            parts.append(self.next())
        return tuple(parts)


def _look_up(path: tuple[str, ...], item: Attributes, names: Names) -> Any:
    found: Any = item
    for place, part in enumerate(path):
        within = found if place == 0 else found.get("M", {})
        found = within.get(names[part] if part.startswith("#") else part)
        if found is None:
            return None
    return found


def _operand(read: _Reader) -> Operand:
    word = read.peek()
    if word.lower() in ("size", "if_not_exists", "list_append") and read.peek(1) == "(":
        return _function_value(read)
    if word.startswith(":"):
        read.next()
        return lambda item, names, values: values[word]
    path = read.path()
    return lambda item, names, values: _look_up(path, item, names)


def _function_value(read: _Reader) -> Operand:
    name = read.next().lower()
    read.expect("(")
    first = _operand(read)
    second: Operand | None = None
    if read.take(","):
        second = _operand(read)
    read.expect(")")
    if name == "if_not_exists" and second:
        other = second

        def value(item: Attributes, names: Names, values: Attributes) -> Any:
            found = first(item, names, values)
            return other(item, names, values) if found is None else found

        return value
    raise Invalid(f"{name} is not known here")


def comparable(attribute: Any) -> Any:
    """A value that orders as DynamoDB orders it, within one type."""
    ((kind, value),) = attribute.items()
    return (kind, Decimal(value)) if kind == "N" else (kind, value)


def _compare(operator: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return operator == "<>" and (left is None) != (right is None)
    (kind_left, a), (kind_right, b) = comparable(left), comparable(right)
    if operator == "=":
        return bool(kind_left == kind_right and a == b)
    if operator == "<>":
        return bool(kind_left != kind_right or a != b)
    if kind_left != kind_right:
        return False
    return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator])


def _any_of(read: _Reader) -> Condition:
    terms = [_all_of(read)]
    while read.take("OR"):
        terms.append(_all_of(read))
    return terms[0] if len(terms) == 1 else lambda *given: any(term(*given) for term in terms)


def _all_of(read: _Reader) -> Condition:
    terms = [_term(read)]
    while read.take("AND"):
        terms.append(_term(read))
    return terms[0] if len(terms) == 1 else lambda *given: all(term(*given) for term in terms)


def _term(read: _Reader) -> Condition:
    if read.take("NOT"):
        negated = _term(read)
        return lambda *given: not negated(*given)
    if read.take("("):
        inner = _any_of(read)
        read.expect(")")
        return inner
    function = read.peek().lower()
    if function in ("attribute_exists", "attribute_not_exists", "begins_with", "contains") and read.peek(1) == "(":
        return _function_condition(read)
    left = _operand(read)
    operator = read.next().upper()
    if operator == "BETWEEN":
        low = _operand(read)
        read.expect("AND")
        high = _operand(read)
        return lambda *given: _compare(">=", left(*given), low(*given)) and _compare("<=", left(*given), high(*given))
    if operator == "IN":
        read.expect("(")
        options = [_operand(read)]
        while read.take(","):
            options.append(_operand(read))
        read.expect(")")
        return lambda *given: any(_compare("=", left(*given), option(*given)) for option in options)
    if operator not in ("=", "<>", "<", "<=", ">", ">="):
        raise Invalid(f"operator {operator!r}")
    right = _operand(read)
    return lambda *given: _compare(operator, left(*given), right(*given))


def _function_condition(read: _Reader) -> Condition:
    name = read.next().lower()
    read.expect("(")
    subject = _operand(read)
    argument = _operand(read) if read.take(",") else None
    read.expect(")")
    if name == "attribute_exists":
        return lambda *given: subject(*given) is not None
    if name == "attribute_not_exists":
        return lambda *given: subject(*given) is None
    if argument is None:
        raise Invalid(f"{name} takes two")
    wanted = argument
    if name == "begins_with":
        return lambda *given: (subject(*given) or {"S": ""})["S"].startswith(wanted(*given)["S"])

    def contains(*given: Any) -> bool:
        held, one = subject(*given), next(iter(wanted(*given).values()))
        return held is not None and one in next(iter(held.values()))

    return contains


@cache
def condition(expression: str) -> Condition:
    """The expression as a function of (item, names, values)."""
    read = _Reader(expression)
    made = _any_of(read)
    if read.peek():
        raise Invalid(f"{read.peek()!r} is left of {expression!r}")
    return made


Step = Callable[[Attributes, Attributes, Names, Attributes], None]


def _set_step(read: _Reader) -> Step:
    path = read.path()
    read.expect("=")
    first = _operand(read)
    sign = 1 if read.take("+") else -1 if read.take("-") else 0
    second = _operand(read) if sign else None

    def step(before: Attributes, after: Attributes, names: Names, values: Attributes) -> None:
        value = first(before, names, values)
        if second:
            value = {"N": str(Decimal(value["N"]) + sign * Decimal(second(before, names, values)["N"]))}
        if value is None:
            raise Invalid(f"{path} is set to an attribute that is not there")
        within, last = _place(path, after, names)
        within[last] = value

    return step


def _place(path: tuple[str, ...], item: Attributes, names: Names) -> tuple[Attributes, str]:
    real = [names[part] if part.startswith("#") else part for part in path]
    within = item
    for part in real[:-1]:
        if part not in within or "M" not in within[part]:
            raise Invalid(f"{real}: there is no map")
        within[part] = {"M": dict(within[part]["M"])}
        within = within[part]["M"]
    return within, real[-1]


def _remove_step(read: _Reader) -> Step:
    path = read.path()

    def step(before: Attributes, after: Attributes, names: Names, values: Attributes) -> None:
        within, last = _place(path, after, names)
        within.pop(last, None)

    return step


def _add_step(read: _Reader) -> Step:
    path = read.path()
    amount = _operand(read)

    def step(before: Attributes, after: Attributes, names: Names, values: Attributes) -> None:
        within, last = _place(path, after, names)
        added, there = amount(before, names, values), within.get(last)
        if "N" in added:
            within[last] = {"N": str(Decimal(there["N"] if there else 0) + Decimal(added["N"]))}
        else:
            ((kind, members),) = added.items()
            within[last] = {kind: sorted({*(there[kind] if there else ()), *members})}

    return step


_STEPS = {"SET": _set_step, "REMOVE": _remove_step, "ADD": _add_step}


@cache
def update(expression: str) -> tuple[Step, ...]:
    """The expression's steps; each changes `after` in place, and reads what it needs from `before`."""
    read = _Reader(expression)
    steps = []
    while word := read.next().upper():
        if word not in _STEPS:
            raise Invalid(f"{word!r} in {expression!r}")
        steps.append(_STEPS[word](read))
        while read.take(","):
            steps.append(_STEPS[word](read))
    return tuple(steps)


def used_placeholders(expressions: list[str]) -> set[str]:
    """The `#names` and `:values` that stand in expressions."""
    return {word for expression in expressions for word in re.findall(r"[#:][A-Za-z0-9_]+", expression)}
