"""What a request that meets a fault of ours is told, and what the log is."""

from __future__ import annotations

import json

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from order_processing.gateway import failed, request_of, response_of
from order_processing.http import answer

CANARY = "canarina@example.com"


def event(path: str, body: str = "") -> dict:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "token=t",
        "queryStringParameters": {"token": "t"},
        "headers": {"Authorization": "Bearer x"},
        "requestContext": {"http": {"method": "POST", "path": path}, "stage": "$default"},
        "body": body,
        "isBase64Encoded": False,
    }


def test_a_request_is_read_and_its_answer_given():
    app = APIGatewayHttpResolver()

    @app.post("/echo")
    def echo():
        request = request_of(app)
        return response_of(answer(202, {"body": request.body, "bearer": request.bearer(), **request.query}))

    given = app.resolve(event("/echo", "{}"), None)
    assert (given["statusCode"], json.loads(given["body"])) == (202, {"body": "{}", "bearer": "x", "token": "t"})


def test_a_fault_is_a_problem_that_can_be_sent_again_and_tells_nothing_that_a_customer_wrote(capsys):
    app = APIGatewayHttpResolver()
    app.exception_handler(Exception)(failed)

    @app.post("/broken")
    def broken():
        raise RuntimeError(f"cannot read {CANARY}")

    given = app.resolve(event("/broken"), None)
    assert (given["statusCode"], json.loads(given["body"])["code"]) == (500, "INTERNAL_FAULT")
    assert CANARY not in json.dumps(given)
    assert CANARY not in capsys.readouterr().out
