"""Connect stores: who may send orders, with which secret, and what a store's own words mean here.

    python -m operating.stores list
    python -m operating.stores connect SOURCE STORE [--generate] [--api] [--mapping FILE]
    python -m operating.stores test SOURCE STORE [--body FILE --topic TOPIC]
    python -m operating.stores rotate SOURCE STORE [--generate]     a second secret, valid beside the first
    python -m operating.stores retire SOURCE STORE                  end the first one
    python -m operating.stores api SOURCE STORE                     a key to the store's API; the one before stays
    python -m operating.stores mapping SOURCE STORE [FILE]          show or set what its own words mean
    python -m operating.stores disconnect SOURCE STORE

With --stack NAME before the command on a stack in your AWS account. Secrets and keys are asked for, or read from
standard input, never taken from the command line. docs/stores.md says for each kind of store where they are found. A
new secret is in force within half a minute, all else within five minutes.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from operating.connections import Connections
from operating.public_api import PublicApi
from operating.stack import add_stack, connect
from operating.store_kinds import KINDS, NotUsable, checked_name, checked_secret, headers_of, new_secret, signed, trial
from order_processing.adapters.store_mappings import DynamoMappings
from order_processing.settings import current
from order_processing.stores.listing import StoreAccess
from order_processing.stores.mapping import MappingError, StoreMapping, parse

_WITHOUT_STORE = ("list",)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when a test failed, and 2 for what cannot be done."""
    given = _parser().parse_args(arguments)
    clients, outputs = connect(given.stack)
    connections = Connections(
        clients("secretsmanager"),
        senders=outputs["SendersSecret"],
        stores=outputs["StoresSecret"],
        mappings=DynamoMappings(clients("dynamodb"), outputs["OrdersTable"], seconds=0),
    )
    try:
        if given.what == "list":
            return _list(connections)
        store = checked_name(given.source, given.store)
        if given.what == "test":
            return _test(connections, PublicApi(given.stack, outputs), given, store)
        return _change(connections, given, store)
    except (NotUsable, MappingError, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def _change(connections: Connections, given: argparse.Namespace, store: str) -> int:
    source, what = given.source, given.what
    mapping = _mapping(Path(given.mapping)) if given.mapping else None
    if what == "connect":
        secret = _new(given)
        connections.connect(source, store, secret, _access(source) if given.api else None)
        print(f"{source} {store}: connected; its deliveries go to POST /webhooks/{source}")
    elif what == "rotate":
        connections.rotate(source, store, _new(given))
        print(f"{source} {store}: two secrets are valid; enter the new one in the store, then `retire`")
    elif what == "retire":
        connections.retire(source, store)
        print(f"{source} {store}: one secret is valid")
    elif what == "api":
        connections.reach(source, store, _access(source))
        print(f"{source} {store}: its API is asked with the new key")
    elif what == "disconnect":
        connections.disconnect(source, store)
        print(f"{source} {store}: may send no more; its orders stay")
    elif not mapping:
        kept = connections.mappings.of(source, store) or StoreMapping()
        print(json.dumps(kept.model_dump(exclude_defaults=True), ensure_ascii=False, indent=1))
    if mapping:
        connections.mappings.put(source, store, mapping)
        print(f"{source} {store}: its own words are kept")
    return 0


def _list(connections: Connections) -> int:
    for each in connections.all():
        words = each.mapping.model_dump(exclude_defaults=True) if each.mapping else {}
        own = ", ".join(words) or "none"
        api = "yes" if each.api else "no"
        print(
            f"{each.source:17} {each.store or '(every store)':40} secrets: {each.secrets}  api: {api}  own words: {own}"
        )
    return 0


def _test(connections: Connections, api: PublicApi, given: argparse.Namespace, store: str) -> int:
    """Send a signed delivery with each secret that is valid, and say what came of it."""
    source, now = given.source, datetime.now(UTC)
    secrets = connections.secrets(source, store)
    if not secrets:
        raise NotUsable(f"{source} {store!r} is not connected")
    failed = 0
    for number, secret in enumerate(secrets[:1] if given.body else secrets, 1):
        if given.body:
            raw = Path(given.body).read_bytes()
            headers = {**headers_of(source, store, given.topic), **signed(source, secret, raw, now)}
        else:
            headers, raw = trial(source, store, secret, now)
        status, body = api.post(f"/webhooks/{source}", headers, raw)
        failed += not 200 <= status < 300
        print(f"secret {number}: {status} {body}")
    print("the address, the store and the secret are right" if not failed else "refused: see the answer above")
    return 1 if failed else 0


def _new(given: argparse.Namespace) -> str:
    if not given.generate:
        return checked_secret(given.source, _asked(f"secret ({KINDS[given.source].secret}): "))
    secret = new_secret(given.source)
    print(f"the new secret, shown once: {secret}")
    return secret


def _access(source: str) -> StoreAccess:
    user = _asked("consumer key (ck_...): ") if source == "woocommerce" else ""
    token = _asked("consumer secret (cs_...): " if source == "woocommerce" else "key to the store's API: ")
    url = _asked("base address of its API (https://...), empty for the usual one: ")
    if not token or (url and urlsplit(url).scheme != "https"):
        raise NotUsable("expected a key, and an address that begins with https:// or none")
    return StoreAccess(user=user, token=token, url=url)


def _asked(question: str) -> str:
    """A line of standard input; from a terminal it is not shown."""
    return getpass.getpass(question).strip() if sys.stdin.isatty() else sys.stdin.readline().strip()


def _mapping(path: Path) -> StoreMapping:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise MappingError(f"{path}: not JSON: {error}") from None
    return parse(document, tuple(current().services))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operating.stores", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    commands = parser.add_subparsers(dest="what", required=True)
    for what in ("list", "connect", "test", "rotate", "retire", "api", "mapping", "disconnect"):
        command = commands.add_parser(what)
        command.set_defaults(mapping="", generate=False)
        if what in _WITHOUT_STORE:
            continue
        command.add_argument("source", choices=sorted(KINDS))
        command.add_argument("store", help='the store\'s name, "" where the platform needs none')
        if what in ("connect", "rotate"):
            command.add_argument("--generate", action="store_true", help="make the secret, where we choose it")
        if what == "connect":
            command.add_argument("--api", action="store_true", help="also ask for a key to the store's API")
            command.add_argument("--mapping", default="", metavar="FILE", help="what its own words mean, as JSON")
        if what == "mapping":
            command.add_argument("mapping", nargs="?", default="", metavar="FILE")
        if what == "test":
            command.add_argument("--body", default="", metavar="FILE", help="send this order instead: it is taken in")
            command.add_argument("--topic", default="", help="of the order, where the platform names it in a header")
    return parser


if __name__ == "__main__":
    sys.exit(main())
