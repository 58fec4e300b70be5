"""What somebody may do besides having films made."""

from enum import IntEnum


class Role(IntEnum):
    """Each may do what those below may; kept in `Person.role` by its name in lower case, nothing for a person."""

    PERSON = 0
    SUPPORT = 1
    ADMIN = 2
    OWNER = 3

    @classmethod
    def of(cls, kept: str | None) -> "Role":
        """The role that is kept so; whatever is not known is none."""
        return next((role for role in cls if role.kept == kept), cls.PERSON)

    @property
    def kept(self) -> str | None:
        return self.name.lower() if self else None


IN_CHARGE = tuple(role.kept for role in Role if role >= Role.ADMIN)
"""Whose films cost nothing, and who is told what goes wrong: those who run the business."""
