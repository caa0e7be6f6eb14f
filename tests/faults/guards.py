"""The guards in a module's text: each condition of a write, each early way out, each refusal taken for an answer.

A guard has a name that says what it is; names stay when lines move.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType

PACKAGE = Path(__file__).parents[2] / "layers" / "order_processing" / "order_processing"
ADAPTERS = tuple(
    f"adapters/{path.stem}" for path in sorted((PACKAGE / "adapters").glob("*.py")) if path.stem != "__init__"
)
# Where every early way out guards something.
GUARDED = (
    *(f"stages/{name}" for name in (
        "verify_order", "check_availability", "confirm_order", "update_account", "prepare_delivery", "await_decision",
        "end_order", "hand_out", "start_orders", "remind_staff", "renew_promises",
    )),
    "telling", "cancellation", "intake", "decisions", "adapters/orders", "adapters/recording", "adapters/reservations",
)  # fmt: skip
# Where only that does which says that something is done already: other branches are the trade's rules.
WORKERS = (
    "stages/note_mail", "stages/publish_events", "stages/sweep_orders", "stages/deliver_webhooks", "staff_decisions",
    "deliveries", "store_changes", "fetching", "reconciliation", "sweeping", "inventory_documents",
    "webhooks/delivering",
    *(f"warehouse/{name}" for name in ("batches", "hand_over", "manifests", "papers", "parcels")),
    *(name for name in ADAPTERS if name not in GUARDED),
)  # fmt: skip
# What is done only where the test says that it is not done yet.
_SAYS_DONE = (
    "has_reached",
    "sent_at",
    "told_at",
    ".ended",
    "late_cancellation",
    "handed_over_at",
    "_wants_notice",
    ".new",
)
_DONE_BY_WORKERS = (
    *_SAYS_DONE,
    "finished_at",
    "closed_at",
    "packed_at",
    "printed_at",
    "manifest",
    "fingerprints",
    "erased",
    "repeated",
    "refused",
    "held",
    "settled",
    "running",
    "succeeded",
    "handling == ",
    "known := ",
    "body.seen",
    "claim_sscc",
    "before",
)
# Errors that say: it is done already, or somebody was here before.
_REFUSALS = (
    "Refused",
    "ConditionalCheckFailedException",
    "TransactionCanceledException",
    "ExecutionAlreadyExists",
    "ExecutionNotRedrivable",
    "TaskDoesNotExist",
    "NoSuchEndpoint",
    "OrderChanged",
    "ChangedMeanwhile",
    "BatchChanged",
    "DocumentTaken",
    "NotStarted",
    "OutOfStock",
    "CouponUsedUp",
)
# What is a mistake in the code, and not a repetition: these say so and are no guards of anything.
_MISTAKES = ("ValueError", "AssertionError")
_HOLDS = " OR attribute_not_exists(nothing_is_called_so)"


@dataclass(frozen=True)
class Guard:
    """kind: condition, guard or refusal. node: what is changed where it is taken away."""

    name: str
    kind: str
    node: ast.AST


def guards(module: str) -> list[Guard]:
    """All guards of a module of the package, in the order of its text."""
    return _found(_tree(module), module)


def without(module: str, number: int) -> CodeType:
    """A module's code without the guard of this number."""
    tree = _tree(module)
    _Taken(_found(tree, module)[number].node).visit(tree)
    return _compiled(tree, module)


def watched(module: str, tell: str) -> CodeType:
    """A module's code whose guards call the builtin `tell` with the guard's name whenever they make a difference.

    A condition does where it is asked for, an early way out where it is taken, a refusal where there is one.
    """
    tree = _tree(module)
    for guard in _found(tree, module):
        _Watched(guard, tell).visit(tree)
    return _compiled(tree, module)


def _tree(module: str) -> ast.Module:
    return ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))


def _compiled(tree: ast.Module, module: str) -> CodeType:
    return compile(ast.fix_missing_locations(tree), str(PACKAGE / f"{module}.py"), "exec")


def _found(tree: ast.Module, module: str) -> list[Guard]:
    found: list[Guard] = []
    for function, node in _walked(tree):
        where = f"{module}, {function}"
        if module in ADAPTERS:
            found += [
                Guard(f"{where}: condition {ast.unparse(each)[:90]}", "condition", each)
                for each in _conditions(node, tree, function)
            ]
        if isinstance(node, ast.If) and (module in GUARDED or module in WORKERS):
            test = ast.unparse(node.test)
            says_done = any(word in test for word in (_SAYS_DONE if module in GUARDED else _DONE_BY_WORKERS))
            if _leaves(node.body) and (says_done or (module in GUARDED and not _says_mistake(node.body))):
                found.append(Guard(f"{where}: if {test[:110]}", "guard", node))
            elif says_done and module in GUARDED:
                found.append(Guard(f"{where}: only if {test[:110]}", "guard", node))
        if module in GUARDED or module in WORKERS:
            caught = _caught(node)
            passes = module in GUARDED and isinstance(node, ast.ExceptHandler) and _passes(node.body)
            if caught and (passes or any(word in caught for word in _REFUSALS)):
                found.append(Guard(f"{where}: except {caught.replace('exceptions.', '')}", "refusal", node))
    return _numbered(found)


