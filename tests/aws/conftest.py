"""moto: AWS in memory, with the tables that the template declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from order_processing.adapters.orders import DynamoOrders
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
        for use in ("orders", "catalogue", "inventory", "accounts")
    }


@pytest.fixture
def orders(dynamodb: Any, tables: dict[str, str]) -> DynamoOrders:
    return DynamoOrders(
        dynamodb, tables["orders"], inventory_table=tables["inventory"], accounts_table=tables["accounts"]
    )
