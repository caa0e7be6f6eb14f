"""What cannot be read is kept, listed and replayed; comparisons with stores are remembered."""

from __future__ import annotations

import json
from datetime import timedelta

import boto3
import pytest

from operating import quarantine as command
from operating import reconciliation as report
from order_processing.adapters.reconciliations import DynamoReconciliations
from order_processing.reconciliation import Reconciled
from order_processing.stores.woocommerce import WooCommerce
from tests.aws.shop import BUCKET
from tests.orders import NOW
from tests.stack.senders import read_payload

HEADERS = {
    "x-wc-webhook-topic": "order.created",
    "x-wc-webhook-source": "https://shop.example.com",
    "x-wc-webhook-signature": "never kept",
}


@pytest.fixture
def work(shop, monkeypatch):
    role = "arn:aws:iam::123456789012:role/machine"
    definition = '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'
    machine = boto3.client("stepfunctions").create_state_machine(name="m", definition=definition, roleArn=role)
    outputs = {
        **{f"{table.capitalize()}Table": name for table, name in shop.tables.items()},
        "DocumentsBucket": BUCKET,
        "StateMachineArn": machine["stateMachineArn"],
        "EndingArn": machine["stateMachineArn"],
        "FetchQueue": boto3.client("sqs").create_queue(QueueName="fetch")["QueueUrl"],
    }
    monkeypatch.setattr(command, "connect", lambda _: (boto3.client, outputs))
    return command.Replay(boto3.client, outputs)


def set_aside(work, body: bytes) -> str:
    return work._deliveries.receive("woocommerce", HEADERS, body, NOW).quarantined


def test_a_delivery_is_set_aside_once_with_its_body_and_without_its_signature(work):
    first, second = set_aside(work, b'{"id": "x'), set_aside(work, b'{"id": "x')
    assert first
    assert first == second
    (aside,) = work.quarantine.waiting()
    assert work.quarantine.body(first) == b'{"id": "x'
    assert "x-wc-webhook-signature" not in aside.headers
    assert "not JSON" in aside.reason


def test_what_still_cannot_be_read_stays_and_what_can_becomes_its_order_once(work, monkeypatch, capsys):
    aside = set_aside(work, b'{"id": "x')
    assert command.main(["replay"]) == 1
    assert "still unreadable" in capsys.readouterr().out
    # As after a new version that reads what the old one could not.
    read = WooCommerce.read
    good = read_payload("woo-1-docs-variation-tax")
    monkeypatch.setattr(WooCommerce, "read", lambda self, headers, _: read(self, headers, good))
    assert command.main(["list"]) == 0
    assert aside in capsys.readouterr().out
    assert command.main(["replay", aside]) == 0
    assert "new" in capsys.readouterr().out
    assert list(work.quarantine.waiting()) == []
    executions = boto3.client("stepfunctions").list_executions(
        stateMachineArn=boto3.client("stepfunctions").list_state_machines()["stateMachines"][0]["stateMachineArn"]
    )["executions"]
    assert len(executions) == 1


def test_a_delivery_is_shown_and_dropped_and_an_unknown_id_is_refused(work, capsys):
    aside = set_aside(work, b'{"id": "x')
    capsys.readouterr()  # the metric of it
    assert command.main(["show", aside]) == 0
    assert capsys.readouterr().out == '{"id": "x\n'
    with pytest.raises(SystemExit):
        command.main(["drop", "nothing"])
    assert "expected the id of a delivery" in capsys.readouterr().err
    assert command.main(["drop", aside]) == 0
    assert list(work.quarantine.waiting()) == []


def test_a_fetched_order_that_was_set_aside_is_replayed_from_the_stores_answers(work):
    square = json.loads(read_payload("squarespace-1-docs-order"))
    url = f"https://api.squarespace.com/1.0/commerce/orders/{square['id']}"
    notice = {"store": "site1", "store_order_id": square["id"], "change": None, "urls": [url]}
    raw = json.dumps({"notice": notice, "answers": {url: json.dumps(square)}}).encode()
    work._deliveries.set_aside("squarespace", {"content-type": command.FETCHED}, raw, NOW, reason="as it was")
    ((_, taken),) = work.replay(())
    assert taken.new
    assert list(work.quarantine.waiting()) == []


def test_a_comparison_is_remembered_and_what_it_found_is_reported(shop):
    kept = DynamoReconciliations(boto3.client("dynamodb"), shop.tables["orders"])
    assert kept.last("shopify", "a") is None
    for hours, missed in enumerate([(), ("one",), (), ("two", "three")]):
        at = NOW + timedelta(hours=hours)
        kept.keep(Reconciled(source="shopify", store="a", until=at, at=at, missed=missed))
    last = kept.last("shopify", "a")
    assert last is not None
    assert last.missed == ("two", "three")
    assert [found.missed for found in kept.report("shopify", "a")] == [("two", "three"), ("one",)]
    assert kept.report("shopify", "b") == []


def test_the_report_names_every_store_and_what_was_missed(work, monkeypatch, capsys, shop):
    outputs = {"OrdersTable": shop.tables["orders"], "StoresSecret": "stores"}
    stores = {"shopify": {"a": [{"token": "t"}], "b": [{"token": "t"}]}}
    boto3.client("secretsmanager").create_secret(Name="stores", SecretString=json.dumps(stores))
    monkeypatch.setattr(report, "connect", lambda _: (boto3.client, outputs))
    kept = DynamoReconciliations(boto3.client("dynamodb"), shop.tables["orders"])
    kept.keep(Reconciled(source="shopify", store="a", until=NOW, at=NOW, missed=("B2C3",), set_aside=("q1",)))
    assert report.main([]) == 0
    told = capsys.readouterr().out
    assert "shopify a: compared up to" in told
    assert "missed: B2C3" in told
    assert "in quarantine: q1" in told
    assert "shopify b: never compared" in told
