"""What a request that meets a fault of ours is told, and what the log is."""

from __future__ import annotations

import json

import pytest

from order_processing.door import no_such_route
from order_processing.gateway import API_VERSION, failed, request_of, resolver, response_of, serve
from order_processing.http import Problem, answer
from order_processing.observe import logger
from order_processing.routes import Routes

CANARY = "canarina@example.com"


def event(path: str, body: str = "", method: str = "POST", **headers: str) -> dict:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "token=t",
        "queryStringParameters": {"token": "t"},
        "headers": {"Authorization": "Bearer x", **{name.replace("_", "-"): value for name, value in headers.items()}},
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default", "requestId": "gateway's"},
        "body": body,
        "isBase64Encoded": False,
    }


def test_a_request_is_read_and_its_answer_given():
    app = Routes()

    @app.post("/echo")
    def echo():
        request = request_of(app)
        return response_of(answer(202, {"body": request.body, "bearer": request.bearer(), **request.query}))

    given = app.resolve(event("/echo", "{}"))
    assert (given["statusCode"], json.loads(given["body"])) == (202, {"body": "{}", "bearer": "x", "token": "t"})


def test_a_fault_is_a_problem_that_can_be_sent_again_and_tells_nothing_that_a_customer_wrote(capsys):
    app = Routes()
    app.on_fault(failed)

    @app.post("/broken")
    def broken():
        raise RuntimeError(f"cannot read {CANARY}")

    given = app.resolve(event("/broken"))
    assert (given["statusCode"], json.loads(given["body"])["code"]) == (500, "INTERNAL_FAULT")
    assert CANARY not in json.dumps(given)
    assert CANARY not in capsys.readouterr().out


@pytest.fixture
def logged():
    """The client's id for the request, as each line of the log would bear it."""
    return []


@pytest.fixture
def app(logged):
    made = resolver(no_such_route)

    @made.get("/things/<name>")
    def thing(name: str):
        logged.append(logger.get_current_keys().get("client_request_id"))
        return response_of(answer(200, {"name": name}, tagged=True))

    @made.post("/things/<name>")
    def refused(name: str):
        return response_of(Problem(401, "CREDENTIALS_INVALID", "no").answer())

    return made


@pytest.mark.parametrize(("asked", "given"), [("mine-7", "mine-7"), ("a b", "gateway's"), ("x" * 65, "gateway's")])
def test_an_answer_names_its_request_and_so_does_the_log(app, logged, asked, given):
    answered = serve(app, event("/things/a", method="GET", x_request_id=asked), None)
    assert answered["headers"]["X-Request-Id"] == given
    assert logged == [asked if given == asked else None], "API Gateway's own is in the log already"
    assert "client_request_id" not in logger.get_current_keys()


def test_what_the_client_has_already_is_not_sent_again(app):
    first = serve(app, event("/things/a", method="GET"), None)
    etag = first["headers"]["ETag"]
    again = serve(app, event("/things/a", method="GET", if_none_match=f'"other", {etag}'), None)
    assert (again["statusCode"], again["body"], again["headers"]["ETag"]) == (304, "", etag)
    other = serve(app, event("/things/b", method="GET", if_none_match=etag), None)
    assert (other["statusCode"], json.loads(other["body"])) == (200, {"name": "b"})


def test_a_method_that_a_path_does_not_have_is_405_and_says_which_it_has(app):
    answered = serve(app, event("/things/a", method="DELETE"), None)
    assert (answered["statusCode"], answered["headers"]["Allow"]) == (405, "GET, POST")
    assert json.loads(answered["body"])["code"] == "METHOD_NOT_ALLOWED"
    assert serve(app, event("/nothing", method="DELETE"), None)["statusCode"] == 404


def test_who_is_not_let_in_is_told_how_to_come_in(app):
    answered = serve(app, event("/things/a"), None)
    assert (answered["statusCode"], answered["headers"]["WWW-Authenticate"]) == (401, "Bearer")


def test_the_version_is_named_and_another_is_refused(app):
    named = serve(app, event("/things/a", method="GET", api_version=API_VERSION), None)
    assert (named["statusCode"], named["headers"]["API-Version"]) == (200, API_VERSION)
    other = serve(app, event("/things/a", method="GET", api_version="2020-01-01"), None)
    assert (other["statusCode"], json.loads(other["body"])["code"]) == (400, "API_VERSION_UNKNOWN")
    assert other["headers"]["Content-Type"] == "application/problem+json"
