"""What every store platform can do for intake: say which store sent it, check the signature, read the order.

Bytes and headers in, data out. A platform module is loaded when it is first asked for, so a function
that serves one platform does not pay for the others.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, wraps
from importlib import import_module
from typing import Literal, Protocol, TypeVar, cast

from pydantic import ValidationError

from order_processing.order import Order, Record, Text

Change = Literal["updated", "paid", "cancelled", "fulfilled", "restored"]


class OrderPlaced(Record):
    """A new order."""

    order: Order


class OrderChanged(Record):
    """A known order's new state; the whole order as it stands now, and what the topic calls the change.

    It may arrive before the order's own OrderPlaced: who does not know the order takes it in from here.
    """

    order: Order
    change: Change


class OrderDeleted(Record):
    """The store deleted an order for good; it sends no more than the order's id."""

    store: Text
    store_order_id: Text


class NotAnOrder(Record):
    """A delivery that brings no order: a ping, a test of the connection, another topic. Answer 2xx and forget it."""

    reason: Text


class NeedsFetch(NotAnOrder):
    """A notice that names an order and does not bring it: fetch the addresses and read the answers.

    Look for it before NotAnOrder. Its addresses are all on the platform's own host; GET each with the
    store's credentials and hand the bodies (an empty one for 204) to `Fetching.read_fetched`.
    change: None for a new order. version: the state's time where the notice alone knows it.
    """

    reason: Text = "a notice that names an order, to be fetched from the store"
    store: Text
    store_order_id: Text
    change: Change | None = None
    version: Text = ""
    urls: tuple[Text, ...]


Delivery = OrderPlaced | OrderChanged | OrderDeleted | NeedsFetch | NotAnOrder


class UnknownPlatform(LookupError):
    """No platform has this name; the message lists those that are there."""


class SignatureError(ValueError):
    """A delivery whose signature is missing, malformed, too old or wrong: refuse it and store nothing."""


class Unreadable(ValueError):
    """A body that cannot be read as an order: which field, what was found, what would be right."""

    def __init__(self, path: str, found: object, expected: str) -> None:
        shown = found if isinstance(found, str) else repr(found)
        self.path = path
        self.found = "".join(c if c.isprintable() else "?" for c in shown[:80])
        self.expected = expected
        super().__init__(f"{path or 'body'}: found {self.found or 'nothing'}, expected {expected}")


Read = TypeVar("Read", bound=Callable[..., object])


def within_bounds(read: Read) -> Read:
    """Make a reader raise Unreadable, too, for a value that our order has no room for (see `order`)."""

    @wraps(read)
    def reading(*args: object, **named: object) -> object:
        try:
            return read(*args, **named)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            path = ".".join(map(str, first["loc"]))
            raise Unreadable(path, "a value out of bounds", first["msg"].lower()) from None

    return cast(Read, reading)


class Platform(Protocol):
    """One kind of store. Headers are looked up without regard to case."""

    name: str

    def store_of(self, headers: Mapping[str, str]) -> str:
        """Which store sent it, normalised; "" when the headers do not say. True only once verified."""

    def delivery_id(self, headers: Mapping[str, str]) -> str:
        """The platform's id of this delivery, the same when it is sent again; "" when there is none."""

    def ping(self, headers: Mapping[str, str], raw: bytes) -> NotAnOrder | None:
        """For an unsigned test of the address, why it is no order. Ask before `verify`; store nothing for it."""

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> None:
        """Check the signature over the raw bytes with each secret that is valid now, or raise SignatureError."""

    def read(self, headers: Mapping[str, str], raw: bytes) -> Delivery:
        """What a verified delivery brings; raises Unreadable."""


class Fetching(Platform, Protocol):
    """A platform whose notices bring no more than an id."""

    def read_fetched(self, notice: NeedsFetch, answers: Mapping[str, bytes]) -> Delivery:
        """The order in the answers, by the address of each; raises Unreadable."""


def placed_or_changed(order: Order, change: Change | None) -> Delivery:
    """The delivery of an order in its present state; a change of None is a new order."""
    return OrderPlaced(order=order) if change is None else OrderChanged(order=order, change=change)


_MODULES = {
    "shopify": "order_processing.stores.shopify",
    "woocommerce": "order_processing.stores.woocommerce",
    "bigcommerce": "order_processing.stores.bigcommerce",
    "adobe-commerce": "order_processing.stores.adobe_commerce",
    "squarespace": "order_processing.stores.squarespace",
    "stripe": "order_processing.stores.stripe",
    "standardwebhooks": "order_processing.stores.standard_webhooks",
}


def sources() -> tuple[str, ...]:
    """The names of the platforms, as in `/webhooks/{source}`."""
    return tuple(_MODULES)


@cache
def platform(source: str) -> Platform:
    """The platform of this name, or UnknownPlatform."""
    try:
        module = _MODULES[source]
    except KeyError:
        raise UnknownPlatform(f"{source[:40]!r} is not one of {', '.join(_MODULES)}") from None
    found: Platform = import_module(module).PLATFORM
    return found
