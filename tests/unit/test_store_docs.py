"""docs/stores.md says what the readers do."""

import json
import re

import pytest

from order_processing.stores import platform, sources
from tests.unit.store_fields import DOCUMENT, table
from tests.unit.store_samples import samples

TEXT = DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("source", sorted(samples()))
def test_the_table_of_fields_is_what_the_reader_does(source):
    start, end = f"<!-- fields of {source} -->\n", f"\n<!-- end of {source} -->"
    assert TEXT.partition(start)[2].partition(end)[0] == table(source), "run python -m tests.unit.store_fields"


def test_every_platform_is_described():
    assert set(re.findall(r"`/webhooks/([a-z-]+)`", TEXT)) == set(sources())


def test_the_example_for_any_other_sender_is_an_order():
    example = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)[1]
    order = platform("standardwebhooks").read({}, example.encode()).order
    assert (order.store_order_id, order.total) == (json.loads(example)["data"]["id"], 900)
