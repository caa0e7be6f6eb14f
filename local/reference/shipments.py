"""The warehouse's day: lists, printing, packing, hand-over, manifests."""

from __future__ import annotations

from local.reference import answers
from local.reference.operation import Body, Operation, Parameter, Reply
from local.reference.parameters import DAY, IDEMPOTENCY_KEY, LOCATION, ORDER, SCANNED_AT, SSCC
from order_processing.warehouse.requests import BatchWanted, BinsWanted, ManifestWanted

_OPENERS: tuple[dict[str, list[str]], ...] = ({"warehouse_key": []},)
_BODY = ("BODY_INVALID", "BODY_UNREADABLE", "BODY_TOO_LARGE", "NO_SUCH_LOCATION")
_SCANNED = ("SSCC_INVALID", "NO_SUCH_PARCEL", "NO_SUCH_LOCATION", "NO_SUCH_ROUTE", "WRONG_LOCATION", "BUSY")


def _op(method: str, path: str, name: str, summary: str, replies: dict[int, Reply], **more: object) -> Operation:
    return Operation(method, path, name, "warehouse", summary, _OPENERS, replies, **more)  # type: ignore[arg-type]


SHIPMENTS = (
    _op(
        "get",
        "/shipments",
        "listShipments",
        "List what leaves on a day",
        {200: Reply("The day's shipments, by carrier.", answers.DayList)},
        problems=("NO_SUCH_LOCATION", "DAY_INVALID"),
        parameters=(LOCATION, Parameter("day", "query", "The day; today if none is named.", DAY)),
    ),
    _op(
        "post",
        "/shipments/batches",
        "printBatch",
        "Print many orders",
        {
            200: Reply("The batch, which is finished.", answers.BatchShown),
            202: Reply("The batch, which is being printed.", answers.BatchShown),
        },
        problems=(
            *_BODY,
            "IDEMPOTENCY_KEY_MISSING",
            "ORDER_NUMBER_INVALID",
            "NOT_ON_THE_LIST",
            "NOTHING_TO_PRINT",
            "TOO_MANY",
            "BUSY",
        ),
        parameters=(IDEMPOTENCY_KEY,),
        body=Body(BatchWanted, example={"location": "louisville"}),
        description="The same Idempotency-Key is the same batch: it is gone on with.",
    ),
    _op(
        "get",
        "/shipments/batches/{batch_id}",
        "readBatch",
        "Read how far a batch is",
        {200: Reply("The batch.", answers.BatchShown)},
        problems=("NO_SUCH_BATCH", "NO_SUCH_ROUTE"),
        parameters=(Parameter("batch_id", "path", "The batch's id.", {"type": "string", "minLength": 1}, True),),
    ),
    _op(
        "get",
        "/shipments/parcels/{sscc}",
        "readParcel",
        "Read which order's parcel this is",
        {200: Reply("The parcel.", answers.ParcelShown)},
        problems=_SCANNED,
        parameters=(SSCC,),
    ),
    _op(
        "post",
        "/shipments/parcels/{sscc}/packed",
        "packParcel",
        "A parcel is packed",
        {200: Reply("The parcel.", answers.ParcelShown)},
        problems=(*_SCANNED, "NOT_READY", "NOT_PRINTED", "ORDER_ENDED", "ALREADY_LEFT"),
        parameters=(SSCC, SCANNED_AT),
    ),
    _op(
        "post",
        "/shipments/parcels/{sscc}/handed-over",
        "handOverParcel",
        "The carrier has a parcel",
        {200: Reply("The parcel.", answers.ParcelShown)},
        problems=(*_SCANNED, "NOT_READY", "NOT_PRINTED", "ORDER_ENDED", "ALREADY_LEFT"),
        parameters=(SSCC, SCANNED_AT),
    ),
    _op(
        "get",
        "/shipments/manifests",
        "listManifests",
        "List a carrier's newest manifests",
        {200: Reply("The newest 20.", answers.ManifestList)},
        problems=("NO_SUCH_LOCATION", "NO_SUCH_CARRIER"),
        parameters=(LOCATION, Parameter("carrier", "query", "The carrier.", {"type": "string"}, True, "UPS")),
    ),
    _op(
        "post",
        "/shipments/manifests",
        "closeManifest",
        "Close the manifest of what a carrier has taken over",
        {200: Reply("The manifest.", answers.ManifestShown)},
        problems=(*_BODY, "IDEMPOTENCY_KEY_MISSING", "NO_SUCH_CARRIER", "NOTHING_TO_CLOSE", "BUSY"),
        parameters=(IDEMPOTENCY_KEY,),
        body=Body(ManifestWanted, example={"location": "louisville", "carrier": "UPS"}),
    ),
    _op(
        "post",
        "/shipments/bins",
        "setBins",
        "Say where SKUs lie",
        {200: Reply("How many were set.", answers.BinsSet)},
        problems=_BODY,
        body=Body(BinsWanted, example={"location": "louisville", "bins": {"TEST-123": "A-01-3"}}),
    ),
    _op(
        "get",
        "/shipments/orders/{order}/documents",
        "listDocuments",
        "List an order's documents",
        {200: Reply("Each document, by a short-lived link.", answers.OrderDocuments)},
        problems=("NO_SUCH_ORDER", "ORDER_NUMBER_INVALID", "NO_SUCH_ROUTE"),
        parameters=(ORDER,),
    ),
    _op(
        "post",
        "/shipments/orders/{order}/return-label",
        "makeReturnLabel",
        "Make a label with which a parcel comes back",
        {200: Reply("The label; made again, it is the same.", answers.ReturnLabel)},
        problems=(
            "NO_SUCH_ORDER",
            "ORDER_NUMBER_INVALID",
            "NO_SUCH_ROUTE",
            "PARCEL_INVALID",
            "NO_SUCH_PARCEL",
            "NOT_READY",
            "RETURN_BY_CARRIER",
            "BUSY",
        ),
        parameters=(
            ORDER,
            Parameter("parcel", "query", "The parcel's number.", {"type": "integer", "minimum": 1, "default": 1}),
        ),
    ),
)
