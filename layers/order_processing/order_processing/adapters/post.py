"""E-mail through SES version 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from order_processing.mail.message import Message
from order_processing.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


class SesPost:
    """Sends through one configuration set; each message carries the order's id and its kind as tags."""

    def __init__(self, client: SESV2Client, sender: str, configuration_set: str, settings: Settings) -> None:
        self._client = client
        self._sender = sender
        self._reply_to = settings.store.reply_to
        self._configuration_set = configuration_set

    def send(self, message: Message, *, to: str, order_id: str, kind: str) -> str:
        """Hand one message to SES and return its message id."""
        answer = self._client.send_email(
            FromEmailAddress=self._sender,
            ReplyToAddresses=[self._reply_to],
            Destination={"ToAddresses": [to]},
            Content={
                "Simple": {
                    "Subject": {"Data": message.subject, "Charset": "UTF-8"},
                    "Body": {
                        "Text": {"Data": message.text, "Charset": "UTF-8"},
                        "Html": {"Data": message.html, "Charset": "UTF-8"},
                    },
                }
            },
            EmailTags=[{"Name": "order", "Value": order_id}, {"Name": "kind", "Value": kind}],
            ConfigurationSetName=self._configuration_set,
        )
        return answer["MessageId"]
