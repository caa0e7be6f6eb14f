"""Why an order waits for approval, and who has consented so far."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from order_processing.discrepancy import Approval
from order_processing.order import Record

ORDER = "approval"
"""The path of an approval that answers a reason for asking, and no field of the order."""


class Ground(Record):
    """One reason to ask. code: the rule's; found: the fact that it holds for; approvers: how many must consent."""

    code: str
    text: str
    found: str
    approvers: Literal[1, 2] = 1

    @property
    def approval(self) -> Approval:
        """The consent that answers this reason, with this fact, and no other."""
        return Approval(code=self.code, path=ORDER, found=self.found)


class Consent(Record):
    """One person's consent. by: what stays the same whatever they are called; actor: as it is shown."""

    by: str
    actor: str
    at: datetime


class Case(Record):
    """An order that waits for approval: every reason, and the consents to all of them."""

    grounds: Annotated[tuple[Ground, ...], Field(min_length=1)]
    consents: tuple[Consent, ...] = ()

    @property
    def approvers(self) -> int:
        """How many different people must consent: as many as the gravest reason asks for."""
        return max(ground.approvers for ground in self.grounds)

    @property
    def agreed(self) -> bool:
        """Whether enough different people have consented."""
        return len({consent.by for consent in self.consents}) >= self.approvers

    def consented(self, by: str) -> bool:
        """Whether this person has."""
        return any(consent.by == by for consent in self.consents)

    def with_consent(self, consent: Consent) -> "Case":
        """The case with one more consent; a person's second counts no more than the first."""
        if self.consented(consent.by):
            return self
        return self.model_copy(update={"consents": (*self.consents, consent)})
