"""The port `Tokens`: access tokens of one issuer, whose keys are fetched when a token comes, and kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from order_processing.observe import logger

if TYPE_CHECKING:
    from order_processing.signed_tokens import Keys
    from order_processing.tokens import Claims

_KEPT_SECONDS = 3600.0
_AFRESH_SECONDS = 60.0
_TIMEOUT_SECONDS = 5.0
_COGNITO = "https://cognito-idp."


class IssuedTokens:
    """client: makes an AWS client. environment: TOKEN_ISSUER, and TOKEN_AUDIENCES with commas, empty for none."""

    def __init__(self, client: Callable[[str], Any], environment: Mapping[str, str]) -> None:
        self._client = client
        self._issuer = environment.get("TOKEN_ISSUER", "")
        self._audiences = [name for name in environment.get("TOKEN_AUDIENCES", "").split(",") if name]
        self._keys: Keys = {}
        self._fetched_at = float("-inf")

    def claims_of(self, token: str) -> Claims | None:
        if not self._issuer:
            return None
        from order_processing.signed_tokens import NotProved  # only a token needs these
        from order_processing.tokens import claims_of

        try:
            return claims_of(token, self._known, issuer=self._issuer, audiences=self._audiences, now=datetime.now(UTC))
        except NotProved as error:
            logger.info("a token proves nothing", extra={"reason": str(error)})
            return None

    def _known(self, afresh: bool) -> Keys:
        """The issuer's keys; afresh at most once a minute, so that nobody can make us ask all the time."""
        if time.monotonic() - self._fetched_at > (_AFRESH_SECONDS if afresh else _KEPT_SECONDS):
            self._keys = _fetch(self._address())
            self._fetched_at = time.monotonic()
        return self._keys

    def _address(self) -> str:
        """Where the issuer publishes its keys; a Cognito pool does where its API answers."""
        if self._issuer.startswith(_COGNITO):
            endpoint: str = self._client("cognito-idp").meta.endpoint_url
            return f"{endpoint}/{self._issuer.rpartition('/')[2]}/.well-known/jwks.json"
        found = _fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        address = str(found.get("jwks_uri", ""))
        if not address.startswith("https://"):
            raise ValueError("jwks_uri: the issuer names no address of https")
        return address


def _fetch(url: str) -> dict[str, Any]:
    """JSON from an address that the template gives or the issuer names, never from one that a request names."""
    from urllib.request import urlopen  # only a token needs it

    with urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - see above
        found: dict[str, Any] = json.load(answer)
    return found
