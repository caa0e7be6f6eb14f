"""Every check of order verification: its code, what is done about a finding, and an example.

This is the list that a store's rules may change (`Rules` in the settings) and that `docs/verification.md` shows.
"""

from typing import Literal, NamedTuple

from pydantic import Field, field_validator

from order_processing.discrepancy import Resolution
from order_processing.order import Record

Part = Literal["order", "customer", "products", "prices", "shipping"]


class Check(NamedTuple):
    """One check. found, expected: as in the discrepancy of the example. allowed: what a store may set instead."""

    code: str
    part: Part
    says: str
    resolution: Resolution
    allowed: tuple[Resolution, ...]
    path: str
    found: str
    expected: str


_FIX: tuple[Resolution, ...] = ("corrected", "needs_customer", "needs_approval", "fatal")
_ASK: tuple[Resolution, ...] = ("needs_customer", "needs_approval", "fatal")
_WEIGH: tuple[Resolution, ...] = ("noted", "needs_customer", "needs_approval", "fatal")
_STAFF: tuple[Resolution, ...] = ("needs_approval", "fatal")

_ORDER = (
    Check("STORE_CLOSED", "order", "the store says that the order must not be delivered", "fatal",
          ("fatal", "needs_approval"), "closed_reason", "cancelled by the customer", "an open order"),
    Check("UNPAID", "order", "the store says that the order is not paid", "fatal",
          ("fatal", "needs_approval", "noted"), "paid", "not paid", "a paid order, or an authorised payment"),
    Check("NO_LINES", "order", "nothing is left to deliver", "fatal", ("fatal",),
          "lines", "", "at least one line"),
    Check("PLACED_AT", "order", "the time of the order lies in the future, or in no time zone", "corrected",
          ("corrected",), "placed_at", "2027-01-01T00:00:00+00:00", "2026-11-24T15:00:00+00:00"),
    Check("CURRENCY_UNKNOWN", "order", "the currency does not exist", "fatal", ("fatal",),
          "currency", "USX", "a currency code of ISO 4217 such as USD"),
    Check("CURRENCY_FORM", "order", "the currency's code is not in capitals", "corrected", ("corrected",),
          "currency", "usd", "USD"),
    Check("TEXT_FORM", "order", "a text holds HTML entities or stray spaces", "corrected", _FIX,
          "lines[1].title", "Ship Your Idea &ndash; Black", "Ship Your Idea – Black"),
)  # fmt: skip

_CUSTOMER = (
    Check("EMAIL_MISSING", "customer", "there is no e-mail address, so nobody can be asked", "needs_approval", _STAFF,
          "customer.email", "", "an e-mail address"),
    Check("EMAIL_INVALID", "customer", "the e-mail address cannot exist", "needs_approval", _STAFF,
          "customer.email", "jane@example", "an e-mail address such as name@example.com"),
    Check("EMAIL_FORM", "customer", "the e-mail address is not in its normal form", "corrected", _FIX,
          "customer.email", "jane@EXAMPLE.com", "jane@example.com"),
    Check("NAME_MISSING", "customer", "there is no name, here or in an address", "needs_customer", _ASK,
          "customer.name", "", "the customer's name"),
    Check("NAME_TAKEN", "customer", "the name is missing and stands in an address", "corrected", _FIX,
          "customer.name", "", "Jane Smith"),
    Check("PHONE_FORM", "customer", "a phone number is not in international form (E.164)", "corrected",
          ("corrected", "noted", "needs_customer", "needs_approval"),
          "shipping_address.phone", "+1(502)-459-2181", "+15024592181"),
    Check("PHONE_INVALID", "customer", "a phone number cannot exist in its country", "noted", _WEIGH,
          "shipping_address.phone", "777-777-7777", "a phone number of Canada"),
    Check("TAX_NUMBER_FORM", "customer", "a tax number is not in its normal form", "corrected", _FIX,
          "customer.tax_number", "de 136.695.976", "DE136695976"),
    Check("TAX_NUMBER_INVALID", "customer", "a tax number cannot exist in its country", "needs_customer", _WEIGH,
          "customer.tax_number", "DE136695978", "a VAT number of Germany with a right check digit"),
    Check("CUSTOMER_BLOCKED", "customer", "the customer is blocked", "needs_approval", _STAFF,
          "customer", "blocked", "a customer whom we deliver to"),
    Check("CREDIT_HOLD", "customer", "the customer's account is on credit hold", "needs_approval",
          ("needs_approval", "fatal", "noted"), "customer", "on credit hold", "an account in good standing"),
    Check("CREDIT_LIMIT_EXCEEDED", "customer", "an order on account takes the customer beyond the credit limit",
          "needs_approval", ("needs_approval", "fatal", "noted"),
          "total", "1028.00 USD open", "at most 1000.00 USD open"),
    Check("CUSTOMER_AMBIGUOUS", "customer", "the store's customer and the e-mail address are two people",
          "needs_approval", ("needs_approval", "fatal", "noted"),
          "customer.email", "the address of another customer", "the address of customer C-1001"),
    Check("AGE_NOT_PROVEN", "customer", "a product is for adults and no age was proven", "needs_approval", _ASK,
          "lines[0].sku", "KNIFE-8", "a customer who proved an age of 18 years"),
    Check("LICENCE_MISSING", "customer", "a product needs a licence that the customer has not shown",
          "needs_approval", _ASK, "lines[0].sku", "DRONE-25", "a customer with the licence A2"),
)  # fmt: skip

