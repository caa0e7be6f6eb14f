"""Stage 5, delivery preparation: parcels, shipping labels and packing slip."""

import os
from datetime import UTC, datetime

import boto3

from order_processing.adapters.carriers import Accounts
from order_processing.adapters.documents import S3Documents
from order_processing.adapters.orders import DynamoOrders
from order_processing.observe import Event, stage
from order_processing.settings import current
from order_processing.stages.prepare_delivery import prepare_delivery

_orders = DynamoOrders(boto3.client("dynamodb"), os.environ["ORDERS_TABLE"])
_carriers = Accounts(lambda: boto3.client("secretsmanager"), os.environ["CARRIERS_SECRET"])
_documents = S3Documents(boto3.client("s3"), os.environ["DOCUMENTS_BUCKET"])


@stage
def handler(event: Event) -> None:
    prepare_delivery(
        event["order_id"],
        orders=_orders,
        documents=_documents,
        carriers=_carriers,
        settings=current(),
        now=datetime.now(UTC),
    )
