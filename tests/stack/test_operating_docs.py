"""Every command of docs/operating.md, run on the deployed stack."""

from __future__ import annotations

import importlib
import json
import re

import botocore.session
import pytest

from local import wait_for
from tests.operating_docs import commands
from tests.stack.senders import api_order, place, status

OURS = [c[3:] if c[2] == "-m" else c[2:] for c in commands() if c[0] == "python"]
AWS = [c[1:] for c in commands() if c[0] == "aws"]
FILES = {"licences": "SKU"}  # commands about files are tried by the tests of what they do


@pytest.fixture(scope="module")
def order(stack):
    receipt = place(stack, api_order("runbook")).json()
    wait_for(lambda: status(stack, receipt).json()["status"] == "READY_TO_SHIP", seconds=60, what="the order")
    return receipt


@pytest.fixture
def here(stack, monkeypatch):
    monkeypatch.setattr("operating.stack.LocalStack.running", lambda: stack)


def filled(words, order):
    values = {"BRSJ-V48J-X": order["number"], "ORDER": order["number"], "WHAT": order["number"]}
    values |= {"CAUSE": "0123456789ab", "DAY": "2026-11-25"}
    return [values.get(word, word) for word in words]


@pytest.mark.parametrize("words", [c for c in OURS if c[0].removeprefix("operating.") not in FILES], ids=" ".join)
def test_a_command_of_ours_runs(here, order, words):
    module, *arguments = filled(words, order)
    done = importlib.import_module(module).main(arguments)
    assert done in (0, 1), "2 says that it was called wrongly"


@pytest.mark.parametrize("words", AWS, ids=" ".join)
def test_a_command_of_aws_is_one_and_runs(stack, words):
    service, operation, *options = words
    if operation == "invoke":  # what the command line itself wants: how to read the payload, and where to write
        assert options.pop() == "/dev/stdout"
        place = options.index("--cli-binary-format")
        assert options[place + 1] == "raw-in-base64-out"
        del options[place : place + 2]
    client = stack.client(service)
    model = botocore.session.get_session().get_service_model(client.meta.service_model.service_name)
    named = {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower(): name for name in model.operation_names}
    members = model.operation_model(named[operation]).input_shape.members
    by_option = {"--" + re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower(): name for name in members}
    given = {}
    for option, value in zip(options[::2], options[1::2], strict=True):
        name = by_option[option]
        logical = re.fullmatch(r"<(\w+)>", value)
        value = _resource(stack, logical[1]) if logical else value
        given[name] = [value] if members[name].type_name == "list" else value
    if "Payload" in given:
        json.loads(given["Payload"])
    answer = getattr(client, operation.replace("-", "_"))(**given)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert "FunctionError" not in answer


def _resource(stack, logical: str) -> str:
    resource = stack.client("cloudformation").describe_stack_resource(
        StackName="order-processing", LogicalResourceId=logical
    )
    return resource["StackResourceDetail"]["PhysicalResourceId"]
