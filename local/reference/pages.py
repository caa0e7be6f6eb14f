"""The pages that customers reach by the links in their mails, and this reference itself."""

from __future__ import annotations

from local.reference.operation import Body, Operation, Reply
from local.reference.parameters import ORDER_ID

_HTML = "text/html"
_LINK = {
    400: Reply("The form is not what it should be.", media=_HTML),
    404: Reply("The link is nobody's.", media=_HTML),
}
_EXPIRED = {410: Reply("The link was good once.", media=_HTML)}
_FORM = {
    303: Reply("To the page that shows what became of it.", media=_HTML),
    409: Reply("It cannot be done now; the page says why.", media=_HTML),
    413: Reply("The form is too large.", media=_HTML),
    415: Reply("The body is not a form.", media=_HTML),
    422: Reply("Something in the form is to be put right.", media=_HTML),
}
_SENT = Body(
    None,
    schema={"type": "object", "additionalProperties": {"type": "string"}},
    media={"application/x-www-form-urlencoded": "The page's own form."},
)


def _page(method: str, path: str, name: str, summary: str, opener: str, replies: dict[int, Reply]) -> Operation:
    return Operation(
        method,
        path,
        name,
        "pages",
        summary,
        ({opener: []},),
        {200: Reply("The page.", media=_HTML), **_LINK, **replies},
        parameters=(ORDER_ID,) if "{" in path else (),
        body=_SENT if method == "post" else None,
        pages=True,
    )


PAGES = (
    _page("get", "/decide/{order_id}", "showQuestion", "What an order needs", "decision_link", _EXPIRED),
    _page("post", "/decide/{order_id}", "answerQuestion", "Answer it", "decision_link", {**_EXPIRED, **_FORM}),
    _page("get", "/my/orders/{order_id}", "showOrder", "An order's page", "order_link", {}),
    _page("post", "/my/orders/{order_id}", "changeOrder", "Cancel it, or ask for more", "order_link", _FORM),
    _page("get", "/my/orders", "showOrders", "All orders of an account", "account_link", _EXPIRED),
    Operation(
        "get",
        "/openapi.json",
        "readReference",
        "reference",
        "This document",
        (),
        {
            200: Reply("OpenAPI 3.1.", headers=("ETag",)),
            304: Reply("It is as the client has it.", media="", headers=("ETag",)),
        },
    ),
    Operation(
        "get",
        "/docs",
        "showReference",
        "reference",
        "This document, for people",
        (),
        {
            200: Reply("The page.", media=_HTML, headers=("ETag",)),
            304: Reply("It is as the client has it.", media="", headers=("ETag",)),
        },
    ),
)
