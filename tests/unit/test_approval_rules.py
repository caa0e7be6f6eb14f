"""Which orders staff must approve: each rule by example, and what holds for all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from order_processing import settings
from order_processing.approval import Case, Consent, Ground
from order_processing.approval_rules import ApprovalRule, Approvals, grounds, margin_percent, needs_history, outstanding
from order_processing.discrepancy import Discrepancy
from order_processing.order import Customer, Line
from order_processing.verified_order import Item, VerifiedOrder
from tests.aws.shop import NOW
from tests.orders import an_order

OWN = Path(settings.__file__).with_name("settings.json")


def rule(when: str, **more: Any) -> ApprovalRule:
    return ApprovalRule(code=more.pop("code", "RULE"), text="why", when=when, **more)


def verified(total: int = 10_000, *, costs: tuple[int | None, ...] = (None,), **changes: Any) -> VerifiedOrder:
    lines = tuple(Line(line_id=str(n), sku="A", quantity=1, unit_price=total) for n, _ in enumerate(costs))
    order = an_order(total=total, currency="USD", **{"lines": lines, **changes})
    items = tuple(Item(line_id=str(n), sku="A", description="A", cost=cost) for n, cost in enumerate(costs))
    return VerifiedOrder(order=order, customer_id="C-1", items=items)


def found(one: ApprovalRule, order: VerifiedOrder, orders_before: int | None = None) -> list[str]:
    return [ground.found for ground in grounds([one], order, orders_before=orders_before)]


@pytest.mark.parametrize(
    ("one", "order", "before", "facts"),
    [
        (rule("amount", over={"USD": 10_000}), verified(10_000), None, []),
        (rule("amount", over={"USD": 10_000}), verified(10_001), None, ["total 100.01 USD"]),
        (rule("amount", over={"EUR": 1}), verified(10_001), None, []),
        (rule("new_customer", over={"USD": 50}), verified(51), 0, ["first order, total 0.51 USD"]),
        (rule("new_customer", over={"USD": 50}), verified(51), 1, []),
        (rule("new_customer", over={"USD": 50}), verified(50), 0, []),
        (rule("margin", below_percent=10), verified(100, costs=(90,)), None, []),
        (
            rule("margin", below_percent=10),
            verified(100, costs=(91,)),
            None,
            ["goods for 1.00 USD without tax, which cost 0.91 USD"],
        ),
        (rule("margin", below_percent=10), verified(100, costs=(None,)), None, []),
        (rule("margin", below_percent=10), verified(100, costs=(0,)), None, []),
        (rule("store_flag", flags=("Charge_Risk:highest",)), verified(flags=("charge_risk:highest", "x")), None,
         ["charge_risk:highest"]),
        (rule("store_flag", flags=("charge_risk:highest",)), verified(flags=("charge_risk:normal",)), None, []),
        (rule("business"), verified(customer=Customer(email="a@b.example", company="Ltd")), None,
         ["a business orders, total 100.00 USD"]),
        (rule("business"), verified(customer=Customer(email="a@b.example")), None, []),
    ],
)  # fmt: skip
def test_each_rule(one, order, before, facts):
    assert found(one, order, before) == facts


def test_a_price_that_verification_let_pass_is_asked_about_with_its_values():
    low = Discrepancy(code="PRICE_IN_FAVOUR", path="lines[0].unit_price", found="1.00 USD", expected="1.05 USD",
                      resolution="noted")  # fmt: skip
    order = verified().model_copy(update={"discrepancies": (low,)})
    said = "PRICE_IN_FAVOUR, lines[0].unit_price: found 1.00 USD, expected 1.05 USD"
    assert found(rule("price", findings=("PRICE_IN_FAVOUR",)), order) == [said]
    assert found(rule("price", findings=("TAX_UNDER",)), order) == []


def test_the_margin_is_of_the_price_without_tax():
    line = Line(line_id="0", sku="A", quantity=2, unit_price=119, tax=38)
    order = verified(238, costs=(90,), lines=(line,), prices_include_tax=True)
    assert margin_percent(order) == 10
    assert margin_percent(verified(100, costs=(None, 50))) == 50, "of the lines whose cost is known"
    assert margin_percent(verified()) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"when": "amount"},
        {"when": "margin"},
        {"when": "store_flag"},
        {"when": "price"},
        {"when": "price", "findings": ["NO_SUCH_CHECK"]},
        {"when": "amount", "over": {"USD": 1}, "flags": ["x"]},
        {"when": "amount", "over": {"usd": 1}},
        {"when": "amount", "over": {"USD": 1}, "approvers": 3},
        {"when": "whim"},
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(wrong):
    with pytest.raises(ValidationError):
        ApprovalRule.model_validate({"code": "RULE", "text": "why", **wrong})


def test_settings_name_the_rule_that_is_wrong():
    text = json.loads(OWN.read_text(encoding="utf-8"))
    text["approvals"]["rules"][0]["over"] = {"USD": -1}
    with pytest.raises(settings.SettingsError, match=r"approvals\.rules\.0\.over\.USD: -1"):
        settings.parse(json.dumps(text))
    with pytest.raises(ValidationError, match="LARGE: each code stands once"):
        Approvals(rules=(rule("business", code="LARGE"), rule("business", code="LARGE")))
    with pytest.raises(ValidationError, match="remind_percent"):
        Approvals(remind_percent=80, escalate_percent=80)


RULES = settings.parse(OWN.read_text(encoding="utf-8")).approvals.rules


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.integers(0, 3))
def test_a_larger_order_is_never_asked_about_less(one, other, before):
    small, large = (verified(total) for total in sorted((one, other)))
    codes = [{ground.code for ground in grounds(RULES, order, orders_before=before)} for order in (small, large)]
    assert codes[0] <= codes[1]


@given(st.integers(0, 10**9), st.integers(0, 3))
def test_an_account_is_read_only_where_it_can_make_a_difference(total, before):
    order = verified(total)
    if not needs_history(RULES, order.order):
        assert grounds(RULES, order, orders_before=before) == grounds(RULES, order, orders_before=None)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_consent_answers_these_reasons_and_no_others(total, changed):
    asked = grounds(RULES, verified(total), orders_before=0)
    given_to = [ground.approval for ground in asked]
    assert outstanding(asked, given_to) == ()
    again = grounds(RULES, verified(changed), orders_before=0)
    assert outstanding(again, given_to) == (() if changed == total else again)


@given(st.lists(st.sampled_from("abc")), st.sampled_from([1, 2]))
def test_as_many_different_people_must_agree_as_the_gravest_reason_asks_for(who, approvers):
    case = Case(grounds=(Ground(code="A", text="", found=""), Ground(code="B", text="", found="", approvers=approvers)))
    for person in who:
        case = case.with_consent(Consent(by=person, actor=person, at=NOW))
    assert case.agreed == (len(set(who)) >= approvers)
    assert len(case.consents) == len(set(who))
