"""Conversion of texts and choices to Telegram's limits and types."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

from bots.core.channel import Choice, RenderedMessage

ELLIPSIS = "…"


def truncate(text: str, max_units: int) -> str:
    """Truncate to UTF-16 units, as Telegram counts; at a space when one is near, with an ellipsis."""
    if count_units(text) <= max_units:
        return text
    kept = _take_units(text, max_units - count_units(ELLIPSIS))
    space = max(kept.rfind(" "), kept.rfind("\n"))
    if space >= len(kept) * 0.8:
        kept = kept[:space]
    return kept.rstrip() + ELLIPSIS


def count_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def build_keyboard(choices: tuple[tuple[Choice, ...], ...]) -> InlineKeyboardMarkup | None:
    rows = [[_build_button(choice) for choice in row] for row in choices if row]
    return InlineKeyboardMarkup(rows) if rows else None


def build_reply_parameters(text: RenderedMessage) -> ReplyParameters | None:
    """Reply to the message if it still exists; otherwise send without a reply."""
    if not text.reply_to:
        return None
    return ReplyParameters(message_id=int(text.reply_to), allow_sending_without_reply=True)


def _build_button(choice: Choice) -> InlineKeyboardButton:
    if choice.url:
        return InlineKeyboardButton(choice.label, url=choice.url)
    return InlineKeyboardButton(choice.label, callback_data=choice.data)


def _take_units(text: str, max_units: int) -> str:
    """A surrogate pair at the limit is dropped whole."""
    return text.encode("utf-16-le")[: max_units * 2].decode("utf-16-le", errors="ignore")
