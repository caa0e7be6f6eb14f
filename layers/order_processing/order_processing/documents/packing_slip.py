"""The packing slip: what goes into which parcel, for whoever packs, and then for whoever unpacks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from order_processing import order_number, sscc
from order_processing.delivery import Delivery, PackedLine, Parcel, Shipment
from order_processing.documents.addresses import address_lines
from order_processing.documents.box_drawing import layers, ranges
from order_processing.documents.drawing import ascent, leading, wrapped
from order_processing.documents.flow import Block, paginate
from order_processing.documents.fonts import replaced
from order_processing.documents.report import paper
from order_processing.documents.sheet import Sheet
from order_processing.documents.shipping_label import kilograms
from order_processing.documents.slip_prices import amounts, price_of, shows_prices
from order_processing.documents.text import one_line
from order_processing.order import Address
from order_processing.promise import Promise
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder

_MARGIN, _HEADER, _FOOTER = 15.0, 62.0, 14.0
_SIZE = 9.5
_PRICE = 32.0
_LONGEST_DESCRIPTION = 1500


def packing_slip(
    order_id: str, verified: VerifiedOrder, promise: Promise, delivery: Delivery, settings: Settings
) -> bytes:
    """The order's packing slip as PDF, the same bytes each time: a new page for each shipment, parcel by parcel.

    Letter or A4, as the first shipment's country uses. What no font can print is shown as U+FFFD: SKU and
    SSCC say what is meant, and the label refuses an address that it cannot print. A gift's slip has its giver's
    message, no prices, and nobody's bill.
    """
    return _Slip(order_id, verified, promise, delivery, settings).to_bytes()


class _Slip:
    def __init__(
        self, order_id: str, verified: VerifiedOrder, promise: Promise, delivery: Delivery, settings: Settings
    ) -> None:
        self.number = order_number.display(order_id)
        self.verified, self.promise, self.delivery, self.settings = verified, promise, delivery, settings
        self.lines = {line.line_id: line for line in verified.order.lines}
        first = delivery.shipments[0] if delivery.shipments else None
        self.sender = settings.locations[first.location].address if first else settings.store.address
        self.sheet = Sheet(
            *paper(self.sender.country), title=f"Packing slip {self.number}", author=one_line(settings.store.name)
        )
        self.within = self.sheet.width - 2 * _MARGIN
        self.prices = shows_prices(verified, settings)

    def to_bytes(self) -> bytes:
        """Every page with its header, its blocks and its footer."""
        pages = paginate(self._blocks(), self.sheet.height - _HEADER - _FOOTER - 4)
        for place, blocks in enumerate(pages, 1):
            if place > 1:
                self.sheet.new_page()
            self._header()
            y = _HEADER
            for block in blocks:
                block.draw(y)
                y += block.height
            self._footer(place, len(pages))
        return self.sheet.to_bytes()

    def _header(self) -> None:
        sheet, order, right = self.sheet, self.verified.order, self.sheet.width - _MARGIN
        name = replaced(one_line(self.settings.store.name))
        sheet.fitted(
            _MARGIN, 22, name, within=self.within * 0.6, size=17, smallest=7, bold=True, field="store.name", cut=True
        )
        sheet.text(right, 22, "Packing slip", 17, align="right")
        sheet.rule(_MARGIN, 25.5, right, 25.5, thick=0.4)
        third = self.within / 3
        self._address(_MARGIN, "Ship to", order.shipping_address, third)
        if not order.is_gift:
            self._address(_MARGIN + third, "Bill to", order.billing_address or order.shipping_address, third)
        facts = [
            ("Order", self.number),
            ("Store's number", replaced(one_line(order.store_order_number))),
            ("Ordered", order.placed_at.date().isoformat()),
            ("Parcels", str(sum(len(s.parcels) for s in self.delivery.shipments))),
            ("Delivery by", self.promise.delivery_date.isoformat() if self.promise.delivery_date else ""),
        ]
        y = 31.5
        for title, value in facts:
            if value:
                sheet.text(_MARGIN + 2 * third, y, title, 8)
                sheet.fitted(
                    right,
                    y,
                    value,
                    within=third - 24,
                    size=9.5,
                    smallest=4,
                    bold=True,
                    align="right",
                    field=title,
                    cut=True,
                )
                y += 5
        sheet.rule(_MARGIN, _HEADER - 4, right, _HEADER - 4, thick=0.2)

    def _address(self, x: float, title: str, address: Address | None, within: float) -> None:
        self.sheet.text(x, 31.5, title, 8)
        if address:
            lines = [replaced(line) for line in address_lines(address, sent_from=self.sender.country)]
            self.sheet.block(
                x,
                33,
                lines,
                within=within - 5,
                tall=_HEADER - 38,
                size=9.5,
                smallest=4,
                bold_first=True,
                field=title.lower(),
                cut=True,
            )

    def _footer(self, page: int, pages: int) -> None:
        y, right = self.sheet.height - 9, self.sheet.width - _MARGIN
        help_line = replaced(one_line(f"Questions? {self.settings.store.reply_to}  {self.settings.store.phone}"))
        self.sheet.fitted(_MARGIN, y, help_line, within=self.within * 0.75, size=8, smallest=4, field="store", cut=True)
        self.sheet.text(right, y, f"{self.number}, page {page} of {pages}", 8, align="right")

    def _blocks(self) -> Iterator[Block]:
        message = one_line(self.verified.order.gift_message)
        if message:
            yield self._heading("A present for you", replaced(one_line(f"from {self.verified.order.customer.name}")))
            paragraph = self._paragraph(replaced(message))
            yield Block(paragraph.height + 4, paragraph.draw)
        for place, shipment in enumerate(self.delivery.shipments):
            yield self._shipment(shipment, new_page=place > 0)
            for parcel in shipment.parcels:
                yield from self._parcel(parcel)
        by_email = [item for item in self.verified.items if item.digital]
        if by_email:
            yield self._heading("Not in a parcel", "sent by e-mail")
            for item in by_email:
                quantity = self.lines[item.line_id].quantity
                packed = PackedLine(line_id=item.line_id, sku=item.sku, description=item.description, quantity=quantity)
                yield self._row(packed, tick=False)
        if self.prices:
            yield self._heading("Amounts", "")
            yield from (self._amount(name, amount) for name, amount in amounts(self.verified))
        note = one_line(self.verified.order.note)
        if note:
            yield self._heading("Customer's note", "")
            yield self._paragraph(replaced(note))

    def _shipment(self, shipment: Shipment, *, new_page: bool) -> Block:
        service = self.settings.services[shipment.service]
        location = self.settings.locations[shipment.location]
        text = f"From {location.name}, leaves {shipment.ship_date.isoformat()}, {service.title} ({service.carrier})"
        draw = partial(self._draw_shipment, replaced(one_line(text)))
        return Block(9, draw, keep=True, new_page=new_page)

    def _draw_shipment(self, text: str, y: float) -> None:
        self.sheet.fitted(
            _MARGIN, y + 4, text, within=self.within, size=11, smallest=5, bold=True, field="shipment", cut=True
        )

    def _parcel(self, parcel: Parcel) -> Iterator[Block]:
        title = f"Parcel {parcel.number} of {parcel.of}"
        box = f"{one_line(parcel.box)}, " if parcel.box else ""
        detail = f"{box}{kilograms(parcel.weight_g)}, SSCC {sscc.human_readable(parcel.sscc)}"
        yield self._heading(title, replaced(detail))
        for remark in parcel.remarks:
            block = self._paragraph(f"Note: {replaced(one_line(remark))}")
            yield Block(block.height, block.draw, keep=True)
        order = [placed.content for placed in parcel.placements for _ in range(placed.pieces)]
        for content, packed in enumerate(parcel.contents):
            steps = [n for n, placed_content in enumerate(order, 1) if placed_content == content]
            yield self._row(packed, tick=True, steps=f"packed as {ranges(steps)}" if steps else "")
        if parcel.placements:
            yield from layers(self.sheet, parcel, left=_MARGIN, within=self.within)

    def _heading(self, title: str, detail: str) -> Block:
        def draw(text: str, y: float) -> None:
            self.sheet.box(_MARGIN, y + 2, self.within, 7, fill=0.9)
            self.sheet.text(_MARGIN + 2, y + 6.9, text, 10, bold=True)
            self.sheet.fitted(
                self.sheet.width - _MARGIN - 2,
                y + 6.8,
                detail,
                within=self.within - 65,
                size=8.5,
                smallest=4,
                align="right",
                field="parcel",
                cut=True,
            )

        return Block(10.5, partial(draw, title), keep=True, again=Block(10.5, partial(draw, f"{title}, continued")))

    def _row(self, packed: PackedLine, *, tick: bool, steps: str = "") -> Block:
        """A line: tick box, quantity, SKU, description with its options, and which steps of packing it is."""
        sku = wrapped(replaced(one_line(packed.sku)), 42, _SIZE - 1)
        price = price_of(packed, self.verified) if self.prices else ""
        room = self.within - 75 - (_PRICE if self.prices else 0)
        description = wrapped(replaced(self._described(packed)), room, _SIZE)
        if steps:
            description += wrapped(steps, room, _SIZE)
        high = max(len(sku), len(description)) * leading(_SIZE) + 3

        def draw(y: float) -> None:
            base = y + 1.5 + ascent(_SIZE)
            if tick:
                self.sheet.box(_MARGIN + 1.5, base - 3.4, 4, 4, thick=0.3)
            self.sheet.text(_MARGIN + 23, base, str(packed.quantity), _SIZE + 1.5, bold=True, align="right")
            for place, line in enumerate(sku):
                self.sheet.text(_MARGIN + 28, base + place * leading(_SIZE), line, _SIZE - 1)
            for place, line in enumerate(description):
                self.sheet.text(_MARGIN + 73, base + place * leading(_SIZE), line, _SIZE)
            if price:
                right = _MARGIN + self.within - 2
                self.sheet.fitted(
                    right, base, price, within=_PRICE, size=_SIZE, smallest=4, align="right", field="price", cut=True
                )
            self.sheet.rule(_MARGIN, y + high, _MARGIN + self.within, y + high, thick=0.1, grey=0.6)

        return Block(high, draw)

    def _amount(self, name: str, amount: str) -> Block:
        def draw(y: float) -> None:
            base, right = y + 0.8 + ascent(_SIZE), _MARGIN + self.within - 2
            named, bold = replaced(one_line(name)), name == "Total"
            self.sheet.fitted(
                right - _PRICE - 4, base, named, within=90, size=_SIZE, smallest=4, bold=bold, align="right",
                field="amount", cut=True,
            )  # fmt: skip
            self.sheet.text(right, base, amount, _SIZE, bold=bold, align="right")

        return Block(leading(_SIZE) + 1, draw)

    def _described(self, packed: PackedLine) -> str:
        line = self.lines.get(packed.line_id)
        options = "; ".join(f"{option.name}: {option.value}" for option in line.options) if line else ""
        text = one_line(f"{packed.description} ({options})" if options else packed.description)
        return text if len(text) <= _LONGEST_DESCRIPTION else f"{text[:_LONGEST_DESCRIPTION]}…"

    def _paragraph(self, text: str) -> Block:
        lines = wrapped(text, self.within - 4, _SIZE)

        def draw(y: float) -> None:
            for place, line in enumerate(lines):
                self.sheet.text(_MARGIN + 2, y + 1.5 + ascent(_SIZE) + place * leading(_SIZE), line, _SIZE)

        return Block(len(lines) * leading(_SIZE) + 3, draw)
