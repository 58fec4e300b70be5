"""Publication of the bot's command menus and descriptions."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError

from bots.core.command_menus import CommandHelp, CommandMenus
from models.identity.roles import Role

log = structlog.get_logger(__name__)
CommandMenu = tuple[CommandHelp, ...]

POLL_SECONDS = 30.0  # seconds between two polls for changed roles


@dataclass(frozen=True, slots=True)
class BotProfile:
    """Menus and descriptions of the bot by language tag; `fallback` is the tag for all languages without a text.

    `staff_roles` maps user ids to the role whose commands are added to their menu.
    """

    commands: CommandMenus = field(default_factory=CommandMenus)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    short_descriptions: Mapping[str, str] = field(default_factory=dict)
    staff_roles: Mapping[str, Role] = field(default_factory=dict)
    fallback: str = "en"


async def publish_profile(bot: Bot, profile: BotProfile) -> None:
    """Set only what differs from Telegram's state, as it limits how often these may be set. Best effort."""
    await _set_menus(bot, profile, profile.commands.public, BotCommandScopeDefault())
    for user in profile.staff_roles:
        await _set_staff_menu(bot, profile, user)
    for tag, text in profile.descriptions.items():
        for code in _language_codes_for(tag, profile.fallback):
            await _attempt("description", partial(_set_description, bot, text, code))
    for tag, text in profile.short_descriptions.items():
        for code in _language_codes_for(tag, profile.fallback):
            await _attempt("short description", partial(_set_short_description, bot, text, code))


async def follow_roles(
    bot: Bot, published: BotProfile, load_profile: Callable[[], BotProfile], seconds: float = POLL_SECONDS
) -> None:
    """Update menus when roles change, until cancelled. `load_profile` returns the wanted profile; it may block."""
    while True:
        await asyncio.sleep(seconds)
        try:
            now = await asyncio.to_thread(load_profile)
        except SQLAlchemyError as error:
            log.warning("bot-profile-database-unavailable", error=type(error).__name__)
            continue
        await update_staff_menus(bot, published, now)
        published = now


async def update_staff_menus(bot: Bot, before: BotProfile, after: BotProfile) -> None:
    """Set the menus of users whose role changed."""
    for user in before.staff_roles.keys() | after.staff_roles.keys():
        if after.staff_roles.get(user) == before.staff_roles.get(user):
            continue
        if user in after.staff_roles:
            await _set_staff_menu(bot, after, user)
        else:
            await _delete_staff_menu(bot, after, user)


async def _set_staff_menu(bot: Bot, profile: BotProfile, user: str) -> None:
    menu = _merge_menus(profile.commands.public, profile.commands.by_role.get(profile.staff_roles[user], {}))
    await _set_menus(bot, profile, menu, BotCommandScopeChat(int(user)))


async def _delete_staff_menu(bot: Bot, profile: BotProfile, user: str) -> None:
    """Delete a user's own menu, so that the default menu applies again."""
    scope = BotCommandScopeChat(int(user))
    for tag in profile.commands.public:
        for code in _language_codes_for(tag, profile.fallback):
            await _attempt("menu", partial(_delete_commands, bot, scope, code))


async def _delete_commands(bot: Bot, scope: BotCommandScope, code: str | None) -> None:
    await bot.delete_my_commands(scope=scope, language_code=code)


def _merge_menus(people: Mapping[str, CommandMenu], extra: Mapping[str, CommandMenu]) -> dict[str, CommandMenu]:
    return {tag: people.get(tag, ()) + extra.get(tag, ()) for tag in sorted(people.keys() | extra.keys())}


def _language_codes_for(tag: str, fallback: str) -> Sequence[str | None]:
    """Telegram's two-letter code of a tag; for the fallback also None, which means all other languages."""
    code = tag.partition("-")[0].lower()
    return (None, code) if tag == fallback else (code,)


async def _set_menus(bot: Bot, profile: BotProfile, menus: Mapping[str, CommandMenu], scope: BotCommandScope) -> None:
    for tag, menu in menus.items():
        for code in _language_codes_for(tag, profile.fallback):
            await _attempt("menu", partial(_set_commands, bot, menu, scope, code))


async def _set_commands(bot: Bot, menu: CommandMenu, scope: BotCommandScope, code: str | None) -> None:
    wanted = tuple(BotCommand(entry.name, entry.description) for entry in menu)
    if await bot.get_my_commands(scope=scope, language_code=code) != wanted:
        await bot.set_my_commands(wanted, scope=scope, language_code=code)


async def _set_description(bot: Bot, text: str, code: str | None) -> None:
    if (await bot.get_my_description(language_code=code)).description != text:
        await bot.set_my_description(text, language_code=code)


async def _set_short_description(bot: Bot, text: str, code: str | None) -> None:
    if (await bot.get_my_short_description(language_code=code)).short_description != text:
        await bot.set_my_short_description(text, language_code=code)


async def _attempt(what: str, step: Callable[[], Awaitable[None]]) -> None:
    try:
        await step()
    except TelegramError as error:
        log.warning("bot-profile-not-set", what=what, error=error.message)
