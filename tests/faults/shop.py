"""A stocked shop as a world to begin with."""

from __future__ import annotations

from typing import Any

import boto3

from tests.aws.shop import Shop
from tests.faults.functions import Functions
from tests.faults.items import Table
from tests.faults.plan import Plan
from tests.faults.schedules import have_looked
from tests.faults.world import TABLES, World


def stocked(functions: Functions, setup: Any = None) -> World:
    """The seed's catalogue and stock, schedules that have looked before, and what a scenario adds."""
    world = World(tables={name: Table() for name in TABLES})
    functions.wire.world, functions.wire.plan = world, Plan()
    shop = Shop(client=boto3.client)
    shop.stock_up()
    have_looked(world)
    if setup:
        setup(shop)
    world.stream.clear()
    return world
