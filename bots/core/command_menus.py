"""Command menus of messengers."""

from dataclasses import dataclass, field

from models.identity.roles import Role


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """An entry of a messenger's command menu."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class CommandMenus:
    """Command menus by language tag: for every user, and the additional entries of each role."""

    public: dict[str, tuple[CommandHelp, ...]] = field(default_factory=dict)
    by_role: dict[Role, dict[str, tuple[CommandHelp, ...]]] = field(default_factory=dict)
