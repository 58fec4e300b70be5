"""Every command of administrators, in the order menus show them."""

from bots.core.admin import backups, broadcasts, maintenance, money, people, prices, seeing, staff, stats, tenants, work
from bots.core.roles import Command

ADMIN: tuple[Command, ...] = (
    *stats.COMMANDS,
    *people.COMMANDS,
    *staff.COMMANDS,
    *money.COMMANDS,
    *prices.COMMANDS,
    *work.COMMANDS,
    *seeing.COMMANDS,
    *backups.COMMANDS,
    *tenants.COMMANDS,
    *broadcasts.COMMANDS,
    *maintenance.COMMANDS,
)
