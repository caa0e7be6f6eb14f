"""Every guard, taken away one at a time: each condition of a write, each early way out of a stage, each refusal that an
adapter takes for "done already", each Retry and each Catch of the template.

A mutation has a name that says what it takes away; names stay when lines move.
"""

from __future__ import annotations

import ast
import copy
import importlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tests.template import template

PACKAGE = Path(__file__).parents[2] / "layers" / "order_processing" / "order_processing"
ADAPTERS = tuple(
    sorted(path.stem for path in (PACKAGE / "adapters").glob("*.py") if "ConditionExpression" in path.read_text())
)
REFUSALS = ("executions", "licences", "order_store", "orders", "recording", "reservations")
GUARDED = (
    *(f"stages/{name}" for name in (
        "verify_order", "check_availability", "confirm_order", "update_account", "prepare_delivery", "await_decision",
        "end_order", "hand_out", "start_orders",
    )),
    "telling", "cancellation", "intake", "decisions", "adapters/orders", "adapters/reservations",
)  # fmt: skip
MACHINES = ("OrderProcessing", "OrderEnding")
_SAYS_DONE = (
    "has_reached",
    "sent_at",
    "told_at",
    ".ended",
    "late_cancellation",
    "handed_over_at",
    "_wants_notice",
    "new",
)
# What is a mistake in the code, and not a repetition: these say so and are no guards of anything.
_MISTAKES = ("ValueError", "AssertionError")


@dataclass(frozen=True)
class Mutation:
    """kind: condition, guard, refusal, retry or catch. module: of the package, "" for the template."""

    name: str
    kind: str
    module: str = ""
    number: int = 0

    def resources(self) -> dict[str, Any] | None:
        """The template's resources without this rule; None for a mutation of the package."""
        if self.module:
            return None
        found: dict[str, Any] = copy.deepcopy(template()["Resources"])
        rules, place = _rules(found)[self.number]
        del rules[place]
        return found


def mutations() -> list[Mutation]:
    """All of them."""
    found: list[Mutation] = []
    adapters = (f"adapters/{name}" for name in (*ADAPTERS, *REFUSALS))
    for module in dict.fromkeys((*adapters, *GUARDED)):
        tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
        found += [Mutation(name, kind, module, number) for number, (name, kind, _) in enumerate(_sites(tree, module))]
    found += [Mutation(name, kind, number=n) for n, (name, kind) in enumerate(_rule_names())]
    counts: Counter[str] = Counter()
    named = []
    for mutation in found:
        counts[mutation.name] += 1
        more = f" ({counts[mutation.name]})" if counts[mutation.name] > 1 else ""
        named.append(Mutation(mutation.name + more, mutation.kind, mutation.module, mutation.number))
    return named


def _sites(tree: ast.Module, module: str) -> list[tuple[str, str, ast.AST]]:
    """(name, kind, node) of everything in a module that can be taken away, in the order of its text."""
    found: list[tuple[str, str, ast.AST]] = []
    base = module.removeprefix("adapters/")
    for function, node in _walked(tree):
        where = f"{module}, {function}"
        if module.startswith("adapters/") and base in ADAPTERS:
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "ConditionExpression":
                        found.append((f"{where}: condition {ast.unparse(value)[:90]}", "condition", value))
            if isinstance(node, ast.keyword) and node.arg == "ConditionExpression":
                found.append((f"{where}: condition {ast.unparse(node.value)[:90]}", "condition", node.value))
        if module in GUARDED and isinstance(node, ast.If) and _leaves(node.body):
            found.append((f"{where}: if {ast.unparse(node.test)[:110]}", "guard", node))
        elif (
            module in GUARDED
            and isinstance(node, ast.If)
            and any(word in ast.unparse(node.test) for word in _SAYS_DONE)
        ):
            found.append((f"{where}: only if {ast.unparse(node.test)[:110]}", "guard", node))
        refuses = (module.startswith("adapters/") and base in REFUSALS) or module in GUARDED
        if refuses and isinstance(node, ast.ExceptHandler) and _passes(node.body):
            caught = ast.unparse(node.type).rpartition("exceptions.")[2] if node.type else ""
            found.append((f"{where}: except {caught}", "refusal", node))
    return found


