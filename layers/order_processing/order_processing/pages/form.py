"""The form in which an order is put right: its sections and fields, laid out by the templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from order_processing.discrepancy import Discrepancy
from order_processing.mail.plain import one_line
from order_processing.order import Order
from order_processing.pages.shown import (
    FieldShown,
    FormShown,
    OptionShown,
    SectionShown,
    SummaryEntry,
    identifier,
    line_number,
    part_of,
    place_of,
)
from order_processing.pages.wording import Wording
from order_processing.places import country_code, country_codes
from order_processing.proposal import TAKE_OUT, Mistake, Offered
from order_processing.settings import Settings
from order_processing.verification.corrections import value_at

_OPTIONAL = ("company", "line2", "phone", "region")
_AUTOCOMPLETE = {
    "name": "name",
    "company": "organization",
    "line1": "address-line1",
    "line2": "address-line2",
    "city": "address-level2",
    "region": "address-level1",
    "postal_code": "postal-code",
    "country": "country",
    "phone": "tel",
    "email": "email",
}
_TYPES = {"email": ("email", "email"), "phone": ("tel", "tel")}


def form(
    wording: Wording,
    settings: Settings,
    asked: Sequence[Discrepancy],
    found: Sequence[Discrepancy],
    offered: Offered,
    given: Mapping[str, str] | None = None,
    mistakes: Sequence[Mistake] = (),
) -> FormShown:
    """The form for the findings that the customer is asked about.

    asked: what the customer was asked first; found: what is wrong now, with paths that number the lines as in the
    wording's order. given: what the customer sent last, by field name; None at first.
    """
    builder = _Builder(wording, settings, asked, found, offered, given, mistakes)
    sections = tuple(builder.section(key, paths) for key, paths in builder.sections().items())
    return FormShown(sections=sections, summary=tuple(_summary(sections)))


class _Builder:
    def __init__(
        self,
        wording: Wording,
        settings: Settings,
        asked: Sequence[Discrepancy],
        found: Sequence[Discrepancy],
        offered: Offered,
        given: Mapping[str, str] | None,
        mistakes: Sequence[Mistake],
    ) -> None:
        self._wording = wording
        self._settings = settings
        self._order: Order = wording.order
        self._found = found
        self._all = tuple(dict.fromkeys((*found, *asked)))
        self._offered = offered
        self._given = given
        self._mistakes = mistakes

    def sections(self) -> dict[str, list[str]]:
        """The offered fields by their part of the order, and every part in which something is wrong."""
        parts: dict[str, list[str]] = {}
        for path in (*self._offered, *(d.path for d in self._found), *(m.path for m in self._mistakes)):
            parts.setdefault(part_of(path), [])
        for path in self._offered:
            parts[part_of(path)].append(path)
        return dict(sorted(parts.items(), key=lambda part: place_of(part[0])))

    def section(self, key: str, paths: list[str]) -> SectionShown:
        fields = tuple(field for path in paths for field in self._fields(path))
        shown = {field.name for field in fields}
        number = line_number(key)
        here = [d for d in self._found if part_of(d.path) == key]
        loose = [d for d in here if self._field_of(d) not in shown]
        problems = [self._problem(d) for d in loose]
        problems += [self._wording.mistake(m) for m in self._mistakes if part_of(m.path) == key and m.path not in shown]
        if here and not fields:
            alone = number is not None and len(self._order.lines) == 1
            problems.append(self._wording.page("line.only" if alone else "form.elsewhere"))
        return SectionShown(
            id=identifier(key),
            title=self._wording.section(key) or self._wording.mail.text("field.order"),  # a line may have no name
            facts=self._facts(number),
            fields=fields,
            problems=tuple(problems),
        )

    def _facts(self, number: int | None) -> tuple[str, ...]:
        if number is None or number >= len(self._order.lines):
            return ()
        shown = self._wording.mail.line(self._order.lines[number])
        return (*shown.options, f"{shown.price} = {shown.total}")

    def _fields(self, path: str) -> Iterable[FieldShown]:
        field = path.rpartition(".")[2]
        if field == "quantity":
            yield from self._quantity(path)
        elif field in ("unit_price", "price"):
            if self._offered[path] is not None:
                yield self._price(path, self._offered[path] or "")
        elif field in ("country", "title"):
            yield self._choice(path)
        else:
            yield self._text(path, field)

    def _text(self, path: str, field: str) -> FieldShown:
        type_, mode = _TYPES.get(field, ("text", "text"))
        scope = {"shipping_address": "shipping ", "billing_address": "billing "}.get(part_of(path), "")
        return FieldShown(
            name=path,
            kind="text",
            label=self._wording.label(path),
            value=self._value(path),
            type=type_,
            inputmode=mode,
            autocomplete=scope + _AUTOCOMPLETE[field] if field in _AUTOCOMPLETE else "off",
            optional=field in _OPTIONAL,
            hints=self._hints(path),
            problems=self._problems(path),
        )

    def _choice(self, path: str) -> FieldShown:
        country = path.endswith(".country")
        value = self._value(path)
        if country:
            options, value = self._countries(), country_code(value) or ""
            scope = "billing " if path.startswith("billing") else "shipping "
        else:
            options, scope = self._services(), ""
        return FieldShown(
            name=path,
            kind="select",
            label=self._wording.label(path),
            value=value if any(option.value == value for option in options) else "",
            autocomplete=f"{scope}country" if country else "off",
            options=(OptionShown("", self._wording.page("form.choose")), *options),
            hints=self._hints(path),
            problems=self._problems(path),
        )

    def _quantity(self, path: str) -> Iterable[FieldShown]:
        """How many, where another number helps; and the line taken out, where another line is left."""
        line = path.removesuffix("quantity")
        by_number = any(d.path == path for d in self._all) or not any(d.path == f"{line}sku" for d in self._all)
        out = path.removesuffix(".quantity") + TAKE_OUT
        is_out = self._given is not None and out in self._given
        if by_number:
            yield FieldShown(
                name=path,
                kind="text",
                label=self._wording.label(path),
                value=self._value(path),
                inputmode="numeric",
                hints=self._hints(path),
                problems=self._problems(path),
            )
        if len(self._order.lines) > 1:
            label = self._wording.page("line.out")
            problems = () if by_number else self._problems(path)
            yield FieldShown(name=out, kind="check", label=label, value="yes", checked=is_out, problems=problems)

    def _price(self, path: str, price: str) -> FieldShown:
        before = self._wording.price(value_at(self._order, path))
        label = self._wording.page("line.price_now", price=self._wording.price(price), before=before)
        # A lower price hurts nobody, so it is ticked until the customer says otherwise.
        ticked = self._given is None or path in self._given
        problems = self._problems(path)
        return FieldShown(name=path, kind="check", label=label, value=price, checked=ticked, problems=problems)

    def _value(self, path: str) -> str:
        if self._given is not None and path in self._given:
            return one_line(self._given[path])[:500]
        return one_line(value_at(self._order, path))

    def _field_of(self, discrepancy: Discrepancy) -> str:
        """The name of the field that a finding is shown at."""
        if discrepancy.path in self._offered:
            return discrepancy.path
        number = line_number(discrepancy.path)
        if number is None or f"lines[{number}].quantity" not in self._offered:
            return discrepancy.path
        path = f"lines[{number}].quantity"
        return path if any(d.path == path for d in self._all) else f"lines[{number}]{TAKE_OUT}"

    def _problems(self, path: str) -> tuple[str, ...]:
        names = {path, path.removesuffix(".quantity") + TAKE_OUT}
        wrong = [self._wording.problem(d) for d in self._found if self._field_of(d) in names]
        mistakes = [self._wording.mistake(m) for m in self._mistakes if m.path == path]
        return tuple(dict.fromkeys((*mistakes, *wrong)))

    def _hints(self, path: str) -> tuple[str, ...]:
        hints = (self._wording.hint(d) for d in self._all if self._field_of(d) == path)
        return tuple(dict.fromkeys(hint for hint in hints if hint))

    def _problem(self, discrepancy: Discrepancy) -> str:
        return " ".join(filter(None, (self._wording.problem(discrepancy), self._wording.hint(discrepancy))))

    def _countries(self) -> tuple[OptionShown, ...]:
        """The countries that the store delivers to, by their names in the customer's language."""
        limits = self._settings.limits
        closed = {*limits.unserved_countries, *limits.sanctioned_places}
        names = self._wording.mail.figures.locale.territories
        served = [OptionShown(code, str(names.get(code, code))) for code in country_codes() if code not in closed]
        return tuple(sorted(served, key=lambda option: option.label.casefold()))

    def _services(self) -> tuple[OptionShown, ...]:
        """The services that reach the order's destination."""
        address = self._order.shipping_address
        code = country_code(address.country) if address else None
        reaching = (
            service.title
            for service in self._settings.services.values()
            if code is None or any(code in zone.countries or "*" in zone.countries for zone in service.zones)
        )
        return tuple(OptionShown(title, one_line(title)) for title in reaching)


def _summary(sections: Iterable[SectionShown]) -> Iterable[SummaryEntry]:
    for section in sections:
        for problem in section.problems:
            yield SummaryEntry(f"{section.title}: {problem}", section.id)
        for field in section.fields:
            for problem in field.problems:
                yield SummaryEntry(f"{section.title}: {problem}", field.id)
