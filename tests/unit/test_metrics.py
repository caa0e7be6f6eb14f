"""What functions count for operations: a line that CloudWatch reads, and names that are written down."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import order_processing
from order_processing.metrics import METRICS, emit
from order_processing.observe import count

ROOT = Path(__file__).parents[2]
PACKAGE = Path(order_processing.__file__).parent
SOURCES = [*PACKAGE.rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
PERSONAL = ("order_id", "customer", "email", "sku", "address", "by", "number")


@pytest.fixture
def lines(capsys, monkeypatch):
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "shop-test")
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_count_is_one_line_in_the_embedded_metric_format(lines):
    count("OrderNotStarted")
    (line,) = lines()
    assert line["OrderNotStarted"] == [1.0]
    assert line["service"] == "order-processing"
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "shop-test"
    assert directive["Dimensions"] == [["service"]]
    assert directive["Metrics"] == [{"Name": "OrderNotStarted", "Unit": "Count"}]


def test_what_is_split_is_also_counted_in_all_because_an_alarm_looks_at_one_metric(lines):
    count("WebhookSignatureRefused", 3, source="shopify")
    (line,) = lines()
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"], ["service", "source"]]
    assert (line["source"], line["WebhookSignatureRefused"]) == ("shopify", [3.0])


def test_many_measured_values_leave_in_one_line(lines):
    emit({"OldestWaitingOrder": [60, 7200.5]})
    (line,) = lines()
    assert line["OldestWaitingOrder"] == [60.0, 7200.5]
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "OldestWaitingOrder", "Unit": "Seconds"}]


def test_a_metric_that_nobody_wrote_down_is_refused():
    with pytest.raises(KeyError, match="OrdersDreamtOf"):
        count("OrdersDreamtOf")


def counted():
    """Every call of count in the product: where, the metric's name, and its dimensions."""
    for path in SOURCES:
        source = path.read_text()
        if path.name == "metrics.py" or "from order_processing.observe import" not in source or "count" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "count":
                name = node.args[0]
                where = f"{path.name}:{node.lineno}"
                assert isinstance(name, ast.Constant), f"{where}: the metric's name is not written out"
                yield where, name.value, tuple(sorted(k.arg or "**" for k in node.keywords if k.arg != "value"))


def test_every_count_in_the_product_names_a_metric_and_all_of_its_dimensions():
    found = list(counted())
    assert len(found) >= 6
    for where, name, dimensions in found:
        assert name in METRICS, f"{where}: {name} is not one of METRICS"
        assert dimensions == tuple(sorted(METRICS[name].dimensions)), where


def test_no_metric_is_split_by_an_order_or_a_person():
    assert not [name for name, metric in METRICS.items() if set(metric.dimensions) & set(PERSONAL)]


def test_a_stage_that_counts_nothing_imports_nothing_for_it():
    code = "import sys, order_processing.observe; print('order_processing.metrics' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert out.stdout.strip() == "False"