def _numbered(found: list[Guard]) -> list[Guard]:
    counts: Counter[str] = Counter()
    numbered = []
    for guard in found:
        counts[guard.name] += 1
        more = f" ({counts[guard.name]})" if counts[guard.name] > 1 else ""
        numbered.append(replace(guard, name=guard.name + more))
    return numbered


def _walked(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef) else function
        yield inner, node
        yield from _walked(node, inner)


def _conditions(node: ast.AST, tree: ast.Module, function: str) -> Iterator[ast.expr]:
    """The conditions of writes that stand in a node, each alternative and each later addition on its own."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "ConditionExpression":
                yield from _alternatives(value, tree, function)
    elif (isinstance(node, ast.keyword) and node.arg == "ConditionExpression") or (
        isinstance(node, ast.Assign) and "['ConditionExpression']" in ast.unparse(node.targets[0])
    ):
        yield from _alternatives(node.value, tree, function)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(" AND ("):
        yield node


def _alternatives(value: ast.expr, tree: ast.Module, function: str) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from _alternatives(value.body, tree, function)
        yield from _alternatives(value.orelse, tree, function)
    elif isinstance(value, ast.Name):
        said = list(_said(value.id, tree, function))
        if not said:
            yield value
        for one in said:
            yield from _alternatives(one, tree, function)
    else:
        yield value


def _said(name: str, tree: ast.Module, function: str) -> Iterator[ast.expr]:
    """What a function gives to a variable: in one step, in several, or row by row of a table that it goes through."""
    for inside, node in _walked(tree):
        if inside != function:
            continue
        if isinstance(node, ast.Assign | ast.AugAssign):
            into = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if ast.unparse(into) == name:
                yield node.value
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Tuple) and isinstance(node.iter, ast.Name):
            columns = [ast.unparse(each) for each in node.target.elts]
            for table in _said(node.iter.id, tree, function) if name in columns else ():
                if isinstance(table, ast.Tuple):
                    yield from (row.elts[columns.index(name)] for row in table.elts if isinstance(row, ast.Tuple))


def _leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether a branch ends the function, or the turn of its loop."""
    return isinstance(body[-1], ast.Return | ast.Continue | ast.Raise)


def _says_mistake(body: Sequence[ast.stmt]) -> bool:
    last = body[-1]
    return isinstance(last, ast.Raise) and bool(last.exc) and any(name in ast.unparse(last) for name in _MISTAKES)


def _passes(body: Sequence[ast.stmt]) -> bool:
    """Whether an error is taken for an answer."""
    return isinstance(body[-1], ast.Return | ast.Continue | ast.Pass)


def _caught(node: ast.AST) -> str:
    """Which error a handler, or a block that suppresses it, catches; "" for anything else."""
    if isinstance(node, ast.ExceptHandler) and node.type:
        return ast.unparse(node.type)
    if isinstance(node, ast.With) and isinstance(call := node.items[0].context_expr, ast.Call):
        return ", ".join(map(ast.unparse, call.args)) if ast.unparse(call.func) == "suppress" else ""
    return ""


class _Taken(ast.NodeTransformer):
    """Takes one guard away. What the test of an early way out assigns stays assigned."""

    def __init__(self, node: ast.AST) -> None:
        self._node = node

    def visit(self, node: ast.AST) -> ast.AST:
        if node is not self._node:
            return super().generic_visit(node)
        if isinstance(node, ast.If):
            leaves = _leaves(node.body)
            node.test = ast.BoolOp(ast.And() if leaves else ast.Or(), [node.test, ast.Constant(value=not leaves)])
        elif isinstance(node, ast.ExceptHandler):
            node.body = [ast.Raise()]
        elif isinstance(node, ast.With) and isinstance(call := node.items[0].context_expr, ast.Call):
            call.args = []
        elif isinstance(node, ast.Constant) and str(node.value).startswith(" AND "):
            return ast.Constant(value=f" AND ({str(node.value).removeprefix(' AND ')}{_HOLDS})")
        elif isinstance(node, ast.expr):
            return ast.BinOp(node, ast.Add(), ast.Constant(value=_HOLDS))
        return node


class _Watched(ast.NodeTransformer):
    """Makes one guard tell where it makes a difference."""

    def __init__(self, guard: Guard, tell: str) -> None:
        self._node, self._name = guard.node, ast.Constant(value=guard.name)
        self._call: Callable[..., ast.Call] = lambda *given: ast.Call(ast.Name(tell, ast.Load()), list(given), [])

    def visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if node is not self._node:
            return node
        if isinstance(node, ast.If):
            node.test = self._call(self._name, ast.Constant(value=_leaves(node.body)), node.test)
        elif isinstance(node, ast.ExceptHandler | ast.With):
            node.body.insert(0, ast.Expr(self._call(self._name, ast.Constant(value=True), ast.Constant(value=True))))
        elif isinstance(node, ast.expr):
            return self._call(self._name, ast.Constant(value=None), node)
        return node
