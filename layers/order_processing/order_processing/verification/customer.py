"""Who ordered: e-mail, name, phone and tax number, and whether we may deliver to them."""

from __future__ import annotations

from order_processing.catalogue import Facts, KnownCustomer
from order_processing.order import Address, Order
from order_processing.places import country_code, country_name
from order_processing.verification.findings import Findings
from order_processing.verification.tax_number import checked_tax_number
from order_processing.verification.totals import money


def check_customer(order: Order, facts: Facts, findings: Findings) -> Order:
    """The order with the customer's details in their normal form."""
    update = {
        "email": _email(order.customer.email, findings),
        "name": _name(order, findings),
        "phone": checked_phone(order.customer.phone, "customer.phone", _country(order), findings),
        "tax_number": checked_tax_number(order.customer.tax_number, _country(order), findings),
    }
    _standing(order, facts, findings)
    return order.model_copy(
        update={
            "customer": order.customer.model_copy(update=update),
            "shipping_address": _phone_of(order.shipping_address, "shipping_address", findings),
            "billing_address": _phone_of(order.billing_address, "billing_address", findings),
        }
    )


def check_credit(order: Order, facts: Facts, findings: Findings) -> None:
    """Whether an order on account keeps within what the customer may owe."""
    limit = facts.credit_limit(order)
    if limit is None or facts.open_balance is None:
        return
    owed = facts.open_balance + order.total
    if owed > limit:
        expected = f"at most {money(limit, order)} open"
        findings.add("CREDIT_LIMIT_EXCEEDED", "total", found=f"{money(owed, order)} open", expected=expected)


def checked_phone(phone: str, path: str, country: str | None, findings: Findings) -> str:
    """A phone number in E.164, with its extension if it has one; the number as written where it cannot exist."""
    if not phone:
        return phone
    import phonenumbers  # slow to import, and only orders with a phone number need it

    expected = f"a phone number of {country_name(country)}" if country else "a number such as +15025550100"
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        findings.add("PHONE_INVALID", path, found=phone, expected=expected)
        return phone
    if not phonenumbers.is_valid_number(number):
        findings.add("PHONE_INVALID", path, found=phone, expected=expected)
        return phone
    normal = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    normal += f" ext. {number.extension}" if number.extension else ""
    if normal != phone and findings.add("PHONE_FORM", path, found=phone, expected=normal) == "corrected":
        return normal
    return phone


def _email(email: str, findings: Findings) -> str:
    if not email:
        findings.add("EMAIL_MISSING", "customer.email", expected="an e-mail address")
        return email
    from email_validator import EmailNotValidError, validate_email  # slow to import

    try:
        normal = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError:
        expected = "an e-mail address such as name@example.com"
        findings.add("EMAIL_INVALID", "customer.email", found=email, expected=expected)
        return email
    if normal == email or findings.add("EMAIL_FORM", "customer.email", found=email, expected=normal) != "corrected":
        return email
    return str(normal)


def _name(order: Order, findings: Findings) -> str:
    if order.customer.name:
        return order.customer.name
    addresses = (order.billing_address, order.shipping_address)
    taken = next((a.name or a.company for a in addresses if a and (a.name or a.company)), "")
    if not taken:
        findings.add("NAME_MISSING", "customer.name", expected="the customer's name")
        return ""
    return taken if findings.add("NAME_TAKEN", "customer.name", expected=taken) == "corrected" else ""


def _phone_of(address: Address | None, path: str, findings: Findings) -> Address | None:
    if not address or not address.phone:
        return address
    phone = checked_phone(address.phone, f"{path}.phone", country_code(address.country), findings)
    return address.model_copy(update={"phone": phone})


def _country(order: Order) -> str | None:
    address = order.billing_address or order.shipping_address
    return country_code(address.country) if address else None


def _standing(order: Order, facts: Facts, findings: Findings) -> None:
    """Whether the customer is one person, and one whom we deliver to."""
    known = facts.customer
    if not known:
        return
    if _is_two_people(order, facts):
        expected = f"the address of customer {known.customer_id}"
        findings.add("CUSTOMER_AMBIGUOUS", "customer.email", found="the address of another customer", expected=expected)
    if known.blocked:
        findings.add("CUSTOMER_BLOCKED", "customer", found="blocked", expected="a customer whom we deliver to")
    if known.credit_hold:
        findings.add("CREDIT_HOLD", "customer", found="on credit hold", expected="an account in good standing")


def _is_two_people(order: Order, facts: Facts) -> bool:
    """The store's id leads to one customer and the e-mail to another, or the e-mail's has another id in this store."""
    if facts.by_store_id and facts.by_email:
        return facts.by_store_id.customer_id != facts.by_email.customer_id
    store_id = order.customer.store_customer_id
    if not facts.by_email or not store_id:
        return False
    return _has_other_id(facts.by_email, order.source, order.store)


def _has_other_id(known: KnownCustomer, source: str, store: str) -> bool:
    return any(name.startswith((f"{source}:{store}:", f"{source}:*:")) for name in known.store_ids)
