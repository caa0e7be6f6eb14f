"""Orders, decisions about them, payments, and stores' deliveries."""

from __future__ import annotations

from local.reference import answers
from local.reference.operation import Body, Opener, Operation, Parameter, Reply
from local.reference.parameters import CURSOR, DAY, IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, LIMIT, ORDER_ID
from order_processing.api_order import OrderBody
from order_processing.payments import PaymentBody
from order_processing.staff_decisions import CancellationBody, DecisionBody
from order_processing.status import Status
from order_processing.stores import sources

AN_ORDER = {
    "currency": "USD",
    "total": "157.60",
    "customer": {"email": "ada@example.com", "name": "Ada Bell"},
    "shipping_address": {
        "name": "Ada Bell",
        "line1": "350 Fifth Avenue",
        "city": "New York",
        "region": "NY",
        "postal_code": "10118",
        "country": "US",
    },
    "lines": [{"sku": "TEST-123", "quantity": 1, "unit_price": "152.60"}],
    "shipping": {"service": "standard", "price": "5.00"},
}
CLIENT: Opener = {"client_key": []}
STAFF: Opener = {"staff_key": []}
LINK: Opener = {"order_link": []}
_SHOWN = Reply("The order as it is now.", answers.OrderShown, headers=("ETag",))
_BODY = ("BODY_UNREADABLE", "BODY_TOO_LARGE")

