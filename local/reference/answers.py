"""The shapes of the API's answers. A client must take fields that do not stand here: they may be added."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from order_processing.account import AccountEntry
from order_processing.availability import Missing
from order_processing.discrepancy import Approval, Correction, Resolution
from order_processing.inventory_documents import Result
from order_processing.order_parts import Reason
from order_processing.order_queries import OrderRow
from order_processing.renewal_port import Broken
from order_processing.status import Status
from order_processing.warehouse.parcels import State

Amount = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", examples=["152.60"])]
OrderId = Annotated[str, Field(pattern=r"^[0-9B-DF-HJKMNP-TV-XZ]{9}$", examples=["BRSJV48JX"])]
OrderNumber = Annotated[str, Field(pattern=r"^[0-9B-Z]{4}-[0-9B-Z]{4}-[0-9B-Z]$", examples=["BRSJ-V48J-X"])]
Cursor = Annotated[str | None, Field(description="Where the next page begins; null at the end.")]


class Mistake(BaseModel):
    """One mistake: the field's path, and what was found and would be right."""

    path: str
    message: str


class Problem(BaseModel):
    """An error (RFC 9457). `code` is stable: programs go by it; `detail` is for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Mistake] = []


class GatewayMessage(BaseModel):
    """What API Gateway itself answers, before the API sees the request."""

    message: str


class OrderReceipt(BaseModel):
    """An order that was taken in. Whoever holds `status_url` may see it and cancel it: give it to its customer only."""

    id: OrderId
    number: OrderNumber
    status_url: Annotated[str, Field(json_schema_extra={"format": "uri"})]


class OrderLine(BaseModel):
    """A line, as verified once the order is; `price` is the line's, after its discount."""

    sku: str
    description: str
    quantity: int
    price: Amount
    delivery_date: date | None


class FoundDiscrepancy(BaseModel):
    """One difference between what the order says and what is true, and what was done about it."""

    code: str
    path: str
    found: str
    expected: str
    resolution: Resolution
    message: str


class Decided(BaseModel):
    """A decision that was made about the order."""

    actor: Literal["customer", "staff"]
    at: datetime
    corrections: list[Correction]
    approvals: list[Approval]
    choice: str | None


class HandedOutLine(BaseModel):
    """A line that needs no parcel."""

    sku: str
    description: str
    quantity: int


class ByEmail(BaseModel):
    """What was handed out by e-mail, and when."""

    sent_at: datetime | None
    lines: list[HandedOutLine]


class PartDelivery(BaseModel):
    """How many pieces of a line come on a day."""

    date: date
    quantity: int


class OfferedLine(BaseModel):
    """A line as it would be after a choice."""

    sku: str
    description: str
    quantity: int
    price: Amount
    deliveries: list[PartDelivery]


class OfferedChoice(BaseModel):
    """One thing that may be chosen. `total`, `delivery_date` and `lines` are missing where it ends the order."""

    choice: str
    kind: str
    price_difference: Amount
    total: Amount | None = None
    delivery_date: date | None = None
    lines: list[OfferedLine] = []


class OfferShown(BaseModel):
    """What the customer may choose, until when."""

    expires_at: datetime | None
    choices: list[OfferedChoice]


class ParcelSent(BaseModel):
    """A parcel of the order."""

    sscc: str
    number: int
    of: int
    tracking_number: str
    tracking_url: str | None


class OrderShown(BaseModel):
    """An order as its holder sees it: without name, address and e-mail."""

    id: OrderId
    number: OrderNumber
    store_order_number: str
    status: Status
    times: Annotated[dict[str, datetime], Field(description="When each status was first reached (UTC).")]
    reason: Reason | None
    currency: str
    total: Amount
    lines: list[OrderLine]
    delivery_date: date | None
    discrepancies: list[FoundDiscrepancy]
    decisions: list[Decided]
    by_email: ByEmail
    offer: OfferShown | None
    parcels: list[ParcelSent]


class QuotedLine(BaseModel):
    """A line as it would be; `price` is the line's, after its discount."""

    sku: str
    description: str
    quantity: int
    unit_price: Amount
    price: Amount
    deliveries: list[PartDelivery]


