"""The bot's command menus and descriptions, by scope and language."""

import json
import re
from typing import Any

from fakes.telegram_api.errors import build_bad_request

COMMAND_PATTERN = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE_PATTERN = re.compile(r"([a-z]{2})?")
SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}


class FakeBotProfile:
    def __init__(self) -> None:
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.texts: dict[tuple[str, str], str] = {}

    def set_commands(self, parameters: dict[str, Any]) -> bool:
        commands = parameters["commands"]
        if len(commands) > 100:
            raise build_bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            _check_command(command)
        self.commands[_scope_key_of(parameters)] = commands
        return True

    def get_commands(self, parameters: dict[str, Any]) -> list[dict[str, str]]:
        return self.commands.get(_scope_key_of(parameters), [])

    def delete_commands(self, parameters: dict[str, Any]) -> bool:
        self.commands.pop(_scope_key_of(parameters), None)
        return True

    def set_text(self, field: str, parameters: dict[str, Any]) -> bool:
        text, limit = parameters.get(field, ""), 512 if field == "description" else 120
        if len(text) > limit:
            raise build_bad_request(f"{field} is too long")
        self.texts[field, _parse_language(parameters)] = text
        return True

    def get_text(self, field: str, parameters: dict[str, Any]) -> dict[str, str]:
        return {field: self.texts.get((field, _parse_language(parameters)), "")}


def _check_command(command: dict[str, str]) -> None:
    if command.keys() != {"command", "description"} or not COMMAND_PATTERN.fullmatch(command["command"]):
        raise build_bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(command["description"]) <= 256:
        raise build_bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def _scope_key_of(parameters: dict[str, Any]) -> tuple[str, str]:
    scope = parameters.get("scope") or {"type": "default"}
    if scope.get("type") not in SCOPES:
        raise build_bad_request("can't parse BotCommandScope")
    return json.dumps(scope, sort_keys=True), _parse_language(parameters)


def _parse_language(parameters: dict[str, Any]) -> str:
    language = str(parameters.get("language_code") or "")
    if not LANGUAGE_PATTERN.fullmatch(language):
        raise build_bad_request("invalid language code specified")
    return language
