"""What the template promises, read from the template itself."""

from __future__ import annotations

import re

import pytest

from order_processing.gateway import RATE_POLICY
from tests.template import template

RESOURCES = template()["Resources"]
FUNCTIONS = {name: r["Properties"] for name, r in RESOURCES.items() if r["Type"] == "AWS::Serverless::Function"}
MACHINE = RESOURCES["OrderProcessing"]["Properties"]
STATES = MACHINE["Definition"]["States"]
STAGES = ["VerifyOrder", "CheckAvailability", "ConfirmOrder", "UpdateAccount", "PrepareDelivery"]
NAMED_TURNS = {
    "OrderRejected",
    "CorrectionNeeded",
    "OfferNeeded",
    "ApprovalNeeded",
    "OrderEnded",
    "OrderReplaced",
    "DeliveryRefused",
    "PromiseLost",
}


def test_the_happy_path_is_five_task_states():
    path, state = [], MACHINE["Definition"]["StartAt"]
    while state:
        path.append(state)
        assert STATES[state]["Type"] == "Task"
        state = STATES[state].get("Next")
    assert path == STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_a_turn_off_the_path_is_never_retried_and_every_fault_is(stage):
    first, *_, last = STATES[stage]["Retry"]
    assert (set(first["ErrorEquals"]), first["MaxAttempts"]) == (NAMED_TURNS, 0)
    assert (last["ErrorEquals"], last["JitterStrategy"]) == (["States.ALL"], "FULL")


def test_a_promise_that_is_lost_before_anyone_was_told_is_made_anew():
    nexts = {error: rule["Next"] for rule in STATES["ConfirmOrder"]["Catch"] for error in rule["ErrorEquals"]}
    assert nexts["PromiseLost"] == "CheckAvailability"


def test_all_stages_are_tried_again_alike():
    assert [STATES[stage]["Retry"] for stage in STAGES] == [STATES["VerifyOrder"]["Retry"]] * len(STAGES)


@pytest.mark.parametrize("state", ["ConfirmOrder", "AwaitDecision", "EndOrder"])
def test_whoever_sends_mail_waits_for_a_throttled_ses_and_leaves_a_stopped_one_to_staff(state):
    rules = {name: rule for rule in STATES[state]["Retry"] for name in rule["ErrorEquals"]}
    assert rules["SendingStopped"]["MaxAttempts"] == 0
    waits = [min(2 * 2**n, rules["SendingThrottled"]["MaxDelaySeconds"]) for n in range(16)]
    assert rules["SendingThrottled"]["MaxAttempts"] == len(waits)
    assert sum(waits) > 7000, "two hours"


def test_every_stage_hears_of_a_cancellation_and_after_the_confirmation_nothing_else_ends_the_order():
    caught = [{error for catch in STATES[stage]["Catch"] for error in catch["ErrorEquals"]} for stage in STAGES]
    assert all("OrderEnded" in errors for errors in caught)
    assert caught[3:] == [{"OrderEnded"}, {"OrderEnded"}]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_may_do_named_things_to_named_resources(name):
    for policy in FUNCTIONS[name]["Policies"]:
        for statement in policy["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            assert all("*" not in action for action in actions)
            assert all(resource != "*" for resource in resources)


CHECKS = {"dynamodb:GetItem", "dynamodb:ConditionCheckItem"}


def test_who_reserves_or_gives_back_may_do_what_that_takes_and_nobody_else_sees_the_inventory():
    """Query and BatchGetItem find what is left and claimed; a large order's parts and claims come and go as items."""
    reservation = {f"dynamodb:{action}" for action in ("Query", "BatchGetItem", "UpdateItem", "PutItem", "DeleteItem")}
    allowed = {
        name: set(statement["Action"])
        for name, properties in FUNCTIONS.items()
        for policy in properties["Policies"]
        for statement in policy["Statement"]
        if "InventoryTable" in str(statement["Resource"])
    }
    who = (
        "StaffConsoleFunction",
        *("ReceiveOrderFunction", "FetchOrdersFunction", "ReconcileStoresFunction"),
        *("OrderPagesFunction", "CheckAvailabilityFunction", "EndOrderFunction"),
        "PrepareDeliveryFunction",  # for orders that leave by e-mail
        "WarehouseFunction",
        "AuditBooksFunction",
    )
    printing = {"PrintBatchFunction": {"dynamodb:BatchGetItem"}}
    books = {"ReceiveSupplyFunction": reservation - {"dynamodb:BatchGetItem"} | CHECKS}
    looking = {"QuoteOrderFunction": {"dynamodb:Query"}}
    renewal = {"RenewPromisesFunction": reservation | {"dynamodb:GetItem"}}
    assert allowed == {**dict.fromkeys(who, reservation), **printing, **books, **renewal, **looking}


def test_a_dry_run_may_only_read():
    (policy,) = FUNCTIONS["QuoteOrderFunction"]["Policies"]
    actions = {
        action
        for statement in policy["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert actions == {
        *("dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem"),
        "secretsmanager:GetSecretValue",
    }


def test_executions_carry_the_orders_id_and_nothing_else():
    texts = re.findall(r"\{%.*?%\}", str(MACHINE["Definition"]))
    allowed = {
        "{% $states.context.Execution.Input.order_id %}",
        "{% $states.context.Task.Token %}",
        "{% $states.result.decision %}",
        "{% $ending %}",
        "{% ${DecisionSeconds} %}",
        "{% ${DecisionSeconds} + 60 %}",
    }
    assert {text for text in texts if "=" not in text} == allowed


def test_what_orders_leave_behind_survives_the_stack():
    kept = {name for name, r in RESOURCES.items() if r.get("DeletionPolicy") == "Retain"}
    assert {"OrdersTable", "CatalogueTable", "InventoryTable", "AccountsTable", "DocumentsBucket"} <= kept


def test_nothing_is_only_for_the_local_stack():
    assert "local" not in str(template()["Conditions"]).lower()
    assert not [name for name in RESOURCES if "local" in name.lower()]


def test_whatever_ends_the_wait_for_a_decision_is_caught_and_not_retried():
    waiting = STATES["AwaitDecision"]
    ends = {"States.Timeout", "OrderEnded", "DecisionMade"}
    assert set(waiting["Retry"][0]["ErrorEquals"]) == ends
    assert waiting["Retry"][0]["MaxAttempts"] == 0
    assert {name for caught in waiting["Catch"] for name in caught["ErrorEquals"]} == ends
    assert waiting["Catch"][-1]["Assign"] == {"decision": "verify"}


def test_every_answer_says_how_many_requests_the_gateway_lets_through():
    limits = RESOURCES["HttpApiStage"]["Properties"]["DefaultRouteSettings"]
    assert f'"all-clients";q={limits["ThrottlingRateLimit"]};w=1' == RATE_POLICY


def test_whatever_the_store_changed_meanwhile_goes_back_or_ends_nothing():
    for state in ("CheckAvailability", "ConfirmOrder", "EndOrder"):
        caught = {error: catch["Next"] for catch in STATES[state]["Catch"] for error in catch["ErrorEquals"]}
        assert caught["OrderReplaced"] == "VerifyOrder"
    ending = template()["Resources"]["OrderEnding"]["Properties"]["Definition"]["States"]
    (caught,) = ending["EndOrder"]["Catch"]
    assert (caught["ErrorEquals"], ending[caught["Next"]]["Type"]) == (["OrderReplaced"], "Succeed")
    for rules in (STATES["EndOrder"]["Retry"], ending["EndOrder"]["Retry"]):
        assert rules[0] == {"ErrorEquals": ["OrderReplaced"], "MaxAttempts": 0}
