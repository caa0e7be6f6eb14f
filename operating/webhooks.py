"""Endpoints that hear of orders, and the messages that they did not take.

    python -m operating.webhooks add NAME URL --store SOURCE:STORE ... [--kind EVENT ...]
                                              prints its secret, once
    python -m operating.webhooks list         every endpoint, how it does, and how many messages wait
    python -m operating.webhooks test NAME    send a message of type Test now
    python -m operating.webhooks rotate NAME  make a new secret; both sign until --finish ends the old one
    python -m operating.webhooks pause NAME   keep back what comes for it
    python -m operating.webhooks resume NAME  send to it again, also if it was disabled
    python -m operating.webhooks retry NAME   try now whatever waits
    python -m operating.webhooks remove NAME
    python -m operating.webhooks dead [NAME]  messages that were given up
    python -m operating.webhooks replay NAME  send again: --event ID ..., or --since TIME [--until TIME], or --dead

With --stack NAME on a stack in your AWS account. SOURCE:STORE is the door and the store behind it as orders name
them, such as api:webshop or shopify:shop.example.com: an endpoint hears of their orders and of no others.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from operating.stack import Clients, add_stack, connect
from order_processing.adapters.webhook_desk import Desk, DeskSecrets, NameTaken
from order_processing.adapters.webhook_http import EndpointHttps
from order_processing.events import EVENTS
from order_processing.webhooks.endpoint import Endpoint, Store, UnfitUrl, target_of
from order_processing.webhooks.message import SECRET_BYTES, trial_message
from order_processing.webhooks.ports import Line, NoSuchEndpoint, NotReached, Waiting

KINDS = tuple(kind.__name__ for kind in EVENTS)


class Operator:
    """What an operator does with the endpoints of one stack. loopback_allowed: as the stack has it."""

    def __init__(self, clients: Clients, outputs: dict[str, str]) -> None:
        if not outputs.get("WebhooksSecret"):
            sys.exit("This stack sends no webhooks: deploy it with the parameter Webhooks=on.")
        self.desk = Desk(clients("dynamodb"), outputs["WebhooksTable"])
        self.secrets = DeskSecrets(clients("secretsmanager"), outputs["WebhooksSecret"])
        self._loopback_allowed = outputs.get("WebhooksToLoopback") == "on"
        self._invoke = clients("lambda").invoke
        self._function = outputs["RetryWebhooksFunction"]

    def add(self, endpoint: Endpoint) -> str:
        """The endpoint's secret. Raises NameTaken, UnfitUrl and NotReached, with nothing added."""
        guard = EndpointHttps(loopback_allowed=self._loopback_allowed)
        guard.checked(target_of(endpoint.url, plain_allowed=self._loopback_allowed))
        if any(line.name == endpoint.name for line in self.desk.lines()):
            raise NameTaken(f"{endpoint.name}: there is an endpoint of this name; remove it first")
        secret = self.secrets.rotate(endpoint.name, os.urandom(SECRET_BYTES))
        self.secrets.drop_old(endpoint.name)
        self.desk.add(endpoint)
        return secret

    def work_off(self, name: str) -> dict[str, Any]:
        """Have tried now what waits for an endpoint: how many were `delivered` and `failed`."""
        payload = json.dumps({"endpoint": name}).encode()
        answer = self._invoke(FunctionName=self._function, Payload=payload)
        told: dict[str, Any] = json.loads(answer["Payload"].read())
        return told

    def named(self, name: str) -> Line:
        """Raises NoSuchEndpoint."""
        for line in self.desk.lines():
            if line.name == name:
                return line
        raise NoSuchEndpoint(name)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when something was not delivered or not done."""
    given = _parser().parse_args(arguments)
    operator = Operator(*connect(given.stack))
    try:
        done: Callable[[Operator, argparse.Namespace], int] = _DO[given.what]
        return done(operator, given)
    except NoSuchEndpoint as error:
        print(f"{error}: no such endpoint; see `list`", file=sys.stderr)
    except (NameTaken, UnfitUrl, NotReached) as error:
        print(error, file=sys.stderr)
    except ValidationError as error:
        print("\n".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()), file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operating.webhooks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    what = parser.add_subparsers(dest="what", required=True)
    for name in ("list", "test", "rotate", "pause", "resume", "retry", "remove", "dead", "replay", "add"):
        one = what.add_parser(name)
        if name != "list":
            one.add_argument("name", metavar="NAME", nargs="?" if name == "dead" else None)
        if name == "add":
            one.add_argument("url", metavar="URL")
            one.add_argument("--store", action="append", type=_store, required=True, metavar="SOURCE:STORE")
            one.add_argument("--kind", action="append", choices=KINDS, default=[], metavar="EVENT")
        if name == "rotate":
            one.add_argument("--finish", action="store_true", help="the newest secret alone signs from now on")
        if name == "replay":
            which = one.add_mutually_exclusive_group(required=True)
            which.add_argument("--event", nargs="+", metavar="ID")
            which.add_argument("--since", type=_time, metavar="TIME", help="such as 2026-11-26T08:00Z")
            which.add_argument("--dead", action="store_true", help="all that was given up")
            one.add_argument("--until", type=_time, metavar="TIME")
    return parser


def _store(given: str) -> Store:
    source, colon, store = given.partition(":")
    if not source or not colon:
        raise argparse.ArgumentTypeError(f"{given!r}: expected SOURCE:STORE, such as api:webshop")
    return Store(source=source, store=store)


def _time(given: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given!r}: expected a time such as 2026-11-26T08:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _add(operator: Operator, given: argparse.Namespace) -> int:
    endpoint = Endpoint(
        name=given.name, url=given.url, stores=tuple(given.store), kinds=tuple(given.kind), added_at=datetime.now(UTC)
    )
    print(operator.add(endpoint))
    return 0


def _list(operator: Operator, given: argparse.Namespace) -> int:
    for line in sorted(operator.desk.lines(), key=lambda line: line.name):
        stores = ", ".join(f"{store.source}:{store.store}" for store in line.endpoint.stores)
        print(f"{line.name}  {line.endpoint.url}")
        print(f"  of {stores}; {', '.join(line.endpoint.kinds) or 'all events'}")
        print(f"  {_how(line)}; {operator.desk.count_waiting(line.name)} waiting")
    return 0


def _how(line: Line) -> str:
    health = line.health
    if health.disabled:
        return f"DISABLED: {health.disabled}; put it right, then `resume`"
    if line.paused:
        return "paused"
    if health.probe_at:
        return f"failing since {health.failing_since:%Y-%m-%d %H:%M} UTC, next probe {health.probe_at:%H:%M} UTC"
    return f"{health.failures} failures in a row" if health.failures else "well"


def _test(operator: Operator, given: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    operator.named(given.name)
    operator.desk.replay(given.name, [trial_message(given.name, now)], now)
    return _retry(operator, given)


def _retry(operator: Operator, given: argparse.Namespace) -> int:
    operator.named(given.name)
    told = operator.work_off(given.name)
    if "failed" not in told:
        print("nothing was tried: the endpoint is paused or disabled, or another run is at it")
        return 1
    print(f"{told['delivered']} delivered, {told['failed']} not")
    for waiting in operator.desk.waiting(given.name) if told["failed"] else ():
        print(f"  {_told(waiting)}; again at {waiting.next_at:%Y-%m-%d %H:%M} UTC")
    return 1 if told["failed"] else 0


def _rotate(operator: Operator, given: argparse.Namespace) -> int:
    operator.named(given.name)
    if given.finish:
        operator.secrets.drop_old(given.name)
    else:
        print(operator.secrets.rotate(given.name, os.urandom(SECRET_BYTES)))
    return 0


def _pause(operator: Operator, given: argparse.Namespace) -> int:
    operator.desk.pause(given.name)
    return 0


def _resume(operator: Operator, given: argparse.Namespace) -> int:
    operator.desk.resume(given.name)
    return 0


def _remove(operator: Operator, given: argparse.Namespace) -> int:
    operator.desk.remove(given.name)
    operator.secrets.forget(given.name)
    return 0


def _dead(operator: Operator, given: argparse.Namespace) -> int:
    lines = [operator.named(given.name)] if given.name else operator.desk.lines()
    found = 0
    for line in lines:
        for waiting in operator.desk.dead(line.name):
            found += 1
            print(f"{line.name}  {_told(waiting)}")
    print(f"{found} messages were given up")
    return 0


def _told(waiting: Waiting) -> str:
    message = waiting.message
    return f"{message.id}  {message.kind}  {message.at:%Y-%m-%d %H:%M}  {waiting.attempts} attempts, {waiting.last}"


def _replay(operator: Operator, given: argparse.Namespace) -> int:
    operator.named(given.name)
    now = datetime.now(UTC)
    if given.dead:
        found = list(operator.desk.dead(given.name))
    elif given.since:
        found = list(operator.desk.between(given.name, given.since, given.until or now))
    else:
        by_event = {event: list(operator.desk.of_event(given.name, event)) for event in given.event}
        if missing := [event for event, messages in by_event.items() if not messages]:
            print(f"{', '.join(missing)}: never sent to {given.name}, or more than 30 days ago", file=sys.stderr)
            return 1
        found = [waiting for messages in by_event.values() for waiting in messages]
    sent = operator.desk.replay(given.name, (waiting.message for waiting in found), now)
    print(f"{sent} messages are sent again within a minute; `retry {given.name}` does it now")
    return 0


_DO: dict[str, Callable[[Operator, argparse.Namespace], int]] = {
    "add": _add,
    "list": _list,
    "test": _test,
    "retry": _retry,
    "rotate": _rotate,
    "pause": _pause,
    "resume": _resume,
    "remove": _remove,
    "dead": _dead,
    "replay": _replay,
}


if __name__ == "__main__":
    sys.exit(main())
