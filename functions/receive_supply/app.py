"""The doors of the warehouse's own systems: counts of stock, planned supply and receipts."""

import os
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.broken_promises import BrokenPromises
from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.promise_queue import PromiseQueue
from order_processing.adapters.secrets import Secrets
from order_processing.door import no_such_route
from order_processing.gateway import request_of, resolver, response_of, serve
from order_processing.inventory_doors import InventoryDoors
from order_processing.observe import logged
from order_processing.routes import Response
from order_processing.settings import current

_dynamodb = client("dynamodb")
_doors = InventoryDoors(
    books=DynamoInventory(_dynamodb, os.environ["INVENTORY_TABLE"]),
    broken=BrokenPromises(_dynamodb, os.environ["ORDERS_TABLE"]),
    look_at=PromiseQueue(client("sqs"), os.environ["PROMISES_QUEUE"]).look_at,
    senders=Secrets(client("secretsmanager"), os.environ["SENDERS_SECRET"]),
    locations=tuple(current().locations),
)
app = resolver(no_such_route)


@app.route("/inventory/counts", method=["POST", "PUT"])
@app.route("/inventory/supply", method=["POST", "PUT"])
@app.route("/inventory/receipts", method=["POST", "PUT"])
def receive() -> Response:
    kind = app.path.rpartition("/")[2]
    return response_of(_doors.receive(kind, request_of(app)))


@app.get("/inventory/broken-promises")
def broken_promises() -> Response:
    return response_of(_doors.broken_promises(request_of(app)))


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)
