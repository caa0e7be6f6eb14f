"""DynamoDB in memory answers as moto does, for random requests of every kind that the adapters make."""

from __future__ import annotations

import copy
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from tests.faults.dynamo import Dynamo
from tests.faults.expressions import Invalid, condition
from tests.faults.items import Failed, Table, Tables
from tests.faults.world import layouts
from tests.template import create_table

TABLE = "inventory"
KEYS = st.fixed_dictionaries(
    {
        "sku": st.sampled_from(["A", "B"]).map(lambda v: {"S": v}),
        "source": st.sampled_from(["x", "y"]).map(lambda v: {"S": v}),
    }
)
NUMBERS = st.integers(-2, 3).map(lambda n: {"N": str(n)})
CONDITIONS = st.sampled_from(
    [
        "",
        "attribute_not_exists(sku)",
        "attribute_exists(sku)",
        "available >= :n",
        "#available = :n OR attribute_not_exists(#available)",
        "attribute_not_exists(kept) OR (#available = :n AND attribute_exists(sku))",
        "#available < :n",
        "NOT #available <> :n",
    ]
)
UPDATES = st.sampled_from(
    [
        "SET #available = :n",
        "ADD available :n, reserved :n",
        "SET kept = if_not_exists(kept, :n) ADD available :n",
        "SET kept = :n REMOVE available",
    ]
)


def _placeholders(write: dict[str, Any], number: Any) -> dict[str, Any]:
    said = write.get("ConditionExpression", "") + write.get("UpdateExpression", "")
    names = {"ExpressionAttributeNames": {"#available": "available"}} if "#available" in said else {}
    values = {"ExpressionAttributeValues": {":n": number}} if ":n" in said else {}
    return {**write, **names, **values}


@st.composite
def writes(draw: Any) -> tuple[str, dict[str, Any]]:
    kind = draw(st.sampled_from(["Put", "Update", "Delete"]))
    key, number, wanted = draw(KEYS), draw(NUMBERS), draw(CONDITIONS)
    write: dict[str, Any] = {"TableName": TABLE}
    if wanted:
        write["ConditionExpression"] = wanted
    if kind == "Put":
        write["Item"] = {**key, "available": draw(NUMBERS)}
    else:
        write["Key"] = key
    if kind == "Update":
        write["UpdateExpression"] = draw(UPDATES)
    return kind, _placeholders(write, number)


REQUESTS = st.lists(st.one_of(writes().map(lambda w: [w]), st.lists(writes(), min_size=2, max_size=3)), max_size=6)


@pytest.fixture(scope="module")
def moto():
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        create_table(client, "InventoryTable", TABLE)
        yield client


def _emptied(client: Any) -> None:
    for item in client.scan(TableName=TABLE)["Items"]:
        client.delete_item(TableName=TABLE, Key={name: item[name] for name in ("sku", "source")})


def _outcome(call: Any) -> str:
    try:
        call()
    except Failed as failed:
        return failed.code + str([reason["Code"] for reason in failed.more.get("CancellationReasons", ())])
    except ClientError as error:
        response: Any = error.response
        return response["Error"]["Code"] + str([reason["Code"] for reason in response.get("CancellationReasons", ())])
    return "done"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests=REQUESTS)
def test_random_writes_end_as_in_moto(moto, requests):
    _emptied(moto)
    memory, tables = Dynamo(layouts()), {TABLE: Table()}
    for request in requests:
        mine: dict[str, Any]
        if len(request) == 1:
            ((kind, write),) = request
            operation, mine = f"{kind}Item", write
        else:
            operation, mine = "TransactWriteItems", {"TransactItems": [{kind: write} for kind, write in request]}
        theirs = copy.deepcopy(mine)
        method = {"TransactWriteItems": "transact_write_items"}.get(
            operation, operation.removesuffix("Item").lower() + "_item"
        )
        expected = _outcome(lambda m=method, t=theirs: getattr(moto, m)(**t))
        told = _outcome(lambda o=operation, m=mine: memory.operate(o, tables, m, []))
        assert told == expected, (operation, mine)
        assert _items(tables) == _theirs(moto)


def _items(tables: Tables) -> list[str]:
    return sorted(item.text for item in tables[TABLE].values())


def _theirs(client: Any) -> list[str]:
    items = client.scan(TableName=TABLE)["Items"]
    return sorted(json.dumps(item, sort_keys=True, separators=(",", ":")) for item in items)


def test_what_it_does_not_know_it_refuses():
    for unknown in ("size(a) > :n", "a ~ :n", "attribute_type(a, :n)", "a = :n b"):
        with pytest.raises(Invalid):
            condition(unknown)({}, {}, {":n": {"N": "1"}})


def test_a_placeholder_that_is_not_used_is_an_error_as_in_dynamodb():
    put = {
        "TableName": TABLE,
        "Item": {"sku": {"S": "A"}, "source": {"S": "x"}},
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    with pytest.raises(Failed, match="ValidationException"):
        Dynamo(layouts()).operate("PutItem", {TABLE: Table()}, put, [])
