"""The delivery: shipments, parcels with their SSCC, and the documents made for them."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import product
from typing import Annotated

from pydantic import Field

from order_processing.order import Quantity, Record, Text


class PackedLine(Record):
    """Pieces of one line (or of a bundle's component) in a parcel."""

    line_id: Text
    sku: Text
    description: Text
    quantity: Quantity


class Placement(Record):
    """Where a piece lies in its box, or a block of equal pieces. content: its place in the parcel's contents, from 0.

    at_mm: its corner nearest to the box's, along length, width and height; size_mm: of a piece as it lies there.
    grid: how many pieces lie side by side along each, without a gap.
    """

    content: Annotated[int, Field(ge=0)]
    at_mm: tuple[int, int, int]
    size_mm: tuple[int, int, int]
    grid: tuple[int, int, int] = (1, 1, 1)

    @property
    def pieces(self) -> int:
        """How many pieces lie here."""
        return self.grid[0] * self.grid[1] * self.grid[2]

    def each(self) -> "Iterator[Placement]":
        """Every piece by itself, in the order of packing: layer by layer, from the far corner forward."""
        if self.pieces == 1:
            yield self
            return
        (x, y, z), (long, deep, high) = self.at_mm, self.size_mm
        for up, back, along in product(range(self.grid[2]), range(self.grid[1]), range(self.grid[0])):
            at = (x + along * long, y + back * deep, z + up * high)
            yield Placement(content=self.content, at_mm=at, size_mm=self.size_mm)


class Parcel(Record):
    """One box. sscc: 18 digits. weight_g: gross. size_mm: outer length, width, height.

    box: its type; inner_mm: what is free inside. placements: in the order of packing, from the bottom up;
        empty where pieces were not placed.
    remarks: what whoever packs or hands over must know, as in "heavier than the service carries".
    tracking_number: the carrier's; "" where that is the SSCC. tracking_url: where it is followed, or "".
    """

    sscc: Annotated[str, Field(pattern=r"^\d{18}$")]
    number: int
    of: int
    contents: tuple[PackedLine, ...]
    weight_g: int
    size_mm: tuple[int, int, int]
    box: Text = ""
    inner_mm: tuple[int, int, int] = (0, 0, 0)
    placements: tuple[Placement, ...] = ()
    remarks: tuple[Text, ...] = ()
    tracking_number: Text = ""
    tracking_url: Text = ""

    @property
    def tracking(self) -> str:
        """The number under which the carrier knows the parcel."""
        return self.tracking_number or self.sscc


_CUSTOMS_PAPERS = frozenset({"customs_declaration", "commercial_invoice", "dangerous_goods_note"})


class Document(Record):
    """A file in the documents bucket. kind: `label`, `packing_slip`, ...; sha256: lower-case hex."""

    kind: Text
    key: Text
    content_type: Text
    sha256: Text
    size: int

    @property
    def retention(self) -> str:
        """How long an order's document is kept: `customs` for ten years, as tax law asks; `shipping` for a year and
        a bit, for claims and returns; "" for what is no order's."""
        if not self.key.startswith("orders/"):
            return ""
        return "customs" if self.kind in _CUSTOMS_PAPERS else "shipping"


class KeptDocument(Record):
    """What the documents bucket says of one document. put_at: when it was put there last."""

    key: Text
    put_at: datetime

    @property
    def order_id(self) -> str:
        """Of which order's folder it is."""
        return self.key.split("/")[1]

    @property
    def name(self) -> str:
        """Its name within that folder."""
        return self.key.split("/", 2)[-1]


class Shipment(Record):
    """What leaves one location together."""

    location: Text
    ship_date: date
    service: Text
    parcels: tuple[Parcel, ...]


class Delivery(Record):
    """What delivery preparation leaves behind. handed_out: the lines that went out by e-mail."""

    shipments: tuple[Shipment, ...]
    handed_out: tuple[PackedLine, ...] = ()
    documents: tuple[Document, ...] = ()
