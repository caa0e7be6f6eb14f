"""A deployed stack whose functions reach AWS through the proxy."""

from __future__ import annotations

import time
from pathlib import Path

from local import LocalStack, seeding
from tests.proxy.proxy import Proxy

TIMEOUT = 6
"""Seconds after which Lambda ends a stage, in place of the template's 30, so that a late answer is late soon."""
WAIT_SCALE = 0.1
"""Waits and retries of executions pass ten times as fast, and so does the time for a decision."""
REDRIVABLE = 12.0
"""For so many seconds an execution that failed can be redriven, in place of 14 days."""
_QUIET = 0.4


class Rig:
    """Start it, put a plan into its proxy, stop it. orders: the journeys that went to their end, by the order's id."""

    def __init__(self, stack: LocalStack, proxy: Proxy) -> None:
        self.stack, self.proxy = stack, proxy
        self.orders: dict[str, str] = {}

    @classmethod
    def start(cls, home: Path, *, wait_scale: float = WAIT_SCALE) -> Rig:
        """A stack with the seed data, deployed from the real template."""
        proxy = Proxy(late_seconds=TIMEOUT + 2)
        stack = LocalStack.start(home, wait_scale=wait_scale, through=proxy.url, redrivable_seconds=REDRIVABLE)
        proxy.forward_to(stack.emulator.port)
        stack.deploy()
        seeding.load(stack)
        return cls(stack, proxy)

    def hurry(self) -> None:
        """Lambda ends functions sooner that do not answer."""
        functions = self.stack.client("lambda")
        for page in functions.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                name = function["FunctionName"]
                functions.update_function_configuration(FunctionName=name, Timeout=TIMEOUT)
                version = functions.publish_version(FunctionName=name)["Version"]
                functions.update_alias(FunctionName=name, Name="live", FunctionVersion=version)

    def quiet(self) -> None:
        """Returns when no function has called AWS for a moment, so that the next call is the next order's."""
        while time.monotonic() - self.proxy.last_call < _QUIET:
            time.sleep(0.05)

    def stop(self) -> None:
        """Everything in it is gone."""
        self.stack.stop()
        self.proxy.close()
