"""What a fault means in the trade's words, and what to do about it: for an execution's cause, the log and the console.

A fault is told as `CODE: detail` (ours) or `Code in Operation (at module:line)` (AWS's): see `observe`.
"""

import re
from typing import NamedTuple

_REDRIVE = "then redrive"
_PLACE = re.compile(r" \(at [\w.]+:\d+\)$")
_ORDER = re.compile(r"\b[0-9A-Z]{9}\b")
TODO = ". What to do: "
"""What stands in a told fault before the advice."""


class Advice(NamedTuple):
    """title: what is wrong; todo: what to do about it, a sentence without its full stop."""

    title: str
    todo: str


_MAIL = "Mail is stopped"
_BY_CODE = {
    "OUT_OF_KEYS": Advice(
        title="Licence keys have run out",
        todo=f"load keys with `python -m operating.licences SKU FILE`, {_REDRIVE}",
    ),
    "EMAIL_MISSING": Advice(
        title="What needs no parcel has no e-mail address to go to",
        todo=f"ask the customer for one and note it on the order's page in the console, {_REDRIVE}",
    ),
    "ADDRESS_REFUSED": Advice(
        title="What needs no parcel cannot be sent to the customer's address",
        todo=f"ask the customer for another address and note it on the order's page in the console, {_REDRIVE}",
    ),
    "DOCUMENT_REFUSED": Advice(
        title="A label or a paper cannot be printed",
        todo="the text names the field: where it is the shop's, put it right in the settings or the catalogue and"
        f" deploy, {_REDRIVE}; where it is the customer's, cancel the order and ask them to place it anew",
    ),
    "CARRIER_UNKNOWN": Advice(
        title="The settings name a carrier that there is not",
        todo=f"put `services.labels` right in settings.json and deploy, {_REDRIVE}",
    ),
    "CARRIER_KEY_MISSING": Advice(
        title="The carrier's key is missing",
        todo=f"put it into the secret of carriers (docs/delivery.md), {_REDRIVE} after five minutes",
    ),
    "CARRIER_KEY_REFUSED": Advice(
        title="The carrier does not take our key",
        todo=f"put a valid key into the secret of carriers (docs/delivery.md), {_REDRIVE} after five minutes",
    ),
    "CARRIER_SERVICE_MISSING": Advice(
        title="The carrier does not offer the service",
        todo=f"put the service's `carrier_service` right in settings.json and deploy, {_REDRIVE}",
    ),
    "LABEL_GIVEN_BACK": Advice(
        title="The label was given back to the carrier",
        todo="see in the carrier's account why; cancel the order, or have the label bought there and ship by hand",
    ),
    "LABEL_NOT_TAKEN_BACK": Advice(
        title="The carrier does not take a label back",
        todo=f"ask the carrier for the refund in its account, {_REDRIVE}",
    ),
    "LABEL_ADDRESS_UNKNOWN": Advice(
        title="The carrier names a label that is not in its storage",
        todo=f"see in the carrier's account what the label is; ask the carrier, {_REDRIVE}",
    ),
    "DeliveryRefused": Advice(
        title="The carrier refuses the parcel",
        todo="the text is the carrier's code with its field: put the settings right and deploy, then redrive; where it"
        " is the customer's address, cancel the order and ask them to place it anew",
    ),
    "SendingStopped": Advice(
        title=_MAIL,
        todo="see SES's console why (sending paused, domain not verified, sandbox), end that,"
        f" {_REDRIVE} all of this group",
    ),
    "SendingThrottled": Advice(
        title="Mail is held up: more is to be sent than SES takes",
        todo=f"wait until the day's quota is free again or ask AWS for a larger one, {_REDRIVE} all of this group",
    ),
    "CarrierUnavailable": Advice(
        title="The carrier does not answer", todo=f"see the carrier's status page; once it answers again, {_REDRIVE}"
    ),
    "OrderChanged": Advice(title="The order was being changed by others again and again", todo="redrive"),
    "UnknownSchema": Advice(
        title="The order was written by another version of this software",
        todo=f"deploy the version that wrote it, or one next to it, {_REDRIVE}",
    ),
    "OutOfStock": Advice(
        title="Stock changed too often while it was to be reserved", todo="redrive once the rush is over"
    ),
}
_BY_AWS = {
    ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"): Advice(
        title="A function lacks a right",
        todo=f"deploy the template anew, which gives it; a changed key or bucket policy may deny it too; {_REDRIVE}",
    ),
    ("ResourceNotFoundException", "NoSuchBucket", "NoSuchKey"): Advice(
        title="Something that the stack needs is not there",
        todo=f"the text says which call missed it: restore the table, bucket or secret, or deploy, {_REDRIVE}",
    ),
    (
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "SlowDown",
        "Lambda.TooManyRequestsException",
    ): Advice(title="AWS was asked for more than it gives", todo="redrive once the rush is over"),
    (
        "InternalServerError",
        "InternalFailure",
        "InternalError",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "EndpointConnectionError",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "ConnectionClosedError",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
    ): Advice(title="AWS did not answer", todo="see AWS's health page; once it answers again, redrive"),
    ("States.Timeout", "Sandbox.Timedout"): Advice(
        title="A stage took too long", todo="redrive; should it fail again, the function's log says where it stood"
    ),
    ("Runtime.ImportModuleError", "Runtime.ExitError", "Runtime.HandlerNotFound", "Lambda.Unknown"): Advice(
        title="A function could not start", todo=f"the build is incomplete: build and deploy anew, {_REDRIVE}"
    ),
}
_AWS = {code: advice for codes, advice in _BY_AWS.items() for code in codes}
_OURS = Advice(
    title="A fault in the software",
    todo=f"the text says where; the function's log has more: mend it and deploy, {_REDRIVE}",
)


def advice(error: str, told: str) -> Advice:
    """What a fault means. error: its name in the execution; told: its text."""
    code = code_of(told)
    return _BY_CODE.get(code) or _AWS.get(code) or _BY_CODE.get(error) or _AWS.get(error) or _OURS


def code_of(told: str) -> str:
    """What a fault's text begins with: a stable code, AWS's code, or the error's class."""
    return re.split(r": | in | \(", told, maxsplit=1)[0].strip()


def explained(error: str, told: str) -> str:
    """A fault's text with what to do."""
    return f"{told}{TODO}{advice(error, told).todo}."


def plain(told: str) -> str:
    """A fault's text without what to do."""
    return told.partition(TODO)[0]


def kind_of(error: str, told: str) -> str:
    """What the faults of one cause have in common: the same mistake of many orders has one kind."""
    said = plain(told)
    if code_of(said) in _BY_CODE:
        return f"{error} {code_of(said)}"
    place = _PLACE.search(said)
    what = said[: place.start()] if place else said
    return f"{error} {_ORDER.sub('#', what.partition(': ')[0])}{place[0] if place else ''}"
