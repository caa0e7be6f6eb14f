"""Accounts with carriers, each made when a parcel first needs it.

Their secret: `{"easypost": {"keys": ["new", "old"]}}`, up to two keys that may be valid, the newest first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from order_processing.adapters.secrets import Secrets
from order_processing.errors import DeliveryRefused

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from order_processing.carriers import Carrier


class Accounts:
    """A carrier by its name in the settings; what it needs is imported, made and read then, and not before.

    client: makes the client of Secrets Manager, which an order with our own labels does without.
    """

    def __init__(self, client: Callable[[], SecretsManagerClient], secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id
        self._secret: Secrets | None = None
        self._known: dict[str, Carrier] = {}

    def __call__(self, name: str) -> Carrier:
        """The carrier; DeliveryRefused where it is none, or the secret has no key for it."""
        if name != "easypost":
            raise DeliveryRefused("CARRIER_UNKNOWN", f"services.labels: {name!r}, expected 'own' or 'easypost'")
        if name not in self._known:
            # Imported here, because a store with labels of its own needs no HTTP client of another.
            from order_processing.adapters.easypost import URL, EasyPost

            self._known[name] = EasyPost(lambda: self._account(name)["keys"], self._account(name).get("url") or URL)
        return self._known[name]

    def _account(self, name: str) -> dict[str, Any]:
        if self._secret is None:
            self._secret = Secrets(self._client(), self._secret_id)
        account = self._secret.read().get(name) or {}
        if not account.get("keys"):
            raise DeliveryRefused("CARRIER_KEY_MISSING", f"the carriers' secret: no {name}.keys")
        return dict(account)
