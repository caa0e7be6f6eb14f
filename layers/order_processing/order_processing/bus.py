"""Where events go out: the port that publishing needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from order_processing.events import OrderEvent


class Bus(Protocol):
    """Takes events for whoever listens."""

    def put(self, events: Sequence[OrderEvent]) -> int | None:
        """Hand over at most MOST events; the place of the first that was not taken, None when all were."""
        ...


MOST = 10
"""What a bus takes at once."""
