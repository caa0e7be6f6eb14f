"""Which orders a person must approve before they are confirmed: rules as data, and what they find in an order."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from order_processing.approval import Ground
from order_processing.checks import CHECKS
from order_processing.discrepancy import Approval
from order_processing.money import major_units
from order_processing.order import Amount, Order, Record, Text
from order_processing.verified_order import VerifiedOrder

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Percent = Annotated[int, Field(gt=0, lt=100)]
_OWN = {"margin": "below_percent", "store_flag": "flags", "price": "findings"}


class ApprovalRule(Record):
    """One rule. code: stable; text: why, for staff; approvers: 1, or 2 different people (four eyes).

    over: minor units per currency; the rule is for orders of more than this. Empty is every order; in a currency
        that is not named it is none.
    when: `amount`: each such order. `new_customer`: nothing stands in the customer's account yet.
        `margin`: the goods' price without tax is less than `below_percent` above what they cost, as a part of it.
        `store_flag`: the store has given the order one of `flags`. `business`: the customer is a business.
        `price`: verification has let one of `findings` pass.
    """

    code: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,39}$")]
    text: Annotated[Text, Field(min_length=1)]
    when: Literal["amount", "new_customer", "margin", "store_flag", "business", "price"]
    approvers: Literal[1, 2] = 1
    over: dict[Currency, Amount] = {}
    below_percent: Percent | None = None
    flags: tuple[Text, ...] = ()
    findings: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for when, field in _OWN.items():
            if bool(getattr(self, field)) != (self.when == when):
                raise ValueError(f"{field} is for rules of `{when}`, which need it, and for no other")
        if self.when == "amount" and not self.over:
            raise ValueError("over: a rule of `amount` needs a limit for at least one currency")
        for code in self.findings:
            if code not in CHECKS:
                raise ValueError(f"findings: {code} is not one of the checks: {', '.join(CHECKS)}")
        return self

    def concerns(self, order: Order) -> bool:
        """Whether the order is large enough for it."""
        return not self.over or order.total > self.over.get(order.currency, order.total)


class Approvals(Record):
    """The rules, who is told of what waits for staff, and when.

    approvers, admins: e-mail addresses. remind_percent, escalate_percent: of the time that there is for a decision.
    """

    rules: tuple[ApprovalRule, ...] = ()
    approvers: tuple[Annotated[str, Field(pattern=r"^[^@\s,]+@[^@\s,]+$")], ...] = ()
    admins: tuple[Annotated[str, Field(pattern=r"^[^@\s,]+@[^@\s,]+$")], ...] = ()
    remind_percent: Percent = 50
    escalate_percent: Percent = 80

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        codes = [rule.code for rule in self.rules]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"rules: {', '.join(twice)}: each code stands once")
        if self.remind_percent >= self.escalate_percent:
            raise ValueError(f"remind_percent: {self.remind_percent}, expected less than escalate_percent")
        return self


def needs_history(rules: Iterable[ApprovalRule], order: Order) -> bool:
    """Whether the customer's account must be looked at: only for an order that a rule on new customers concerns."""
    return any(rule.when == "new_customer" and rule.concerns(order) for rule in rules)


def grounds(rules: Iterable[ApprovalRule], verified: VerifiedOrder, *, orders_before: int | None) -> tuple[Ground, ...]:
    """Every reason for which staff must approve this order.

    orders_before: how many orders stand in the customer's account; None where nobody asked (`needs_history`).
    """
    found = []
    for rule in rules:
        if not rule.concerns(verified.order):
            continue
        for fact in _facts(rule, verified, orders_before):
            found.append(Ground(code=rule.code, text=rule.text, found=fact, approvers=rule.approvers))
    return tuple(found)


def outstanding(found: Iterable[Ground], approvals: Iterable[Approval]) -> tuple[Ground, ...]:
    """The reasons that no consent has answered: one with another amount is another reason."""
    given = set(approvals)
    return tuple(ground for ground in found if ground.approval not in given)


def margin_percent(verified: VerifiedOrder) -> int | None:
    """The goods' margin, as a part of their price without tax, in whole percent rounded down.

    Of the lines whose cost is known; None where none is, or where they bring in nothing.
    """
    revenue, cost = _revenue_and_cost(verified)
    return (revenue - cost) * 100 // revenue if cost is not None and revenue > 0 else None


def _facts(rule: ApprovalRule, verified: VerifiedOrder, orders_before: int | None) -> tuple[str, ...]:
    order = verified.order
    total = f"{major_units(order.total, order.currency)} {order.currency}"
    if rule.when == "amount":
        return (f"total {total}",)
    if rule.when == "new_customer":
        return (f"first order, total {total}",) if orders_before == 0 else ()
    if rule.when == "business":
        return (f"a business orders, total {total}",) if order.customer.company or order.customer.tax_number else ()
    if rule.when == "store_flag":
        wanted = {flag.casefold() for flag in rule.flags}
        return tuple(dict.fromkeys(flag for flag in order.flags if flag.casefold() in wanted))
    if rule.when == "price":
        passed = [d for d in verified.discrepancies if d.code in rule.findings and d.resolution != "needs_customer"]
        return tuple(dict.fromkeys(f"{d.code}, {d.message}" for d in passed))
    return _thin_margin(rule, verified)


def _thin_margin(rule: ApprovalRule, verified: VerifiedOrder) -> tuple[str, ...]:
    revenue, cost = _revenue_and_cost(verified)
    if rule.below_percent is None or cost is None or (revenue - cost) * 100 >= rule.below_percent * revenue:
        return ()
    currency = verified.order.currency
    price, paid = (f"{major_units(amount, currency)} {currency}" for amount in (revenue, cost))
    return (f"goods for {price} without tax, which cost {paid}",)


def _revenue_and_cost(verified: VerifiedOrder) -> tuple[int, int | None]:
    """(price without tax, cost) of the lines whose cost is known; the cost is None where none is."""
    order = verified.order
    costs = {item.line_id: item.cost for item in verified.items}
    known = [(line, cost) for line in order.lines if (cost := costs.get(line.line_id)) is not None]
    revenue = sum(line.net - (line.tax if order.prices_include_tax else 0) for line, _ in known)
    return revenue, sum(cost * line.quantity for line, cost in known) if known else None
