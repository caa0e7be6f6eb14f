"""The template as data, so that tests use the very tables that are deployed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).parents[1] / "template.yaml"


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as `{tag: value}`."""


def _tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    return {suffix: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _tag)


@cache
def template() -> dict[str, Any]:
    """The whole template."""
    return yaml.load(PATH.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader with tags


def create_table(client: Any, logical_id: str, name: str) -> str:
    """Create one of the template's tables under a name of the test's own."""
    properties = dict(template()["Resources"][logical_id]["Properties"])
    for left_out in (
        *("PointInTimeRecoverySpecification", "SSESpecification", "TimeToLiveSpecification"),
        "DeletionProtectionEnabled",
    ):
        properties.pop(left_out, None)
    if stream := properties.get("StreamSpecification"):
        properties["StreamSpecification"] = {"StreamEnabled": True, **stream}
    client.create_table(TableName=name, **properties)
    return name
