"""Where messages to customers go out: the port that the stages need."""

from __future__ import annotations

from typing import Protocol

from order_processing.mail.message import Message


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
