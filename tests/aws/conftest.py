"""moto: AWS in memory, with the tables that the template declares."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from order_processing.adapters.orders import DynamoOrders
from tests.aws.shop import BUCKET, SENDER, Shop
from tests.template import create_table


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def dynamodb(aws: None) -> Any:
    return boto3.client("dynamodb")


@pytest.fixture
def tables(dynamodb: Any) -> dict[str, str]:
    """The names of the template's tables, by their use."""
    return {
        use: create_table(dynamodb, f"{use.title()}Table", use)
        for use in ("orders", "catalogue", "inventory", "accounts", "sessions", "licences", "findings", "webhooks")
    }


@pytest.fixture
def orders(dynamodb: Any, tables: dict[str, str]) -> DynamoOrders:
    return DynamoOrders(
        dynamodb, tables["orders"], inventory_table=tables["inventory"], accounts_table=tables["accounts"]
    )


@pytest.fixture
def shop(tables: dict[str, str]) -> Shop:
    """A stocked shop, ready to take orders."""
    ready_for_a_shop()
    made = Shop()
    _stock_up(made)
    return made


def _stock_up(shop: Shop) -> None:
    """The first shop takes its stock in document by document, as it comes; the others begin with what that one had."""
    there = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables
    if not _stocked:
        shop.stock_up()
        _stocked.update({name: pickle.dumps(table.items) for name, table in there.items()})
    for name, items in _stocked.items():
        there[name].items = pickle.loads(items)  # noqa: S301 - our own


_stocked: dict[str, bytes] = {}


def ready_for_a_shop() -> None:
    """What a shop needs beside its tables: SES may send, and documents have a bucket."""
    boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    boto3.client("sesv2").create_configuration_set(ConfigurationSetName="mail")
    boto3.client("s3").create_bucket(Bucket=BUCKET)