ORDERS = (
    Operation(
        "post",
        "/orders",
        "placeOrder",
        "orders",
        "Place an order",
        (CLIENT, {"access_token": ["orders.place"]}),
        {202: Reply("The order is stored, once for its Idempotency-Key, and will be processed.", answers.OrderReceipt)},
        ("ORDER_INVALID", "IDEMPOTENCY_KEY_MISSING", "IDEMPOTENCY_KEY_REUSED", "ORDER_TOO_LARGE", *_BODY),
        (IDEMPOTENCY_KEY,),
        Body(OrderBody, example=AN_ORDER),
        "Amounts are text in major units of the currency, as the customer saw them. What is wrong with the order's"
        " content is found by verification, after it was taken in: `GET /orders/{order_id}` tells.",
    ),
    Operation(
        "post",
        "/orders/quote",
        "quoteOrder",
        "orders",
        "Ask what would become of an order",
        (CLIENT, {"access_token": ["orders.place"]}),
        {200: Reply("All discrepancies, dates and prices as of now.", answers.QuoteShown)},
        ("ORDER_INVALID", *_BODY),
        (),
        Body(OrderBody, example=AN_ORDER),
        "A dry run of verification and availability: nothing is stored and nothing is held.",
    ),
    Operation(
        "get",
        "/orders",
        "listOrders",
        "orders",
        "List orders",
        (STAFF, {"access_token": ["staff.read"]}, CLIENT, {"access_token": ["orders.read"]}),
        {200: Reply("A page of orders.", answers.OrderList)},
        ("QUERY_INVALID",),
        (
            Parameter("day", "query", "The day on which they came (UTC).", DAY),
            Parameter("from", "query", "The first such day, in the place of `day`.", DAY),
            Parameter("to", "query", "The last such day, at most 92 days later.", DAY),
            Parameter("status", "query", "Only of this status.", {"type": "string", "enum": [*Status.__members__]}),
            Parameter("sku", "query", "Only with this SKU."),
            Parameter("promised", "query", "Only those promised for this day.", DAY),
            Parameter("customer", "query", "A customer's recorded orders, in the place of all else."),
            CURSOR,
            LIMIT,
        ),
        description="By day, or for staff by customer. A front end finds those that it has placed. Lists hold no name,"
        " address or e-mail.",
    ),
    Operation(
        "get",
        "/orders/{order_id}",
        "readOrder",
        "orders",
        "Read an order",
        (LINK, STAFF, {"access_token": ["staff.read"]}, CLIENT, {"access_token": ["orders.read"]}),
        {
            200: Reply("The order.", answers.OrderShown, headers=("ETag",)),
            304: Reply("The order is as the client has it.", media="", headers=("ETag",)),
        },
        ("NO_SUCH_ORDER", "NO_SUCH_ROUTE"),
        (ORDER_ID, IF_NONE_MATCH),
    ),
    Operation(
        "post",
        "/orders/{order_id}/cancel",
        "cancelOrder",
        "orders",
        "Cancel an order",
        (LINK, STAFF, {"access_token": ["staff.decide"]}, CLIENT, {"access_token": ["orders.cancel"]}),
        {200: _SHOWN},
        (
            "NO_SUCH_ORDER",
            "NO_SUCH_ROUTE",
            "ORDER_CHANGED",
            "TOO_LATE_TO_CANCEL",
            "CONFIRMATION_UNDER_WAY",
            "CANCELLATION_INVALID",
            *_BODY,
        ),
        (ORDER_ID, IF_MATCH),
        Body(CancellationBody, required=False, example={"reason": "ordered twice by mistake"}),
        "Possible until a parcel is labelled. Cancelled twice, it is cancelled once. Only staff's reason is read.",
    ),
    Operation(
        "post",
        "/orders/{order_id}/decision",
        "decideOrder",
        "decisions",
        "Decide about an order that waits",
        (STAFF, {"access_token": ["staff.decide"]}),
        {200: _SHOWN},
        (
            "NO_SUCH_ORDER",
            "NO_SUCH_ROUTE",
            "DECISION_INVALID",
            "NOT_ASKED",
            "ORDER_CHANGED",
            "NOTHING_TO_APPROVE",
            "NOTHING_TO_CORRECT",
            "CORRECTION_NEEDED",
            "CORRECTION_INVALID",
            "CUSTOMER_NOT_TOLD",
            "NOBODY_TO_TELL",
            "NOT_OFFERED",
            "CONSENT_NEEDED",
            "OFFER_EXPIRED",
            *_BODY,
        ),
        (ORDER_ID, IF_MATCH),
        Body(DecisionBody, example={"decision": "approve"}),
        "The same decision made twice counts once.",
    ),
    Operation(
        "post",
        "/payments",
        "takePayment",
        "payments",
        "Tell of a payment",
        ({"accounting_key": []},),
        {200: Reply("What is open of the order now.", answers.PaymentTaken)},
        (
            "PAYMENT_INVALID",
            "NO_SUCH_ORDER",
            "DOCUMENT_REUSED",
            "NOT_RECORDED",
            "ORDER_CANCELLED",
            "CURRENCY_DIFFERS",
            "MORE_THAN_OPEN",
            "ACCOUNT_BUSY",
            *_BODY,
        ),
        (),
        Body(
            PaymentBody,
            example={"document": "PAY-7001", "order": "BRSJ-V48J-X", "amount": "152.60", "currency": "USD"},
        ),
        "The document's number makes it one payment: told again, it changes nothing and is answered the same.",
    ),
    Operation(
        "post",
        "/webhooks/{source}",
        "takeDelivery",
        "stores",
        "Take a store's delivery",
        ({"signature": []},),
        {
            200: Reply("Known already, or nothing to take in: `reason` says why.", answers.Taken),
            202: Reply("Kept: as a new order, to be fetched, or set aside.", answers.Taken),
        },
        ("UNKNOWN_SOURCE", "NO_SUCH_ROUTE", "SIGNATURE_INVALID", "CONFIRMATION_UNDER_WAY", "ORDER_TOO_LARGE", *_BODY),
        (
            Parameter(
                "source", "path", "The kind of store.", {"type": "string", "enum": sorted(sources())}, True, "shopify"
            ),
        ),
        Body(None, schema={}),
        "Each kind of store signs and writes as it does; docs/stores.md says field by field what is read. Whatever has"
        " a right signature is answered 2xx once it is kept.",
    ),
    Operation(
        "get",
        "/webhooks/{source}",
        "answerChallenge",
        "stores",
        "Answer the challenge with which Adobe registers an address",
        ({},),
        {200: Reply("The challenge, as it was asked.", media="text/plain")},
        ("NO_SUCH_ROUTE",),
        (
            Parameter(
                "source",
                "path",
                "The kind of store.",
                {"type": "string", "enum": ["adobe-commerce"]},
                True,
                "adobe-commerce",
            ),
            Parameter(
                "challenge", "query", "What is to be answered.", {"type": "string", "maxLength": 200}, True, "8ec8"
            ),
        ),
    ),
)
