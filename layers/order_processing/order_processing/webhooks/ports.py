"""What delivering webhooks needs of the outside: where endpoints and messages are kept, and how one is reached."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import Field

from order_processing.order import Record
from order_processing.webhooks.circuit import Health
from order_processing.webhooks.endpoint import Endpoint, Store
from order_processing.webhooks.message import Message


class Waiting(Record):
    """A message that is still to be delivered.

    attempts: how many there were; 0 for one that came while its endpoint was left alone.
    first_at: when its three days began. next_at: not before then. last: how the last attempt ended, or why there
    was none.
    """

    message: Message
    attempts: int
    first_at: datetime
    next_at: datetime
    last: str


class Line(Record):
    """An endpoint, how it does, and whether anything may be waiting for it.

    parked: how many messages were ever put to wait; cleared: how many when nothing waited last.
    """

    endpoint: Endpoint
    health: Health = Field(default_factory=Health)
    paused: bool = False
    parked: int = 0
    cleared: int = 0

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return self.endpoint.name

    @property
    def may_wait(self) -> bool:
        """Whether something may be waiting."""
        return self.parked != self.cleared


class Answer(Record):
    """What an endpoint answered. retry_after: how long it asked to be left alone."""

    status: int
    retry_after: timedelta | None = None


class NotReached(RuntimeError):
    """An endpoint gave no answer; `why` is one of our own words, never its."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NoSuchEndpoint(LookupError):
    """No endpoint has this name, or none any more."""


class EndpointHttp(Protocol):
    """Requests to endpoints."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One POST to an address that is public; nothing is followed. Raises NotReached."""
        ...


class Origins(Protocol):
    """Whose an order is."""

    def origin_of(self, order_id: str) -> Store:
        """The store that the order came from. Raises OrderNotFound."""
        ...


class Signing(Protocol):
    """Endpoints' secrets."""

    def secrets_of(self, endpoint: str) -> Sequence[str]:
        """Those that are valid now, the newest first; none where there are none."""
        ...


class Outbox(Protocol):
    """Endpoints with their messages. A message is one for its endpoint, however often it is put: its id says so.

    What is to change for an endpoint that was removed meanwhile raises NoSuchEndpoint.
    """

    def lines(self) -> Sequence[Line]:
        """Every endpoint; may be some seconds old."""
        ...

    def note_sent(self, endpoint: str, message: Message, now: datetime, *, waited: bool = False) -> None:
        """It was delivered, and is kept to be sent again on demand. waited: it had to wait, and does so no more."""
        ...

    def wait(self, endpoint: str, waiting: Waiting, *, again: bool = False) -> None:
        """Keep it until it is delivered. One that waits already stays as it is, unless it is tried `again`."""
        ...

    def bury(self, endpoint: str, waiting: Waiting, now: datetime) -> None:
        """It is given up: it waits no more, and is kept for an operator."""
        ...

    def note_failure(self, endpoint: str) -> Line:
        """Count a failed attempt; the endpoint as it stands then."""
        ...

    def keep_health(self, endpoint: str, health: Health) -> None:
        """What follows from a failure, but for the count of failures."""
        ...

    def recovered(self, endpoint: str) -> None:
        """An attempt succeeded after some had failed."""
        ...

    def claim(self, endpoint: str, now: datetime, until: datetime) -> Line | None:
        """The endpoint as it is, for whoever works off what waits; None while another does, or if it is gone."""
        ...

    def release(self, line: Line, *, cleared: bool) -> None:
        """Done working off. cleared: nothing waited when looked for, of what `line` counted."""
        ...

    def waiting(self, endpoint: str, due: datetime | None = None) -> Iterator[Waiting]:
        """The messages that wait, by the time of their events; those due at a time, or all."""
        ...

    def waits(self, endpoint: str) -> bool:
        """Whether anything waits at this moment."""
        ...
