"""From the queue: fetches the orders that stores' notices only name, and takes them in."""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3

from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.notices import QueuedNotices
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.quarantine import StoredQuarantine
from order_processing.adapters.secrets import Secrets
from order_processing.adapters.store_http import StoreHttps
from order_processing.deliveries import Deliveries
from order_processing.fetching import Queued, accesses_of, fetch
from order_processing.observe import logger, told_without_personal_data

_dynamodb = boto3.client("dynamodb")
_stores = Secrets(boto3.client("secretsmanager"), os.environ["STORES_SECRET"])
_http = StoreHttps()


@cache
def _s3() -> Any:
    return boto3.client("s3")


@cache
def _sqs() -> Any:
    return boto3.client("sqs")


_deliveries = Deliveries(
    orders=DynamoOrders(
        _dynamodb,
        os.environ["ORDERS_TABLE"],
        inventory_table=os.environ["INVENTORY_TABLE"],
        accounts_table=os.environ["ACCOUNTS_TABLE"],
    ),
    executions=StepFunctionsExecutions(
        boto3.client("stepfunctions"), os.environ["STATE_MACHINE_ARN"], os.environ["ENDING_ARN"]
    ),
    quarantine=StoredQuarantine(_dynamodb, os.environ["ORDERS_TABLE"], _s3, os.environ["DOCUMENTS_BUCKET"]),
    notices=QueuedNotices(_sqs, os.environ["FETCH_QUEUE"]),
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    failed = []
    for record in event["Records"]:
        queued = Queued.model_validate_json(record["body"])
        told = {"source": queued.source, "store": queued.notice.store, "store_order_id": queued.notice.store_order_id}
        try:
            taken = fetch(
                queued,
                accesses_of(_stores.read(), queued.source, queued.notice.store),
                http=_http,
                deliveries=_deliveries,
                now=datetime.now(UTC),
            )
            logger.info("fetched", extra={**told, "order_id": taken.order_id, "reason": taken.reason})
        except Exception as error:  # noqa: BLE001 - the others of the batch are not fetched again for it
            logger.warning("not fetched", extra={**told, "fault": told_without_personal_data(error)})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
