"""Dry runs of orders: reads what verification and the availability check read, and writes nothing."""

import os
from datetime import datetime
from typing import Any

from order_processing.access import guest_id
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.aws import client
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.secrets import Secrets
from order_processing.adapters.stock_reader import StockReader
from order_processing.adapters.tokens import IssuedTokens
from order_processing.door import no_such_route
from order_processing.gateway import request_of, resolver, response_of, serve
from order_processing.observe import logged
from order_processing.order import Order
from order_processing.quote_door import QuoteDoor
from order_processing.quoting import Quote, quote
from order_processing.routes import Response
from order_processing.settings import current

_dynamodb = client("dynamodb")
_secretsmanager = client("secretsmanager")
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"])
_catalogue = DynamoCatalogue(_dynamodb, os.environ["CATALOGUE_TABLE"])
_accounts = DynamoAccounts(_dynamodb, os.environ["ACCOUNTS_TABLE"])
_inventory = StockReader(_dynamodb, os.environ["INVENTORY_TABLE"])
_identity = Secrets(_secretsmanager, os.environ["IDENTITY_SECRET"])


def _quoted(order: Order, now: datetime) -> Quote:
    return quote(
        order,
        catalogue=_catalogue,
        accounts=_accounts,
        coupon_uses=_orders.coupon_uses,
        inventory=_inventory,
        settings=current(),
        guest_id=lambda email: guest_id(email, _identity.read()["key"]),
        now=now,
    )


_door = QuoteDoor(
    _quoted,
    senders=Secrets(_secretsmanager, os.environ["SENDERS_SECRET"]),
    tokens=IssuedTokens(client, os.environ),
)
app = resolver(no_such_route)


@app.post("/orders/quote")
def quoted() -> Response:
    return response_of(_door.quote(request_of(app)))


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)