_PRODUCTS = (
    Check("UNKNOWN_SKU", "products", "no product has this SKU, variant id or barcode", "needs_approval", _ASK,
          "lines[0].sku", "IPOD1999", "a product of the catalogue"),
    Check("SKU_FOUND", "products", "the product was found by the store's variant id or its barcode", "corrected", _FIX,
          "lines[0].sku", "", "WOO-SINGLE-1"),
    Check("SKU_FORM", "products", "the SKU is written in another case or with spaces", "corrected", _FIX,
          "lines[0].sku", "ipod2008red", "IPOD2008RED"),
    Check("SKU_CONFLICT", "products", "SKU, variant id and barcode name different products", "needs_approval", _ASK,
          "lines[0].gtin", "IPOD2008BLACK", "IPOD2008RED"),
    Check("GTIN_INVALID", "products", "a barcode's number has a wrong check digit", "noted", _WEIGH,
          "lines[0].gtin", "4006381333930", "4006381333931"),
    Check("PRODUCT_REPLACED", "products", "the product is no longer sold and has a successor", "corrected",
          _FIX, "lines[0].sku", "IPOD2007RED", "IPOD2008RED"),
    Check("PRODUCT_INACTIVE", "products", "the product is no longer sold", "needs_customer", _ASK,
          "lines[0].sku", "IPOD2006", "a product that is sold"),
    Check("COUNTRY_NOT_ALLOWED", "products", "the product is not sold in this country", "needs_customer", _ASK,
          "lines[0].sku", "DRONE-25", "a product that is sold in Brazil"),
    Check("QUANTITY_NOT_ALLOWED", "products", "the quantity is too small, too large or no whole pack",
          "needs_customer", _ASK, "lines[2].quantity", "7", "a multiple of 6 from 6 to 60"),
    Check("DUPLICATE_LINE", "products", "two lines ask for the same product at the same price", "noted", _WEIGH,
          "lines[1].sku", "IPOD2008PINK", "one line, or two that are meant (see lines[0])"),
    Check("BUNDLE_INCOMPLETE", "products", "a component of a bundle is not in the catalogue", "needs_approval", _ASK,
          "lines[0].sku", "GIFT-SET", "the component MUG-BLUE in the catalogue"),
)  # fmt: skip

