"""Who works with the console, and what their groups let them do."""

from enum import StrEnum

from order_processing.order import Record


class Group(StrEnum):
    """A group of the user pool. Admins may do what any other group may.

    PAYLOADS opens no page by itself: it adds to another group that its member sees what orders' senders sent.
    """

    OPERATIONS = "operations"
    APPROVERS = "approvers"
    WAREHOUSE = "warehouse"
    PAYLOADS = "payloads"
    ADMINS = "admins"


EVERYONE = frozenset(Group)


class Person(Record):
    """A member of staff. id: the user pool's, never given to another; username: what the pool calls them."""

    id: str
    username: str
    name: str
    groups: frozenset[Group] = frozenset()

    def may(self, groups: frozenset[Group]) -> bool:
        """Whether they are in one of these groups, or an admin."""
        return bool(self.groups & (groups | {Group.ADMINS}))

    @property
    def actor(self) -> str:
        """How what they do is written down: their name, and the id that stays when a name changes."""
        return f"staff: {self.name} ({self.id})"


def groups_of(names: object) -> frozenset[Group]:
    """The groups that this console knows among those that the user pool names."""
    known = {group.value: group for group in Group}
    return frozenset(known[name] for name in names if name in known) if isinstance(names, list) else frozenset()
