"""How endpoints and their messages stand in DynamoDB.

Table: partition key `endpoint`, sort key `item`:
- under `#endpoints`, an item an endpoint, by its name: what its operator said of it (`document`), and how it does.
- under an endpoint's name, its messages, by the time of their events and by their ids:
  `waiting#<time>#<id>`, `sent#<time>#<id>`, `dead#<time>#<id>`. A message is in one of the three; one that was
  sent and is to be sent again stands in two until it is. All are forgotten after 30 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from order_processing.adapters.attributes import Attribute, document, iso, number, read_document, text
from order_processing.webhooks.circuit import Health
from order_processing.webhooks.endpoint import Endpoint
from order_processing.webhooks.message import Message
from order_processing.webhooks.ports import Line, Waiting

ENDPOINTS = "#endpoints"
WAITING, SENT, DEAD = "waiting", "sent", "dead"
KEPT = timedelta(days=30)


def endpoint_key(name: str) -> dict[str, Attribute]:
    """The key of an endpoint's own item."""
    return {"endpoint": text(ENDPOINTS), "item": text(name)}


def message_key(endpoint: str, state: str, message: Message) -> dict[str, Attribute]:
    """The key of a message in one of its states."""
    return {"endpoint": text(endpoint), "item": text(f"{state}#{iso(message.at)}#{message.id}")}


def waiting_item(endpoint: str, state: str, waiting: Waiting, since: datetime) -> dict[str, Attribute]:
    """A message that waits, or is dead. since: when it came into that state."""
    return {
        **message_key(endpoint, state, waiting.message),
        "document": document(waiting),
        "next_at": text(iso(waiting.next_at)),
        "forget_at": number(int((since + KEPT).timestamp())),
    }


def sent_item(endpoint: str, message: Message, now: datetime) -> dict[str, Attribute]:
    """A message that was delivered, as one that could be sent again."""
    kept = Waiting(message=message, attempts=0, first_at=now, next_at=now, last="")
    return waiting_item(endpoint, SENT, kept, now)


def read_waiting(item: Mapping[str, Any]) -> Waiting:
    """The message of an item, in whatever state."""
    return read_document(item["document"], Waiting)


def read_line(item: Mapping[str, Any]) -> Line:
    """An endpoint's own item."""
    moments = {name: datetime.fromisoformat(item[name]["S"]) for name in ("failing_since", "probe_at") if name in item}
    counted = {name: int(item[name]["N"]) for name in ("failures", "probes", "parked", "cleared") if name in item}
    health = Health(
        **moments,
        failures=max(counted.get("failures", 0), 0),
        probes=counted.get("probes", 0),
        disabled=item["disabled"]["S"] if "disabled" in item else "",
    )
    return Line(
        endpoint=read_document(item["document"], Endpoint),
        health=health,
        paused="paused" in item,
        parked=counted.get("parked", 0),
        cleared=counted.get("cleared", 0),
    )
