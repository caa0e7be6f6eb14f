"""Delivering messages to endpoints: one attempt and what follows from it, and working off what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from order_processing.observe import count, logger
from order_processing.webhooks.circuit import GIVE_UP_AFTER, Health, failed, next_attempt
from order_processing.webhooks.message import Message, signed_headers
from order_processing.webhooks.ports import EndpointHttp, Line, NoSuchEndpoint, NotReached, Outbox, Signing, Waiting

AT_ONCE = 10
"""Attempts at one endpoint at the same time while working off what waits."""


class Attempt(NamedTuple):
    """How an attempt ended. status: None where there was no answer."""

    delivered: bool
    status: int | None
    told: str
    retry_after: timedelta | None = None


class Delivering:
    """Every way of a message to its endpoint. clock: the time, UTC; chance: 0 to 1, at random."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        http: EndpointHttp,
        signing: Signing,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._http = http
        self._signing = signing
        self._clock = clock
        self._chance = chance

    def first(self, line: Line, message: Message) -> None:
        """Deliver what has just come; where the endpoint is left alone or fails, it waits."""
        now = self._clock()
        if line.health.disabled:
            self._outbox.bury(line.name, _unsent(message, now, "the endpoint is disabled"), now)
        elif line.paused or line.health.is_open:
            with suppress(NoSuchEndpoint):
                self._outbox.wait(line.name, _unsent(message, now, "the endpoint is left alone"))
        else:
            with suppress(NoSuchEndpoint):  # removed meanwhile: it wants nothing any more
                self._try(line, _unsent(message, now, ""), waited=False)

    def work_off(self, endpoint: str, until: datetime, *, at_once: bool = False) -> dict[str, int]:
        """Deliver what waits for an endpoint, as long as it takes it, and no longer than `until`.

        An endpoint whose circuit is open is tried with one message first. at_once: try now what is not due yet, and
        an endpoint that is left alone, as an operator may ask. Returns how many were `delivered` and `failed`;
        nothing while another run works for the same endpoint.
        """
        now = self._clock()
        line = self._outbox.claim(endpoint, now, until + timedelta(minutes=1))
        if line is None or line.paused or line.health.disabled:
            if line and line.health.disabled:
                self._bury(line, self._outbox.waiting(endpoint), until)
            return self._done(line, {})
        probing = line.health.is_open
        if probing and not at_once and line.health.probe_at and line.health.probe_at > now:
            return self._done(line, {})
        told = {"delivered": 0, "failed": 0}
        if probing:
            for oldest in islice(self._outbox.waiting(endpoint), 1):
                self._tell(told, [self._try(line, oldest, waited=True)])
            if not told["delivered"]:
                overdue = (w for w in self._outbox.waiting(endpoint) if now - w.first_at >= GIVE_UP_AFTER)
                self._bury(line, overdue, until)
                return self._done(line, told)
        # After an outage everything is due: what waited for its next attempt too.
        due = self._outbox.waiting(endpoint, None if probing or at_once else now)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            while self._clock() < until and (some := list(islice(due, AT_ONCE))):
                self._tell(told, threads.map(lambda waiting: self._try(line, waiting, waited=True), some))
                health = self._health_of(line)
                if health.is_open or health.disabled:
                    break
        return self._done(line, told)

    def _try(self, line: Line, waiting: Waiting, *, waited: bool) -> bool:
        attempt = self._send(line, waiting.message)
        now = self._clock()
        if attempt.delivered:
            self._outbox.note_sent(line.name, waiting.message, now, waited=waited)
            if self._health_of(line).failures:
                self._outbox.recovered(line.name)
            return True
        before = self._outbox.note_failure(line.name)
        health = failed(before.health, attempt.status, now, self._chance())
        if health != before.health:
            self._outbox.keep_health(line.name, health)
        self._say(line, before.health, health, attempt)
        tried = waiting.model_copy(update={"attempts": waiting.attempts + 1, "last": attempt.told})
        again_at = next_attempt(tried.attempts, tried.first_at, now, self._chance(), attempt.retry_after)
        if again_at is None or health.disabled:
            self._give_up(line.name, tried, now)
        else:
            self._outbox.wait(line.name, tried.model_copy(update={"next_at": again_at}), again=waited)
        return False

    def _send(self, line: Line, message: Message) -> Attempt:
        secrets = self._signing.secrets_of(line.name)
        if not secrets:
            return Attempt(False, None, "no secret is kept for this endpoint")
        headers = signed_headers(message, secrets, self._clock())
        try:
            answer = self._http.post(line.endpoint.url, headers, message.body.encode())
        except NotReached as error:
            return Attempt(False, None, error.why)
        return Attempt(200 <= answer.status < 300, answer.status, f"HTTP {answer.status}", answer.retry_after)

    def _bury(self, line: Line, messages: Iterable[Waiting], until: datetime) -> None:
        for waiting in messages:
            if self._clock() >= until:
                return
            self._give_up(line.name, waiting, self._clock())

    def _give_up(self, endpoint: str, waiting: Waiting, now: datetime) -> None:
        self._outbox.bury(endpoint, waiting, now)
        count("WebhookGivenUp")
        logger.warning(
            "given up", extra={"endpoint": endpoint, "event": waiting.message.id, "attempts": waiting.attempts}
        )

    def _health_of(self, line: Line) -> Health:
        return next((known.health for known in self._outbox.lines() if known.name == line.name), line.health)

    def _done(self, line: Line | None, told: dict[str, int]) -> dict[str, int]:
        if line is not None:
            self._outbox.release(line, cleared=not self._outbox.waits(line.name))
        return told

    def _tell(self, told: dict[str, int], results: Iterable[bool]) -> None:
        for delivered in results:
            told["delivered" if delivered else "failed"] += 1

    def _say(self, line: Line, before: Health, after: Health, attempt: Attempt) -> None:
        said = {"endpoint": line.name, "answer": attempt.told, "failures": after.failures}
        logger.info("not delivered", extra=said)
        if after.is_open and not before.is_open:
            logger.warning("an endpoint is left alone", extra=said)
        if after.disabled and not before.disabled:
            logger.error("an endpoint is disabled", extra={**said, "why": after.disabled})
            count("WebhookEndpointDisabled")


def _unsent(message: Message, now: datetime, why: str) -> Waiting:
    return Waiting(message=message, attempts=0, first_at=now, next_at=now, last=why)
