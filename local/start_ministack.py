"""Starts ministack, and does as AWS does in eleven places where it does not. Runs in the emulator's own environment.

- ministack asks for ses:SendEmail on every resource, so no policy that names its identity would pass.
  AWS asks for it on the sender's identity and on the configuration set, and tells policies the sender
  (Service Authorization Reference, Amazon SES v2): so does this.
- Calls come over plain HTTP from this machine alone, and stand for calls that come to AWS over TLS.
  So policies are told aws:SecureTransport, or the bucket would refuse everything.
- AWS asks for states:SendTaskSuccess on the state machine whose token it is; ministack, on every resource.
- A JSONata state's TimeoutSeconds may be an expression (Amazon States Language), also of a task that waits. Where
  waits are made shorter, so is this one.
- A function that fails to hand on its task token fails the task, by its error's name, and is retried.
- A function that reports one record of a stream as failed gets it again, and what is behind it; ministack
  takes such a batch for done. Here it gets the whole batch again, where AWS begins with the record.
- AWS asks for sqs:SendMessage to send messages in a batch (API Reference, SendMessageBatch); ministack, for an action
  that there is not.
- SES's reports are put on the bus by SES; ministack makes none, so whoever stands in for SES may put them there.
- An HTTP API's CORS settings hold however they were made; ministack reads CloudFormation's in other letters.
- A failed execution can be redriven (API Reference, RedriveExecution), and nobody waits any more with the tokens of one
  that was stopped; see `redriven_executions`.
- Services measure, and alarms look at what was measured; see `measured_services`.
- A template may make versions and aliases of state machines, and deployments by CodeDeploy; see `published_versions`.
  Policies are about a state machine, by whichever version or alias it is started.

Beside that, it notes what each role did and was denied; see `noted_calls`.
"""

from __future__ import annotations

import json
import sys
from contextvars import ContextVar
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import iam_actions
from ministack.core.responses import get_account_id
from ministack.services import apigateway, eventbridge, lambda_svc, ses, stepfunctions

sys.path.append(str(Path(__file__).parent))
import measured_services
import noted_calls
import published_versions
import redriven_executions

_SEND = "/v2/email/outbound-emails"
_enforce_others = app._enforce_ses_v2
_pin_others = app.pin_request_origin
_wait_for_callback = stepfunctions._invoke_with_callback
_call_function = stepfunctions._call_lambda
_execute = stepfunctions._execute_task
_invoke = lambda_svc._execute_function
_cors_of = apigateway._cors_response_headers
_preflight_of = apigateway._cors_preflight_response
_put_events_of_others = eventbridge._put_events
_resource_of_others = iam_actions.extract_resource_arn
_action_of_others = iam_actions.extract_iam_action
_waiting: ContextVar[str] = ContextVar("waiting", default="")
_machine: ContextVar[str] = ContextVar("machine", default="*")
_executing: ContextVar[str] = ContextVar("executing", default="")
_machines: dict[str, str] = {}


def _enforce(method: str, path: str, headers: dict, body: bytes, query: dict, request_id: str) -> Any:
    if method != "POST" or path.rstrip("/") != _SEND:
        return _enforce_others(method, path, headers, body, query, request_id)
    asked = json.loads(body or b"{}")
    sender = parseaddr(asked.get("FromEmailAddress", ""))[1]
    place = f"arn:aws:ses:{app.extract_region(headers, query)}:{get_account_id()}"
    resources = [f"{place}:identity/{_identity(sender)}"]
    if asked.get("ConfigurationSetName"):
        resources.append(f"{place}:configuration-set/{asked['ConfigurationSetName']}")
    for resource in resources:
        denied = app._enforce_data_plane(
            "sesv2",
            "ses:SendEmail",
            headers,
            query,
            request_id,
            resource_arn=resource,
            service_context={"ses:FromAddress": sender},
            named_resource=resource,
        )
        if denied:
            return denied
    return None


