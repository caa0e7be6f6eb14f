"""The whole verification of one order, from the door's words to an order that every later stage can trust."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from order_processing import money
from order_processing.catalogue import Facts, normal_email
from order_processing.discrepancy import Approval, Discrepancy
from order_processing.order import Order, Record
from order_processing.settings import Settings
from order_processing.verification.customer import check_credit, check_customer
from order_processing.verification.discounts import check_discounts
from order_processing.verification.findings import Findings
from order_processing.verification.items import item_of
from order_processing.verification.prices import check_prices
from order_processing.verification.products import check_products
from order_processing.verification.shipping import check_addresses, check_carriage, choose_service, needs_shipping
from order_processing.verification.shipping_price import check_shipping_price
from order_processing.verification.taxes import check_taxes
from order_processing.verification.texts import tidy_texts
from order_processing.verification.totals import check_totals
from order_processing.verified_order import CouponUse, VerifiedOrder


class Verification(Record):
    """The answer: every discrepancy, and the order as corrected so far; `verified` is None iff one is fatal.

    uses: of coupons that not everybody may use, those that the order takes a use of.
    """

    verified: VerifiedOrder | None
    discrepancies: tuple[Discrepancy, ...]
    uses: tuple[CouponUse, ...] = ()


def verify(
    order: Order,
    facts: Facts,
    settings: Settings,
    *,
    now: datetime,
    guest_id: Callable[[str], str],
    approvals: Iterable[Approval] = (),
) -> Verification:
    """Check every detail of an order, and put right what is safe to put right.

    now: the time of this verification (UTC); what was valid is judged by `order.placed_at`, at the latest now.
    guest_id: the keyed hash of a normalised e-mail address, the account id of a customer who is not known.
    approvals: what staff consented to before; those findings are noted and let the order pass.
    Never raises the total. Verifying the order in the answer again changes nothing.
    """
    findings = Findings(settings.rules, approvals)
    order = _check_order(order, facts, findings, now)
    if findings.has("CURRENCY_UNKNOWN"):  # no amount can be read
        return Verification(verified=None, discrepancies=findings.all())
    order = tidy_texts(order, findings)
    order = check_customer(order, facts, findings)
    order, chosen = check_products(order, facts, findings)
    travels = needs_shipping(order, chosen)
    order = check_addresses(order, settings, findings, travels=travels)
    service = choose_service(order, settings, findings) if travels else ""
    if travels:
        check_carriage(order, chosen, settings.services[service], findings)
    order = check_totals(order, findings, tolerance=settings.limits.tolerance)
    order = check_prices(order, chosen, facts, settings.limits, findings)
    check_discounts(order, facts, settings.limits, findings)
    if travels:
        order = check_shipping_price(order, chosen, settings.services[service], settings.limits, findings)
    check_taxes(order, chosen, facts, settings, findings)
    check_credit(order, facts, findings)
    discrepancies = findings.all()
    if any(d.resolution == "fatal" for d in discrepancies):
        return Verification(verified=None, discrepancies=discrepancies)
    verified = VerifiedOrder(
        order=order,
        customer_id=_customer_id(order, facts, guest_id),
        items=tuple(item_of(order, line, chosen.get(line.line_id), facts) for line in order.lines),
        service=service,
        discrepancies=discrepancies,
    )
    return Verification(verified=verified, discrepancies=discrepancies, uses=_uses(order, facts))


def _uses(order: Order, facts: Facts) -> tuple[CouponUse, ...]:
    """What is to be counted. A coupon that is used up counts no further, also where staff consented to it."""
    named = (facts.coupons.get(discount.code.upper()) for discount in order.discounts)
    limited = {coupon.code.upper(): coupon.uses for coupon in named if coupon and (coupon.uses_left or 0) > 0}
    return tuple(CouponUse(code=code, uses=uses) for code, uses in sorted(limited.items()) if uses is not None)


def _check_order(order: Order, facts: Facts, findings: Findings, now: datetime) -> Order:
    """Whether it is an order to be delivered at all."""
    if order.closed_reason is not None:
        findings.add("STORE_CLOSED", "closed_reason", found=order.closed_reason, expected="an open order")
    elif not order.paid and facts.credit_limit(order) is None:
        findings.add("UNPAID", "paid", found="not paid", expected="a paid order, or an authorised payment")
    if not order.lines:
        findings.add("NO_LINES", "lines", expected="at least one line")
    order = _placed_by(order, findings, now)
    currency = order.currency.upper()
    try:
        money.exponent(currency)
    except money.AmountError:
        expected = "a currency code of ISO 4217 such as USD"
        findings.add("CURRENCY_UNKNOWN", "currency", found=order.currency, expected=expected)
        return order
    if currency != order.currency:
        findings.add("CURRENCY_FORM", "currency", found=order.currency, expected=currency)
    return order.model_copy(update={"currency": currency})


def _placed_by(order: Order, findings: Findings, now: datetime) -> Order:
    """The order with a time that prices can be judged by: in a time zone, and not later than now."""
    placed_at = order.placed_at if order.placed_at.tzinfo else order.placed_at.replace(tzinfo=UTC)
    placed_at = min(placed_at, now)
    if order.placed_at.tzinfo and placed_at == order.placed_at:
        return order
    found, expected = order.placed_at.isoformat(), placed_at.isoformat()
    findings.add("PLACED_AT", "placed_at", found=found, expected=expected)
    return order.model_copy(update={"placed_at": placed_at})


def _customer_id(order: Order, facts: Facts, guest_id: Callable[[str], str]) -> str:
    if facts.customer:
        return facts.customer.customer_id
    return guest_id(normal_email(order.customer.email) or order.origin)
