"""Publication of the bot's command menus and descriptions."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError

from bots.core.channel import CommandHelp, Commands
from models.roles import Role

log = structlog.get_logger(__name__)
Menu = tuple[CommandHelp, ...]

LOOK = 30.0  # seconds between two polls for changed roles


@dataclass(frozen=True, slots=True)
class Profile:
    """Menus and descriptions of the bot by language tag; `fallback` is the tag for all languages without a text.

    `staff_roles` maps user ids to the role whose commands are added to their menu.
    """

    commands: Commands = field(default_factory=Commands)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    short_descriptions: Mapping[str, str] = field(default_factory=dict)
    staff: Mapping[str, Role] = field(default_factory=dict)
    fallback: str = "en"


async def publish(bot: Bot, profile: Profile) -> None:
    """Set only what differs from Telegram's state, as it limits how often these may be set. Best effort."""
    await _menus(bot, profile, profile.commands.people, BotCommandScopeDefault())
    for user in profile.staff:
        await _staff_menu(bot, profile, user)
    for tag, text in profile.descriptions.items():
        for code in _codes(tag, profile.fallback):
            await _attempt("description", partial(_describe, bot, text, code))
    for tag, text in profile.short_descriptions.items():
        for code in _codes(tag, profile.fallback):
            await _attempt("short description", partial(_introduce, bot, text, code))


async def follow(bot: Bot, shown: Profile, current: Callable[[], Profile], seconds: float = LOOK) -> None:
    """Update menus when roles change, until cancelled. `load_profile` returns the wanted profile; it may block."""
    while True:
        await asyncio.sleep(seconds)
        try:
            now = await asyncio.to_thread(current)
        except SQLAlchemyError as error:
            log.warning("menus-database-away", error=type(error).__name__)
            continue
        await catch_up(bot, shown, now)
        shown = now


async def catch_up(bot: Bot, before: Profile, now: Profile) -> None:
    """Set the menus of users whose role changed."""
    for user in before.staff.keys() | now.staff.keys():
        if now.staff.get(user) == before.staff.get(user):
            continue
        if user in now.staff:
            await _staff_menu(bot, now, user)
        else:
            await _forget_menu(bot, now, user)


async def _staff_menu(bot: Bot, profile: Profile, user: str) -> None:
    menu = _besides(profile.commands.people, profile.commands.roles.get(profile.staff[user], {}))
    await _menus(bot, profile, menu, BotCommandScopeChat(int(user)))


async def _forget_menu(bot: Bot, profile: Profile, user: str) -> None:
    """Delete a user's own menu, so that the default menu applies again."""
    scope = BotCommandScopeChat(int(user))
    for tag in profile.commands.people:
        for code in _codes(tag, profile.fallback):
            await _attempt("menu", partial(_clear, bot, scope, code))


async def _clear(bot: Bot, scope: BotCommandScope, code: str | None) -> None:
    await bot.delete_my_commands(scope=scope, language_code=code)


def _besides(people: Mapping[str, Menu], more: Mapping[str, Menu]) -> dict[str, Menu]:
    return {tag: people.get(tag, ()) + more.get(tag, ()) for tag in sorted(people.keys() | more.keys())}


def _codes(tag: str, fallback: str) -> Sequence[str | None]:
    """Telegram's two-letter code of a tag; for the fallback also None, which means all other languages."""
    code = tag.partition("-")[0].lower()
    return (None, code) if tag == fallback else (code,)


async def _menus(bot: Bot, profile: Profile, menus: Mapping[str, Menu], scope: BotCommandScope) -> None:
    for tag, menu in menus.items():
        for code in _codes(tag, profile.fallback):
            await _attempt("menu", partial(_list, bot, menu, scope, code))


async def _list(bot: Bot, menu: Menu, scope: BotCommandScope, code: str | None) -> None:
    wanted = tuple(BotCommand(entry.name, entry.description) for entry in menu)
    if await bot.get_my_commands(scope=scope, language_code=code) != wanted:
        await bot.set_my_commands(wanted, scope=scope, language_code=code)


async def _describe(bot: Bot, text: str, code: str | None) -> None:
    if (await bot.get_my_description(language_code=code)).description != text:
        await bot.set_my_description(text, language_code=code)


async def _introduce(bot: Bot, text: str, code: str | None) -> None:
    if (await bot.get_my_short_description(language_code=code)).short_description != text:
        await bot.set_my_short_description(text, language_code=code)


async def _attempt(what: str, step: Callable[[], Awaitable[None]]) -> None:
    try:
        await step()
    except TelegramError as error:
        log.warning("profile not set", what=what, error=error.message)
