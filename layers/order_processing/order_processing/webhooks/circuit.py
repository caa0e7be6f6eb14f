"""When a message is tried again, and when an endpoint is left alone: the rules, with time and chance passed in.

An endpoint that fails five times running gets nothing but a probe now and then: what comes for it waits, and costs
no attempt. One that has failed for five days is disabled, and an operator is told.
"""

from datetime import datetime, timedelta

from order_processing.order import Record

GIVE_UP_AFTER = timedelta(hours=72)
DISABLE_AFTER = timedelta(days=5)
OPEN_AFTER = 5
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
_LONGEST_PROBE = timedelta(hours=1)
_GONE = 410


class Health(Record):
    """How an endpoint has been doing.

    failures: attempts that failed since one succeeded. failing_since: the first of them.
    probe_at: while its circuit is open, when it is tried next. probes: how many have failed.
    disabled: why nothing is sent any more, "" while something is.
    """

    failures: int = 0
    failing_since: datetime | None = None
    probes: int = 0
    probe_at: datetime | None = None
    disabled: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the endpoint gets nothing but probes."""
        return self.probe_at is not None


def failed(health: Health, status: int | None, now: datetime, chance: float) -> Health:
    """An endpoint's health after an attempt that failed; `health` has counted it already.

    status: the HTTP status, None where there was no answer. chance: 0 to 1, at random.
    """
    since = health.failing_since or now
    health = health.model_copy(update={"failing_since": since})
    if status == _GONE:
        return health.model_copy(update={"disabled": "the endpoint answered 410 Gone"})
    if now - since >= DISABLE_AFTER:
        return health.model_copy(update={"disabled": f"every attempt for {DISABLE_AFTER.days} days failed"})
    if health.failures < OPEN_AFTER:
        return health
    if health.probe_at is not None and health.probe_at > now:
        return health  # an attempt that had begun before the circuit opened
    wait = _wait(health.probes, _LONGEST_PROBE, chance, growth=2)
    return health.model_copy(update={"probes": health.probes + 1, "probe_at": now + wait})


def next_attempt(
    attempts: int, first_at: datetime, now: datetime, chance: float, asked: timedelta | None = None
) -> datetime | None:
    """When a message is tried again after this many attempts; None when three days are over.

    The waits grow threefold, from a minute to six hours; half of each is fixed, the other half drawn at random.
    The last attempt comes as the three days end. asked: how long the endpoint asked to be left alone.
    """
    deadline = first_at + GIVE_UP_AFTER
    if now >= deadline:
        return None
    wait = _wait(attempts - 1, _LONGEST_WAIT, chance, growth=3)
    return min(now + max(wait, asked or wait), deadline)


def _wait(before: int, longest: timedelta, chance: float, *, growth: int) -> timedelta:
    times: int = growth ** min(before, 20)
    return min(_FIRST_WAIT * times, longest) * (0.5 + chance / 2)
