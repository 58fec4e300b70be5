"""Every command of administrators, in the order menus show them."""

from bots.core.roles import Command

ADMIN: tuple[Command, ...] = ()
