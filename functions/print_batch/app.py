"""Works off a batch of orders that are printed together; invoked apart from the request that asks for it."""

import os
from datetime import UTC, datetime
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.bins import DynamoBins
from order_processing.adapters.dispatch import DynamoDispatch
from order_processing.adapters.documents import S3Documents
from order_processing.adapters.orders import DynamoOrders
from order_processing.documents.joined import joined
from order_processing.observe import StageFault, logged, note_fault
from order_processing.settings import current
from order_processing.warehouse.batches import print_batch

_dynamodb = client("dynamodb")
_dispatch = DynamoDispatch(_dynamodb, os.environ["ORDERS_TABLE"])
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"])
_bins = DynamoBins(_dynamodb, os.environ["INVENTORY_TABLE"])
_shelf = S3Documents(client("s3"), os.environ["DOCUMENTS_BUCKET"])


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    try:
        batch = print_batch(
            event["batch_id"],
            dispatch=_dispatch,
            orders=_orders,
            bins=_bins,
            shelf=_shelf,
            settings=current(),
            join=joined,
            clock=lambda: datetime.now(UTC),
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, its words may hold personal data
        raise StageFault(note_fault(error, batch=event["batch_id"])) from None
    return {"batch_id": batch.batch_id, "printed": batch.done - len(batch.left_out), "left_out": len(batch.left_out)}
