"""What functions may do and the stack's tests do not have them do, each with the reason why they may."""

from __future__ import annotations

UNUSED: dict[tuple[str, str], str] = {}

DENIED: dict[tuple[str, str], str] = {}
