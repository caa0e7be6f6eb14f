"""Where messages to customers go out: the port that the stages need."""

from __future__ import annotations

from typing import Protocol

from order_processing.mail.message import Message


class Post(Protocol):
    """Sends e-mail."""

    def send(self, message: Message, *, to: str, order_id: str, kind: str) -> str:
        """Hand one message over for delivery and return its id; kind says what it is for."""
        ...
