"""Where messages to customers go out: the port that the stages need."""

from __future__ import annotations

import re
from typing import Protocol

from order_processing.mail.message import Message

_ONE_ADDRESS = re.compile(r"""[^\s@<>()\[\],;:\\"\x00-\x20\x7f]+@[^\s@<>()\[\],;:\\"\x00-\x20\x7f]+""")


def is_one_address(text: str) -> bool:
    """Whether this is one address and nothing else: no name, no second one, no line of a header.

    What a customer wrote may come here unverified, to tell them that it cannot be right.
    """
    return len(text) <= 320 and _ONE_ADDRESS.fullmatch(text) is not None


class Post(Protocol):
    """Sends e-mail."""

    def refuses(self, to: str) -> str:
        """Why no mail can go to this address: `no_address` or `suppressed`; "" where one can be tried."""
        ...

    def send(self, message: Message, *, to: str, order_id: str, kind: str) -> str:
        """Hand one message over for delivery and return its id; kind says what it is for.

        Raises AddressRefused, SendingThrottled (later) or SendingStopped (when somebody has acted).
        """
        ...


class AddressRefused(Exception):
    """No mail can be sent to this address. why: as `Post.refuses`, or `refused` where SES found it impossible."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