class QuoteShown(BaseModel):
    """What would become of an order that is placed now. Nothing is held: it may be otherwise a second later.

    `would_be`: RESERVED where nothing speaks against it (staff may still be asked before it is confirmed), else
    CORRECTION_PENDING, OFFER_PENDING or REJECTED. `missing` and `choices`: what there is not enough of, and what
    would be offered instead.
    """

    quoted_at: datetime
    would_be: Literal["RESERVED", "CORRECTION_PENDING", "OFFER_PENDING", "REJECTED"]
    currency: str
    lines: list[QuotedLine]
    service: str
    shipping_price: Amount
    tax_total: Amount
    discount_total: Amount
    total: Amount
    delivery_date: date | None
    discrepancies: list[FoundDiscrepancy]
    missing: list[Missing]
    choices: list[OfferedChoice]


class ListedOrder(OrderRow):
    """An order in a list by day."""

    number: OrderNumber
    total: Amount | None  # type: ignore[assignment]  # major units, where the record has minor ones


class ListedEntry(AccountEntry):
    """An order in a list by customer, as it stands in the account."""

    number: OrderNumber
    amount: Amount  # type: ignore[assignment]
    open: Amount  # type: ignore[assignment]
    tracking: list[Annotated[list[str], Field(min_length=2, max_length=2)]]  # type: ignore[assignment]


class OrderList(BaseModel):
    """A page of orders. A page may hold fewer than `limit`, and still not be the last."""

    orders: list[ListedOrder] | list[ListedEntry]
    cursor: Cursor
    looked_at: Annotated[int, Field(description="For staff: how many orders were read for this page.")] = 0


class PaymentTaken(BaseModel):
    """What is still open of an order."""

    order: OrderId
    open: Amount
    currency: str


class Taken(BaseModel):
    """What became of a delivery: the order's `id`, `number` and `status_url`; or why there is none (yet).

    `quarantined`: the id under which a body that cannot be read is set aside; `errors` then names the field.
    """

    id: OrderId | None = None
    number: OrderNumber | None = None
    status_url: str | None = None
    taken: bool = True
    reason: str | None = None
    quarantined: str | None = None
    errors: list[Mistake] = []


class DocumentsTaken(BaseModel):
    """What became of each document. In the answer 409 some were refused and `errors` names them."""

    documents: int
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: int = 0
    refused: int = 0
    results: list[Result]
    errors: list[Mistake] = []


class BrokenPromises(BaseModel):
    """Confirmed orders to which nothing can be promised."""

    orders: list[Broken]


class ListedParcel(BaseModel):
    """A parcel on the list of a day."""

    sscc: str
    number: int
    of: int
    box: str
    weight_g: int
    pieces: int
    remarks: list[str]
    state: State


class ListedShipment(BaseModel):
    """What leaves together for one order."""

    order: OrderNumber
    order_id: OrderId
    service: str
    state: State
    parcels: list[ListedParcel]


class CarriersDay(BaseModel):
    """What one carrier takes on a day. `pickup`: when it comes, local time; empty where nobody knows."""

    carrier: str
    pickup: str
    counts: dict[str, int]
    shipments: list[ListedShipment]


class DayList(BaseModel):
    """What leaves a location on a day."""

    location: str
    name: str
    day: date
    time_zone: str
    carriers: list[CarriersDay]


class LeftOut(BaseModel):
    """An order that a batch does not print, and why."""

    order: OrderNumber
    code: str
    text: str


class BatchShown(BaseModel):
    """How far a batch is. `links`: of its documents, good for a short time."""

    batch: str
    location: str
    day: date
    format: Literal["pdf", "zpl"]
    state: Literal["printing", "finished"]
    done: int
    total: int
    orders: list[OrderNumber]
    left_out: list[LeftOut]
    links: dict[str, str]


class ParcelShown(BaseModel):
    """A parcel in the warehouse. `order_complete`: whether all of the order has left."""

    sscc: str
    order: OrderNumber
    parcel: int
    of: int
    state: State
    order_complete: bool
    manifest: str


class ManifestShown(BaseModel):
    """What a carrier took over together."""

    number: str
    location: str
    carrier: str
    day: date
    parcels: list[str]
    state: Literal["closed", "closing"]
    links: dict[str, str]


class ManifestList(BaseModel):
    """The newest manifests."""

    manifests: list[ManifestShown]


class BinsSet(BaseModel):
    """How many SKUs were given a place."""

    set: int


class DocumentLink(BaseModel):
    """A document. `link` is good for a short time."""

    kind: str
    name: str
    content_type: str
    sha256: str
    size: int
    link: str


class OrderDocuments(BaseModel):
    """An order's documents; none before it is ready to ship."""

    order: OrderNumber
    documents: list[DocumentLink]


class ReturnLabel(BaseModel):
    """A label with which a parcel comes back."""

    order: OrderNumber
    parcel: int
    sscc: str
    sha256: str
    link: str
