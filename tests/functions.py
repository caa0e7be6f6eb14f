"""The functions as the template declares them: where their code is, what their environment names, what they get."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.template import template

ROOT = Path(__file__).parents[1]
LAYERS = ("OrderProcessingLayer", "DependenciesLayer", "DocumentsLayer")


@dataclass(frozen=True)
class Function:
    """name: its folder in `functions/`. environment: each variable with a value in a shape that can be read.
    layers: their logical ids, as Lambda looks through them."""

    name: str
    logical_id: str
    environment: dict[str, str]
    memory_mb: int
    layers: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return ROOT / "functions" / self.name


def functions() -> list[Function]:
    """Every function, by name."""
    whole = template()
    shared = whole["Globals"]["Function"]
    found = []
    for logical_id, resource in whole["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = resource["Properties"]
        variables = {
            **shared["Environment"]["Variables"],
            **properties.get("Environment", {}).get("Variables", {}),
        }
        found.append(
            Function(
                name=Path(properties["CodeUri"]).name,
                logical_id=logical_id,
                environment={name: _value(name, value) for name, value in variables.items()},
                layers=tuple(layer["Ref"] for layer in (*shared["Layers"], *properties.get("Layers", ()))),
                memory_mb=properties.get("MemorySize", shared["MemorySize"]),
            )
        )
    return sorted(found, key=lambda function: function.name)


def _value(name: str, declared: object) -> str:
    """What is declared, or for what only a deployed stack knows something in its shape."""
    if isinstance(declared, dict):
        declared = template()["Parameters"].get(declared.get("Ref"), {}).get("Default", "")
    if declared != "":
        return str(declared)
    if re.search("URL|ISSUER", name):
        return "https://example.com"
    return "arn:aws:states:us-east-1:123456789012:stateMachine:m" if name.endswith("_ARN") else "1"
