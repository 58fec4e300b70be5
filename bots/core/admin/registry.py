"""Registry of the administrators' commands, in menu order."""

from bots.core.admin import (
    backups,
    broadcasts,
    health_commands,
    job_commands,
    maintenance,
    money,
    people,
    prices,
    staff,
    stats,
)
from bots.core.admin.tenants import caption_styles, commands, vocabulary
from bots.core.roles import Command

ADMIN_COMMANDS: tuple[Command, ...] = (
    *stats.COMMANDS,
    *people.COMMANDS,
    *staff.COMMANDS,
    *money.COMMANDS,
    *prices.COMMANDS,
    *job_commands.COMMANDS,
    *health_commands.COMMANDS,
    *backups.COMMANDS,
    *commands.COMMANDS,
    *vocabulary.COMMANDS,
    *caption_styles.COMMANDS,
    *broadcasts.COMMANDS,
    *maintenance.COMMANDS,
)
