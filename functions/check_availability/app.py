"""Stage 2, availability check: promises the order's lines and reserves what makes the promise true."""

import os
from datetime import UTC, datetime

from order_processing.adapters.aws import client
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.stock_reader import StockReader
from order_processing.observe import Event, stage
from order_processing.settings import current
from order_processing.stages.check_availability import check_availability

_dynamodb = client("dynamodb")
_inventory = StockReader(_dynamodb, os.environ["INVENTORY_TABLE"])
_catalogue = DynamoCatalogue(_dynamodb, os.environ["CATALOGUE_TABLE"])
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"], inventory_table=os.environ["INVENTORY_TABLE"])


@stage
def handler(event: Event) -> None:
    check_availability(
        event["order_id"],
        orders=_orders,
        inventory=_inventory,
        catalogue=_catalogue,
        settings=current(),
        now=datetime.now(UTC),
    )
