"""Gifts in the free fields of a store's order: apps and extensions name them alike, and no platform has one itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MESSAGE = frozenset({"giftmessage", "giftnote", "giftmessagetext", "giftcardmessage", "messagetorecipient"})
_FLAG = frozenset({"gift", "isgift", "giftorder", "giftwrap", "giftwrapping", "thisisagift", "orderisagift"})
_NO = frozenset({"", "0", "no", "false", "off", "none", "null"})
_LONGEST = 500


def is_about(name: str) -> bool:
    """Whether a field of this name says that the order is a gift, or what the giver writes."""
    return _plain(name) in _MESSAGE | _FLAG


def read(fields: Iterable[tuple[str, str]]) -> tuple[bool, str]:
    """Whether the order is a gift, and the giver's message, of (name, value) pairs."""
    gift, message = False, ""
    for name, value in fields:
        if _plain(name) in _MESSAGE and value.strip():
            gift, message = True, message or value.strip()[:_LONGEST]
        elif _plain(name) in _FLAG and value.strip().casefold() not in _NO:
            gift = True
    return gift, message


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.casefold())
