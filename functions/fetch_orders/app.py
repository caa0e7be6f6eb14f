"""From the queue: fetches the orders that stores' notices only name, and takes them in."""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.secrets import Secrets
from order_processing.adapters.store_deliveries import StoreDeliveries
from order_processing.adapters.store_http import StoreHttps
from order_processing.fetching import Queued, accesses_of, fetch
from order_processing.observe import logged, logger, told_without_personal_data

_stores = Secrets(client("secretsmanager"), os.environ["STORES_SECRET"])
_http = StoreHttps()
_deliveries = StoreDeliveries(cache(client), os.environ).deliveries


@logged
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
