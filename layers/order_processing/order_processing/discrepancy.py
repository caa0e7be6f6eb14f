"""Discrepancies: what the order says against what is true, and what was done about each."""

from typing import Literal

from order_processing.order import Record

Resolution = Literal["corrected", "needs_customer", "needs_approval", "fatal", "noted"]


class Discrepancy(Record):
    """One difference between what the order says and what is true.

    code: stable, upper case: UNKNOWN_SKU, TOTAL_MISMATCH, ...
    path: the field, as in `lines[2].quantity`.
    found, expected: as a person reads them, never more than the field's own text.
    resolution: `corrected` (fixed at once, safely), `needs_customer`, `needs_approval`, `fatal`,
        or `noted` (true, harmless, and worth showing: nothing had to be done).
    """

    code: str
    path: str
    found: str = ""
    expected: str = ""
    resolution: Resolution

    @property
    def message(self) -> str:
        """Field, value and expectation in one line: `lines[2].quantity: found 0, expected ...`."""
        return f"{self.path}: found {self.found or 'nothing'}, expected {self.expected}"


class Correction(Record):
    """One field put right. path: as in a discrepancy; found, value: what stood there and what stands there now."""

    path: str
    found: str = ""
    value: str


class Approval(Record):
    """Staff's consent to one finding: it covers this value of this field, and no other."""

    code: str
    path: str
    found: str
