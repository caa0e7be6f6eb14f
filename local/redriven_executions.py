"""RedriveExecution for ministack, which does not have it: a failed execution goes on at the state that failed.

As AWS does (API Reference, RedriveExecution): the execution keeps its name, its history and its variables, the state
gets the input that it had, retries count anew, and `redriveCount` goes up. It goes on by the definition that it began
with, whatever the state machine has become since, and nobody waits any more with tokens from before it was stopped.
Only what failed, was aborted or timed out within the last 14 days can be redriven; tests of what comes after make that
shorter (REDRIVABLE_SECONDS). Imported by `start_ministack`, in the emulator's own environment.
"""

from __future__ import annotations

import contextvars
import json
import os
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.core.responses import error_response_json, json_response, now_iso
from ministack.services import stepfunctions

_REDRIVABLE = ("FAILED", "ABORTED", "TIMED_OUT")
_REDRIVABLE_FOR = timedelta(seconds=float(os.environ.get("REDRIVABLE_SECONDS", 14 * 24 * 3600)))
_handle_others = stepfunctions.handle_request
_describe_others = stepfunctions._describe_execution
_list_others = stepfunctions._list_executions
_reached: dict[str, tuple[str, Any, dict]] = {}
"""The state that an execution has reached last, with its input and its context."""
_definitions: dict[str, dict] = {}
"""What an execution goes by."""
_tokens: dict[str, list[str]] = {}
"""With what an execution has ever waited."""


def note(execution: dict, given: Any, context: dict) -> None:
    """An execution has come to a task."""
    arn = execution["executionArn"]
    _reached[arn] = (context["State"]["Name"], given, context)
    if arn not in _definitions:
        _definitions[arn] = json.loads(stepfunctions._state_machines[execution["stateMachineArn"]]["definition"])


def note_token(arn: str, token: str) -> None:
    """An execution begins to wait with a task token."""
    _tokens.setdefault(arn, []).append(token)


def install() -> None:
    """Let the emulator answer RedriveExecution, and tell of redrives."""
    stepfunctions.handle_request = _handle
    stepfunctions._describe_execution = _describe
    stepfunctions._list_executions = _list


async def _handle(method: str, path: str, headers: dict, body: bytes, query: dict) -> Any:
    asked = headers.get("x-amz-target", "").rpartition(".")[2]
    if asked == "RedriveExecution":
        return stepfunctions._finalize_response(_redrive(json.loads(body or b"{}")))
    answer = await _handle_others(method, path, headers, body, query)
    if asked == "StopExecution" and answer[0] == 200:
        for token in _tokens.pop(json.loads(body).get("executionArn", ""), ()):
            stepfunctions._task_tokens.pop(token, None)
    return answer


def _redrive(asked: dict) -> Any:
    arn = asked.get("executionArn", "")
    execution = stepfunctions._executions.get(arn)
    if not execution:
        return error_response_json("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'", 400)
    token = asked.get("clientToken")
    if token and token == execution.get("redriveToken"):
        return json_response({"redriveDate": execution["redriveDate"]})
    if not _can_be_redriven(execution):
        reason = f"Execution is {execution['status']} and cannot be redriven"
        return error_response_json("ExecutionNotRedrivable", f"Redrive Failed: {reason}", 400)
    again = {"redriveCount": execution.get("redriveCount", 0) + 1, "redriveDate": now_iso(), "redriveToken": token}
    execution.update(again, status="RUNNING", stopDate=None, output=None, error=None, cause=None)
    details = {"redriveCount": again["redriveCount"]}
    stepfunctions._add_event(execution, "ExecutionRedriven", {"executionRedrivenEventDetails": details})
    stepfunctions._emit_execution_status_event(execution)
    run = contextvars.copy_context().run
    threading.Thread(target=run, args=(_go_on, arn, execution), daemon=True).start()
    return json_response({"redriveDate": again["redriveDate"]})


def _can_be_redriven(execution: dict) -> bool:
    if execution["status"] not in _REDRIVABLE or execution["executionArn"] not in _reached:
        return False
    stopped = datetime.fromisoformat(execution["stopDate"].replace("Z", "+00:00"))
    return datetime.now(UTC) - stopped < _REDRIVABLE_FOR


def _go_on(arn: str, execution: dict) -> None:
    """From the state that failed to the end, as the emulator walks; our machines have tasks and choices only."""
    states = _definitions[arn]["States"]
    name, given, context = _reached[arn]
    try:
        while name and execution["status"] == "RUNNING":
            state = states[name]
            context["State"] = {"Name": name, "EnteredTime": now_iso(), "RetryCount": 0}
            entered = {"stateEnteredEventDetails": {"name": name, "input": json.dumps(given)}}
            stepfunctions._add_event(execution, f"{state['Type']}StateEntered", entered)
            if state["Type"] == "Task":
                given, after = stepfunctions._execute_task(state, given, execution, context)
            else:
                given, after = stepfunctions._execute_choice(state, given, context)
            left = {"stateExitedEventDetails": {"name": name, "output": json.dumps(given)}}
            stepfunctions._add_event(execution, f"{state['Type']}StateExited", left)
            name = after
        if execution["status"] == "RUNNING":
            output = json.dumps(given)
            execution.update(status="SUCCEEDED", output=output, stopDate=now_iso())
            done = {"executionSucceededEventDetails": {"output": output}}
            stepfunctions._add_event(execution, "ExecutionSucceeded", done)
            stepfunctions._emit_execution_status_event(execution)
    except stepfunctions._ExecutionError as error:
        stepfunctions._fail_execution(execution, error.error, error.cause)
    except Exception as error:  # noqa: BLE001 - as the emulator does
        stepfunctions._fail_execution(execution, "States.Runtime", str(error))


def _redrives(execution: dict) -> dict[str, Any]:
    told: dict[str, Any] = {"redriveCount": execution.get("redriveCount", 0)}
    return told | ({"redriveDate": execution["redriveDate"]} if told["redriveCount"] else {})


def _describe(data: dict) -> Any:
    answer = _describe_others(data)
    execution = stepfunctions._executions.get(data.get("executionArn"))
    if not execution:
        return answer
    can = "REDRIVABLE" if _can_be_redriven(execution) else "NOT_REDRIVABLE"
    return json_response({**json.loads(answer[2]), **_redrives(execution), "redriveStatus": can})


def _list(data: dict) -> Any:
    answer = _list_others(data)
    told = json.loads(answer[2])
    for each in told.get("executions", ()):
        each.update(_redrives(stepfunctions._executions[each["executionArn"]]))
    return json_response(told) if answer[0] == 200 else answer
