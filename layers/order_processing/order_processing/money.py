"""Amounts of money as whole numbers of the currency's minor unit (ISO 4217).

Everywhere in this package an amount is an `int` in minor units of the order's currency:
1999 is 19.99 USD, 1999 JPY or 1.999 KWD. Text is turned into minor units once, at the edge,
and exactly: an amount with more decimals than the currency has is refused, not rounded.
The one rounding rule, where a rate is applied, is `round_half_up`.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

# ISO 4217 list one: active currency codes of circulation, and the number of decimals where it is not 2.
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_TWO_DECIMALS = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD"
    " CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP"
    " GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD"
    " MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP"
    " PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT"
    " TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG".split()
)


_LONGEST, _SHOWN = 50, 40
_EXACT = Context(prec=200)
"""Decimals are rounded to 28 digits unless they are told otherwise."""


class AmountError(ValueError):
    """An amount or a currency that cannot be read; the message says what was expected."""


def exponent(currency: str) -> int:
    """The number of decimals of a currency (ISO 4217): 2 for USD, 0 for JPY, 3 for KWD."""
    if currency in _TWO_DECIMALS:
        return 2
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise AmountError(f"{currency!r} is not a currency code of ISO 4217 such as 'USD'") from None


def minor_units(amount: str | int | Decimal, currency: str) -> int:
    """An amount in major units, as text or Decimal, in minor units: ("19.99", "USD") is 1999.

    A float is refused: its decimals are already lost. Trailing zeros beyond the currency's
    decimals are accepted ("5.000" USD), any other digit there is an AmountError.
    """
    if isinstance(amount, (float, bool)):
        raise AmountError(f"{amount!r} is not exact: give an amount as text such as '19.99'")
    scaled = _decimal(amount).scaleb(exponent(currency), context=_EXACT)
    whole = scaled.to_integral_value(context=_EXACT)
    if whole != scaled:
        raise AmountError(f"{amount} has more decimals than {currency} has ({exponent(currency)})")
    return int(whole)


def rounded_minor_units(amount: str | int | Decimal, currency: str) -> int:
    """Like `minor_units`, but a platform's longer fraction ("0.4475") is rounded half up."""
    if isinstance(amount, (float, bool)):
        raise AmountError(f"{amount!r} is not exact: give an amount as text such as '19.99'")
    return round_half_up(_decimal(amount).scaleb(exponent(currency), context=_EXACT))


def _decimal(amount: str | int | Decimal) -> Decimal:
    """What was written, digit by digit; AmountError for what is no number, or longer than any amount."""
    try:
        found = Decimal(amount)
    except (InvalidOperation, TypeError):
        raise AmountError(f"{str(amount)[:_SHOWN]!r} is not an amount such as '19.99'") from None
    if not found.is_finite() or abs(found.adjusted()) > _LONGEST or len(found.as_tuple().digits) > 2 * _LONGEST:
        raise AmountError(f"{str(amount)[:_SHOWN]!r} is not an amount such as '19.99'")
    return found


def round_half_up(amount: Decimal) -> int:
    """The stated rounding: to the nearest minor unit, halves away from zero."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP, context=_EXACT))


def major_units(amount: int, currency: str) -> str:
    """Minor units as plain text in major units: (1999, "USD") is "19.99"; no symbol, no grouping."""
    return f"{Decimal(amount).scaleb(-exponent(currency)):f}"
