"""Secrets in Secrets Manager, kept for five minutes.

- keys: `{"current": ..., "previous": ...}` sign the links that prove whose an order is.
- identity: `{"key": ...}` makes guests' account ids from their e-mail; it never changes.
- senders: who may send orders, two valid secrets each:
  `{"shopify": {"shop.example.com": ["new", "old"]}, "woocommerce": {...}, "api": {"front end's name": [...]},
  "staff": {"name": [...]}, "warehouse": {"system's name": [...]}, "inventory": {"system's name": [...]}}`; staff
  decides about orders that wait, a warehouse system prints, packs and hands over, and who holds an inventory key
  sends counts, planned supply and receipts.
- webhooks: what signs the messages to each endpoint, two valid secrets each: `{"endpoint's name": ["new", "old"]}`.
- stores: how stores' own APIs are reached, each that may be valid now (see `stores.listing.StoreAccess`):
  `{"bigcommerce": {"abc123": [{"token": "..."}]}, "woocommerce": {"shop.example.com": [{"user": ..., "token": ...}]}}`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from order_processing.access import address_hash

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_SECONDS = 300.0


def address_hashes(client: SecretsManagerClient, secret_id: str) -> Callable[[str], str]:
    """Makes keyed hashes of addresses with the secret `identity`, which is read once: it never changes."""
    secret = Secrets(client, secret_id, seconds=float("inf"))
    return lambda email: address_hash(email, secret.read()["key"])


class Secrets:
    """Reads one secret, a JSON object, and reads it again when what it knows is five minutes old."""

    def __init__(self, client: SecretsManagerClient, secret_id: str, *, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._client = client
        self._secret_id = secret_id
        self._known: dict[str, Any] = {}
        self._read_at = float("-inf")

    def read(self, *, seconds: float | None = None) -> dict[str, Any]:
        """The secret's JSON object. seconds: how old it may be, where that is less than usual."""
        may_be = self._seconds if seconds is None else seconds
        if not self._known or time.monotonic() - self._read_at > may_be:
            answer = self._client.get_secret_value(SecretId=self._secret_id)
            self._known = json.loads(answer["SecretString"])
            self._read_at = time.monotonic()
        return self._known
