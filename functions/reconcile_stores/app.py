"""On a schedule: compares every store's own list of orders with what came in, and takes in what was missed."""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.reconciliations import DynamoReconciliations
from order_processing.adapters.secrets import Secrets
from order_processing.adapters.store_deliveries import StoreDeliveries
from order_processing.adapters.store_http import StoreHttps
from order_processing.fetching import accesses_of
from order_processing.observe import count, logged, logger, told_without_personal_data
from order_processing.reconciliation import reconcile

_client = cache(client)
_stores = Secrets(_client("secretsmanager"), os.environ["STORES_SECRET"])
_http = StoreHttps()
_reconciliations = DynamoReconciliations(_client("dynamodb"), os.environ["ORDERS_TABLE"])
_deliveries = StoreDeliveries(_client, os.environ).deliveries


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    missed = failed = 0
    known = _stores.read()
    for source, stores in known.items():
        for store in stores:
            told = {"source": source, "store": store}
            try:
                found = reconcile(
                    source,
                    store,
                    accesses_of(known, source, store),
                    http=_http,
                    deliveries=_deliveries,
                    reconciliations=_reconciliations,
                    now=datetime.now(UTC),
                )
            except Exception as error:  # noqa: BLE001 - the other stores are compared all the same
                failed += 1
                count("StoreNotReconciled", source=source)
                logger.error("not reconciled", extra={**told, "fault": told_without_personal_data(error)})
                continue
            missed += len(found.missed)
            if found.missed:
                count("OrderMissedByWebhook", len(found.missed), source=source)
            level = logger.warning if found.missed or found.set_aside else logger.info
            level(
                "reconciled",
                extra={**told, **found.model_dump(mode="json", include={"looked_at", "missed", "changed"})},
            )
    return {"missed": missed, "failed": failed}
