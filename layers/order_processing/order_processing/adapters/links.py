"""Links that prove whose an order is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from order_processing.access import account_of, account_token, decision_token, may_decide, may_see, order_token
from order_processing.adapters.secrets import Secrets

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class Links:
    """Signs with the current key of the secret `keys`, and accepts the previous one too."""

    def __init__(self, client: SecretsManagerClient, secret_id: str, public_url: str) -> None:
        self._secret = Secrets(client, secret_id)
        self._public_url = public_url.rstrip("/")

    def page_url(self, order_id: str) -> str:
        """The order's page, for whoever holds this link."""
        return f"{self._public_url}/my/orders/{order_id}?token={order_token(order_id, self._keys())}"

    def account_url(self, customer_id: str, expires_at: datetime) -> str:
        """The page with all orders of an account, until this time."""
        return f"{self._public_url}/my/orders?token={account_token(customer_id, expires_at, self._keys())}"

    def account_of(self, token: str, now: datetime) -> str | None:
        """The account that the token opens, None if it opens none; LinkExpired when it did once."""
        return account_of(token, now, self._keys())

    def status_url(self, order_id: str) -> str:
        """The order's status as the API tells it, for whoever holds this link."""
        return f"{self._public_url}/orders/{order_id}?token={order_token(order_id, self._keys())}"

    def decision_url(self, order_id: str, expires_at: datetime) -> str:
        """The page on which the customer decides about the order, until this time."""
        return f"{self._public_url}/decide/{order_id}?token={decision_token(order_id, expires_at, self._keys())}"

    def may_decide(self, order_id: str, token: str, now: datetime) -> bool:
        """Whether the token lets its holder decide about this order; LinkExpired when it did once."""
        return may_decide(order_id, token, now, self._keys())

    def may_see(self, order_id: str, token: str) -> bool:
        """Whether the token is this order's."""
        return may_see(order_id, token, self._keys())

    def _keys(self) -> list[str]:
        keys = self._secret.read()
        return [keys.get("previous", ""), keys["current"]]
