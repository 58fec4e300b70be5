"""The bot's menu of commands and its descriptions, as Telegram shows them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError

from bots.core.channel import CommandHelp, Commands

log = structlog.get_logger(__name__)
Menu = tuple[CommandHelp, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What Telegram shows of the bot, by language tag; `fallback` is the tag for every language there is no text in.

    `admins` are the user ids whose menu also holds the commands of administrators.
    """

    commands: Commands = field(default_factory=Commands)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    short_descriptions: Mapping[str, str] = field(default_factory=dict)
    admins: tuple[str, ...] = ()
    fallback: str = "en"


async def publish(bot: Bot, profile: Profile) -> None:
    """Set what differs from what Telegram has: it limits how often these may be set. Best effort."""
    await _menus(bot, profile, profile.commands.people, BotCommandScopeDefault())
    for admin in profile.admins:
        await _menus(bot, profile, _for_admins(profile.commands), BotCommandScopeChat(int(admin)))
    for tag, text in profile.descriptions.items():
        for code in _codes(tag, profile.fallback):
            await _attempt("description", partial(_describe, bot, text, code))
    for tag, text in profile.short_descriptions.items():
        for code in _codes(tag, profile.fallback):
            await _attempt("short description", partial(_introduce, bot, text, code))


def _for_admins(commands: Commands) -> dict[str, Menu]:
    tags = commands.people.keys() | commands.admins.keys()
    return {tag: commands.people.get(tag, ()) + commands.admins.get(tag, ()) for tag in sorted(tags)}


def _codes(tag: str, fallback: str) -> Sequence[str | None]:
    """Telegram's two-letter code of a tag; and None, which stands for all other languages, for the fallback."""
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
