"""What an account says: entries, what is open, totals, and credit."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from order_processing.account import AccountEntry, Totals, entry_for, totals_of
from order_processing.catalogue import gather_facts
from order_processing.order import Customer
from order_processing.stored_order import StoredOrder
from tests.orders import NOW, an_order, promised, verified
from tests.unit.seed_catalogue import Owing, guest_id, seed_catalogue
from tests.unit.verification_cases import an_order as seed_order
from tests.unit.verification_cases import run

ON_ACCOUNT = Customer(email="account@example.net", name="Carl")


def stored(**changes):
    order = an_order(**changes)
    return StoredOrder(order_id="A", placed=order, received_at=NOW, verified=verified(order), promise=promised(order))


def test_what_is_not_paid_is_open():
    assert entry_for("A", stored(), NOW).open == 0
    assert entry_for("A", stored(paid=False), NOW).open == 3600


entries = st.builds(
    AccountEntry,
    customer_id=st.just("C"),
    order_id=st.just("A"),
    description=st.just("1 x Beanie"),
    delivery_date=st.none(),
    amount=st.integers(0, 10**9),
    currency=st.sampled_from(["USD", "EUR"]),
    recorded_at=st.just(NOW),
    open=st.integers(0, 10**9),
    reversed_at=st.none() | st.just(datetime(2026, 11, 25, tzinfo=UTC)),
)


@given(st.lists(entries), st.lists(entries))
def test_totals_add_up_and_leave_out_what_was_reversed(some, more):
    both = totals_of([*some, *more])
    for currency in both:
        parts = [totals_of(part).get(currency, Totals()) for part in (some, more)]
        assert both[currency] == Totals(
            orders=sum(p.orders for p in parts), amount=sum(p.amount for p in parts), open=sum(p.open for p in parts)
        )
    assert totals_of([e for e in some if not e.reversed_at]) == {
        c: t for c, t in totals_of(some).items() if any(e.currency == c and not e.reversed_at for e in some)
    }


class Asked(Owing):
    def __init__(self):
        self.asked = []

    def standing(self, customer_id, currency):
        self.asked.append((customer_id, currency))
        return Totals(open=97_201)


def test_the_account_is_looked_at_only_for_an_order_on_account():
    accounts = Asked()
    for order in (
        seed_order(customer=ON_ACCOUNT),
        seed_order(paid=False),
        seed_order(customer=ON_ACCOUNT, paid=False, currency="EUR"),
    ):
        gather_facts(order, seed_catalogue(), guest_id=guest_id, accounts=accounts)
    assert accounts.asked == []
    gather_facts(seed_order(customer=ON_ACCOUNT, paid=False), seed_catalogue(), guest_id=guest_id, accounts=accounts)
    assert accounts.asked == [("C-1013", "USD")]


def test_an_order_on_account_passes_up_to_the_limit_and_one_unit_more_is_asked_about():
    order = seed_order(customer=ON_ACCOUNT, paid=False)
    assert order.total == 2800
    facts = gather_facts(order, seed_catalogue(), guest_id=guest_id, accounts=Asked())
    over = run(order, facts=facts).discrepancies
    assert [(d.code, d.resolution, d.found) for d in over] == [
        ("CREDIT_LIMIT_EXCEEDED", "needs_approval", "1000.01 USD open")
    ]
    within = facts.model_copy(update={"open_balance": 97_200})
    assert run(order, facts=within).discrepancies == ()


def test_who_has_no_credit_pays_first():
    assert [d.code for d in run(seed_order(paid=False)).discrepancies] == ["UNPAID"]
    other = seed_order(customer=ON_ACCOUNT, paid=False, currency="EUR")
    assert "UNPAID" in [d.code for d in run(other).discrepancies]
