"""The OpenAPI 3.1 document, made of the operations, the problems' codes and the models' JSON Schemas."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from local.reference import answers
from local.reference.operation import Operation, Parameter, Reply
from local.reference.orders import ORDERS
from local.reference.pages import PAGES
from local.reference.parameters import EVERYWHERE
from local.reference.problems import PROBLEMS
from local.reference.shipments import SHIPMENTS
from local.reference.supply import SUPPLY
from order_processing.callers import API
from order_processing.gateway import API_VERSION

OPERATIONS: tuple[Operation, ...] = (*ORDERS, *SUPPLY, *SHIPMENTS, *PAGES)
TAGS = {
    "orders": "Placing orders, reading and cancelling them.",
    "decisions": "What staff decide about orders that wait.",
    "payments": "Payments that come after the order.",
    "stores": "What stores forward.",
    "inventory": "Stock and supply.",
    "warehouse": "Lists, printing, packing, hand-over, manifests.",
    "pages": "What customers reach by the links in their mails.",
    "reference": "This document.",
}
_EVERYWHERE = ("API_VERSION_UNKNOWN", "INTERNAL_FAULT", "OVERLOADED")
_REF = "#/components/schemas/{model}"
_KEYS = {
    "client_key": "A front end's key: it places orders, and sees and cancels those that it has placed.",
    "staff_key": "A member of staff's key, or that of a program of theirs.",
    "accounting_key": "Accounting's key.",
    "inventory_key": "A key of whoever counts stock and plans supply.",
    "warehouse_key": "A warehouse system's key.",
}
_LINKS = {
    "order_link": "The token of an order's link (`status_url`), also as `Authorization: Bearer`. It opens one order.",
    "decision_link": "The token of a question's link, good until the question expires.",
    "account_link": "The token of the link to an account's orders, good for minutes.",
}
_HEADERS = {
    "ETag": "The entity tag of this answer, for If-None-Match and If-Match.",
    "X-Request-Id": "The request's id: the client's own, or one that was made for it.",
    "API-Version": "The version of the API that answered.",
    "RateLimit-Policy": "How many requests all clients together may send (draft-ietf-httpapi-ratelimit-headers).",
    "Retry-After": "After how many seconds the request may be sent again.",
    "WWW-Authenticate": "How to come in.",
    "Location": "Where the answer is.",
}
_OF_STATUS = {
    303: ("Location",),
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    503: ("Retry-After",),
}


def document() -> dict[str, Any]:
    """The whole document; the same each time it is made."""
    names, schemas = _schemas()
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Order processing",
            "version": API_VERSION,
            "summary": "From the placed order to the labelled parcel.",
            "description": _ABOUT,
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "security": [],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": {name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()},
            "parameters": {_component(p): _parameter(p) for p in EVERYWHERE},
            "securitySchemes": {
                **{n: {"type": "http", "scheme": "bearer", "description": text} for n, text in _KEYS.items()},
                "access_token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token (RFC 9068) of the issuer that the store trusts. Its scopes begin"
                    f" with `{API}/`. A front end's is its own (client credentials); staff's is a person's.",
                },
                **{
                    n: {"type": "apiKey", "in": "query", "name": "token", "description": text}
                    for n, text in _LINKS.items()
                },
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Signature",
                    "description": "Each kind of store signs the raw body as it does, in headers of its own.",
                },
            },
        },
    }


_ABOUT = (
    "Errors are problem details (RFC 9457) with a stable `code`; all codes are listed below the paths on the page"
    " `/docs`. Amounts are text in major units of their currency. Within a version things are only added: take fields"
    " that you do not know. docs/api.md says more, with examples for curl."
)


def _schemas() -> tuple[dict[Any, str], dict[str, Any]]:
    """(each model's name in the document, the schemas by name)."""
    wanted: dict[tuple[type[BaseModel], Any], None] = {(answers.Problem, "serialization"): None}
    wanted[(answers.GatewayMessage, "serialization")] = None
    for operation in OPERATIONS:
        if operation.body and operation.body.model:
            wanted[(operation.body.model, "validation")] = None
        for reply in operation.replies.values():
            if reply.model:
                wanted[(reply.model, "serialization")] = None
    refs, made = models_json_schema(list(wanted), ref_template=_REF)
    names = {key: refs[key]["$ref"].rpartition("/")[2] for key in wanted}
    schemas: dict[str, Any] = made["$defs"]
    sent = _reached({names[key] for key in wanted if key[1] == "validation"}, schemas)
    for name, schema in schemas.items():
        _tidy(schema, sent=name in sent)
    schemas["Problem"]["properties"]["code"]["enum"] = sorted(PROBLEMS)
    return names, schemas


def _reached(names: set[str], schemas: dict[str, Any]) -> set[str]:
    """These schemas, and all that they refer to."""
    found: set[str] = set()
    while names:
        name = names.pop()
        if name not in found:
            found.add(name)
            names |= {ref.rpartition("/")[2] for ref in _refs(schemas[name])}
    return found


def _refs(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for part in value.values() for ref in _refs(part)]
    return [ref for part in value for ref in _refs(part)] if isinstance(value, list) else []


def _tidy(schema: Any, *, sent: bool) -> None:
    """Without made-up titles; what is answered may have more fields than stand here."""
    if isinstance(schema, list):
        for part in schema:
            _tidy(part, sent=sent)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("title"), str):
        del schema["title"]
    if not sent and schema.get("additionalProperties") is False:
        del schema["additionalProperties"]
    if "description" in schema and isinstance(schema["description"], str):
        schema["description"] = " ".join(schema["description"].split())
    for part in schema.values():
        _tidy(part, sent=sent)


