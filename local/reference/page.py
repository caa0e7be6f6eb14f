"""The OpenAPI document as a page for people: one file, without a script and without anything from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from typing import Any

from local.reference.problems import PROBLEMS

Document = dict[str, Any]

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #f3f4f6; --line: #c9ced6; --link: #0b57a4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --paper: #14171b; --soft: #1f242b; --line: #424a55; --link: #8ab8f0; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
h1, h2, h3, h4 { line-height: 1.25; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { margin-top: 2.5rem; }
h4 { margin-bottom: .25rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; background: var(--soft); border-radius: .2rem; }
code { padding: .1em .25em; }
pre { padding: .75rem; white-space: pre-wrap; }
dl { margin: .5rem 0 1rem; }
dt { margin-top: .5rem; }
dd { margin-left: 1rem; }
.method { font-weight: 700; text-transform: uppercase; }
ul.codes { margin: .25rem 0; padding-left: 1.25rem; }
""".strip()


def policy() -> str:
    """The page's content security policy: its one style sheet, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def page(document: Document) -> str:
    """The page."""
    info = document["info"]
    operations = [
        (method, path, operation) for path, item in document["paths"].items() for method, operation in item.items()
    ]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>",
        f"<header><h1>{escape(info['title'])} API</h1>",
        f"<p>Version {escape(info['version'])}. {_text(info['description'])}</p>",
        '<p><a href="openapi.json">The same as OpenAPI 3.1</a></p></header>',
        '<nav aria-label="Paths"><h2>Paths</h2>',
    ]
    for tag in document["tags"]:
        links = "".join(
            f'<li><a href="#{operation["operationId"]}"><code>{method.upper()} {escape(path)}</code></a>'
            f" {escape(operation['summary'])}</li>"
            for method, path, operation in operations
            if tag["name"] in operation["tags"]
        )
        parts.append(f"<h3>{escape(tag['description'])}</h3><ul>{links}</ul>")
    parts.append("</nav><main><h2>Who may come in</h2>")
    schemes = document["components"]["securitySchemes"]
    parts.append(_list((f"<code>{name}</code>", _text(of["description"])) for name, of in schemes.items()))
    parts += [_operation(method, path, operation, document) for method, path, operation in operations]
    parts.append("<h2>Problems</h2><p>Every code that an error may have.</p><dl>")
    for code, (statuses, meaning) in sorted(PROBLEMS.items()):
        told = ", ".join(map(str, statuses))
        parts.append(f'<dt id="{code}"><code>{code}</code> ({told})</dt><dd>{_text(meaning)}</dd>')
    parts.append("</dl><h2>Shapes</h2>")
    parts += [_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items())]
    parts.append("</main></body></html>")
    return "\n".join(parts) + "\n"


def _operation(method: str, path: str, operation: Document, document: Document) -> str:
    ways = [
        " and ".join(f"<code>{name}</code>{_scopes(scopes)}" for name, scopes in way.items())
        for way in operation["security"]
        if way
    ]
    parts = [
        f'<section aria-labelledby="{operation["operationId"]}">',
        f'<h2 id="{operation["operationId"]}"><span class="method">{method}</span> {escape(path)}</h2>',
        f"<p>{escape(operation['summary'])}. {_text(operation['description'])}</p>",
        f"<p>Opened by {', or '.join(ways)}.</p>" if ways else "<p>Open to everybody.</p>",
    ]
    named = [_resolved(parameter, document) for parameter in operation["parameters"]]
    parts.append("<h3>Parameters</h3>")
    parts.append(
        _list(
            (
                f"<code>{escape(of['name'])}</code> ({of['in']}{', required' if of['required'] else ''})",
                f"{_text(of['description'])} <em>{_shape(of['schema'])}</em>",
            )
            for of in named
        )
    )
    if body := operation.get("requestBody"):
        parts.append("<h3>Body</h3>")
        for media, content in body["content"].items():
            parts.append(f"<p><code>{media}</code>: {_shape(content['schema'])}</p>")
            if "example" in content:
                parts.append(f"<pre>{escape(_json(content['example']))}</pre>")
    parts.append("<h3>Answers</h3><dl>")
    for status, reply in operation["responses"].items():
        head, _, codes = reply["description"].partition("\n\n")
        shapes = ", ".join(
            f"<code>{media}</code> {_shape(of['schema'])}" for media, of in reply.get("content", {}).items()
        )
        listed = "".join(
            f'<li><a href="#{code}"><code>{code}</code></a></li>'
            for code in (line.split("`")[1] for line in codes.splitlines())
        )
        more = f'<ul class="codes">{listed}</ul>' if listed else ""
        parts.append(f"<dt>{status} {escape(head)}</dt><dd>{shapes}{more}</dd>")
    parts.append("</dl></section>")
    return "\n".join(parts)


def _schema(name: str, schema: Document) -> str:
    parts = [f'<h3 id="shape-{escape(name)}">{escape(name)}</h3>']
    if "description" in schema:
        parts.append(f"<p>{_text(schema['description'])}</p>")
    if "enum" in schema and name != "Problem":
        parts.append(f"<p>{_shape(schema)}</p>")
    required = set(schema.get("required", ()))
    fields = [
        (
            f"<code>{escape(field)}</code>{' (required)' if field in required else ''}",
            f"{_text(of.get('description', ''))} <em>{_shape(of)}</em>",
        )
        for field, of in schema.get("properties", {}).items()
    ]
    if fields:
        parts.append(_list(fields))
    return "\n".join(parts)


def _shape(schema: Document) -> str:
    """What a value looks like, in few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#shape-{escape(name)}">{escape(name)}</a>'
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(_shape(part) for part in schema[key])
    if "enum" in schema:
        values = schema["enum"]
        shown = ", ".join(f"<code>{escape(str(value))}</code>" for value in values[:14])
        return f"one of {shown}{' …' if len(values) > 14 else ''}"
    if "const" in schema:
        return f"<code>{escape(str(schema['const']).lower())}</code>"
    kind = schema.get("type", "any JSON")
    if kind == "array":
        return f"a list of {_shape(schema.get('items', {}))}"
    limits = [
        f"{words} {schema[key]}"
        for key, words in {
            "format": "as",
            "pattern": "matching",
            "minLength": "at least",
            "maxLength": "at most",
            "minimum": "from",
            "maximum": "to",
            "default": "else",
        }.items()
        if schema.get(key) not in (None, "", [], {})
    ]
    return escape(f"{kind}{' (' + ', '.join(limits) + ')' if limits else ''}")


def _scopes(scopes: list[str]) -> str:
    return f" with the scope {', '.join(f'<code>{escape(scope)}</code>' for scope in scopes)}" if scopes else ""


def _resolved(parameter: Document, document: Document) -> Document:
    if "$ref" not in parameter:
        return parameter
    found: Document = document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return found


def _list(rows: Any) -> str:
    return "<dl>" + "".join(f"<dt>{term}</dt><dd>{told}</dd>" for term, told in rows) + "</dl>"


def _text(words: str) -> str:
    """Words in which `code` is marked as in Markdown."""
    parts = escape(words).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
