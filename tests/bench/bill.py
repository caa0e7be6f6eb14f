"""What an order costs: `make bill`.

Sends orders through the deployed local stack, one kind after the other, and counts what each really used: the
functions note their calls, CPU time and log (`local.meter`), DynamoDB says its units, executions are read from their
histories. Prices are public ones with their date (`prices.json`); waiting for AWS's answers is assumed there too,
because an emulator cannot tell. Then the same for published peers (`peer.json`).

    python -m tests.bench.bill [scenario ...]
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from local import LocalStack, seeding
from local.meter import Invocation, Meter
from local.places import LOCAL
from order_processing.order import Line, Order
from tests.bench.peer import peers
from tests.bench.prices import TABLE, TO_ENDPOINTS, dollars, used_by
from tests.orders import an_order
from tests.stack import scenarios
from tests.template import template

HOME = LOCAL / "bill"
STAGES = {
    "ReceiveOrder": "receive",
    "VerifyOrder": "verify",
    "CheckAvailability": "check",
    "ConfirmOrder": "confirm",
    "UpdateAccount": "record",
    "PrepareDelivery": "prepare",
    "PublishEvents": "tell on the bus",
    TO_ENDPOINTS: "tell an endpoint",
    "AwaitDecision": "ask",
    "EndOrder": "end",
}
SCENARIOS: dict[str, tuple[str, scenarios.Scenario]] = {
    "happy": ("one line, from stock", scenarios.happy),
    "five-lines": ("five lines, from stock", scenarios.five_lines),
    "correction": ("an unknown product, put right by staff", scenarios.correction),
    "offer": ("more than there is, delivered in parts", scenarios.offer),
    "approval": ("two of the staff consent before it is confirmed", scenarios.approval),
    "cancellation": ("cancelled by the customer once it is ready", scenarios.cancellation),
    "digital": ("a licence key, handed out by e-mail", scenarios.digital),
    "webhooks": ("one line, from stock, each event sent to an endpoint of its front end", scenarios.webhooks),
}
BEHIND_THE_API = {
    resource["Properties"]["IntegrationUri"]["Ref"].removesuffix("Function.Alias")
    for resource in template()["Resources"].values()
    if resource["Type"] == "AWS::ApiGatewayV2::Integration"
}
BY_THE_CLOCK = {
    name.removesuffix("Function")
    for name, resource in template()["Resources"].items()
    if any(event["Type"] == "ScheduleV2" for event in resource.get("Properties", {}).get("Events", {}).values())
}
# A line of the API's log is about as long as its format: what stands in it, as its names.
ACCESS_LINE = len(template()["Resources"]["HttpApiStage"]["Properties"]["AccessLogSettings"]["Format"])
COLUMNS = ("transitions", "invocations", "write units", "read units", "S3 puts", "events", "mails", "log bytes")
MOST_DOLLARS, MOST_LOG_BYTES = 165.0, 2000
Bill = dict[str, Counter[str]]


def order_of(lines: int, key: str) -> Order:
    """An order for some pieces of different products of the seed catalogue."""
    products = [("TEST-123", 15260), ("IPOD2008RED", 19900), ("IPOD2008GREEN", 19900), ("IPOD2008BLACK", 19900)]
    chosen = tuple(
        Line(line_id=str(i), sku=sku, quantity=1, unit_price=price)
        for i, (sku, price) in enumerate(products[:lines], 1)
    )
    return an_order(key, lines=chosen, total=sum(line.unit_price for line in chosen))


def bill_of(ran: Iterable[Invocation], entered: Sequence[str]) -> Bill:
    """What each stage used. entered: the states of the order's executions.

    What runs by the clock is billed by the month and left out. Endpoints are told from a queue: what comes there is
    sent once, and received and deleted with each invocation.
    """
    bill: Bill = {}
    for each in ran:
        if each.function in BY_THE_CLOCK:
            continue
        used = bill.setdefault(STAGES.get(each.function, each.function), Counter())
        used.update(used_by(each))
        if each.function in BEHIND_THE_API:
            used["API requests"] += 1
            used["log bytes"] += ACCESS_LINE
    if told := bill.get(STAGES[TO_ENDPOINTS]):
        told["standard queue requests"] += total(bill)["events"] + 2 * told["invocations"]
    for state in entered:
        bill.setdefault(STAGES.get(state, "other states"), Counter())["transitions"] += 1
    order = [*dict.fromkeys(STAGES.values()), *bill]
    return {stage: bill[stage] for stage in dict.fromkeys(order) if stage in bill}


def total(bill: Bill) -> Counter[str]:
    """What all stages used together."""
    together: Counter[str] = Counter()
    for used in bill.values():
        together.update(used)
    return together


def without_mail(used: Counter[str]) -> float:
    """Dollars for a million, but for the mails themselves."""
    return sum(cost for what, cost in dollars(used).items() if what != "mails")


def show(title: str, bill: Bill) -> None:
    """Print one kind of order: its stages, and what the dollars are for."""
    together = total(bill)
    whole = without_mail(together)
    print(f"\n{title}")
    print(f"{'':18}" + "".join(f"{column:>12}" for column in COLUMNS) + f"{'$ / million':>12}{'share':>7}")
    for stage, used in [*bill.items(), ("together", together)]:
        cost = without_mail(used)
        print(f"{stage:18}" + "".join(f"{used[c]:12g}" for c in COLUMNS) + f"{cost:12.2f}{cost / whole:7.0%}")
    parts = sorted(dollars(together).items(), key=lambda part: -part[1])
    print("  of it: " + ", ".join(f"{what} {cost:.2f}" for what, cost in parts if what != "mails" and cost >= 0.005))
    if together["mails"]:
        print(f"  and the mails themselves: {dollars(together)['mails']:.2f}")


def run(stack: LocalStack, meter: Meter, scenario: scenarios.Scenario, key: str) -> Bill:
    """One order through the stack, and what it used."""
    meter.until_quiet(1.0)
    order_id = scenario(stack, key)
    ran = meter.until_quiet()
    if scenario is not scenarios.webhooks:  # the local stack sends webhooks; a stack sends none unless it is told to
        ran = [each for each in ran if each.function != TO_ENDPOINTS]
    return bill_of(ran, entered_states(stack, order_id))


def entered_states(stack: LocalStack, order_id: str) -> list[str]:
    """The states that the order's executions entered: each is a transition that is billed, also when it is retried."""
    client = stack.client("stepfunctions")
    found: list[str] = []
    for machine in client.list_state_machines()["stateMachines"]:
        for page in client.get_paginator("list_executions").paginate(stateMachineArn=machine["stateMachineArn"]):
            for execution in page["executions"]:
                if execution["name"].startswith(order_id):
                    arn = execution["executionArn"]
                    pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
                    events = [event for history in pages for event in history["events"]]
                    found += [e["stateEnteredEventDetails"]["name"] for e in events if e["type"].endswith("Entered")]
    return found


