"""Events through EventBridge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from order_processing.events import OrderEvent

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "order-processing"


class EventBridgeBus:
    """The port `Bus` on one event bus; `detail-type` is the event's name, `detail` its JSON."""

    def __init__(self, client: EventBridgeClient, bus: str) -> None:
        self._client = client
        self._bus = bus

    def put(self, events: Sequence[OrderEvent]) -> int | None:
        """See `Bus`."""
        answer = self._client.put_events(Entries=[self._entry(event.fitted()) for event in events])
        if not answer["FailedEntryCount"]:
            return None
        return next(place for place, entry in enumerate(answer["Entries"]) if "ErrorCode" in entry)

    def _entry(self, event: OrderEvent) -> PutEventsRequestEntryTypeDef:
        return {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": event.name,
            "Detail": event.model_dump_json(),
            "Time": event.at,
        }