def _operation(operation: Operation, names: dict[Any, str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description or f"{operation.summary}.",
        "security": [*operation.openers],
        "parameters": [
            *map(_parameter, operation.parameters),
            *({"$ref": f"#/components/parameters/{_component(p)}"} for p in EVERYWHERE),
        ],
    }
    if operation.body:
        made["requestBody"] = _body(operation, names)
    replies = {str(status): _reply(reply, status, names) for status, reply in operation.replies.items()}
    for status, codes in sorted(_codes(operation).items()):
        problem = _problem(status, codes)
        if str(status) in replies:  # the same status with two shapes
            replies[str(status)]["content"] |= problem["content"]
        else:
            replies[str(status)] = problem
    if "{" in operation.path:  # API Gateway finds no route where a path holds what none may
        replies.setdefault("404", _problem(404, ["NO_SUCH_ROUTE"]))
        replies["404"]["content"]["application/json"] = {"schema": _ref("GatewayMessage")}
    replies["429"] = {
        "description": "More requests than all clients together may send: wait some seconds, longer each time.",
        "content": {"application/json": {"schema": _ref("GatewayMessage")}},
    }
    made["responses"] = dict(sorted(replies.items()))
    return made


def _codes(operation: Operation) -> dict[int, list[str]]:
    """The codes that the operation may answer with, by status."""
    found: dict[int, list[str]] = {}
    opened = operation.openers and not operation.pages
    shared = [*_EVERYWHERE]
    if opened and not any("signature" in way for way in operation.openers):
        ways = {scheme for way in operation.openers for scheme in way}
        if "order_link" not in ways:  # who has no link of this order is told that there is none
            shared.append("CREDENTIALS_INVALID")
        if "access_token" in ways:
            shared.append("SCOPE_MISSING")
    for code in (*operation.problems, *shared):
        statuses = PROBLEMS[code][0]
        if code == "CONFIRMATION_UNDER_WAY":  # a store is told to send again
            statuses = (503,) if operation.tag == "stores" else (409,)
        for status in statuses:
            found.setdefault(status, []).append(code)
    if operation.pages:
        found = {status: codes for status, codes in found.items() if status not in operation.replies or status == 400}
    return found


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    told = "\n".join(f"- `{code}`: {PROBLEMS[code][1]}" for code in sorted(set(codes)))
    content: dict[str, Any] = {"application/problem+json": {"schema": _ref("Problem")}}
    if status in (500, 503):
        content["application/json"] = {"schema": _ref("GatewayMessage")}
    return {
        "description": f"{HTTPStatus(status).phrase}\n\n{told}",
        "headers": _headers(*_OF_STATUS.get(status, ())),
        "content": content,
    }


def _reply(reply: Reply, status: int, names: dict[Any, str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "description": reply.description,
        "headers": _headers(*reply.headers, *_OF_STATUS.get(status, ())),
    }
    if reply.model:
        made["content"] = {reply.media: {"schema": _ref(names[reply.model, "serialization"])}}
    elif reply.media:
        schema = {"type": "object"} if reply.media.endswith("json") else {"type": "string"}
        made["content"] = {reply.media: {"schema": schema}}
    return made


def _headers(*names: str) -> dict[str, Any]:
    return {
        name: {"$ref": f"#/components/headers/{name}"}
        for name in (*names, "X-Request-Id", "API-Version", "RateLimit-Policy")
    }


def _body(operation: Operation, names: dict[Any, str]) -> dict[str, Any]:
    body = operation.body
    assert body  # noqa: S101 - the caller has looked
    content: dict[str, Any] = {}
    if body.model:
        content["application/json"] = {"schema": _ref(names[body.model, "validation"])}
        if body.example is not None:
            content["application/json"]["example"] = body.example
    elif not body.media:
        content["application/json"] = {"schema": body.schema}
    for media, description in body.media.items():
        content[media] = {"schema": {"description": description, **(body.schema or {"type": "string"})}}
    return {"required": body.required, "content": content}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.description,
        "required": parameter.required,
        "schema": parameter.schema,
    }
    return {**made, "example": parameter.example} if parameter.example else made


def _component(parameter: Parameter) -> str:
    return parameter.name.replace("-", "")


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(model=name)}
