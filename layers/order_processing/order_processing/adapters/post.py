"""E-mail through SES version 2."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import ClientError

from order_processing.errors import SendingStopped, SendingThrottled
from order_processing.mail.message import Message
from order_processing.post import AddressRefused, is_one_address
from order_processing.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
"""For the client: SES knows no idempotency key, so a call whose answer is lost is not repeated unseen."""

# Maximum sending rate and daily quota both come as the first; the others are what AWS calls throttling elsewhere.
_LATER = frozenset({"TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling"})
_STOPPED = frozenset(
    {
        "SendingPausedException",
        "AccountSuspendedException",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "NotFoundException",
    }
)
# What SES says of an address that cannot be one, as a BadRequestException; anything else of that kind is our fault.
_NO_ADDRESS = ("final '@domain'", "local address contains", "domain contains", "illegal address", "invalid address")


class SesPost:
    """Sends through one configuration set; each message carries the order's id and its kind as tags.

    suppressed: addresses that are not to be written to. SES drops mail to them, and counts the attempt against us.
    """

    def __init__(
        self,
        client: SESV2Client,
        sender: str,
        configuration_set: str,
        settings: Settings,
        suppressed: Container[str] = (),
    ) -> None:
        self._client = client
        self._sender = sender
        self._reply_to = settings.store.reply_to
        self._configuration_set = configuration_set
        self._suppressed = suppressed

    def refuses(self, to: str) -> str:
        """See `Post`."""
        if not is_one_address(to):
            return "no_address"
        return "suppressed" if to in self._suppressed else ""

    def send(self, message: Message, *, to: str, order_id: str, kind: str) -> str:
        """Hand one message to SES and return its message id; see `Post`."""
        try:
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
        except ClientError as error:
            raise _named(error) from None
        return answer["MessageId"]


def _named(error: ClientError) -> Exception:
    """SES's error by what is to be done about it; SES's own words may quote the address."""
    code = error.response["Error"]["Code"]
    if code in _LATER:
        return SendingThrottled(code)
    if code in _STOPPED:
        return SendingStopped(code)
    words = error.response["Error"].get("Message", "").casefold()
    if code == "BadRequestException" and any(word in words for word in _NO_ADDRESS):
        return AddressRefused("refused")
    return error
