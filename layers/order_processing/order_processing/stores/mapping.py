"""A store's own words, and what they mean here: its statuses, SKUs, taxes and shipping methods.

What a platform says by itself its reader knows. This is for what one store has made its own: a status that an extension
added, SKUs of another numbering, a tax without a rate, a shipping method with a name of its own.
"""

import re
from typing import Annotated, Any, Literal, Protocol

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from order_processing.order import Line, Order, Record, Shipping

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Meaning = Literal["open", "unpaid", "closed"]
_MOST = 5_000


def _rate(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    if not re.fullmatch(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?", text):
        raise ValueError('a fraction in text is expected, such as "0.19" for 19 %')
    return text


Rate = Annotated[str, BeforeValidator(_rate)]


class StoreMapping(Record):
    """How one store's orders are read, beside what holds for all of its platform. Names are compared in any case.

    statuses: the store's own status, and whether an order in it is to be delivered (`open`, paid), waits for its
        payment (`unpaid`) or must not be delivered (`closed`).
    skus: the store's SKU, or the id of its variant, and our SKU.
    taxes: the store's name for a tax, and its rate, where the store does not say it.
    prices_include_tax: for a store that says it wrongly; None: as the store says.
    shipping: the store's shipping method (title or code), and our service's name in the settings.
    """

    statuses: Annotated[dict[Name, Meaning], Field(max_length=200)] = {}
    skus: Annotated[dict[Name, Name], Field(max_length=_MOST)] = {}
    taxes: Annotated[dict[Name, Rate], Field(max_length=200)] = {}
    prices_include_tax: bool | None = None
    shipping: Annotated[dict[Name, Name], Field(max_length=200)] = {}

    def read(self, order: Order) -> Order:
        """The order in our own words. Amounts are never changed."""
        changes: dict[str, Any] = {"lines": tuple(self._line(line, order) for line in order.lines)}
        changes |= self._status(order)
        changes["taxes"] = tuple(
            tax.model_copy(update={"rate": rate}) if not tax.rate and (rate := _find(self.taxes, tax.title)) else tax
            for tax in order.taxes
        )
        changes["shipping"] = self._shipping(order.shipping)
        if self.prices_include_tax is not None:
            changes["prices_include_tax"] = self.prices_include_tax
        return order.model_copy(update=changes)

    def _status(self, order: Order) -> dict[str, Any]:
        meaning = _find(self.statuses, order.store_status)
        if meaning == "closed":
            return {"closed_reason": order.closed_reason or f"closed in the store: {order.store_status}"[:500]}
        if meaning == "unpaid":
            return {"paid": False}
        if meaning == "open":
            closed_by_status = order.closed_reason if order.lines and order.closed_reason != "a test order" else None
            return {"paid": True, **({"closed_reason": None} if closed_by_status else {})}
        return {}

    def _line(self, line: Line, order: Order) -> Line:
        changes: dict[str, Any] = {}
        if sku := _find(self.skus, line.sku) or _find(self.skus, line.store_variant_id):
            changes["sku"] = sku
        if not line.tax_rate and line.tax and len(order.taxes) == 1:  # else nobody knows which of them it is
            changes["tax_rate"] = _find(self.taxes, order.taxes[0].title) or ""
        return line.model_copy(update=changes) if changes else line

    def _shipping(self, shipping: Shipping) -> Shipping:
        service = _find(self.shipping, shipping.title) or _find(self.shipping, shipping.service)
        return shipping.model_copy(update={"service": service}) if service else shipping


class Mappings(Protocol):
    """The mappings of the stores that have one."""

    def of(self, source: str, store: str) -> StoreMapping | None:
        """The store's mapping; it may be five minutes old."""
        ...


class MappingError(ValueError):
    """A mapping that cannot be used; the message says which field, and what would be right."""


def parse(document: Any, services: tuple[str, ...]) -> StoreMapping:
    """The mapping in a JSON document. services: our services' names. Raises MappingError with every mistake."""
    try:
        mapping = StoreMapping.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise MappingError("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in found)) from None
    unknown = [(name, to) for name, to in mapping.shipping.items() if to not in services]
    if unknown:
        said = "; ".join(f"shipping.{name}: {to!r} is none of our services" for name, to in unknown)
        raise MappingError(f"{said}: expected one of {', '.join(services)}")
    for field in ("statuses", "skus", "taxes", "shipping"):
        names = [name.casefold() for name in getattr(mapping, field)]
        if twice := {name for name in names if names.count(name) > 1}:
            raise MappingError(f"{field}.{min(twice)}: stands there twice, in another case")
    return mapping


def _find(names: dict[str, Any], wanted: str) -> Any:
    """What a name stands for: as it is written, else in another case."""
    if not wanted or not names:
        return None
    if wanted in names:
        return names[wanted]
    folded = wanted.casefold()
    return next((value for name, value in names.items() if name.casefold() == folded), None)
