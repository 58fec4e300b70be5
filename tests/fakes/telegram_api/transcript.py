"""The bot's messages as a chat shows them, with their buttons and edit history."""

import time
from dataclasses import dataclass, field
from typing import Any

from fakes.telegram_api.files import Media


@dataclass(frozen=True)
class Button:
    label: str
    data: str | None = None
    url: str | None = None
    pays: bool = False


@dataclass(frozen=True)
class Edit:
    """One state of a message; `at` is seconds of the monotonic clock."""

    at: float
    text: str
    buttons: tuple[tuple[Button, ...], ...]


@dataclass
class BotMessage:
    """A message of the bot as the chat shows it now; `edits` holds each later state, the last being the current one."""

    message_id: int
    chat_id: int
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    media: Media | None = None
    reply_to: int | None = None
    thread: int | None = None
    deleted: bool = False
    sent_at: float = field(default_factory=time.monotonic)
    edits: list[Edit] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        if "invoice" in self.body:
            return "invoice"
        return self.media.kind if self.media else "text"

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.buttons for button in row]

    def button(self, data_or_label: str) -> Button | None:
        found = (button for row in self.buttons for button in row if data_or_label in {button.data, button.label})
        return next(found, None)

    def change(self, text: str, buttons: tuple[tuple[Button, ...], ...]) -> None:
        self.text, self.buttons = text, buttons
        self.edits.append(Edit(time.monotonic(), text, buttons))

    def __str__(self) -> str:
        buttons = " ".join(f"[{label}]" for label in self.labels)
        return f"#{self.message_id} {self.kind}: {self.text!r} {buttons}"


def buttons_of(markup: dict[str, Any] | None) -> tuple[tuple[Button, ...], ...]:
    rows = (markup or {}).get("inline_keyboard", [])
    return tuple(
        tuple(
            Button(button["text"], button.get("callback_data"), button.get("url"), button.get("pay", False))
            for button in row
        )
        for row in rows
    )
