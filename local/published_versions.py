"""Versions of state machines and gradual deployments for ministack's CloudFormation, which does not know them.

ministack's Step Functions has versions and aliases, only its CloudFormation cannot make them: here it can, and every
new version takes over at once. A deployment by CodeDeploy is accepted and does nothing; the emulator moves a
function's alias at once too. Imported by `start_ministack`, in the emulator's own environment.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from ministack.services import stepfunctions
from ministack.services.cloudformation import provisioners


def install() -> None:
    """Let templates hold these resources."""
    provisioners._RESOURCE_HANDLERS |= {
        "AWS::StepFunctions::StateMachineVersion": {
            "create": _publish,
            "update": lambda version, _old, properties, stack: _publish("", properties, stack),
            "delete": lambda *_: None,  # executions that wait go on with it
        },
        "AWS::StepFunctions::StateMachineAlias": {"create": _alias, "update": _move_alias, "delete": _remove_alias},
        **{f"AWS::CodeDeploy::{kind}": _taken for kind in ("Application", "DeploymentGroup")},
    }


_taken = {
    "create": lambda *_: (str(uuid.uuid4()), {}),
    "update": lambda name, *_: (name, {}),
    "delete": lambda *_: None,
}


def unqualified(arn: str) -> str:
    """A state machine's ARN without its version or alias: policies are about that one (Step Functions guide)."""
    parts = arn.split(":")
    return ":".join(parts[:7]) if len(parts) == 8 and parts[5] == "stateMachine" else arn


def _publish(_name: str, properties: dict, _stack: str) -> tuple[str, dict]:
    said = _done(stepfunctions._publish_state_machine_version({"stateMachineArn": properties["StateMachineArn"]}))
    arn = said["stateMachineVersionArn"]
    return arn, {"Arn": arn}


def _alias(_name: str, properties: dict, _stack: str) -> tuple[str, dict]:
    said = _done(
        stepfunctions._create_state_machine_alias(
            {"name": properties["Name"], "routingConfiguration": _route(properties)}
        )
    )
    arn = said["stateMachineAliasArn"]
    return arn, {"Arn": arn}


def _move_alias(arn: str, _old: dict, properties: dict, _stack: str) -> tuple[str, dict]:
    _done(
        stepfunctions._update_state_machine_alias(
            {"stateMachineAliasArn": arn, "routingConfiguration": _route(properties)}
        )
    )
    return arn, {"Arn": arn}


def _remove_alias(arn: str, _properties: dict) -> None:
    stepfunctions._delete_state_machine_alias({"stateMachineAliasArn": arn})


def _route(properties: dict) -> list[dict[str, Any]]:
    return [{"stateMachineVersionArn": properties["DeploymentPreference"]["StateMachineVersionArn"], "weight": 100}]


def _done(answer: Any) -> dict:
    status, _, body = answer
    said: dict = json.loads(body)
    if status >= 400:
        raise ValueError(said)
    return said
