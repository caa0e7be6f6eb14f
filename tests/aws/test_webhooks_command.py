"""The operator's command for endpoints."""

from __future__ import annotations

import io
import json
from typing import Any

import boto3
import pytest

from operating import webhooks as command
from order_processing.adapters import webhook_http
from tests.aws.webhook_receiver import SECRET, Webhooks, event

URL = "https://own.example.com/hook"
OUTPUTS = {"WebhooksTable": "webhooks", "WebhooksSecret": SECRET, "RetryWebhooksFunction": "retry"}


class Shop(Webhooks):
    """The stack as the command finds it: `retry` is the function, run here."""

    def clients(self, service: str) -> Any:
        return self if service == "lambda" else boto3.client(service)

    def invoke(self, FunctionName: str, Payload: bytes) -> Any:
        self.restart()
        endpoint = json.loads(Payload)["endpoint"]
        told = self.delivering.work_off(endpoint, self.now.replace(hour=23), at_once=True)
        return {"Payload": io.BytesIO(json.dumps(told).encode())}


@pytest.fixture
def stack(tables, monkeypatch) -> Shop:
    shop = Shop()
    monkeypatch.setattr(command, "connect", lambda _: (shop.clients, OUTPUTS))
    addresses = {"own.example.com": "1.1.1.1", "inside.example.com": "10.0.0.8"}
    monkeypatch.setattr(webhook_http.socket, "getaddrinfo", lambda host, *_, **__: [(0, 0, 0, "", (addresses[host],))])
    return shop


def run(capsys, *arguments: str) -> tuple[int, str]:
    """The exit code, and all that was printed."""
    code = command.main(list(arguments))
    said = capsys.readouterr()
    return code, said.out + said.err


def add(capsys, name: str = "own", url: str = URL, *more: str) -> tuple[int, str]:
    return run(capsys, "add", name, url, "--store", "api:web shop", *more)


def test_an_endpoint_is_added_with_a_secret_of_its_own_and_listed(stack, capsys):
    code, secret = add(capsys, "own", URL, "--kind", "OrderConfirmed")
    assert code == 0
    assert secret.startswith("whsec_")
    code, listed = run(capsys, "list")
    assert f"own  {URL}\n  of api:web shop; OrderConfirmed\n  well; 0 waiting\n" in listed
    assert "whsec_" not in listed


@pytest.mark.parametrize(
    ("name", "url", "why"),
    [
        ("own", "http://own.example.com/", "expected https"),
        ("own", "https://inside.example.com/", "not public"),
        ("Own!", URL, "name: "),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused_with_the_reason_and_leaves_nothing(stack, capsys, name, url, why):
    code, said = add(capsys, name, url)
    assert code == 1
    assert why in said
    assert run(capsys, "list") == (0, "")


def test_a_name_is_given_once(stack, capsys):
    _, secret = add(capsys)
    code, said = add(capsys)
    assert code == 1
    assert "an endpoint of this name" in said
    assert json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]) == {
        "own": [secret.strip()]
    }


@pytest.mark.parametrize("bad", [["--store", "webshop"], ["--kind", "OrderPlaced"]])
def test_a_mistyped_option_is_refused(stack, capsys, bad):
    with pytest.raises(SystemExit):
        add(capsys, "own", URL, *bad)


def test_two_secrets_are_valid_until_the_old_one_is_ended(stack, capsys):
    _, first = add(capsys)
    _, second = run(capsys, "rotate", "own")
    kept = lambda: json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"])  # noqa: E731
    assert kept() == {"own": [second.strip(), first.strip()]}
    assert run(capsys, "rotate", "own", "--finish")[0] == 0
    assert kept() == {"own": [second.strip()]}


def test_a_test_says_whether_the_endpoint_took_it(stack, capsys):
    add(capsys)
    assert run(capsys, "test", "own") == (0, "1 delivered, 0 not\n")
    stack.http.answers[URL] = 404
    code, said = run(capsys, "test", "own")
    assert code == 1
    assert "HTTP 404" in said
    run(capsys, "pause", "own")
    code, said = run(capsys, "retry", "own")
    assert code == 1
    assert "paused" in said


def test_dead_messages_are_listed_and_sent_again(stack, capsys):
    add(capsys)
    stack.restart()
    stack.http.answers[URL] = 410
    lost = event()
    stack.come(lost)
    stack.http.answers.clear()
    name = lost["detail"]["id"]
    code, said = run(capsys, "dead")
    assert (code, name in said, "HTTP 410" in said) == (0, True, True)
    assert "DISABLED" in run(capsys, "list")[1]
    run(capsys, "resume", "own")
    assert run(capsys, "replay", "own", "--dead")[0] == 0
    assert run(capsys, "retry", "own")[0] == 0
    assert stack.http.heard[URL] == [name]
    assert run(capsys, "dead", "own")[1] == "0 messages were given up\n"
    at = lost["detail"]["at"]
    for again in (["--event", name], ["--since", at, "--until", at]):
        assert run(capsys, "replay", "own", *again)[0] == 0
        run(capsys, "retry", "own")
    assert stack.http.heard[URL] == [name] * 3
    assert run(capsys, "replay", "own", "--event", "nobody-1")[0] == 1


def test_an_endpoint_that_is_removed_takes_its_secret_with_it(stack, capsys):
    add(capsys)
    assert run(capsys, "remove", "own")[0] == 0
    assert json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]) == {}
    for what in ("test", "rotate", "pause", "resume", "retry", "remove", "dead"):
        assert run(capsys, what, "own") == (1, "own: no such endpoint; see `list`\n")


def test_a_stack_that_sends_no_webhooks_says_what_to_do(stack, monkeypatch):
    monkeypatch.setattr(command, "connect", lambda _: (stack.clients, {**OUTPUTS, "WebhooksSecret": ""}))
    with pytest.raises(SystemExit, match="Webhooks=on"):
        command.main(["list"])
