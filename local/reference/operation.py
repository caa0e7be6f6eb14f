"""What one path and method of the API is: who may use it, what it takes, what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]
Opener = dict[str, list[str]]
"""One way in: a security scheme, with the scopes that a token needs."""


@dataclass(frozen=True)
class Parameter:
    """A parameter. place: path, query or header."""

    name: str
    place: str
    description: str
    schema: Schema = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    example: str = ""


@dataclass(frozen=True)
class Body:
    """What is sent. model: of its JSON; media: other content types, each with its description. example: as JSON."""

    model: type[BaseModel] | None = None
    media: dict[str, str] = field(default_factory=dict)
    schema: Schema | None = None
    required: bool = True
    example: Any = None


@dataclass(frozen=True)
class Reply:
    """An answer that is no problem. model: of its JSON; media: where it is none."""

    description: str
    model: type[BaseModel] | None = None
    media: str = "application/json"
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """A path and method. name: its operationId. problems: the codes it may have beside those of every path."""

    method: str
    path: str
    name: str
    tag: str
    summary: str
    openers: tuple[Opener, ...]
    replies: dict[int, Reply]
    problems: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    description: str = ""
    pages: bool = False