_PRICES = (
    Check("PRICE_MISSING", "prices", "the price list has no price in this currency", "needs_approval",
          ("needs_approval", "fatal", "noted"),
          "lines[0].unit_price", "74.99 EUR", "a price in EUR in the price list"),
    Check("PRICE_IN_FAVOUR", "prices", "the price is below the list, within the limit, and is honoured", "noted",
          ("noted", "needs_approval", "fatal"), "lines[0].unit_price", "189.00 USD", "199.00 USD"),
    Check("PRICE_TOO_LOW", "prices", "the price is below the list by more than the limit", "needs_approval", _STAFF,
          "lines[0].unit_price", "19.90 USD", "199.00 USD"),
    Check("PRICE_ABOVE_LIST", "prices", "the price is above the list that held when the order was placed",
          "needs_customer", _FIX, "lines[0].unit_price", "219.00 USD", "199.00 USD"),
    Check("DISCOUNT_TOO_LARGE", "prices", "a discount is more than what it is taken from", "needs_approval", _STAFF,
          "lines[0].discount", "25.00 USD", "at most 19.90 USD"),
    Check("DISCOUNT_NOT_SPREAD", "prices", "a discount stands on the order and not on its lines", "corrected", _FIX,
          "lines", "0.00 USD", "20.00 USD in the lines' discounts"),
    Check("DISCOUNT_TOTAL", "prices", "the discount's total is not the sum of its parts", "corrected", _FIX,
          "discount_total", "10.00 USD", "3.33 USD"),
    Check("DISCOUNT_UNEXPLAINED", "prices", "a discount that no coupon explains, within the limit", "noted",
          ("noted", "needs_approval", "fatal"), "discount_total", "17.91 USD", "a coupon that gives it"),
    Check("DISCOUNT_BEYOND_LIMIT", "prices", "a discount that no coupon explains, beyond the limit",
          "needs_approval", _STAFF, "discount_total", "90.00 USD", "at most 20.00 USD without a coupon"),
    Check("COUPON_NOT_VALID", "prices", "a coupon had expired, was used up or asks for a larger order",
          "needs_approval", ("needs_approval", "fatal", "noted"),
          "discounts[0].code", "SUMMER24", "a coupon that is valid on 2026-11-24 (this one until 2024-09-01)"),
    Check("COUPON_SHORT", "prices", "a coupon gives more than was taken off", "noted",
          ("noted", "needs_approval", "fatal"), "discounts[0].amount", "5.00 USD", "10.00 USD"),
    Check("SHIPPING_PRICE_IN_FAVOUR", "prices", "shipping is cheaper than the service's price, within the limit",
          "noted", ("noted", "needs_approval", "fatal"), "shipping.price", "0.00 USD", "10.00 USD"),
    Check("SHIPPING_PRICE_TOO_LOW", "prices", "shipping is cheaper than the service's price, beyond the limit",
          "needs_approval", _STAFF, "shipping.price", "0.00 USD", "45.00 USD"),
    Check("SHIPPING_PRICE_ABOVE", "prices", "shipping costs more than the service's price", "needs_customer", _FIX,
          "shipping.price", "15.00 USD", "10.00 USD"),
    Check("TAX_UNDER", "prices", "less tax than the destination's rate gives, within the limit", "noted",
          ("noted", "needs_approval", "fatal"), "tax_total", "1.20 USD", "1.35 USD (7.5 %, rounded per line)"),
    Check("TAX_TOO_LOW", "prices", "less tax than the destination's rate gives, beyond the limit", "needs_approval",
          ("needs_approval", "fatal", "noted"), "tax_total", "0.00 USD", "38.00 EUR (19 %, rounded per line)"),
    Check("TAX_OVER", "prices", "more tax than the destination's rate gives", "needs_approval",
          ("needs_approval", "fatal", "noted", "needs_customer"),
          "tax_total", "2.00 USD", "1.35 USD (7.5 %, rounded per line)"),
    Check("TAX_EXEMPT", "prices", "no tax, for a customer with a tax number that can exist", "noted",
          ("noted", "needs_approval", "fatal"), "tax_total", "0.00 EUR", "38.00 EUR (20 %, rounded per line)"),
    Check("TAX_NOT_AT_STATED_RATE", "prices", "a line's tax is not its own stated rate of its price", "noted", _WEIGH,
          "lines[0].tax", "3.98 USD", "11.74 USD (6 % of 195.67 USD)"),
    Check("TAX_ROUNDING", "prices", "the lines' taxes are off their total by rounding, and are brought to it",
          "corrected", _FIX, "lines", "1.36 USD", "1.35 USD"),
    Check("TAX_BREAKDOWN", "prices", "the taxes that are listed are not the tax's total", "corrected", _FIX,
          "taxes", "11.94 USD", "3.98 USD"),
    Check("TAX_TOTAL", "prices", "the tax's total is not the sum of its parts", "corrected", _FIX,
          "tax_total", "11.94 USD", "3.98 USD"),
    Check("TAX_TOTAL_MISMATCH", "prices", "the tax's total is not the sum of its parts, and either could hold",
          "needs_approval", _STAFF, "tax_total", "11.94 USD", "3.98 USD"),
    Check("TOTAL_ROUNDING", "prices", "the total is off by a rounding unit, which becomes a fee of its own",
          "corrected", _FIX, "total", "29.36 USD", "29.35 USD"),
    Check("TOTAL_MISMATCH", "prices", "the total is not the sum of its parts", "needs_approval", _STAFF,
          "total", "388.00 USD", "398.00 USD"),
)  # fmt: skip

