"""Parameters that several operations share."""

from __future__ import annotations

from local.reference.operation import Parameter
from order_processing import gateway

DAY = {"type": "string", "format": "date"}

ORDER_ID = Parameter(
    "order_id", "path", "The order's number, with or without hyphens.", {"type": "string", "minLength": 1}, True
)
ORDER = Parameter("order", "path", ORDER_ID.description, ORDER_ID.schema, True)
SSCC = Parameter(
    "sscc",
    "path",
    "The parcel's SSCC as a scanner reads it: eighteen digits, also after the identifier (00).",
    {"type": "string", "minLength": 1},
    True,
    "106141411234567897",
)
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "What makes the request one request, however often it is sent (draft-ietf-httpapi-idempotency-key-header): up to"
    " 255 characters, with or without quotes, of this order's own. Sent again with the same body it gets the same"
    " answer; with another body it is 422. A request that comes while the first one is still answered joins it.",
    {"type": "string", "minLength": 1, "maxLength": 257},
    True,
    "cart-81f3",
)
IF_MATCH = Parameter(
    "If-Match",
    "header",
    "The ETag of the order as it was seen: the request does nothing (412) when the order has changed since.",
    {"type": "string"},
)
IF_NONE_MATCH = Parameter(
    "If-None-Match", "header", "ETags that the client has: the answer is 304, without a body, when one is the order's."
)
CURSOR = Parameter("cursor", "query", "The cursor of the page before.")
LIMIT = Parameter(
    "limit", "query", "How many at most.", {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
)
LOCATION = Parameter("location", "query", "The location's name.", {"type": "string"}, True, "louisville")
SCANNED_AT = Parameter("location", "query", "Where the parcel is scanned; another than the parcel's is refused.")
DECISION_TOKEN = Parameter("token", "query", "The link's token.", {"type": "string"})
API_VERSION = Parameter(
    "API-Version",
    "header",
    "The version that the client was written for; another is 400.",
    {"type": "string", "enum": [gateway.API_VERSION]},
)
REQUEST_ID = Parameter(
    "X-Request-Id",
    "header",
    "The client's own id for the request, up to 64 letters, digits, `.`, `_`, `-`; it stands in the answer and in the"
    " logs, so it must say nothing of a person.",
)
EVERYWHERE = (API_VERSION, REQUEST_ID)
