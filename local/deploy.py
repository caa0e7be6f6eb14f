"""Deploys the built template into an emulator with `sam deploy`, and gives it its local secrets."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import boto3

from local.build import CUSTOM_RUNTIME, TEMPLATE, sam_environment
from local.emulator import Emulator
from local.places import ARCHITECTURE, ROOT, SAM
from local.senders import SENDERS
from local.staff import enrol

STACK = "order-processing"
_ARTIFACTS = "order-processing-artifacts"
_PARAMETERS = {"Environment": "local", "PythonRuntime": CUSTOM_RUNTIME, "Architecture": ARCHITECTURE}


class DeployError(RuntimeError):
    """`sam deploy` failed; the message is what it said."""


def client(emulator: Emulator, service: str) -> Any:
    """An AWS client of the emulator's root user."""
    given = emulator.environment()
    return boto3.client(
        service,
        endpoint_url=given["AWS_ENDPOINT_URL"],
        aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
        region_name=given["AWS_REGION"],
    )


def deploy(emulator: Emulator, parameters: dict[str, str] | None = None) -> dict[str, str]:
    """Creates or updates the stack and returns its outputs by name. parameters: over the local ones."""
    client(emulator, "s3").create_bucket(Bucket=_ARTIFACTS)
    # The emulator serves the login's pages itself, and only those without a second factor.
    staff = {"StaffLoginUrl": emulator.url, "StaffMfa": "OFF"}
    # Webhooks may go to this machine, where their receivers listen in tests.
    webhooks = {"Webhooks": "on", "WebhooksToLoopback": "on"}
    chosen = {**_PARAMETERS, **staff, **webhooks, **(parameters or {})}
    done = subprocess.run(
        [
            *(SAM, "deploy", "--template-file", TEMPLATE, "--stack-name", STACK, "--s3-bucket", _ARTIFACTS),
            *("--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset"),
            *("--no-progressbar", "--parameter-overrides", *(f"{name}={value}" for name, value in chosen.items())),
        ],
        cwd=ROOT,
        env={**sam_environment(), **emulator.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    (emulator.home / "deploy.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        raise DeployError(f"sam deploy failed; see {os.path.relpath(emulator.home / 'deploy.log')}:\n{_reason(done)}")
    outputs = _outputs(emulator)
    _fill_in_senders(emulator, outputs)
    enrol(client(emulator, "cognito-idp"), outputs["StaffPool"])
    return outputs


def _outputs(emulator: Emulator) -> dict[str, str]:
    stack = client(emulator, "cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _fill_in_senders(emulator: Emulator, outputs: dict[str, str]) -> None:
    # The template makes every other secret itself; only who may send is the store's to say.
    client(emulator, "secretsmanager").put_secret_value(
        SecretId=outputs["SendersSecret"], SecretString=json.dumps(SENDERS)
    )


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    said = (done.stdout + done.stderr).splitlines()
    failed = [line for line in said if "FAILED" in line or "Error" in line]
    return "\n".join(failed or said[-15:])