def main(*names: str) -> int:
    """Print the bills; returns 1 when the happy path costs more than it may, or an order logs more."""
    folder = Meter.folder(HOME)
    stack, meter = LocalStack.start(HOME, meter=folder).deploy(), Meter(folder)
    over = []
    print(f"Prices of {TABLE['of']}, {TABLE['region']}. CPU time is this machine's; waiting for calls is assumed.")
    try:
        seeding.load(stack)
        run(stack, meter, scenarios.happy, "warm-up")
        for name in names or SCENARIOS:
            title, scenario = SCENARIOS[name]
            if name != "happy":
                scenario(stack, f"warm-{name}")  # the functions that it takes beyond the happy path start here
            bill = run(stack, meter, scenario, f"bill-{name}")
            show(f"{name}: {title}", bill)
            used = total(bill)
            if name == "happy" and without_mail(used) > MOST_DOLLARS:
                over.append(f"happy: {without_mail(used):.2f} dollars a million, {MOST_DOLLARS:g} allowed")
            if used["log bytes"] > MOST_LOG_BYTES:
                over.append(f"{name}: {used['log bytes']} bytes of log, {MOST_LOG_BYTES} allowed")
    finally:
        stack.stop()
    for peer in peers():
        show(f"peer: {peer.title}", peer.bill)
        print(peer.notes)
    for line in over:
        print(line)
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
