"""What takes in stores' deliveries, as a function's environment names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.notices import QueuedNotices
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.quarantine import StoredQuarantine
from order_processing.adapters.store_mappings import DynamoMappings
from order_processing.deliveries import Deliveries

if TYPE_CHECKING:
    from order_processing.store_changes import StoreChanges

Clients = Callable[[str], Any]


class StoreDeliveries:
    """Orders, executions, quarantine, and the deliveries that end in them.

    client: an AWS client by its service, made once; those that are hardly ever needed are asked for when they are.
    where: the names of tables, queue, bucket and state machines, as in the environment of `fetch_orders`.
    """

    def __init__(self, client: Clients, where: Mapping[str, str]) -> None:
        dynamodb = client("dynamodb")
        self.orders = DynamoOrders(
            dynamodb,
            where["ORDERS_TABLE"],
            inventory_table=where["INVENTORY_TABLE"],
            accounts_table=where["ACCOUNTS_TABLE"],
        )
        self.executions = StepFunctionsExecutions(
            client("stepfunctions"),
            where["STATE_MACHINE_ARN"],
            where["ENDING_ARN"],
            alias=where.get("MACHINES_ALIAS", ""),
        )
        self.quarantine = StoredQuarantine(
            dynamodb, where["ORDERS_TABLE"], lambda: client("s3"), where["DOCUMENTS_BUCKET"]
        )
        self.deliveries = Deliveries(
            orders=self.orders,
            changes=cache(partial(_changes, dynamodb, where["ORDERS_TABLE"])),
            executions=self.executions,
            quarantine=self.quarantine,
            notices=QueuedNotices(lambda: client("sqs"), where["FETCH_QUEUE"]),
            mappings=DynamoMappings(dynamodb, where["ORDERS_TABLE"]),
        )


def _changes(dynamodb: Any, table: str) -> StoreChanges:
    # Imported here, because most deliveries are new orders.
    from order_processing.adapters.store_changes import DynamoStoreChanges

    return DynamoStoreChanges(dynamodb, table)
