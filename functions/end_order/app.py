"""Off the path: ends an order early, gives back what it held, and tells the customer; or that it is too late for it."""

import os
from datetime import UTC, datetime
from functools import partial
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.carriers import Accounts
from order_processing.adapters.customers_post import customers_post
from order_processing.adapters.links import Links
from order_processing.adapters.mail_reports import DynamoUnreached
from order_processing.adapters.orders import DynamoOrders
from order_processing.cancellation import TOO_LATE
from order_processing.observe import Event, stage
from order_processing.settings import current
from order_processing.stages.end_order import end_order, tell_too_late
from order_processing.status import Status

_dynamodb = client("dynamodb")
_secrets = client("secretsmanager")
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"], inventory_table=os.environ["INVENTORY_TABLE"])
_unreached = DynamoUnreached(_dynamodb, os.environ["ORDERS_TABLE"])
_post = customers_post(client, _dynamodb, _secrets, os.environ)
_carriers = Accounts(lambda: _secrets, os.environ["CARRIERS_SECRET"])
_links = Links(_secrets, os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"])


def _licences() -> Any:
    # Imported here, because few orders hold keys.
    from order_processing.adapters.licences import DynamoLicences

    return DynamoLicences(_dynamodb, os.environ["LICENCES_TABLE"])


_end = partial(end_order, carriers=_carriers, licences=_licences)


@stage
def handler(event: Event) -> None:
    ending: str = event["ending"]
    tell = tell_too_late if ending == TOO_LATE else partial(_end, ending=Status(ending))
    tell(
        event["order_id"],
        orders=_orders,
        post=_post,
        unreached=_unreached,
        settings=current(),
        status_url=_links.page_url,
        now=datetime.now(UTC),
    )
