"""The staff's user pool in Amazon Cognito: its login pages, its tokens, its groups."""

from __future__ import annotations

import base64
import http.client
import json
import urllib.error
import urllib.request
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from order_processing.console.login import LoginRefused
from order_processing.console.staff import Person, groups_of

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_SECONDS = 10
_SCOPES = "openid profile email"


class CognitoDirectory:
    """The port `Directory` on a user pool.

    login_url: of the pool's domain. issuer: the pool's own address, as its tokens name it.
    """

    def __init__(
        self, client: CognitoIdentityProviderClient, *, pool_id: str, client_id: str, issuer: str, login_url: str
    ) -> None:
        self._client = client
        self._pool_id = pool_id
        self._login_url = login_url.rstrip("/")
        self._keys: dict[str, Any] = {}
        self.client_id = client_id
        self.issuer = issuer

    def login_url(self, *, back: str, state: str, nonce: str, challenge: str) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": back,
            "scope": _SCOPES,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._login_url}/oauth2/authorize?{urlencode(asked)}"

    def redeem(self, code: str, *, back: str, verifier: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        proof = base64.b64encode(f"{self.client_id}:{self._secret}".encode()).decode()
        headers = {"Authorization": f"Basic {proof}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = _fetch(f"{self._login_url}/oauth2/token", urlencode(form).encode(), headers)
        except urllib.error.HTTPError as error:
            if error.code >= http.client.INTERNAL_SERVER_ERROR:
                raise
            raise LoginRefused(f"the user pool does not take the code ({error.code})") from None
        if not isinstance(answer.get("id_token"), str):
            raise LoginRefused("the user pool gave no ID token")
        token: str = answer["id_token"]
        return token

    def keys(self, *, afresh: bool) -> dict[str, Any]:
        if afresh or not self._keys:
            # The pool's keys are published where its API answers.
            self._keys = _fetch(f"{self._client.meta.endpoint_url}/{self._pool_id}/.well-known/jwks.json")
        return self._keys

    def look_up(self, person: Person) -> Person | None:
        try:
            user = self._client.admin_get_user(UserPoolId=self._pool_id, Username=person.username)
        except self._client.exceptions.UserNotFoundException:
            return None
        attributes = {each["Name"]: each.get("Value", "") for each in user.get("UserAttributes", [])}
        # A name may be given to somebody else; the id is not.
        if not user.get("Enabled", False) or attributes.get("sub") != person.id:
            return None
        pages = self._client.get_paginator("admin_list_groups_for_user").paginate(
            UserPoolId=self._pool_id, Username=person.username
        )
        names = [group["GroupName"] for page in pages for group in page["Groups"]]
        return person.model_copy(update={"groups": groups_of(names)})

    def logout_url(self, back: str) -> str:
        return f"{self._login_url}/logout?{urlencode({'client_id': self.client_id, 'logout_uri': back})}"

    @cached_property
    def _secret(self) -> str:
        found = self._client.describe_user_pool_client(UserPoolId=self._pool_id, ClientId=self.client_id)
        return found["UserPoolClient"]["ClientSecret"]


def _fetch(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """JSON from an address that the template gives, never from one that a request names."""
    request = urllib.request.Request(url, body, headers or {})  # noqa: S310 - the template's, see above
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
    return found
