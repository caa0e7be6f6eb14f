"""The warehouse's door: the list of the day, printing, packing, hand-over, manifests."""

import os
from typing import Any

from botocore.config import Config

from order_processing.adapters.aws import client
from order_processing.adapters.bins import DynamoBins
from order_processing.adapters.dispatch import DynamoDispatch
from order_processing.adapters.documents import S3Documents
from order_processing.adapters.links import Links
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.post import ONCE, SesPost
from order_processing.adapters.printer import LambdaPrinter
from order_processing.adapters.secrets import Secrets
from order_processing.door import no_such_route
from order_processing.gateway import request_of, resolver, response_of, serve
from order_processing.observe import logged
from order_processing.routes import Response
from order_processing.settings import current
from order_processing.warehouse.door import WarehouseDoor

_dynamodb = client("dynamodb")
_secretsmanager = client("secretsmanager")
_table = os.environ["ORDERS_TABLE"]
_door = WarehouseDoor(
    dispatch=DynamoDispatch(_dynamodb, _table),
    orders=DynamoOrders(_dynamodb, _table, inventory_table=os.environ["INVENTORY_TABLE"]),
    bins=DynamoBins(_dynamodb, os.environ["INVENTORY_TABLE"]),
    documents=S3Documents(client("s3", config=Config(signature_version="s3v4")), os.environ["DOCUMENTS_BUCKET"]),
    printer=LambdaPrinter(client("lambda"), os.environ["PRINT_FUNCTION"]),
    post=SesPost(client("sesv2", config=ONCE), os.environ["SENDER"], os.environ["CONFIGURATION_SET"], current()),
    senders=Secrets(_secretsmanager, os.environ["SENDERS_SECRET"]),
    status_url=Links(_secretsmanager, os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"]).status_url,
    settings=current(),
)
app = resolver(no_such_route)


@app.get("/shipments")
def day() -> Response:
    return response_of(_door.day(request_of(app)))


@app.post("/shipments/batches")
def print_many() -> Response:
    return response_of(_door.print(request_of(app)))


@app.get("/shipments/batches/<batch_id>")
def batch(batch_id: str) -> Response:
    return response_of(_door.batch(batch_id, request_of(app)))


@app.get("/shipments/parcels/<sscc>")
def parcel(sscc: str) -> Response:
    return response_of(_door.parcel(sscc, request_of(app)))


@app.post("/shipments/parcels/<sscc>/packed")
def packed(sscc: str) -> Response:
    return response_of(_door.packed(sscc, request_of(app)))


@app.post("/shipments/parcels/<sscc>/handed-over")
def handed_over(sscc: str) -> Response:
    return response_of(_door.handed_over(sscc, request_of(app)))


@app.post("/shipments/manifests")
def close() -> Response:
    return response_of(_door.close(request_of(app)))


@app.get("/shipments/manifests")
def manifests() -> Response:
    return response_of(_door.manifests(request_of(app)))


@app.post("/shipments/bins")
def bins() -> Response:
    return response_of(_door.set_bins(request_of(app)))


@app.get("/shipments/orders/<order>/documents")
def documents(order: str) -> Response:
    return response_of(_door.documents(order, request_of(app)))


@app.post("/shipments/orders/<order>/return-label")
def return_label(order: str) -> Response:
    return response_of(_door.return_label(order, request_of(app)))


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)
