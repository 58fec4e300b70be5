"""Fake of Telegram's Bot API: strict, scriptable, with the failures that bots meet in practice.

Not reproduced: formatted text (a `parse_mode` is rejected), payments in money, inline mode, and files given by URL.
"""

from fakes.telegram_api import errors
from fakes.telegram_api.calls import TelegramCall
from fakes.telegram_api.chats import TelegramChat
from fakes.telegram_api.fake import TOKEN, FakeTelegram
from fakes.telegram_api.files import TelegramMedia
from fakes.telegram_api.people import TelegramPerson, build_document, build_photo, build_video
from fakes.telegram_api.server import serve_app
from fakes.telegram_api.stars import StarsCharge
from fakes.telegram_api.transcript import TelegramBotMessage, TelegramButton, TelegramMessageEdit

__all__ = [
    "TOKEN",
    "FakeTelegram",
    "StarsCharge",
    "TelegramBotMessage",
    "TelegramButton",
    "TelegramCall",
    "TelegramChat",
    "TelegramMedia",
    "TelegramMessageEdit",
    "TelegramPerson",
    "build_document",
    "build_photo",
    "build_video",
    "errors",
    "serve_app",
]
