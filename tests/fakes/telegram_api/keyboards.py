"""Validation of inline keyboards."""

from typing import Any

from fakes.telegram_api.errors import build_bad_request

ACTION_FIELDS = {"url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay"}
STYLE_FIELDS = {"text", "style", "icon_custom_emoji_id"}


def check_keyboard(markup: dict[str, Any] | None) -> None:
    """Raises TelegramApiError as Telegram does for an invalid inline keyboard."""
    if markup is None:
        return
    if markup.keys() != {"inline_keyboard"}:
        raise build_bad_request("object expected as reply markup")
    buttons = [button for row in markup["inline_keyboard"] for button in row]
    if len(buttons) > 100:
        raise build_bad_request("reply markup is too long")
    for button in buttons:
        _check_button(button)


def _check_button(button: dict[str, Any]) -> None:
    if unknown := button.keys() - ACTION_FIELDS - STYLE_FIELDS:
        raise build_bad_request(f"can't parse inline keyboard button: unknown field {min(unknown)}")
    if not button.get("text"):
        raise build_bad_request("can't parse inline keyboard button: Text of the button must be non-empty")
    if len(button.keys() & ACTION_FIELDS) != 1:
        raise build_bad_request("can't parse inline keyboard button: exactly one action is needed")
    if not 1 <= len(button.get("callback_data", "-").encode()) <= 64:
        raise build_bad_request("BUTTON_DATA_INVALID")
    if not button.get("url", "https://").startswith(("http://", "https://", "tg://")):
        raise build_bad_request("inline keyboard button URL is invalid: Wrong HTTP URL")
