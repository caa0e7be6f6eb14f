"""A stack for trying things goes with all that it keeps; one for real orders does not."""

from __future__ import annotations

from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError

from operating import teardown
from tests.aws.shop import BUCKET
from tests.aws.test_stages import simple_order


class CloudFormation:
    """One stack that keeps its tables, bucket, secret and user pool when it is deleted."""

    def __init__(self, name: str, environment: str, resources) -> None:
        self.stacks = {name: environment}
        self.resources = resources

    def describe_stacks(self, StackName):
        if StackName not in self.stacks:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        chosen = [{"ParameterKey": "Environment", "ParameterValue": self.stacks[StackName]}]
        return {"Stacks": [{"StackId": "id", "Parameters": chosen}]}

    def get_paginator(self, _):
        found = [{"ResourceType": kind, "PhysicalResourceId": name} for kind, name in self.resources]
        return SimpleNamespace(paginate=lambda StackName: [{"StackResourceSummaries": found}])

    def delete_stack(self, StackName):
        del self.stacks[StackName]

    def get_waiter(self, _):
        return SimpleNamespace(wait=lambda StackName: None)


@pytest.fixture
def stack(shop, tmp_path, monkeypatch):
    """Makes a stack of a name for an environment; its tables and bucket are the shop's."""
    monkeypatch.setattr(teardown, "NOTES", tmp_path)
    shop.place(simple_order())
    for name in set(boto3.client("dynamodb").list_tables()["TableNames"]) - {"orders"}:
        boto3.client("dynamodb").delete_table(TableName=name)
    s3 = boto3.client("s3")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=BUCKET, Key="orders/A/label.pdf", Body=body)
    s3.delete_object(Bucket=BUCKET, Key="orders/A/label.pdf")
    secret = boto3.client("secretsmanager").create_secret(Name="keys", SecretString="{}")["ARN"]
    pool = boto3.client("cognito-idp").create_user_pool(PoolName="staff")["UserPool"]["Id"]

    def create(name: str, environment: str) -> CloudFormation:
        resources = [
            ("AWS::DynamoDB::Table", "orders"),
            ("AWS::Lambda::Function", "verify_order"),
            ("AWS::S3::Bucket", BUCKET),
            ("AWS::SecretsManager::Secret", secret),
            ("AWS::Cognito::UserPool", pool),
        ]
        made = CloudFormation(name, environment, resources)
        monkeypatch.setattr(
            teardown,
            "clients_of",
            lambda: lambda service: made if service == "cloudformation" else boto3.client(service),
        )
        return made

    return create


def left() -> tuple[int, int, int, int]:
    return (
        len(boto3.client("dynamodb").list_tables()["TableNames"]),
        len(boto3.client("s3").list_buckets()["Buckets"]),
        len(boto3.client("secretsmanager").list_secrets()["SecretList"]),
        len(boto3.client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"]),
    )


def test_a_stack_for_trying_goes_with_all_that_it_keeps(stack, capsys):
    made = stack("shop-dev", "dev")
    assert teardown.main(["--stack", "shop-dev"]) == 0
    assert "with --yes" in capsys.readouterr().out
    assert left() == (1, 1, 1, 1)
    assert teardown.main(["--stack", "shop-dev", "--yes"]) == 0
    assert left() == (0, 0, 0, 0)
    assert made.stacks == {}


def test_a_stack_for_real_orders_is_refused(stack, capsys):
    stack("shop", "prod")
    assert teardown.main(["--stack", "shop", "--yes"]) == 1
    assert "real orders" in capsys.readouterr().err
    assert left() == (1, 1, 1, 1)


def test_a_run_that_was_cut_is_finished_by_the_next(stack, monkeypatch):
    stack("shop-dev", "dev")
    remove = teardown._REMOVE["AWS::S3::Bucket"]

    def cut(*_):
        raise ClientError({"Error": {"Code": "SlowDown", "Message": ""}}, "DeleteBucket")

    monkeypatch.setitem(teardown._REMOVE, "AWS::S3::Bucket", cut)
    with pytest.raises(ClientError):
        teardown.main(["--stack", "shop-dev", "--yes"])
    monkeypatch.setitem(teardown._REMOVE, "AWS::S3::Bucket", remove)
    assert teardown.main(["--stack", "shop-dev", "--yes"]) == 0
    assert left() == (0, 0, 0, 0)
    assert teardown.main(["--stack", "shop-dev", "--yes"]) == 1, "there is nothing more"
