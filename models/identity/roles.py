"""Roles of administrators and support staff."""

from enum import IntEnum


class Role(IntEnum):
    """Each includes the rights of those below; stored in `Person.role` by its name in lower case, None for PERSON."""

    PERSON = 0
    SUPPORT = 1
    ADMIN = 2
    OWNER = 3

    @classmethod
    def from_stored(cls, stored: str | None) -> "Role":
        """The role of a stored name; PERSON for an unknown one."""
        return next((role for role in cls if role.stored_name == stored), cls.PERSON)

    @property
    def stored_name(self) -> str | None:
        return self.name.lower() if self else None


ADMIN_ROLES = tuple(role.stored_name for role in Role if role >= Role.ADMIN)
"""Stored names of the roles that run the tenant: their jobs cost nothing, and they receive alerts."""