_SHIPPING = (
    Check("ADDRESS_MISSING", "shipping", "there is no shipping address", "needs_customer", _ASK,
          "shipping_address", "", "an address to deliver to"),
    Check("ADDRESS_TAKEN", "shipping", "the shipping address is missing and the billing address stands in",
          "corrected", _FIX, "shipping_address", "", "the billing address"),
    Check("ADDRESS_FIELD_MISSING", "shipping", "the address lacks what this country's post needs", "needs_customer",
          _ASK, "shipping_address.city", "", "city, which an address in Canada needs"),
    Check("ADDRESS_UNPRINTABLE", "shipping", "no label can print a letter of the address", "needs_customer", _ASK,
          "shipping_address.name", "U+0E2A", "letters that a label can print, such as Latin ones"),
    Check("ADDRESS_TOO_LONG", "shipping", "the address is longer than a label has room for", "needs_customer", _WEIGH,
          "shipping_address.line1", "640 characters", "about 60 characters a line, 10 lines in all"),
    Check("COUNTRY_UNKNOWN", "shipping", "no country has this name or code", "needs_customer", _ASK,
          "shipping_address.country", "Atlantis", "a country's name or ISO 3166-1 code"),
    Check("COUNTRY_FORM", "shipping", "the country stands as a name", "corrected", _FIX,
          "shipping_address.country", "United States", "US"),
    Check("REGION_UNKNOWN", "shipping", "the country has no such state, province or region", "needs_customer", _WEIGH,
          "shipping_address.region", "Ontario", "a region of the United States"),
    Check("REGION_FORM", "shipping", "the region stands as a name", "corrected", _FIX,
          "shipping_address.region", "Kentucky", "KY"),
    Check("POSTAL_CODE_FORM", "shipping", "the postal code is not in its country's form", "corrected", _FIX,
          "shipping_address.postal_code", "k2p1l4", "K2P 1L4"),
    Check("POSTAL_CODE_INVALID", "shipping", "the postal code cannot exist in its country or region",
          "needs_customer", _WEIGH,
          "shipping_address.postal_code", "12345-000", "a postal code of Brazil, RJ, such as 20040-000"),
    Check("COUNTRY_SANCTIONED", "shipping", "doing business there is forbidden", "fatal", ("fatal", "needs_approval"),
          "shipping_address.country", "KP", "a country that may be delivered to"),
    Check("COUNTRY_UNSERVED", "shipping", "the store does not deliver there", "needs_customer", _ASK,
          "shipping_address.country", "AQ", "a country that we deliver to"),
    Check("PO_BOX", "shipping", "the service does not deliver to PO boxes", "needs_customer", _WEIGH,
          "shipping_address.line1", "PO Box 123", "a street address, for Express delivery"),
    Check("MILITARY_ADDRESS", "shipping", "the service does not deliver to military post", "needs_customer", _WEIGH,
          "shipping_address.region", "AE", "a civilian address, for Express delivery"),
    Check("SERVICE_UNKNOWN", "shipping", "the store's shipping method is not mapped; the default service carries it",
          "noted", _WEIGH, "shipping.title", "Drone drop", "one of the store methods in the settings"),
    Check("SERVICE_CANNOT_DELIVER", "shipping", "the chosen service does not reach the destination",
          "needs_approval", _ASK, "shipping.title", "Express", "a service that delivers to Brazil"),
    Check("PIECE_TOO_HEAVY", "shipping", "one piece weighs more than the service carries", "needs_approval", _ASK,
          "lines[0].sku", "45000 g", "at most 30000 g, for Standard delivery"),
    Check("DANGEROUS_GOODS", "shipping", "the service does not carry dangerous goods", "needs_approval", _ASK,
          "lines[0].sku", "UN3481", "goods that Express delivery carries"),
)  # fmt: skip

CHECKS: dict[str, Check] = {c.code: c for c in (*_ORDER, *_CUSTOMER, *_PRODUCTS, *_PRICES, *_SHIPPING)}

# Consent does not help here: the order lacks something that the later stages cannot do without. A missing e-mail
# address is not of these: staff tell such a customer by phone or letter, and the order waits until they have.
NEEDS_CORRECTION = frozenset(
    ("EMAIL_INVALID", "NAME_MISSING", "UNKNOWN_SKU", "BUNDLE_INCOMPLETE",
     "ADDRESS_MISSING", "ADDRESS_FIELD_MISSING", "ADDRESS_UNPRINTABLE", "COUNTRY_UNKNOWN")
)  # fmt: skip


class Rules(Record):
    """What is done about each finding, where a store wants it otherwise than the check's own resolution."""

    resolutions: dict[str, Resolution] = Field(default_factory=dict)

    @field_validator("resolutions")
    @classmethod
    def _known(cls, resolutions: dict[str, Resolution]) -> dict[str, Resolution]:
        for code, resolution in resolutions.items():
            if code not in CHECKS:
                raise ValueError(f"{code} is not one of the checks: {', '.join(CHECKS)}")
            if resolution not in CHECKS[code].allowed:
                raise ValueError(f"{code} cannot be {resolution}, only {' or '.join(CHECKS[code].allowed)}")
        return resolutions

    def resolution(self, code: str) -> Resolution:
        """What is done about a finding of this check."""
        return self.resolutions.get(code, CHECKS[code].resolution)
