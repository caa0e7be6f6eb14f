"""The API's reference: the OpenAPI document, and a page of it for people. Both are files beside this one."""

from functools import cache
from pathlib import Path
from typing import Any

from order_processing.conditional import etag_of
from order_processing.door import no_such_route
from order_processing.gateway import resolver, response_of, serve
from order_processing.http import JSON, Answer
from order_processing.observe import logged
from order_processing.routes import Response

app = resolver(no_such_route)


@app.get("/openapi.json")
def document() -> Response:
    return response_of(_file("openapi.json", JSON))


@app.get("/docs")
def page() -> Response:
    answer = _file("reference.html", "text/html; charset=utf-8")
    headers = {"Content-Security-Policy": _text("policy.txt").strip(), "X-Content-Type-Options": "nosniff"}
    return response_of(answer.model_copy(update={"headers": answer.headers | headers}))


def _file(name: str, content_type: str) -> Answer:
    body = _text(name)
    headers = {"ETag": etag_of(body), "Cache-Control": "public, max-age=300"}
    return Answer(status=200, body=body, content_type=content_type, headers=headers)


@cache
def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)
