"""What the build makes of the settings is what they say, and is made without building what checks them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, time

from compile_settings import SOURCE, compiled

from order_processing.approval_rules import ApprovalRule, Approvals
from order_processing.checks import Rules
from order_processing.settings import Limits, Location, Settings, parse


def made(settings: Settings) -> Settings:
    place: dict[str, Settings] = {}
    exec(compiled(settings), place)  # noqa: S102 - our own code, as a function imports it
    return place["SETTINGS"]


def test_the_settings_that_are_deployed_are_those_of_the_file():
    settings = parse(SOURCE.read_text(encoding="utf-8"))
    assert made(settings) == settings
    assert made(settings).model_dump_json() == settings.model_dump_json()


def test_every_kind_of_value_is_kept():
    settings = parse(SOURCE.read_text(encoding="utf-8"))
    louisville = settings.locations["louisville"]
    changed = settings.model_copy(
        update={
            "locations": {
                "a 'quoted\\' name": Location(
                    name='{"\n',
                    address=louisville.address,
                    time_zone="UTC",
                    cut_off=time(23, 59),
                    closed_on=(date(2027, 1, 1),),
                )
            },
            "limits": Limits(sanctioned_places=("KP",), unserved_countries=()),
            "rules": Rules(resolutions={"TEXT_FORM": "fatal"}),
            "approvals": Approvals(rules=(ApprovalRule(code="LARGE", when="amount", text="x" * 20, over={"USD": 1}),)),
            "tax_rounding": {"shopify": "order"},
        }
    )
    assert made(changed) == changed


def test_no_record_is_built_for_them(tmp_path):
    (tmp_path / "compiled.py").write_text(compiled(parse(SOURCE.read_text(encoding="utf-8"))), encoding="utf-8")
    look = """
import sys, compiled
from order_processing.order import Record
def kinds(of):
    for each in of.__subclasses__():
        yield each
        yield from kinds(each)
print(sorted(each.__name__ for each in kinds(Record) if each.__pydantic_complete__))
"""
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "[]"
