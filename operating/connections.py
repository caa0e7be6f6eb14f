"""Which stores may send orders, with which secrets, and how their APIs are reached: what two secrets hold of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from operating.store_kinds import KINDS, NotUsable
from order_processing.adapters.store_mappings import DynamoMappings
from order_processing.stores.listing import StoreAccess
from order_processing.stores.mapping import StoreMapping

VALID_AT_ONCE = 2


@dataclass(frozen=True)
class Connection:
    """One store. secrets: how many are valid now. api: whether its API can be asked. mapping: its own words."""

    source: str
    store: str
    secrets: int
    api: bool
    mapping: StoreMapping | None


class Connections:
    """The stores of one stack.

    Each change reads a secret and writes it whole: two operators at the same time would undo each other's.
    """

    def __init__(self, secretsmanager: Any, *, senders: str, stores: str, mappings: DynamoMappings) -> None:
        self._secretsmanager = secretsmanager
        self._senders, self._stores = senders, stores
        self.mappings = mappings

    def all(self) -> Iterator[Connection]:
        """Every store that may send, or whose API is known."""
        senders, stores = self._read(self._senders), self._read(self._stores)
        for source in KINDS:
            may_send, reached = senders.get(source, {}), stores.get(source, {})
            for store in sorted({*may_send, *reached}):
                mapping = self.mappings.of(source, store)
                yield Connection(source, store, len(may_send.get(store, ())), store in reached, mapping)

    def secrets(self, source: str, store: str) -> list[str]:
        """The store's valid secrets, the newest first."""
        return list(self._read(self._senders).get(source, {}).get(store, ()))

    def connect(self, source: str, store: str, secret: str, access: StoreAccess | None) -> None:
        """Let a store send. access: to its API; None leaves what is there. NotUsable for one that may send already."""
        if self.secrets(source, store):
            raise NotUsable(f"{source} {store!r} is connected already: use `rotate` for a new secret")
        self._set(self._senders, source, store, [secret])
        if access:
            self.reach(source, store, access)

    def reach(self, source: str, store: str, access: StoreAccess) -> None:
        """A new key to the store's API; the one before is tried after it."""
        known = self._read(self._stores).get(source, {}).get(store, [])
        given = access.model_dump(exclude_defaults=True)
        self._set(self._stores, source, store, [given, *(k for k in known if k != given)][:VALID_AT_ONCE])

    def rotate(self, source: str, store: str, secret: str) -> None:
        """A new secret; the one before stays valid until `retire`. NotUsable while two are valid."""
        known = self.secrets(source, store)
        if not known:
            raise NotUsable(f"{source} {store!r} is not connected: use `connect`")
        if secret in known:
            raise NotUsable(f"{source} {store!r}: this secret is valid already")
        if len(known) >= VALID_AT_ONCE:
            raise NotUsable(f"{source} {store!r}: two secrets are valid; end the one before with `retire` first")
        self._set(self._senders, source, store, [secret, *known])

    def retire(self, source: str, store: str) -> None:
        """From now on the newest secret alone is valid."""
        known = self.secrets(source, store)
        if len(known) < VALID_AT_ONCE:
            raise NotUsable(f"{source} {store!r}: there is no second secret to end")
        self._set(self._senders, source, store, known[:1])

    def disconnect(self, source: str, store: str) -> None:
        """The store may send no more, and its API is no longer asked. Its orders stay."""
        for secret_id in (self._senders, self._stores):
            self._set(secret_id, source, store, None)
        self.mappings.remove(source, store)

    def _read(self, secret_id: str) -> dict[str, Any]:
        held: dict[str, Any] = json.loads(self._secretsmanager.get_secret_value(SecretId=secret_id)["SecretString"])
        return held

    def _set(self, secret_id: str, source: str, store: str, value: list[Any] | None) -> None:
        held = self._read(secret_id)
        before = json.dumps(held)
        stores = held.setdefault(source, {})
        if value is None:
            stores.pop(store, None)
        else:
            stores[store] = value
        if not stores:
            del held[source]
        if json.dumps(held) != before:
            self._secretsmanager.put_secret_value(SecretId=secret_id, SecretString=json.dumps(held))