def _walked(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef) else function
        yield inner, node
        yield from _walked(node, inner)


def _leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether a branch ends the function, and not because of a mistake in the code."""
    last = body[-1]
    if isinstance(last, ast.Raise) and last.exc:
        return not any(name in ast.unparse(last.exc) for name in _MISTAKES)
    return isinstance(last, ast.Return | ast.Continue)


def _passes(body: Sequence[ast.stmt]) -> bool:
    """Whether an error is taken for an answer."""
    return isinstance(body[-1], ast.Return | ast.Continue | ast.Pass)


def mutated(module: str, number: int) -> CodeType:
    """The module's code without the guard of this number."""
    path = PACKAGE / f"{module}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    _, kind, node = _sites(tree, module)[number]
    if kind == "condition":
        _Always(node).visit(tree)
    elif isinstance(node, ast.If):
        # What the test assigns stays assigned: an early way out is never taken, what is guarded is always done.
        leaves = _leaves(node.body)
        node.test = ast.BoolOp(ast.And() if leaves else ast.Or(), [node.test, ast.Constant(value=not leaves)])
    elif isinstance(node, ast.ExceptHandler):
        node.body = [ast.Raise()]
    return compile(ast.fix_missing_locations(tree), str(path), "exec")


class _Always(ast.NodeTransformer):
    """Makes a condition hold always, with its placeholders in place."""

    def __init__(self, node: ast.AST) -> None:
        self._node = node

    def visit(self, node: ast.AST) -> Any:
        if node is self._node and isinstance(node, ast.expr):
            return ast.BinOp(node, ast.Add(), ast.Constant(value=" OR attribute_not_exists(nothing_is_called_so)"))
        return super().visit(node)


@contextmanager
def taken_away(mutation: Mutation) -> Iterator[None]:
    """For as long as it lasts, the function works without its guard: also where it was imported by name."""
    if not mutation.module:
        yield
        return
    module = importlib.import_module("order_processing." + mutation.module.replace("/", "."))
    without: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(mutated(mutation.module, mutation.number), without)  # noqa: S102 - our own code
    there, here = _functions(module.__dict__, module.__name__), _functions(without, module.__name__)
    before = {name: function.__code__ for name, function in there.items()}
    for name, function in there.items():
        function.__code__ = here[name].__code__
    try:
        yield
    finally:
        for name, function in there.items():
            function.__code__ = before[name]


def _functions(names: dict[str, Any], module: str) -> dict[str, FunctionType]:
    """A module's own functions and methods, by their names."""
    found: dict[str, FunctionType] = {}
    for name, value in names.items():
        if isinstance(value, FunctionType) and value.__module__ == module:
            found[name] = value
        elif isinstance(value, type) and value.__module__ == module:
            for inner, method in vars(value).items():
                of = method.__func__ if isinstance(method, staticmethod | classmethod) else method
                if isinstance(of, FunctionType) and of.__module__ == module:
                    found[f"{name}.{inner}"] = of
    return found


def _rules(resources: dict[str, Any]) -> list[tuple[list[Any], int]]:
    """Each rule of Retry and Catch: the list that it stands in, a list of its own, and its place there."""
    found: list[tuple[list[Any], int]] = []
    for machine in MACHINES:
        for state in resources[machine]["Properties"]["Definition"]["States"].values():
            for kind in ("Retry", "Catch"):
                if kind in state:
                    state[kind] = list(state[kind])
                    found += [(state[kind], place) for place in range(len(state[kind]))]
    return found


def _rule_names() -> Iterator[tuple[str, str]]:
    for machine in MACHINES:
        for name, state in template()["Resources"][machine]["Properties"]["Definition"]["States"].items():
            for kind in ("Retry", "Catch"):
                for rule in state.get(kind, ()):
                    yield f"template, {machine}, {name}: {kind} of {', '.join(rule['ErrorEquals'])}", kind.lower()
