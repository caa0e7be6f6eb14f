"""What accepting a proposal changes, in the customer's language."""

from __future__ import annotations

from order_processing.pages.shown import ChangeShown, PreviewShown, place_of
from order_processing.pages.wording import Wording
from order_processing.proposal import Proposal


def preview(wording: Wording, proposal: Proposal, *, differs: bool = False) -> PreviewShown:
    """Every change, and what becomes of the total. differs: the total is not the one that was shown before."""
    change = proposal.total - proposal.order.total
    kind = "raised" if change > 0 else "lowered" if change < 0 else "unchanged"
    amount = {"amount": wording.mail.amount(abs(change))} if change else {}
    told = (("preview.differs", differs), ("preview.staff", proposal.needs_staff))
    return PreviewShown(
        changes=tuple(
            ChangeShown(
                what=wording.place(c.path),
                before=wording.value(c.path, c.found),
                after=wording.value(c.path, c.value),
            )
            for c in sorted(proposal.corrections, key=lambda c: place_of(c.path))
        ),
        before=wording.mail.amount(proposal.order.total),
        after=wording.mail.amount(proposal.total),
        change=wording.page(f"preview.{kind}", **amount),
        total=proposal.total,
        raised=change > 0,
        notes=tuple(wording.say(note) for note, holds in told if holds),
    )
