"""An order's parts in a customer's language: names, lines, dates and amounts as the letters show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from order_processing import order_number
from order_processing.mail import colours, texts
from order_processing.mail.figures import Figures
from order_processing.mail.letter import Labelled, Letter, LineShown, Link, Sender
from order_processing.mail.plain import greeting_name, one_line, subject
from order_processing.mail.sums import Row, Sums
from order_processing.order import Line, Order
from order_processing.promise import DIGITAL, Promise
from order_processing.settings import Settings
from order_processing.verified_order import Item


class NotPromised(ValueError):
    """A line that has to travel is not promised in full, so no date may be told for it."""


class Writer:
    """Writes about one order to its customer."""

    def __init__(self, order_id: str, order: Order, settings: Settings, locale: str | None = None) -> None:
        wanted = texts.tag(locale, order.customer.locale, settings.store.locale)
        self.order = order
        self.store = settings.store
        self.text = texts.of(wanted)
        self.figures = Figures(wanted, self.text.language)
        self.number = order_number.display(order_id)

    def letter(self, kind: str, *, paragraphs: Iterable[str], button: Link | None, **values: str) -> Letter:
        """What all letters share, to be completed with `dataclasses.replace`.

        kind: names the subject, preheader and heading among the texts; values fill their placeholders.
        paragraphs: what follows the greeting.
        """
        filled = {"number": self.number, "store": one_line(self.store.name), **values}
        return Letter(
            language=self.text.language,
            number=self.number,
            sender=self.sender(),
            subject=subject(self.text(f"{kind}.subject", **filled)),
            preheader=self.text(f"{kind}.preheader", **filled),
            heading=self.text(f"{kind}.heading", **filled),
            paragraphs=(self._greeting(), *paragraphs),
            facts=self.facts(),
            button=button,
            help_heading=self.text("help.heading"),
            help=self.text("help.reply_or_call" if self.store.phone else "help.reply", number=self.number),
            footer=self.text("footer", **filled),
        )

    def with_lines(self, letter: Letter) -> Letter:
        """The letter with the order's lines as they were placed, so that the customer sees which order it is."""
        lines = tuple(self.line(line) for line in self.order.lines)
        return replace(letter, lines_heading=self.text("lines.heading"), lines=lines)

    def refund(self) -> str:
        """How the money of an order that ended comes back, in the store's own words where it has some."""
        own = {str(language): words for language, words in self.store.refund.items()}
        return one_line(own.get(self.text.language, "")) or self.text("ended.paid")

    def amount(self, amount: int) -> str:
        """An amount of the order's currency."""
        return self.figures.amount(amount, self.order.currency)

    def signed_amount(self, amount: int) -> str:
        """A difference, with its sign in both directions."""
        return ("+" if amount > 0 else "") + self.amount(amount)

    def moment(self, time: datetime) -> str:
        """Date and time at the store's place."""
        return self.figures.moment(time, self.store.time_zone)

    def facts(self, *more: Labelled) -> tuple[Labelled, ...]:
        """The order's number, the store's own number where it has one, the day it was placed, and more."""
        own = one_line(self.order.store_order_number)
        return (
            Labelled(self.text("fact.number"), self.number),
            *([Labelled(self.text("fact.store_number"), own)] if own else []),
            Labelled(self.text("fact.placed"), self.figures.day_of(self.order.placed_at, self.store.time_zone)),
            *more,
        )

    def line(self, line: Line, item: Item | None = None, delivery: tuple[str, ...] = ()) -> LineShown:
        """A line with its price and, where it is promised, when it comes."""
        described = one_line((item.description if item else "") or line.title) or one_line(line.sku)
        picture = item.picture if item and item.picture.startswith("https://") else ""
        return LineShown(
            description=described,
            options=tuple(self._option(option.name, option.value) for option in line.options),
            price=f"{self.figures.number(line.quantity)} × {self.amount(line.unit_price)}",
            total=self.amount(line.gross),
            delivery=delivery,
            picture=picture,
        )

    def delivery(self, line: Line, item: Item, promise: Promise) -> tuple[str, ...]:
        """When a line comes: one text, or one a part when its pieces come on different days.

        Raises NotPromised when fewer pieces are promised than ordered.
        """
        days: defaultdict[date, int] = defaultdict(int)
        for allocation in promise.allocations:
            if allocation.line_id == line.line_id and allocation.location != DIGITAL:
                days[allocation.delivery_date] += allocation.quantity
        if not days and (item.digital or not line.requires_shipping):
            return (self.text("line.digital"),)
        pieces = line.quantity * (sum(count for _, count in item.components) or 1)
        if sum(days.values()) < pieces:
            raise NotPromised(f"line {line.line_id}: {sum(days.values())} of {pieces} pieces are promised")
        if len(days) == 1 or item.components:
            return (self.text("line.by", date=self.figures.day(max(days))),)
        return tuple(
            self.text("line.part", quantity=self.figures.number(days[day]), date=self.figures.day(day))
            for day in sorted(days)
        )

    def sums(self, sums: Sums) -> tuple[Labelled, ...]:
        """The rows between the lines and the total."""
        shipped = sums.shipping or any(line.requires_shipping for line in self.order.lines)
        shipping = self.amount(sums.shipping) if sums.shipping else self.text("sum.free")
        service = one_line(self.order.shipping.title)
        return (
            Labelled(self.text("sum.goods"), self.amount(sums.goods)),
            *(Labelled(self._named("sum.discount", row.title), self.amount(-row.amount)) for row in sums.discounts),
            *([Labelled(self._named("sum.shipping", service), shipping)] if shipped else []),
            *(Labelled(one_line(row.title) or self.text("sum.fee"), self.amount(row.amount)) for row in sums.fees),
            *(Labelled(self._tax(row), self.amount(row.amount)) for row in sums.taxes if not sums.tax_included),
        )

    def total(self, sums: Sums) -> Labelled:
        """The total's row."""
        return Labelled(self.text("sum.total"), self.amount(sums.total))

    def included(self, sums: Sums) -> tuple[str, ...]:
        """What tax the total holds, where prices include it."""
        rows = sums.taxes if sums.tax_included else ()
        return tuple(self.text("sum.included", tax=self._tax(row), amount=self.amount(row.amount)) for row in rows)

    def address(self) -> tuple[str, ...]:
        """The lines of the delivery address; none where nothing travels."""
        address = self.order.shipping_address
        return tuple(map(one_line, self.figures.address(address))) if address else ()

    def _option(self, name: str, value: str) -> str:
        name, value = one_line(name), one_line(value)
        return self.text("line.option", name=name, value=value) if name and value else name or value

    def _named(self, key: str, name: str) -> str:
        name = one_line(name)
        return self.text(f"{key}_named", name=name) if name else self.text(key)

    def _tax(self, row: Row) -> str:
        name = one_line(row.title) or self.text("sum.tax")
        rate = self.figures.percent(row.rate)
        return f"{name} {rate}" if rate and rate not in name else name

    def _greeting(self) -> str:
        name = greeting_name(self.order.customer.name)
        return self.text("greeting", name=name) if name else self.text("greeting_unnamed")

    def sender(self) -> Sender:
        """The store as it signs."""
        store = self.store
        return Sender(
            name=one_line(store.name),
            url=store.url,
            logo_url=store.logo_url if store.logo_url.startswith("https://") else "",
            reply_to=one_line(store.reply_to),
            phone=one_line(store.phone),
            legal_footer=one_line(store.legal_footer),
            colours=colours.of_store(store.colour),
        )
