"""A session of the console: a random secret in the browser's cookie, and what it stands for in our table."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Protocol

from order_processing.console.staff import Person
from order_processing.order import Record

COOKIE = "__Host-staff"
LONGEST = timedelta(hours=12)
IDLE = timedelta(hours=1)
CHECKED_EVERY = timedelta(minutes=5)


class Session(Record):
    """Somebody who has logged in. checked_at: when the user pool was last asked what they may do."""

    person: Person
    started_at: datetime
    checked_at: datetime

    def over(self, now: datetime) -> bool:
        """Whether it has lasted long enough, or nobody has used it for long."""
        return now >= self.ends_at or now - self.checked_at >= IDLE

    def wants_check(self, now: datetime) -> bool:
        """Whether to ask the user pool again whether they still may."""
        return now - self.checked_at >= CHECKED_EVERY

    @property
    def ends_at(self) -> datetime:
        return self.started_at + LONGEST


class Sessions(Protocol):
    """Sessions by key; what has ended is forgotten."""

    def keep(self, key: str, session: Session) -> None:
        """Keep a session, in the place of the one under this key."""
        ...

    def find(self, key: str) -> Session | None:
        """The session under this key."""
        ...

    def end(self, key: str) -> None:
        """Forget it; twice is fine."""
        ...


def key_of(secret: str) -> str:
    """The key of a session: who reads our table cannot make a cookie of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def form_token(secret: str) -> str:
    """What a form of this session carries, so that no other site can send it."""
    return hmac.digest(secret.encode(), b"form", hashlib.sha256).hex()


def is_form_token(given: str, secret: str) -> bool:
    """Whether a form came from a page of this session; compared in constant time."""
    return hmac.compare_digest(given.encode(), form_token(secret).encode())
