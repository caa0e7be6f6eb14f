"""Once a day: compares inventory, documents and accounts with the orders, and mends what is safe to mend."""

import os
import time
from datetime import UTC, datetime
from typing import Any

from order_processing.adapters.audit_list import DynamoAuditList
from order_processing.adapters.aws import client
from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.functions import StageFunction
from order_processing.adapters.kept_documents import S3KeptDocuments
from order_processing.adapters.ledger import Ledger
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.stock_books import DynamoStockBooks
from order_processing.finding_log import tell
from order_processing.observe import logged, logger
from order_processing.settings import current
from order_processing.stages.audit_books import Audit

_dynamodb = client("dynamodb")
_tables = {name: os.environ[f"{name.upper()}_TABLE"] for name in ("orders", "inventory", "accounts", "findings")}
_orders = DynamoOrders(_dynamodb, _tables["orders"])
_listed = DynamoAuditList(_dynamodb, _tables["findings"])
_stock = DynamoStockBooks(_dynamodb, _tables["orders"], _tables["inventory"])
_documents = S3KeptDocuments(client("s3"), os.environ["DOCUMENTS_BUCKET"])
_findings = DynamoFindings(_dynamodb, _tables["findings"])
_tell = StageFunction(client("lambda"), os.environ["PREPARE_DELIVERY"])
_ENOUGH_MS = 60_000
"""What is left of the function's time when it begins nothing more."""


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    audit = Audit(
        orders=_orders,
        listed=_listed,
        stock=_stock,
        accounts=Ledger(_dynamodb, _tables["orders"], _tables["accounts"]),
        documents=_documents,
        findings=_findings,
        tell=_tell,
        settings=current(),
        clock=lambda: datetime.now(UTC),
        in_time=lambda: bool(context.get_remaining_time_in_millis() > _ENOUGH_MS),
        pause=time.sleep,
    )
    done = audit.run()
    tell(done.found)
    if done.left:
        logger.warning("more than one audit looks at", extra={"left": done.left})
    counts = {"looked_at": done.looked_at, "found": len(done.found), "resolved": len(done.resolved)}
    return {**counts, "left": list(done.left)}
