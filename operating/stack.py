"""Which stack a command works on."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3

from local.stack import LocalStack

Clients = Callable[[str], Any]


def add_stack(parser: argparse.ArgumentParser) -> None:
    """The option that every command has."""
    parser.add_argument("--stack", metavar="NAME", help="a stack in your AWS account; without it the running local one")


def connect(name: str | None) -> tuple[Clients, dict[str, str]]:
    """An AWS client by its service, and the stack's outputs."""
    if not name:
        stack = LocalStack.running()
        if stack is None:
            sys.exit("No local stack is running: start it with `make run`, or name a stack in AWS with --stack NAME.")
        return stack.client, stack.outputs
    clients = clients_of()
    found = clients("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return clients, {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def clients_of() -> Clients:
    """AWS clients with the caller's own credentials, one a service."""
    return cache(boto3.client)
