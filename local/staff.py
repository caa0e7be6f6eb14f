"""Members of staff of the local stack, one a group and one more approver, with passwords that open nothing else."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

PASSWORD = "Local-password-1!"  # noqa: S105


@dataclass(frozen=True)
class Member:
    """A member of staff. groups: of the user pool."""

    email: str
    name: str
    groups: tuple[str, ...]


OPERATOR = Member("olivia@store.example.com", "Olivia Ortiz", ("operations",))
APPROVER = Member("anna@store.example.com", "Anna Berg", ("approvers",))
SECOND_APPROVER = Member("ben@store.example.com", "Ben Cole", ("approvers",))
READER = Member("rita@store.example.com", "Rita Rowe", ("operations", "payloads"))
PACKER = Member("walt@store.example.com", "Walt Reed", ("warehouse",))
ADMIN = Member("ada@store.example.com", "Ada Admin", ("admins",))
NEWCOMER = Member("nina@store.example.com", "Nina New", ())
MEMBERS = (OPERATOR, APPROVER, SECOND_APPROVER, READER, PACKER, ADMIN, NEWCOMER)


def enrol(cognito: Any, pool_id: str) -> None:
    """Make the local members of staff, as an administrator would; made before, they stay."""
    for member in MEMBERS:
        named = {"UserPoolId": pool_id, "Username": member.email}
        attributes = {"email": member.email, "email_verified": "true", "name": member.name}
        with contextlib.suppress(cognito.exceptions.UsernameExistsException):
            cognito.admin_create_user(
                **named,
                MessageAction="SUPPRESS",
                TemporaryPassword=PASSWORD,
                UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
            )
        cognito.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)
        for group in member.groups:
            cognito.admin_add_user_to_group(**named, GroupName=group)
