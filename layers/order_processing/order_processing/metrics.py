"""The metrics that the functions make, by name: what operations' alarms and dashboard look at.

Each is one word of the trade, has a unit, and may be split by dimensions with few values. None is split by
order, customer or SKU, and none holds personal data. What AWS's services measure themselves is not here.
They leave as one log line in CloudWatch's embedded metric format, which costs no call.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

NAMESPACE = "order-processing"
SERVICE = "order-processing"


class Metric(NamedTuple):
    """A metric's meaning. unit: CloudWatch's name of it. dimensions: by which the values are split as well."""

    unit: str
    meaning: str
    dimensions: tuple[str, ...] = ()


def _count(meaning: str, *dimensions: str) -> Metric:
    return Metric("Count", meaning, dimensions)


METRICS: Mapping[str, Metric] = {
    "WebhookSignatureRefused": _count("a delivery whose signature was not its store's", "source"),
    "DeliveryQuarantined": _count("a store's delivery that could not be read and was set aside", "source"),
    "OrderNotStarted": _count("an order that was stored and could not be started at once"),
    "OrderStartedLate": _count("an order that the sweep found stored and not started"),
    "StoreNotReconciled": _count("a store whose list of orders could not be compared", "source"),
    "OrderMissedByWebhook": _count("an order of a store's list of which no webhook had come", "source"),
    "CustomerNotReached": _count("a mail that bounced, was refused or drew a complaint", "mail"),
    "WebhookGivenUp": _count("a message that an endpoint did not take within three days"),
    "WebhookEndpointDisabled": _count("an endpoint that nothing is sent to any more, because it failed for days"),
    "SweeperFinding": _count("something that is not as it should be, as a sweeper found it", "kind"),
    "Fault": _count("work of a function that failed; most is tried again by itself"),
    # Named as the events that orders make. The steps of the happy path are not here: Step Functions counts the
    # executions, and a line for each step would be most of what an order logs.
    "OrderCorrectionNeeded": _count("an order that waits for its customer or staff to put something right"),
    "OrderOffered": _count("an order that cannot be promised as asked and waits for its customer's choice"),
    "OrderApprovalNeeded": _count("an order that waits for staff's decision"),
    "OrderPromiseChanged": _count("a confirmed order that comes otherwise than promised"),
    "OrderRejected": _count("an order that could never be right, or that staff refused"),
    "OrderCancelled": _count("an order that its customer or staff cancelled"),
    "OrderExpired": _count("an order about which nobody decided in time"),
    "OldestWaitingOrder": Metric("Seconds", "how long the oldest order has waited for a decision", ("waits_for",)),
}


def emit(values: Mapping[str, float | Sequence[float]], **dimensions: str) -> None:
    """Write metrics of METRICS as one log line: in all, and split by the dimensions where there are some.

    values: a value, or several that were measured, by the metric's name.
    """
    # Imported here: a stage that measures nothing does not pay for it.
    from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", NAMESPACE)
    line = AmazonCloudWatchEMFProvider(namespace=namespace, service=SERVICE)
    if dimensions:
        line.add_dimensions(service=SERVICE, **dimensions)
    for name, value in values.items():
        for one in value if isinstance(value, Sequence) else (value,):
            line.add_metric(name, METRICS[name].unit, one)
    line.flush_metrics()
