"""Conversion of texts and choices to Telegram's limits and types."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

from bots.core.channel import Choice, Text

ELLIPSIS = "…"


def cut(text: str, longest: int) -> str:
    """Truncate to UTF-16 units, as Telegram counts; at a space when one is near, with an ellipsis."""
    if units(text) <= longest:
        return text
    kept = _first_units(text, longest - units(ELLIPSIS))
    space = max(kept.rfind(" "), kept.rfind("\n"))
    if space >= len(kept) * 0.8:
        kept = kept[:space]
    return kept.rstrip() + ELLIPSIS


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def keyboard(choices: tuple[tuple[Choice, ...], ...]) -> InlineKeyboardMarkup | None:
    rows = [[_button(choice) for choice in row] for row in choices if row]
    return InlineKeyboardMarkup(rows) if rows else None


def reply(text: Text) -> ReplyParameters | None:
    """Reply to the message if it still exists; otherwise send without a reply."""
    if not text.reply_to:
        return None
    return ReplyParameters(message_id=int(text.reply_to), allow_sending_without_reply=True)


def _button(choice: Choice) -> InlineKeyboardButton:
    if choice.url:
        return InlineKeyboardButton(choice.label, url=choice.url)
    return InlineKeyboardButton(choice.label, callback_data=choice.data)


def _first_units(text: str, longest: int) -> str:
    """A surrogate pair at the limit is dropped whole."""
    return text.encode("utf-16-le")[: longest * 2].decode("utf-16-le", errors="ignore")
