"""Stage 5, delivery preparation: parcels, labels, packing slip, and by e-mail what needs no parcel."""

import os
from datetime import UTC, datetime
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.carriers import Accounts
from order_processing.adapters.documents import S3Documents
from order_processing.adapters.orders import DynamoOrders
from order_processing.observe import Event, stage
from order_processing.settings import current
from order_processing.stages.prepare_delivery import prepare_delivery
from order_processing.stored_order import StoredOrder

_dynamodb = client("dynamodb")
_orders = DynamoOrders(
    _dynamodb,
    os.environ["ORDERS_TABLE"],
    inventory_table=os.environ["INVENTORY_TABLE"],
    accounts_table=os.environ["ACCOUNTS_TABLE"],
)
_carriers = Accounts(lambda: client("secretsmanager"), os.environ["CARRIERS_SECRET"])
_documents = S3Documents(client("s3"), os.environ["DOCUMENTS_BUCKET"])


@stage
def handler(event: Event) -> None:
    """`{"order_id": ...}`; with `"again": true` what was handed out by e-mail is sent once more, and nothing else."""
    now = datetime.now(UTC)
    if event.get("again"):
        _hand_out(_orders.load(event["order_id"]), now, again=True)
        return
    prepare_delivery(
        event["order_id"],
        orders=_orders,
        documents=_documents,
        carriers=_carriers,
        hand_out=lambda stored: _hand_out(stored, now),
        tell=lambda stored: _tell(stored, now),
        settings=current(),
        now=now,
    )


def _hand_out(stored: StoredOrder, now: datetime, *, again: bool = False) -> StoredOrder:
    # Imported and made here, because few orders hold anything that is handed out by e-mail.
    from order_processing.adapters.licences import DynamoLicences
    from order_processing.stages.hand_out import hand_out

    return hand_out(
        stored,
        orders=_orders,
        licences=DynamoLicences(_dynamodb, os.environ["LICENCES_TABLE"]),
        **_mail(),
        settings=current(),
        now=now,
        again=again,
    )


def _tell(stored: StoredOrder, now: datetime) -> None:
    # Imported here, because most stores tell their customers at the hand-over.
    from order_processing.warehouse.hand_over import tell_shipped

    tell_shipped(stored, orders=_orders, **_mail(), settings=current(), now=now)


def _mail() -> dict[str, Any]:
    from order_processing.adapters.links import Links
    from order_processing.adapters.post import ONCE, SesPost

    links = Links(client("secretsmanager"), os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"])
    post = SesPost(client("sesv2", config=ONCE), os.environ["SENDER"], os.environ["CONFIGURATION_SET"], current())
    return {"post": post, "status_url": links.page_url}