def _pin_origin(source_ip: str, secure_transport: bool) -> None:
    _pin_others(source_ip, True)


def _task(state: dict, given: Any, execution: dict, context: dict) -> Any:
    before = _machine.set(execution["stateMachineArn"])
    _executing.set(execution["executionArn"])
    redriven_executions.note(execution, given, context)
    try:
        return _execute(state, given, execution, context)
    finally:
        _machine.reset(before)


def _resource(service: str, method: str, path: str, headers: dict, body: bytes, *others: Any) -> str:
    if service == "states" and b'"taskToken"' in (body or b""):
        # A token that nobody ever waited with is the service's to refuse.
        return _machines.get(json.loads(body).get("taskToken", "")) or next(iter(_machines.values()), "*")
    return published_versions.unqualified(_resource_of_others(service, method, path, headers, body, *others))


def _action(service: str, *others: Any) -> str | None:
    action = _action_of_others(service, *others)
    return "sqs:SendMessage" if action == "sqs:SendMessageBatch" else action


def _callback(resource: str, arguments: Any, token: str, state: dict) -> Any:
    if isinstance(state.get("TimeoutSeconds"), str):
        seconds = stepfunctions._jsonata_state_field(state, "TimeoutSeconds", "number", {}, {})
        state = {**state, "TimeoutSeconds": seconds * stepfunctions._SFN_WAIT_SCALE}
    _machines[token] = _machine.get()
    redriven_executions.note_token(_executing.get(), token)
    before = _waiting.set(token)
    try:
        return _wait_for_callback(resource, arguments, token, state)
    finally:
        _waiting.reset(before)


def _call(function: str, event: Any) -> Any:
    try:
        return _call_function(function, event)
    except stepfunctions._ExecutionError as error:
        if waiting := stepfunctions._task_tokens.get(_waiting.get()):
            waiting["error"] = {"Error": error.error, "Cause": error.cause}
            waiting["event"].set()
        raise


def _function(function: Any, event: Any, *others: Any, **named: Any) -> Any:
    result = _invoke(function, event, *others, **named)
    records = event.get("Records") if isinstance(event, dict) else None
    if not records or records[0].get("eventSource") != "aws:dynamodb" or result.get("error"):
        return result
    body = result.get("body")
    answer = json.loads(body) if isinstance(body, str | bytes) and body else body
    if isinstance(answer, dict) and answer.get("batchItemFailures"):
        return {**result, "error": True, "body": {"errorType": "BatchItemFailures", "errorMessage": str(answer)}}
    return result


def _put_events(data: dict, allow_aws_source: bool = False) -> Any:
    by_ses = [entry.get("Source") == "aws.ses" for entry in data.get("Entries") or [{}]]
    return _put_events_of_others(data, allow_aws_source or all(by_ses))


def _cors(settings: dict, origin: str) -> dict:
    return _cors_of(_as_in_the_api(settings), origin)


def _preflight(settings: dict, origin: str) -> tuple:
    return _preflight_of(_as_in_the_api(settings), origin)


def _as_in_the_api(settings: dict) -> dict:
    """`AllowOrigins` of CloudFormation is `allowOrigins` of the API."""
    return {name[:1].lower() + name[1:]: value for name, value in settings.items()}


def _identity(sender: str) -> str:
    found = ses._notification_identity(sender)
    return found[0] if found else sender


if __name__ == "__main__":
    app._enforce_ses_v2 = _enforce
    app.pin_request_origin = _pin_origin
    stepfunctions._invoke_with_callback = _callback
    stepfunctions._call_lambda = _call
    stepfunctions._execute_task = _task
    iam_actions.extract_resource_arn = _resource
    iam_actions.extract_iam_action = _action
    lambda_svc._execute_function = _function
    eventbridge._put_events = _put_events
    apigateway._cors_response_headers = _cors
    apigateway._cors_preflight_response = _preflight
    noted_calls.install()
    redriven_executions.install()
    measured_services.install()
    published_versions.install()
    app.main()
