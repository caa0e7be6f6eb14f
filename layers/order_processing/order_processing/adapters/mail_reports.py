"""What became of mails, in the orders' table.

- partition of the order, part `mail#<message id>`: what the mail was for and when each thing became known of it.
  It is an item of its own, so that no report races with a stage for the order's head.
- partition `unreached`, part `<order id>#<kind>#<message id>`: an order whose customer could not be told something.
- partition `address#<keyed hash>`, part `suppressed`: an address that is not to be written to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import document, read_document, text, time
from order_processing.adapters.order_items import key
from order_processing.adapters.queried import each_item
from order_processing.adapters.transactions import Refused, Write, write_all
from order_processing.mail_reports import FAILED, MailReport, Outcome
from order_processing.order_parts import Unreached

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LIST = "unreached"


class DynamoMailReports:
    """The port `MailReports`. hashed: an address's keyed hash, which tells nothing about it."""

    def __init__(self, client: DynamoDBClient, table: str, hashed: Callable[[str], str]) -> None:
        self._client = client
        self._table = table
        self._hashed = hashed

    def note(self, report: MailReport) -> None:
        """See `MailReports`. Of a thing that is reported twice, the first time is kept."""
        known = _known(self._table, report)
        if report.outcome not in FAILED:
            try:
                self._client.update_item(**known)
            except self._client.exceptions.ConditionalCheckFailedException:
                return
            return
        unreached = Unreached(
            order_id=report.order_id,
            kind=report.kind,
            message_id=report.message_id,
            why=report.outcome.value,
            cause=report.cause,
            at=report.at,
        )
        try:
            write_all(self._client, [{"Update": known}, {"Put": _listed(self._table, unreached)}])
        except Refused:
            return

    def suppress(self, address: str, outcome: Outcome, at: datetime) -> None:
        """See `MailReports`."""
        item = {**_address_key(self._hashed(address)), "why": text(outcome.value), "at": time(at)}
        self._client.put_item(TableName=self._table, Item=item)


class DynamoUnreached:
    """The port `UnreachedCustomers`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, unreached: Unreached) -> None:
        """See `UnreachedCustomers`."""
        put: Any = _listed(self._table, unreached)
        self._client.put_item(**put)

    def waiting(self) -> list[Unreached]:
        """See `UnreachedCustomers`."""
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="order_id = :list",
            ExpressionAttributeValues={":list": text(_LIST)},
        )
        waiting = (read_document(item["document"], Unreached) for item in found)
        return sorted(waiting, key=lambda one: (one.at, one.order_id))

    def done(self, unreached: Unreached) -> None:
        """See `UnreachedCustomers`."""
        self._client.delete_item(TableName=self._table, Key=key(_LIST, _place(unreached)))


class SuppressedAddresses:
    """Addresses that are not to be written to. hashed: as for `DynamoMailReports`."""

    def __init__(self, client: DynamoDBClient, table: str, hashed: Callable[[str], str]) -> None:
        self._client = client
        self._table = table
        self._hashed = hashed

    def __contains__(self, address: object) -> bool:
        """Half a read unit."""
        found = self._client.get_item(
            TableName=self._table, Key=_address_key(self._hashed(str(address))), ProjectionExpression="why"
        )
        return "Item" in found

    def remove(self, address: str) -> None:
        """Let the address be written to again. SES keeps a list of its own beside this one."""
        self._client.delete_item(TableName=self._table, Key=_address_key(self._hashed(address)))


def _known(table: str, report: MailReport) -> dict[str, Any]:
    """The update that keeps a report with its mail, unless it is known, or an earlier one of its kind is."""
    at = f"{report.outcome.value}_at"
    sets, values = "#at = :at, kind = :kind", {":at": time(report.at), ":kind": text(report.kind)}
    if report.cause:
        sets += ", cause = :cause"
        values[":cause"] = text(report.cause)
    earlier = "" if report.outcome in FAILED else " OR #at > :at"
    return {
        "TableName": table,
        "Key": key(report.order_id, f"mail#{report.message_id}"),
        "UpdateExpression": f"SET {sets}",
        "ConditionExpression": f"attribute_not_exists(#at){earlier}",
        "ExpressionAttributeNames": {"#at": at},
        "ExpressionAttributeValues": values,
    }


def _listed(table: str, unreached: Unreached) -> Write:
    return {"TableName": table, "Item": {**key(_LIST, _place(unreached)), "document": document(unreached)}}


def _place(unreached: Unreached) -> str:
    return f"{unreached.order_id}#{unreached.kind}#{unreached.message_id}"


def _address_key(hashed: str) -> dict[str, Any]:
    return key(f"address#{hashed}", "suppressed")
