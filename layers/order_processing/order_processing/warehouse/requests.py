"""What requests to the warehouse's door carry."""

from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError

from order_processing import order_number
from order_processing.foreign_json import read_foreign_json
from order_processing.http import Problem, Request
from order_processing.inventory import Name
from order_processing.order import Record, Text
from order_processing.warehouse.dispatch import KINDS, Kind

R = TypeVar("R", bound=Record)
MOST_BINS = 500
"""Bins that can be set at once: each is a write of its own."""


class BatchWanted(Record):
    """The body of POST /shipments/batches. orders: numbers of orders to print, also once more; else what is to do."""

    location: Text
    day: date | None = None
    carrier: Text = ""
    format: Literal["pdf", "zpl"] = "pdf"
    kinds: tuple[Kind, ...] = KINDS
    orders: tuple[Text, ...] = ()


class ManifestWanted(Record):
    """The body of POST /shipments/manifests."""

    location: Text
    carrier: Text


class BinsWanted(Record):
    """The body of POST /shipments/bins. bins: where each SKU lies; "" for nowhere."""

    location: Text
    bins: Annotated[dict[Name, Text], Field(max_length=MOST_BINS)]


def number_of(order: str) -> str:
    """An order's number as it is kept; Problem for what is none."""
    try:
        return order_number.parse(order)
    except order_number.OrderNumberError as error:
        raise Problem(400, "ORDER_NUMBER_INVALID", f"orders: {error}") from None


def body_of(request: Request, model: type[R]) -> R:
    """The request's JSON body; a Problem names each field that is wrong."""
    try:
        return model.model_validate(read_foreign_json(request.raw_body()))
    except ValidationError as error:
        mistakes = [
            (".".join(map(str, e["loc"])), f"{e['input']!r:.60}: {e['msg']}") for e in error.errors(include_url=False)
        ]
        raise Problem(400, "BODY_INVALID", "the body is not what this path takes", mistakes) from None
    except ValueError:
        raise Problem(400, "BODY_UNREADABLE", "the body is not JSON") from None
