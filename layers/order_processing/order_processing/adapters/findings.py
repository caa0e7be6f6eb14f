"""The findings of the sweeps in DynamoDB.

Table: partition key `list`, sort key `entry`:
- `open`, `<kind>#<subject>`: a finding that is open.
- `closed#<day>`, `<time>#<kind>#<subject>`: one that was resolved on that day; forgotten after 90 days (`forget_at`).
- `followed`, `<order id>`: an order that each sweep looks at again until it is settled.
- `progress`, `<sweep>`: how far a sweep has come (`place`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import Attribute, document, iso, number, read_document, text, time
from order_processing.adapters.queried import each_item
from order_processing.findings import Finding, Kind

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=90)
_OPEN, _FOLLOWED, _PROGRESS = "open", "followed", "progress"


class DynamoFindings:
    """The port `Findings`; see the module's text for its items."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def note(self, kind: Kind, subject: str, now: datetime, *, done: str = "", advice: str = "") -> Finding:
        """See `Findings`."""
        before = self._get(_OPEN, f"{kind}#{subject}")
        found = Finding(kind=kind, subject=subject, since=now, seen_at=now, done=done, advice=advice)
        if before:
            last = read_document(before["document"], Finding)
            # What was done once stays said, also in sweeps that had nothing to do.
            again = {"since": last.since, "times": last.times + 1, "done": done or last.done}
            found = found.model_copy(update=again)
        self._put(_OPEN, f"{kind}#{subject}", document=document(found))
        return found

    def resolve(self, finding: Finding, now: datetime) -> None:
        """See `Findings`. Closed first, so that a cut run leaves it in both lists rather than in none."""
        entry = f"{finding.kind}#{finding.subject}"
        closed = finding.model_copy(update={"seen_at": now, "advice": ""})
        forget_at = number(int((now + KEPT).timestamp()))
        self._put(
            _closed_on(iso(now)[:10]), f"{iso(finding.since)}#{entry}", document=document(closed), forget_at=forget_at
        )
        self._client.delete_item(TableName=self._table, Key=_key(_OPEN, entry))

    def open(self) -> list[Finding]:
        """See `Findings`."""
        found = [read_document(item["document"], Finding) for item in self._query(_OPEN)]
        return sorted(found, key=lambda one: (not one.needs_person, one.since, one.kind, one.subject))

    def closed(self, day: str) -> list[Finding]:
        """See `Findings`."""
        return [read_document(item["document"], Finding) for item in self._query(_closed_on(day))]

    def follow(self, order_id: str, now: datetime) -> None:
        """See `Findings`."""
        self._put(_FOLLOWED, order_id, since=time(now))

    def followed(self) -> list[str]:
        """See `Findings`."""
        return [item["entry"]["S"] for item in self._query(_FOLLOWED)]

    def unfollow(self, order_id: str) -> None:
        """See `Findings`."""
        self._client.delete_item(TableName=self._table, Key=_key(_FOLLOWED, order_id))

    def progress(self, sweep: str) -> str:
        """See `Findings`."""
        kept = self._get(_PROGRESS, sweep)
        return str(kept["place"]["S"]) if kept else ""

    def keep_progress(self, sweep: str, place: str) -> None:
        """See `Findings`."""
        self._put(_PROGRESS, sweep, place=text(place))

    def _get(self, of: str, entry: str) -> dict[str, Any]:
        found = self._client.get_item(TableName=self._table, Key=_key(of, entry), ConsistentRead=True)
        return found.get("Item", {})

    def _put(self, of: str, entry: str, **attributes: Attribute) -> None:
        self._client.put_item(TableName=self._table, Item={**_key(of, entry), **attributes})

    def _query(self, of: str) -> list[dict[str, Any]]:
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="#list = :list",
            ExpressionAttributeNames={"#list": "list"},
            ExpressionAttributeValues={":list": text(of)},
            ConsistentRead=True,
        )
        return list(found)


def _closed_on(day: str) -> str:
    return f"closed#{day}"


def _key(of: str, entry: str) -> dict[str, Attribute]:
    return {"list": text(of), "entry": text(entry)}
