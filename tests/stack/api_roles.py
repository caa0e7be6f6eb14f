"""Everybody who may stand before a door of the API, each with what opens their own doors."""

from __future__ import annotations

import base64
import contextlib
import json
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from local import LocalStack
from local.senders import (
    ACCOUNTING_KEY,
    API_KEY,
    INVENTORY_KEY,
    OTHER_API_KEY,
    SHOPIFY_SECRET,
    SHOPIFY_SHOP,
    STAFF_KEY,
    WAREHOUSE_KEY,
    WOOCOMMERCE_SECRET,
)
from local.staff import APPROVER, OPERATOR, PACKER, Member
from order_processing.access import account_token, decision_token
from order_processing.callers import API, RIGHTS
from tests.stack.senders import api_order, place, signature
from tests.staff import login_of_the_pool

NOTHING = b"{}"
BACK = "https://staff.example.com/back"


@dataclass(frozen=True)
class Role:
    """Somebody. opens: the security schemes of the reference whose doors are theirs, tokens as `scheme:scope`.

    headers, token: what they bring, the second as the parameter `token`.
    """

    name: str
    opens: frozenset[str] = frozenset()
    headers: dict[str, str] = field(default_factory=dict)
    token: str = ""


class Roles:
    """All of them, about one order of the first front end, with its right links, wrong ones and old ones."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self.order = place(stack, api_order("roles")).json()
        other = place(stack, api_order("roles-other")).json()
        self._link = _token(self.order["status_url"])
        self._other_link = _token(other["status_url"])
        secret = stack.client("secretsmanager").get_secret_value(SecretId=stack.outputs["KeysSecret"])
        self._keys = ["", json.loads(secret["SecretString"])["current"]]

    @cached_property
    def all(self) -> tuple[Role, ...]:
        """Each by a name of their own."""
        order, soon, past = self.order["id"], _at(hours=1), _at(hours=-1)
        staff = frozenset({"access_token:staff.read", "access_token:staff.decide"})
        return (
            Role("nobody"),
            Role("nobody with an empty bearer", headers={"Authorization": "Bearer "}),
            Role("nobody with a made-up key", headers={"Authorization": "Bearer made-up"}),
            Role("nobody with a made-up token", headers=_bearer("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")),
            Role("the front end", frozenset({"client_key"}), _bearer(API_KEY)),
            Role("another front end", frozenset({"client_key of another"}), _bearer(OTHER_API_KEY)),
            Role("staff", frozenset({"staff_key"}), _bearer(STAFF_KEY)),
            Role("accounting", frozenset({"accounting_key"}), _bearer(ACCOUNTING_KEY)),
            Role("the warehouse", frozenset({"warehouse_key"}), _bearer(WAREHOUSE_KEY)),
            Role("inventory", frozenset({"inventory_key"}), _bearer(INVENTORY_KEY)),
            Role("a connected shop", frozenset({"signature"}), _signed(SHOPIFY_SECRET)),
            Role("a shop with another's secret", headers=_signed(WOOCOMMERCE_SECRET)),
            Role("the customer", frozenset({"order_link"}), token=self._link),
            Role("the customer, by header", frozenset({"order_link by header"}), _bearer(self._link)),
            Role("another customer", token=self._other_link),
            Role("who was asked", frozenset({"decision_link"}), token=decision_token(order, soon, self._keys)),
            Role("who was asked long ago", token=decision_token(order, past, self._keys)),
            Role("the account's holder", frozenset({"account_link"}), token=account_token("guest-1", soon, self._keys)),
            Role("the account's holder of old", token=account_token("guest-1", past, self._keys)),
            Role("a token for all of a front end", frozenset(self._own("read cancel place")), self._client_token()),
            Role("a token without a scope for this", frozenset({"access_token"}), self._client_token("orders.none")),
            Role("an approver's token", staff, self._person_token(APPROVER)),
            Role("an operator's token", frozenset({"access_token:staff.read"}), self._person_token(OPERATOR)),
            Role("a packer's token", frozenset({"access_token"}), self._person_token(PACKER)),
        )

    @staticmethod
    def _own(names: str) -> list[str]:
        return [f"access_token:orders.{name} of another" for name in names.split()]

    @cached_property
    def _pool(self) -> str:
        return self._stack.outputs["StaffPool"]

    def _client_token(self, scope: str = "") -> dict[str, str]:
        """A front end's own token, by its client's credentials."""
        scopes = [scope] if scope else [right.scope for right in RIGHTS if right.groups is None]
        cognito = self._stack.client("cognito-idp")
        if scope:  # of another API, which may be there from the time before
            with contextlib.suppress(cognito.exceptions.InvalidParameterException):
                cognito.create_resource_server(
                    UserPoolId=self._pool,
                    Identifier="another",
                    Name="another",
                    Scopes=[{"ScopeName": scope, "ScopeDescription": "nothing here"}],
                )
        client = cognito.create_user_pool_client(
            UserPoolId=self._pool,
            ClientName=f"front end {scope}",
            GenerateSecret=True,
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["client_credentials"],
            AllowedOAuthScopes=[f"{'another' if scope else API}/{each}" for each in scopes],
        )["UserPoolClient"]
        return _bearer(self._redeem(client, {"grant_type": "client_credentials"})["access_token"])

    @cached_property
    def _program(self) -> dict[str, Any]:
        """A program with which staff log in."""
        made: dict[str, Any] = self._stack.client("cognito-idp").create_user_pool_client(
            UserPoolId=self._pool,
            ClientName="staff's program",
            GenerateSecret=True,
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid", f"{API}/staff.read", f"{API}/staff.decide"],
            SupportedIdentityProviders=["COGNITO"],
            CallbackURLs=[BACK],
        )["UserPoolClient"]
        return made

    def _person_token(self, member: Member) -> dict[str, str]:
        """A member of staff's token, by the pool's own login page."""
        asked = {
            "response_type": "code",
            "client_id": self._program["ClientId"],
            "redirect_uri": BACK,
            "scope": f"openid {API}/staff.read {API}/staff.decide",
            "state": "s",
        }
        back = login_of_the_pool(f"{self._stack.emulator.url}/oauth2/authorize?{urlencode(asked)}", member)
        code = parse_qs(urlsplit(back).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        return _bearer(self._redeem(self._program, form)["access_token"])

    def _redeem(self, client: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
        proof = base64.b64encode(f"{client['ClientId']}:{client['ClientSecret']}".encode()).decode()
        headers = {"Authorization": f"Basic {proof}", "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({**form, "client_id": client["ClientId"]}).encode()
        request = urllib.request.Request(f"{self._stack.emulator.url}/oauth2/token", body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


def _token(url: str) -> str:
    return url.partition("token=")[2]


def _signed(secret: str) -> dict[str, str]:
    """A Shopify notice without anything in it, which is what every role sends."""
    return {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": SHOPIFY_SHOP,
        "X-Shopify-Hmac-Sha256": signature(secret, NOTHING),
    }


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def _at(**since: int) -> datetime:
    return (datetime.now(UTC) + timedelta(**since)).replace(microsecond=0)
