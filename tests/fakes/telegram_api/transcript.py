"""The bot's messages as a chat shows them, with their buttons and edit history."""

import time
from dataclasses import dataclass, field
from typing import Any

from fakes.telegram_api.files import TelegramMedia


@dataclass(frozen=True)
class TelegramButton:
    label: str
    data: str | None = None
    url: str | None = None
    is_pay_button: bool = False


@dataclass(frozen=True)
class TelegramMessageEdit:
    """One state of a message; `at` is seconds of the monotonic clock."""

    edited_at: float
    text: str
    buttons: tuple[tuple[TelegramButton, ...], ...]


@dataclass
class TelegramBotMessage:
    """A message of the bot as the chat shows it now; `edits` holds each later state, the last being the current one."""

    message_id: int
    chat_id: int
    text: str
    buttons: tuple[tuple[TelegramButton, ...], ...] = ()
    media: TelegramMedia | None = None
    reply_to: int | None = None
    thread: int | None = None
    is_deleted: bool = False
    sent_at: float = field(default_factory=time.monotonic)
    edits: list[TelegramMessageEdit] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        if "invoice" in self.body:
            return "invoice"
        return self.media.kind if self.media else "text"

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.buttons for button in row]

    def find_button(self, data_or_label: str) -> TelegramButton | None:
        found = (button for row in self.buttons for button in row if data_or_label in {button.data, button.label})
        return next(found, None)

    def apply_edit(self, text: str, buttons: tuple[tuple[TelegramButton, ...], ...]) -> None:
        self.text, self.buttons = text, buttons
        self.edits.append(TelegramMessageEdit(time.monotonic(), text, buttons))

    def __str__(self) -> str:
        buttons = " ".join(f"[{label}]" for label in self.labels)
        return f"#{self.message_id} {self.kind}: {self.text!r} {buttons}"


def buttons_of(markup: dict[str, Any] | None) -> tuple[tuple[TelegramButton, ...], ...]:
    rows = (markup or {}).get("inline_keyboard", [])
    return tuple(
        tuple(
            TelegramButton(button["text"], button.get("callback_data"), button.get("url"), button.get("pay", False))
            for button in row
        )
        for row in rows
    )
