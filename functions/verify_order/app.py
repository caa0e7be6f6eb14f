"""Stage 1, order verification: reads orders, the catalogue and accounts, writes the verified order."""

import os
from datetime import UTC, datetime

from order_processing.access import guest_id
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.aws import client
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.secrets import Secrets
from order_processing.observe import Event, stage
from order_processing.settings import current
from order_processing.stages.verify_order import verify_order

_dynamodb = client("dynamodb")
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"])
_catalogue = DynamoCatalogue(_dynamodb, os.environ["CATALOGUE_TABLE"])
_accounts = DynamoAccounts(_dynamodb, os.environ["ACCOUNTS_TABLE"])
_identity = Secrets(client("secretsmanager"), os.environ["IDENTITY_SECRET"])


@stage
def handler(event: Event) -> None:
    verify_order(
        event["order_id"],
        orders=_orders,
        catalogue=_catalogue,
        accounts=_accounts,
        settings=current(),
        guest_id=lambda email: guest_id(email, _identity.read()["key"]),
        now=datetime.now(UTC),
    )
