"""Connecting stores by the command: names, secrets, mappings, and a signed delivery that proves them."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from operating import stores as command
from operating.store_kinds import KINDS, NotUsable, checked_name, checked_secret, new_secret, trial
from order_processing.adapters.secrets import Secrets
from order_processing.adapters.store_mappings import DynamoMappings
from order_processing.deliveries import Deliveries
from order_processing.doors import Doors
from order_processing.http import Request
from order_processing.stores import platform
from order_processing.stores.listing import StoreAccess
from order_processing.stores.mapping import StoreMapping
from tests.signing import SECRETS, named

OLD, NEW = "the old secret of the shop", "the new secret of the shop"


class Doorway:
    """The public API in this process, with the secrets that the command has written."""

    def __init__(self, senders: str) -> None:
        nothing: Any = None
        deliveries = Deliveries(
            orders=nothing, changes=nothing, executions=nothing, quarantine=nothing, notices=nothing
        )
        self.doors = Doors(
            orders=nothing,
            accounts=nothing,
            queries=nothing,
            executions=nothing,
            links=nothing,
            senders=Secrets(boto3.client("secretsmanager"), senders, seconds=0),
            deliveries=deliveries,
        )

    def post(self, path: str, headers: dict[str, str], raw: bytes) -> tuple[int, str]:
        request = Request(headers={name.lower(): value for name, value in headers.items()}, body=raw.decode())
        answer = self.doors.webhook(path.removeprefix("/webhooks/"), request)
        return answer.status, answer.body


@pytest.fixture
def outputs(tables, monkeypatch) -> dict[str, str]:
    manager = boto3.client("secretsmanager")
    made = {"OrdersTable": tables["orders"]}
    for name in ("SendersSecret", "StoresSecret"):
        made[name] = manager.create_secret(Name=name, SecretString="{}")["ARN"]
    monkeypatch.setattr(command, "connect", lambda _: (boto3.client, made))
    monkeypatch.setattr(command, "PublicApi", lambda *_: Doorway(made["SendersSecret"]))
    return made


def run(monkeypatch, *arguments: str, typed: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return command.main(arguments)


def secret(outputs, name="SendersSecret") -> Any:
    return json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=outputs[name])["SecretString"])


def test_a_store_is_connected_tried_changed_and_disconnected(outputs, monkeypatch, capsys):
    shop = ("shopify", "Northgate.MyShopify.com")
    assert run(monkeypatch, "test", *shop) == 2
    assert run(monkeypatch, "connect", *shop, "--api", typed=f"{OLD}\nshpat_123\n\n") == 0
    assert secret(outputs) == {"shopify": {"northgate.myshopify.com": [OLD]}}
    assert secret(outputs, "StoresSecret") == {"shopify": {"northgate.myshopify.com": [{"token": "shpat_123"}]}}
    assert run(monkeypatch, "test", *shop) == 0
    assert run(monkeypatch, "connect", *shop, typed=NEW) == 2
    assert run(monkeypatch, "rotate", *shop, typed=NEW) == 0
    assert secret(outputs)["shopify"]["northgate.myshopify.com"] == [NEW, OLD]
    capsys.readouterr()
    assert run(monkeypatch, "test", *shop) == 0
    assert capsys.readouterr().out.count("200") == 2
    assert run(monkeypatch, "rotate", *shop, typed="one more secret of it") == 2
    assert run(monkeypatch, "retire", *shop) == 0
    assert run(monkeypatch, "retire", *shop) == 2
    assert secret(outputs)["shopify"]["northgate.myshopify.com"] == [NEW]
    assert run(monkeypatch, "api", *shop, typed="shpat_456\n\n") == 0
    assert [k["token"] for k in secret(outputs, "StoresSecret")["shopify"]["northgate.myshopify.com"]] == [
        "shpat_456",
        "shpat_123",
    ]
    capsys.readouterr()
    assert run(monkeypatch, "list") == 0
    listed = capsys.readouterr().out
    assert "northgate.myshopify.com" in listed
    assert NEW not in listed
    assert run(monkeypatch, "disconnect", *shop) == 0
    assert (secret(outputs), secret(outputs, "StoresSecret")) == ({}, {})
    assert run(monkeypatch, "test", *shop) == 2


def test_a_mapping_is_checked_kept_shown_and_used(outputs, monkeypatch, capsys, tmp_path):
    path = tmp_path / "words.json"
    path.write_text(json.dumps({"shipping": {"DHL": "rocket"}}))
    assert run(monkeypatch, "mapping", "woocommerce", "https://Shop.example.com/", str(path)) == 2
    assert "none of our services" in capsys.readouterr().err
    path.write_text(json.dumps({"skus": {"THEIRS": "OURS"}, "statuses": {"packed": "open"}}))
    assert run(monkeypatch, "mapping", "woocommerce", "https://Shop.example.com/", str(path)) == 0
    assert run(monkeypatch, "mapping", "woocommerce", "shop.example.com") == 0
    assert json.loads(capsys.readouterr().out.partition("\n")[2])["skus"] == {"THEIRS": "OURS"}
    mappings = DynamoMappings(boto3.client("dynamodb"), outputs["OrdersTable"])
    assert mappings.of("woocommerce", "shop.example.com").skus == {"THEIRS": "OURS"}
    assert mappings.of("woocommerce", "other.example.com") is None


def test_a_mapping_is_read_once_for_many_orders(outputs):
    client, reads = boto3.client("dynamodb"), []
    client.meta.events.register("before-call.dynamodb.GetItem", lambda **_: reads.append(1))
    mappings = DynamoMappings(client, outputs["OrdersTable"])
    for _ in range(5):
        assert mappings.of("shopify", "a") is None
    mappings.put("shopify", "b", StoreMapping(skus={"x": "y"}))
    for _ in range(5):
        assert mappings.of("shopify", "b").skus == {"x": "y"}
    assert len(reads) == 2


@pytest.mark.parametrize("source", sorted(KINDS))
def test_each_platforms_trial_is_accepted_by_its_own_reader_and_brings_no_order(source):
    now, name, given = datetime.now(UTC), named(source), SECRETS[source][0]
    headers, raw = trial(source, name, given, now)
    shop = platform(source)
    shop.verify(headers, raw, [given], now)
    assert type(shop.read(headers, raw)).__name__ == "NotAnOrder"


@pytest.mark.parametrize(
    ("source", "name"),
    [("shopify", "not a domain"), ("bigcommerce", "stores/abc"), ("stripe", "account 1"), ("woocommerce", "")],
)
def test_a_name_that_no_delivery_could_have_is_refused(source, name):
    with pytest.raises(NotUsable, match="expected"):
        checked_name(source, name)


@pytest.mark.parametrize(
    ("source", "given"),
    [
        ("shopify", "short"),
        ("squarespace", "this is not hexadecimal"),
        ("standardwebhooks", "whsec_c2hvcnQ="),
        ("adobe-commerce", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
    ],
)
def test_a_secret_that_cannot_be_right_is_refused(source, given):
    with pytest.raises(NotUsable):
        checked_secret(source, given)


def test_secrets_are_made_only_where_we_choose_them():
    assert checked_secret("standardwebhooks", new_secret("standardwebhooks"))
    assert checked_secret("woocommerce", new_secret("woocommerce"))
    with pytest.raises(NotUsable, match="makes the secret itself"):
        new_secret("shopify")


def test_what_is_kept_of_an_access_is_what_the_readers_take(outputs, monkeypatch):
    typed = "a secret of the shop\nck_1\ncs_1\nhttps://shop.example.com/blog\n"
    assert run(monkeypatch, "connect", "woocommerce", "shop.example.com", "--api", typed=typed) == 0
    (kept,) = secret(outputs, "StoresSecret")["woocommerce"]["shop.example.com"]
    assert StoreAccess.model_validate(kept) == StoreAccess(
        user="ck_1", token="cs_1", url="https://shop.example.com/blog"
    )
