"""Where the warehouse's own lists are kept: the port that its use cases need."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal, Protocol

from pydantic import Field

from order_processing.delivery import Shipment
from order_processing.order import Record, Text
from order_processing.order_parts import Handling
from order_processing.status import Status

Kind = Literal["packing_slip", "label", "customs_declaration", "commercial_invoice", "dangerous_goods_note"]
KINDS: tuple[Kind, ...] = (
    "packing_slip",
    "label",
    "customs_declaration",
    "commercial_invoice",
    "dangerous_goods_note",
)
"""What a batch prints of each order, in this order."""


class Departing(Record):
    """A shipment on the list of a day, with how far its order is. It holds nobody's name or address."""

    order_id: Text
    status: Status
    shipment: Shipment
    handling: Handling = Field(default_factory=Handling)


class Leaving(Record):
    """A parcel that a carrier has, or is just being given, and that no manifest lists yet."""

    sscc: Text
    order_id: Text


class Manifest(Record):
    """What a carrier took over at a location, parcel by parcel. number: unique; counts up with each one.

    day: the location's date when it was closed. key: of the document; closed_at: None while it is being closed.
    request: the caller's key, under which the same call gives the same manifest.
    """

    location: Text
    carrier: Text
    number: Text
    count: int
    day: date
    parcels: tuple[Leaving, ...]
    begun_at: datetime
    closed_at: datetime | None = None
    key: Text = ""
    request: Text = ""


class LeftOut(Record):
    """An order of a batch that was not printed. code: stable; text: why, in words."""

    order_id: Text
    code: Text
    text: Text


class Batch(Record):
    """Orders that are printed together, in picking order, and how far that is.

    format: one PDF, or one stream of ZPL. kinds: of documents, for each order in this order.
    done: how many of `orders` are printed or left out; files: the finished parts' keys, then the results'.
    """

    batch_id: Text
    location: Text
    day: date
    format: Literal["pdf", "zpl"] = "pdf"
    kinds: tuple[Text, ...]
    orders: tuple[Text, ...]
    begun_at: datetime
    by: Text = ""
    done: int = 0
    left_out: tuple[LeftOut, ...] = ()
    parts: tuple[Text, ...] = ()
    results: dict[str, str] = {}
    finished_at: datetime | None = None


class Dispatch(Protocol):
    """The lists of a day, of what leaves, of manifests, and of batches that are printed."""

    def due(self, location: str, day: date) -> list[Departing]:
        """What leaves a location on a day, by order; one that is still being prepared is left out."""
        ...

    def order_of(self, sscc: str) -> str | None:
        """The order whose parcel holds this SSCC."""
        ...

    def note_leaving(self, location: str, carrier: str, parcel: Leaving) -> None:
        """Put a parcel on the list of what the next manifest takes; there, it stays."""
        ...

    def leaving(self, location: str, carrier: str) -> list[Leaving]:
        """What the next manifest takes, by SSCC."""
        ...

    def forget_leaving(self, location: str, carrier: str, ssccs: Iterable[str]) -> None:
        """Take parcels off that list."""
        ...

    def manifests(self, location: str, carrier: str, *, most: int = 1) -> list[Manifest]:
        """The newest manifests of a location and carrier, the last one first, closed or not."""
        ...

    def manifest_for(self, location: str, carrier: str, request: str) -> Manifest | None:
        """The manifest that a request with this key has opened."""
        ...

    def open_manifest(self, manifest: Manifest) -> None:
        """Keep a new manifest; nothing happens when its count or its request has one already."""
        ...

    def close_manifest(self, manifest: Manifest) -> None:
        """Keep a manifest that is closed."""
        ...

    def open_batch(self, batch: Batch) -> Batch:
        """Keep a new batch; if its id is taken, the one that is there."""
        ...

    def batch(self, batch_id: str) -> Batch | None:
        """A batch as it is now."""
        ...

    def note_batch(self, seen: Batch, batch: Batch) -> Batch:
        """Keep a batch's progress; BatchChanged when another run has gone on with it since it was seen."""
        ...


class BatchChanged(RuntimeError):
    """Another run prints the same batch: it goes on there."""


class Bins(Protocol):
    """Where products lie at a location."""

    def of(self, location: str, skus: Sequence[str]) -> dict[str, str]:
        """The bin of each SKU that has one."""
        ...

    def set(self, location: str, bins: dict[str, str]) -> None:
        """Keep where SKUs lie; "" for nowhere."""
        ...
