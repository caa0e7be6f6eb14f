"""The API's reference holds to its standard, and says what the API is: no more and no less."""

from __future__ import annotations

import ast
import json
import re
from html.parser import HTMLParser

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from local.places import ROOT
from local.reference.__main__ import FOLDER, files
from local.reference.document import OPERATIONS, document
from local.reference.problems import PROBLEMS
from order_processing.callers import API, RIGHTS
from tests.template import template

PACKAGE = ROOT / "layers" / "order_processing" / "order_processing"
FOR_STAFF = "staff_console"
"""Its pages are docs/console.md's: no program calls them."""
DOCUMENT = document()


def test_what_is_served_is_what_is_written():
    for name, text in files().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, "make reference"


def test_it_is_openapi_3_1():
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def routes() -> set[tuple[str, str]]:
    """Every (method, path) that a function answers."""
    found = set()
    for app in ROOT.glob("functions/*/app.py"):
        if app.parent.name == FOR_STAFF:
            continue
        for name, path, methods in re.findall(r'@app\.(\w+)\("([^"]+)"(?:, method=\[([^]]+)\])?\)', app.read_text()):
            for method in re.findall(r"\w+", methods) or [name.upper()]:
                found.add((method.lower(), re.sub(r"<(\w+)>", r"{\1}", path)))
    return found


def test_every_route_stands_in_it_and_nothing_else():
    without_head = {route for route in routes() if route[0] != "head"}
    assert {(operation.method, operation.path) for operation in OPERATIONS} == without_head


def raised() -> set[str]:
    """Every code that is raised somewhere, as it stands in the code."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = {"Problem": 1, "HandlingRefused": 0, "CannotCancel": 0}.get(node.func.id)
            if place is not None and len(node.args) > place:
                code = node.args[place]
                if isinstance(code, ast.Constant):
                    found.add(code.value)
                elif isinstance(code, ast.Name):  # a constant that says itself
                    found.add(code.id)
    return found


def test_every_code_that_is_raised_is_listed_and_no_other():
    assert raised() == set(PROBLEMS)


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.body and o.body.model], ids=lambda o: o.name)
def test_every_body_has_an_example_that_its_own_model_takes(operation):
    assert operation.body.example is not None
    operation.body.model.model_validate_json(json.dumps(operation.body.example))


def test_every_operation_says_who_may_come_in_unless_it_is_for_everybody():
    open_to_all = {operation.name for operation in OPERATIONS if not operation.openers}
    assert open_to_all == {"readReference", "showReference"}


def test_every_way_in_is_described_and_every_scope_is_one_that_gives_a_right():
    named = {
        (scheme, *scopes) for operation in OPERATIONS for way in operation.openers for scheme, scopes in way.items()
    }
    assert {scheme for scheme, *_ in named} == set(DOCUMENT["components"]["securitySchemes"])
    assert {scope for _, *scopes in named for scope in scopes} == {right.scope for right in RIGHTS}
    granted = template()["Resources"]["ApiScopes"]["Properties"]
    assert granted["Identifier"] == API
    assert {scope["ScopeName"] for scope in granted["Scopes"]} == {right.scope for right in RIGHTS}


class Tags(HTMLParser):
    """A page's ids, the places its links lead to, and its elements that bring in something."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.brings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        if tag in ("script", "img", "link", "iframe", "object") or "src" in given or "style" in given:
            self.brings.append(tag)


def test_the_page_leads_only_to_itself_and_to_the_document():
    page = Tags()
    page.feed(files()["reference.html"])
    assert len(page.ids) == len(set(page.ids))
    assert {link for link in page.links if not link.startswith("#")} == {"openapi.json"}
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert page.brings == []
    assert set(PROBLEMS) <= set(page.ids)
