"""Removes a stack that is only for trying things, with all that it keeps: orders, documents, secrets, logins.

    python -m operating.teardown --stack order-processing-dev            says what would go
    python -m operating.teardown --stack order-processing-dev --yes      removes it

A stack with Environment=prod is refused. Deleting a stack leaves its tables, bucket, secrets and user pool, so that
nothing is lost by mistake; this removes them too. Cut at any point, it may be run again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from operating.stack import Clients, clients_of

# Where a run that was cut finds what the deleted stack can no longer tell.
NOTES = Path(".local") / "teardown"
_GONE = ("ResourceNotFoundException", "NoSuchBucket", "NotFoundException", "404")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when it refuses."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.teardown", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stack", metavar="NAME", required=True, help="the stack to remove")
    parser.add_argument("--yes", action="store_true", help="do it")
    given = parser.parse_args(arguments)
    clients = clients_of()
    cloudformation = clients("cloudformation")
    note = NOTES / f"{given.stack}.json"
    try:
        stack = cloudformation.describe_stacks(StackName=given.stack)["Stacks"][0]
    except ClientError:
        stack = None
    if stack:
        chosen = {p["ParameterKey"]: p.get("ParameterValue", "") for p in stack.get("Parameters", [])}
        if chosen.get("Environment", "prod") == "prod":
            print(f"{given.stack} is for real orders (Environment=prod) and is not removed", file=sys.stderr)
            return 1
        left = list(kept(clients, given.stack))
    elif note.exists():
        left = [(kind, name) for kind, name in json.loads(note.read_text(encoding="utf-8"))]
    else:
        print(f"there is no stack {given.stack}", file=sys.stderr)
        return 1
    for kind, name in left:
        print(f"{kind}  {name}")
    if not given.yes:
        print(f"with --yes, these and the stack {given.stack} are removed")
        return 0
    if stack:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(left), encoding="utf-8")
        cloudformation.delete_stack(StackName=given.stack)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack["StackId"])
    for kind, name in left:
        try:
            _REMOVE[kind](clients, name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
    note.unlink()
    print(f"{given.stack} is removed")
    return 0


def kept(clients: Clients, stack: str) -> Iterator[tuple[str, str]]:
    """What stays when the stack is deleted and holds something: kind and name."""
    pages = clients("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] in _REMOVE:
                yield resource["ResourceType"], resource["PhysicalResourceId"]


def _table(clients: Clients, name: str) -> None:
    clients("dynamodb").delete_table(TableName=name)


def _bucket(clients: Clients, name: str) -> None:
    s3 = clients("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        objects = [
            {"Key": version["Key"], "VersionId": version["VersionId"]}
            for version in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
        ]
        if objects:
            s3.delete_objects(Bucket=name, Delete={"Objects": objects, "Quiet": True})
    s3.delete_bucket(Bucket=name)


def _secret(clients: Clients, arn: str) -> None:
    clients("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


def _pool(clients: Clients, pool: str) -> None:
    clients("cognito-idp").delete_user_pool(UserPoolId=pool)


_REMOVE: dict[str, Callable[[Clients, str], Any]] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::S3::Bucket": _bucket,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::Cognito::UserPool": _pool,
}


if __name__ == "__main__":
    sys.exit(main())
