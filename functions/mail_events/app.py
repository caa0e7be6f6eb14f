"""Keeps what became of the mails to customers, as SES reports it, with their orders."""

import os
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.mail_reports import DynamoMailReports
from order_processing.adapters.secrets import address_hashes
from order_processing.observe import logged
from order_processing.stages.note_mail import note_mail

_reports = DynamoMailReports(
    client("dynamodb"),
    os.environ["ORDERS_TABLE"],
    address_hashes(client("secretsmanager"), os.environ["IDENTITY_SECRET"]),
)


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    return {"outcome": note_mail(event, _reports)}
