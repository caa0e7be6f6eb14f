"""What holds for any order: its sums, its price, and a second verification."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from order_processing.checks import CHECKS
from order_processing.discrepancy import Correction
from order_processing.order import Address, Customer, Discount, Fee, Line, Order, Shipping, Tax
from order_processing.verification.changes import with_line
from order_processing.verification.corrections import correct
from tests.unit.seed_catalogue import seed_files
from tests.unit.verification_cases import BERLIN, LOUISVILLE, NOW, run, with_rules

SKUS = [product.sku for product in seed_files().products]
PRICES = sorted({price.amount for product in seed_files().products for price in product.prices})
# Everything that may be corrected is, so that the properties see every correction there is.
EAGER = with_rules(**{code: "corrected" for code, check in CHECKS.items() if "corrected" in check.allowed})

amounts = st.integers(0, 60_000)
small = st.integers(0, 3)
texts = st.sampled_from(["", "Ada Bell", "A&amp;B", "  Löwe  GmbH ", "ＡＢ", "&amp;lt;b&amp;gt;", "a\u0301"])
places = st.sampled_from(
    [
        None,
        LOUISVILLE,
        BERLIN,
        Address(name="A", line1="1 St", city="SF", region="California", postal_code="94103-1234", country="usa"),
        Address(name="A", line1="PO Box 1", city="Toronto", region="ontario", postal_code="k2p1l4", country="Canada"),
        Address(company="A", line1="1", city="Nowhere", region="XX", postal_code="?", country="Atlantis"),
        Address(name="A", line1="Calle 1", city="Madrid", postal_code="E-28001", country="España", phone="912345678"),
        Address(name="A", line1="1-1", city="千代田区", region="東京都", postal_code="1000001", country="JP"),
    ]
)


@st.composite
def lines(draw, line_id):
    quantity = draw(st.integers(1, 80))
    unit_price = draw(st.one_of(st.sampled_from(PRICES), amounts))
    return Line(
        line_id=line_id,
        sku=draw(st.sampled_from([*SKUS, "mug-blue", "NO-SUCH-SKU", ""])),
        store_variant_id=draw(st.sampled_from(["", "49148385", "93"])),
        title=draw(texts),
        quantity=quantity,
        unit_price=unit_price,
        discount=draw(st.one_of(st.just(0), st.integers(0, unit_price * quantity + 5))),
        tax=draw(st.one_of(st.just(0), amounts)),
        tax_rate=draw(st.sampled_from(["", "0.06", "0.19", "x"])),
    )


@st.composite
def orders(draw):
    """Any order: adding up, off by a little, or not adding up at all."""
    items = tuple(draw(lines(str(i))) for i in range(draw(st.integers(1, 5))))
    shipping = Shipping(
        title=draw(st.sampled_from(["", "Standard", "flat_rate:25", "express", "?"])),
        price=draw(amounts),
        discount=draw(small),
        tax=draw(small),
    )
    fees = tuple(Fee(title="Tip", amount=a, tax=draw(small)) for a in draw(st.lists(st.integers(-50, 500), max_size=2)))
    included = draw(st.booleans())
    tax = (
        sum(x.tax for x in items) + shipping.tax + sum(f.tax for f in fees) + draw(st.sampled_from([0, 0, 1, -1, 700]))
    )
    discount = sum(x.discount for x in items) + shipping.discount + draw(st.sampled_from([0, 0, 0, 200]))
    net = sum(x.net for x in items) + shipping.price - shipping.discount + sum(f.amount for f in fees)
    total = net + (0 if included else tax) + draw(st.sampled_from([0, 0, 0, 1, -1, -200, 5000]))
    return Order(
        source="api",
        store="front end",
        store_order_id="1",
        placed_at=NOW,
        currency=draw(st.sampled_from(["USD", "EUR", "JPY", "KWD"])),
        customer=Customer(
            email=draw(st.sampled_from(["ada@example.com", "Ada@EXAMPLE.com", "x", ""])), name=draw(texts)
        ),
        shipping_address=draw(places),
        billing_address=draw(places),
        lines=items,
        shipping=shipping,
        discounts=draw(
            st.sampled_from([(), (Discount(code="TENOFF", amount=1000),), (Discount(title="x", amount=9),)])
        ),
        taxes=draw(st.sampled_from([(), (Tax(title="a", amount=max(tax, 0)),), (Tax(amount=1), Tax(amount=2))])),
        fees=fees,
        prices_include_tax=included,
        tax_total=max(tax, 0),
        discount_total=discount,
        total=max(total, 0),
    )


SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
SUMS = {"TOTAL_MISMATCH", "TAX_TOTAL_MISMATCH"}


def adds_up(order):
    """The sums of an order by the definition of its fields, written down anew."""
    net = order.shipping.price - order.shipping.discount
    discount, tax = order.shipping.discount, order.shipping.tax
    for line in order.lines:
        net += line.quantity * line.unit_price - line.discount
        discount += line.discount
        tax += line.tax
    for fee in order.fees:
        net += fee.amount
        tax += fee.tax
    total = net if order.prices_include_tax else net + order.tax_total
    return order.total == total and order.discount_total == discount and tax in (0, order.tax_total)


@SLOW
@given(orders(), st.sampled_from([None, EAGER]))
def test_the_sums_reconcile_or_a_discrepancy_says_why(order, config):
    result = run(order, config)
    assert adds_up(result.verified.order) or SUMS & {d.code for d in result.discrepancies}


@SLOW
@given(orders(), st.sampled_from([None, EAGER]))
def test_verifying_a_verified_order_changes_nothing(order, config):
    once = run(order, config).verified
    again = run(once.order, config)
    assert again.verified.order == once.order
    assert again.verified.items == once.items
    assert not [d for d in again.discrepancies if d.resolution == "corrected"]


@SLOW
@given(orders(), st.sampled_from([None, EAGER]))
def test_no_correction_raises_the_price(order, config):
    corrected = run(order, config).verified.order
    assert corrected.total <= order.total
    for before, after in zip(order.lines, corrected.lines, strict=True):
        assert after.unit_price <= before.unit_price
        assert after.quantity == before.quantity
    assert corrected.shipping.price <= order.shipping.price


@SLOW
@given(orders(), st.data())
def test_a_changed_line_moves_the_totals_by_as_much_as_its_parts(order, data):
    i = data.draw(st.integers(0, len(order.lines) - 1))
    off = order.total - _computed(order)
    changed = with_line(order, i, quantity=data.draw(st.integers(1, 90)))
    assert changed.total - _computed(changed) == off
    cheaper = with_line(order, i, unit_price=data.draw(st.integers(0, order.lines[i].unit_price)))
    assert cheaper.total - _computed(cheaper) == off
    if order.lines[i].discount <= order.lines[i].gross:
        assert cheaper.total <= order.total


@SLOW
@given(orders())
def test_a_correction_to_what_stands_there_changes_nothing(order):
    same = [Correction(path=f"lines[{i}].quantity", value=str(line.quantity)) for i, line in enumerate(order.lines)]
    corrected = correct(order, same)
    assert [line.quantity for line in corrected.lines] == [line.quantity for line in order.lines]
    assert all(a.discount == min(b.discount, b.gross) for a, b in zip(corrected.lines, order.lines, strict=True))


def _computed(order):
    net = sum(line.net for line in order.lines) + order.shipping.price - order.shipping.discount
    net += sum(fee.amount for fee in order.fees)
    return net if order.prices_include_tax else net + order.tax_total
