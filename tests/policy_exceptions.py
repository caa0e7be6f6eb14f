"""What functions may do and the stack's tests do not have them do, each with the reason why they may."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple


class Excepted(NamedTuple):
    """Grants that one reason speaks of. Each names several by spaces; `*` stands for anything. statement: its Sid.

    sometimes: how busy the machine is says whether they are used, so a reason that nothing needs is no mistake.
    """

    functions: str
    statement: str
    actions: str
    reason: str
    sometimes: bool = False

    def speaks_of(self, function: str, statement: str, action: str) -> bool:
        """Whether a grant is one of these."""
        named = ((function, self.functions), (statement, self.statement), (action, self.actions))
        return all(any(fnmatchcase(what, pattern) for pattern in patterns.split() or [""]) for what, patterns in named)


_STORES = (
    "The local stack has no store whose API could be asked, and what is read there is taken in as ReceiveOrder does it,"
    " by the same statements: there each is used. What these functions do with a store's answer is tried on moto"
    " (tests/unit/test_fetching.py, tests/unit/test_reconciliation.py, tests/aws/test_store_changes.py)."
)
_CARRIERS = (
    "Labels are bought only where settings name a carrier that sells them; the local stack prints its own. Tried"
    " against a server that answers as the carrier does (tests/aws/test_postage.py)."
)
_LINKS = (
    "A link is signed with the function's rights and followed by a browser: S3 asks for them, the emulator does not."
)
_LARGE = (
    "Only a change of more than 100 writes goes in parts that are put and removed, and only supply has claims to be"
    " looked up (tests/aws/test_reservations.py); one such order goes through the stack, by other functions."
)

UNUSED: tuple[Excepted, ...] = (
    Excepted("FetchOrders ReconcileStores", "*", "*", _STORES),
    Excepted(
        "EndOrder PrepareDelivery", "ReadCarriersKeysWhereLabelsAreBought", "secretsmanager:GetSecretValue", _CARRIERS
    ),
    Excepted(
        "EndOrder",
        "TakeBackKeysThatNobodyWasTold",
        "dynamodb:Query dynamodb:PutItem dynamodb:DeleteItem",
        "Only where an order of licence keys ends while they are being handed out (tests/aws/test_digital.py).",
    ),
    Excepted("PrepareDelivery", "PutTrackingNumbersIntoTheAccount", "dynamodb:UpdateItem", _CARRIERS),
    Excepted(
        "PublishEvents",
        "FollowTheOrders",
        "dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator",
        "Lambda reads the stream with the function's role; the emulator hands records over without asking.",
    ),
    Excepted(
        "PublishEvents",
        "NoteWhatCouldNotBePublished",
        "sqs:SendMessage",
        "Lambda sends what was given up with the function's role, after six hours of trying.",
    ),
    Excepted(
        "MailEvents",
        "",
        "sqs:SendMessage",
        "Lambda sends what was given up with the function's role. SAM makes the statement, from the destination.",
    ),
    Excepted(
        "PrepareDelivery Warehouse",
        "Keep*",
        "s3:PutObjectTagging",
        "S3 asks for it where an object is put with its tags; the emulator asks for s3:PutObject alone.",
    ),
    Excepted(
        "AuditBooks PrepareDelivery OrderPages ReceiveOrder StaffConsole Warehouse",
        "*What*",
        "dynamodb:BatchGetItem dynamodb:PutItem dynamodb:DeleteItem",
        _LARGE,
    ),
    Excepted(
        "AuditBooks",
        "PutAccountsRight",
        "dynamodb:GetItem",
        "Only for a payment that came while the account was being read.",
        sometimes=True,
    ),
    Excepted("StaffConsole Warehouse", "LinkToDocuments HandOutDocuments*", "s3:GetObject", _LINKS),
    Excepted(
        "AwaitDecision",
        "SeeWhoCannotBeWrittenTo",
        "dynamodb:PutItem",
        "Only for a customer who must decide and cannot be written to (tests/aws/test_unreached_page.py).",
    ),
    Excepted(
        "ConfirmOrder",
        "SeeWhetherACustomerIsNew",
        "dynamodb:Query",
        "Only where settings have a rule on new customers; the local stack's have none (tests/aws/test_approval.py).",
    ),
    Excepted(
        "RenewPromises",
        "LetWaitingExecutionsGoOn",
        "states:SendTaskSuccess",
        "Only where supply changes under an offer that a customer is looking at (tests/aws/test_renew_promises.py).",
    ),
    Excepted(
        "SweepOrders",
        "SeeAndRedriveExecutions LetWaitingExecutionsGoOn",
        "states:RedriveExecution states:SendTaskSuccess",
        "A failed execution, and one that was not told of a decision, is let be for five minutes, longer than a test"
        " waits (tests/aws/test_sweep_orders.py); the console does both on the stack.",
        sometimes=True,
    ),
    Excepted(
        "StaffConsole",
        "FindCustomersByTheirAddress HashAddressesAndSignLinks",
        "dynamodb:BatchGetItem secretsmanager:GetSecretValue",
        "Only where staff search for an order by its customer's address (tests/aws/test_order_search.py).",
    ),
    Excepted(
        "StaffConsole",
        "SeeToCustomersWhoWereNotReached",
        "dynamodb:DeleteItem",
        "Only where staff take a customer off the list of the unreached (tests/aws/test_unreached_page.py, and in a"
        " browser without a stack).",
    ),
    Excepted(
        "StaffConsole",
        "SeeWhyExecutionsFailedAndRedriveThem",
        "states:DescribeExecution states:RedriveExecution",
        "Executions that end orders are redriven as those of orders are, under the same statement; on the stack only"
        " the latter fail (tests/aws/test_failed_executions.py).",
    ),
)

DENIED: tuple[Excepted, ...] = ()
