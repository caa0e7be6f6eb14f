"""What a run of the checks has found so far."""

from __future__ import annotations

from collections.abc import Iterable

from order_processing.checks import NEEDS_CORRECTION, Rules
from order_processing.discrepancy import Approval, Discrepancy, Resolution


class Findings:
    """Collects discrepancies, each with what the store's rules say is done about it."""

    def __init__(self, rules: Rules, approvals: Iterable[Approval] = ()) -> None:
        self._rules = rules
        self._approved = {(a.code, a.path, a.found) for a in approvals}
        self._found: list[Discrepancy] = []

    def add(self, code: str, path: str, *, found: str = "", expected: str) -> Resolution:
        """Keep a finding and say what is done about it: on `corrected` the caller puts it right.

        What staff approved before is `noted`, and the order goes on with what it says; but no consent makes an
        order deliverable that lacks what delivery needs.
        """
        resolution = self._rules.resolution(code)
        asked = resolution in ("needs_customer", "needs_approval") and code not in NEEDS_CORRECTION
        if asked and (code, path, found) in self._approved:
            resolution = "noted"
        self._found.append(Discrepancy(code=code, path=path, found=found, expected=expected, resolution=resolution))
        return resolution

    def has(self, code: str) -> bool:
        """Whether this check has found something."""
        return any(d.code == code for d in self._found)

    def all(self) -> tuple[Discrepancy, ...]:
        """Every finding, in the order of the checks.

        Where there is no address to write to, nobody but staff can answer: what needs the customer goes to them.
        """
        if not (self.has("EMAIL_MISSING") or self.has("EMAIL_INVALID")):
            return tuple(self._found)
        to_staff = {"resolution": "needs_approval"}
        return tuple(d.model_copy(update=to_staff) if d.resolution == "needs_customer" else d for d in self._found)
