"""Beside the path: new promises for orders whose supply comes later or short."""

import os
from datetime import UTC, datetime
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.customers_post import customers_post
from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.functions import StageFunction
from order_processing.adapters.links import Links
from order_processing.adapters.mail_reports import DynamoUnreached
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.promise_queue import PromiseQueue
from order_processing.adapters.renewals import DynamoPromisedSupply, DynamoRenewals
from order_processing.inventory_documents import Concern
from order_processing.observe import worker
from order_processing.settings import current
from order_processing.stages.renew_promises import find_untrue_promises, renew_promise

_dynamodb = client("dynamodb")
_secrets = client("secretsmanager")
_tables = {"inventory_table": os.environ["INVENTORY_TABLE"], "accounts_table": os.environ["ACCOUNTS_TABLE"]}
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"], **_tables)
_renewals = DynamoRenewals(_dynamodb, os.environ["ORDERS_TABLE"], **_tables)
_inventory = DynamoPromisedSupply(_dynamodb, os.environ["INVENTORY_TABLE"])
_unreached = DynamoUnreached(_dynamodb, os.environ["ORDERS_TABLE"])
_post = customers_post(client, _dynamodb, _secrets, os.environ)
_links = Links(_secrets, os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"])
_executions = StepFunctionsExecutions(client("stepfunctions"), os.environ["STATE_MACHINE_ARN"])
_queue = PromiseQueue(client("sqs"), os.environ["PROMISES_QUEUE"])
_prepare_delivery = StageFunction(client("lambda"), os.environ["PREPARE_DELIVERY"])


@worker
def handler(message: dict[str, Any]) -> None:
    if "order_id" in message:
        renew_promise(
            message["order_id"],
            orders=_orders,
            renewals=_renewals,
            inventory=_inventory,
            post=_post,
            unreached=_unreached,
            settings=current(),
            status_url=_links.page_url,
            prepare=_prepare_delivery,
            executions=_executions,
            now=datetime.now(UTC),
        )
    else:
        find_untrue_promises(
            Concern.model_validate(message),
            orders=_orders,
            renewals=_renewals,
            inventory=_inventory,
            settings=current(),
            look_at=_queue.look_at_orders,
        )
