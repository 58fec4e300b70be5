"""Fake of Telegram's Bot API: strict, scriptable, with the failures that bots meet in practice.

Not reproduced: formatted text (a `parse_mode` is rejected), payments in money, inline mode, and files given by URL.
"""

from fakes.telegram_api import errors
from fakes.telegram_api.calls import Call
from fakes.telegram_api.chats import Chat
from fakes.telegram_api.fake import TOKEN, FakeTelegram
from fakes.telegram_api.files import Media
from fakes.telegram_api.people import Person, document, photo, video
from fakes.telegram_api.server import served
from fakes.telegram_api.stars import Charge
from fakes.telegram_api.transcript import BotMessage, Button, Edit

__all__ = [
    "TOKEN",
    "BotMessage",
    "Button",
    "Call",
    "Charge",
    "Chat",
    "Edit",
    "FakeTelegram",
    "Media",
    "Person",
    "document",
    "errors",
    "photo",
    "served",
    "video",
]
