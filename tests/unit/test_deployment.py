"""What deployments rely on: aliases, alarms that take them back, tables that stay, keys, and the pipeline."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.template import template

ROOT = Path(__file__).parents[2]
TEMPLATE = template()
RESOURCES = TEMPLATE["Resources"]
GLOBAL = TEMPLATE["Globals"]["Function"]
OWN_KEY = {"If": ["HasDataKey", {"GetAtt": "EncryptionKey.Arn"}, {"Ref": "AWS::NoValue"}]}


def of(kind: str) -> dict[str, dict[str, Any]]:
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


FUNCTIONS = of("AWS::Serverless::Function")


def mentions(place: Any) -> list[str]:
    """Whatever a part of the template refers to: `Name`, or `Name.Attribute`."""
    if isinstance(place, dict):
        if len(place) == 1 and (key := next(iter(place))) in ("Ref", "GetAtt"):
            return [place[key]]
        return [found for each in place.values() for found in mentions(each)]
    return [found for each in place for found in mentions(each)] if isinstance(place, list) else []


def test_whoever_calls_a_function_calls_its_alias():
    callers = {n: r for n, r in RESOURCES.items() if r["Type"] != "AWS::CloudWatch::Alarm" and n != "Dashboard"}
    bypassing = {
        (name, mentioned)
        for name, resource in callers.items()
        for mentioned in mentions(resource["Properties"])
        if mentioned.partition(".")[0] in FUNCTIONS and not mentioned.endswith(".Alias")
    }
    assert not bypassing


def test_a_new_version_is_published_when_only_a_layer_has_changed():
    assert GLOBAL["AutoPublishAlias"] == "live"
    assert GLOBAL["AutoPublishAliasAllProperties"] is True


def depends_on(name: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """The resources that must be there before this one."""
    resource = RESOURCES.get(name)
    if resource is None or name in seen:
        return set()
    direct = {mentioned.partition(".")[0] for mentioned in mentions(resource["Properties"])} & set(RESOURCES)
    return direct.union(*(depends_on(each, seen | {name}) for each in direct))


def test_alarms_take_a_deployment_back_and_none_of_them_waits_for_a_function():
    alarms = mentions(GLOBAL["DeploymentPreference"]["Alarms"])
    assert alarms == ["FaultAlarm", "ApiFaultAlarm"]
    for alarm in alarms:
        assert not depends_on(alarm) & set(FUNCTIONS), alarm
    for name, machine in of("AWS::Serverless::StateMachine").items():
        preference = machine["Properties"]["DeploymentPreference"]
        assert machine["Properties"]["AutoPublishAlias"] == "live"
        (alarm,) = mentions(preference["Alarms"])
        assert RESOURCES[alarm]["Properties"]["Dimensions"] == [{"Name": "StateMachineArn", "Value": {"Ref": name}}]


def test_executions_start_by_the_alias_that_the_state_machines_have():
    assert GLOBAL["Environment"]["Variables"]["MACHINES_ALIAS"] == "live"


@pytest.mark.parametrize("name", of("AWS::DynamoDB::Table"))
def test_a_table_with_data_outlives_its_stack_and_can_be_brought_back(name):
    table = RESOURCES[name]
    properties = table["Properties"]
    assert properties["DeletionProtectionEnabled"] == {"If": ["Protected", True, False]}
    assert properties["SSESpecification"]["KMSMasterKeyId"] == OWN_KEY
    if name != "SessionsTable":
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_real_orders_are_protected():
    assert TEMPLATE["Conditions"]["Protected"] == {"Equals": [{"Ref": "Environment"}, "prod"]}


def test_what_keeps_something_is_encrypted_with_the_stacks_own_key_if_it_has_one():
    for queue in of("AWS::SQS::Queue").values():
        properties = queue["Properties"]
        assert properties["KmsMasterKeyId"] == OWN_KEY
        assert properties["SqsManagedSseEnabled"] == {"If": ["HasDataKey", {"Ref": "AWS::NoValue"}, True]}
    for kind in ("AWS::SecretsManager::Secret", "AWS::Logs::LogGroup"):
        assert all(resource["Properties"]["KmsKeyId"] == OWN_KEY for resource in of(kind).values())
    assert GLOBAL["KmsKeyArn"] == OWN_KEY


def test_every_function_may_use_the_key_and_only_through_what_keeps_something():
    policy = RESOURCES["UseEncryptionKey"]["Properties"]
    assert sorted(mentions(policy["Roles"])) == sorted(f"{name}Role" for name in FUNCTIONS)
    for statement in policy["PolicyDocument"]["Statement"]:
        assert statement["Resource"] == {"GetAtt": "EncryptionKey.Arn"}
        assert statement["Condition"]
        assert set(statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]) <= {
            "kms:Decrypt",
            "kms:GenerateDataKey",
        }


def test_the_environments_name_parameters_that_there_are_and_have_tags():
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    for name in ("dev", "prod"):
        deploy = settings[name]["deploy"]["parameters"]
        given = dict(pair.split("=") for pair in deploy["parameter_overrides"].split())
        assert set(given) <= set(TEMPLATE["Parameters"])
        assert given["Environment"] == name
        assert given["Rollout"] in TEMPLATE["Parameters"]["Rollout"]["AllowedValues"]
        assert deploy["tags"] == f"application=order-processing environment={name}"
    assert "Canary" in settings["prod"]["deploy"]["parameters"]["parameter_overrides"]


def test_the_pipeline_checks_first_then_dev_then_prod_and_has_no_key():
    text = (ROOT / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert [jobs[name].get("needs") for name in ("check", "dev", "prod")] == [None, "check", "dev"]
    assert [jobs[name].get("environment") for name in ("dev", "prod")] == ["dev", "prod"]
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    for job in jobs.values():
        for step in job["steps"]:
            if str(step.get("run", "")).startswith("make "):
                assert f"\n{step['run'].removeprefix('make ')}:" in made
    for name in ("dev", "prod"):
        assert jobs[name]["permissions"]["id-token"] == "write"
        assert any("role-to-assume" in step.get("with", {}) for step in jobs[name]["steps"])
    assert "secrets." not in text
    assert "access-key" not in text
