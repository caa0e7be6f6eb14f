"""On a schedule: compares every store's own list of orders with what came in, and takes in what was missed."""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3

from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.notices import QueuedNotices
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.quarantine import StoredQuarantine
from order_processing.adapters.reconciliations import DynamoReconciliations
from order_processing.adapters.secrets import Secrets
from order_processing.adapters.store_http import StoreHttps
from order_processing.deliveries import Deliveries
from order_processing.fetching import accesses_of
from order_processing.observe import logger, told_without_personal_data
from order_processing.reconciliation import reconcile

_dynamodb = boto3.client("dynamodb")
_stores = Secrets(boto3.client("secretsmanager"), os.environ["STORES_SECRET"])
_http = StoreHttps()
_reconciliations = DynamoReconciliations(_dynamodb, os.environ["ORDERS_TABLE"])


@cache
def _s3() -> Any:
    return boto3.client("s3")


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
    notices=QueuedNotices(cache(lambda: boto3.client("sqs")), os.environ["FETCH_QUEUE"]),
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    missed = failed = 0
    for source, stores in _stores.read().items():
        for store in stores:
            told = {"source": source, "store": store}
            try:
                found = reconcile(
                    source,
                    store,
                    accesses_of(_stores.read(), source, store),
                    http=_http,
                    deliveries=_deliveries,
                    reconciliations=_reconciliations,
                    now=datetime.now(UTC),
                )
            except Exception as error:  # noqa: BLE001 - the other stores are compared all the same
                failed += 1
                logger.error("not reconciled", extra={**told, "fault": told_without_personal_data(error)})
                continue
            missed += len(found.missed)
            level = logger.warning if found.missed or found.set_aside else logger.info
            level("reconciled", extra={**told, **found.model_dump(mode="json", include={"looked_at", "missed"})})
    return {"missed": missed, "failed": failed}
