"""python-telegram-bot's clients, connected to the fake without a socket."""

import httpx
from fakes.telegram_api.fake import FakeTelegram
from telegram.ext import ApplicationBuilder, ExtBot

from bots.telegram.application import Builder
from bots.telegram.transport import StreamingRequest

BASE_URL = "http://telegram.test"


def request_to(fake: FakeTelegram) -> StreamingRequest:
    return StreamingRequest(httpx_kwargs={"transport": httpx.ASGITransport(app=fake.app)})


def bot_of(fake: FakeTelegram, token: str | None = None) -> ExtBot[None]:
    return ExtBot(
        token or fake.token,
        base_url=f"{BASE_URL}/bot",
        base_file_url=f"{BASE_URL}/file/bot",
        request=request_to(fake),
        get_updates_request=request_to(fake),
    )


def builder_of(fake: FakeTelegram, token: str | None = None) -> Builder:
    return (
        ApplicationBuilder()
        .token(token or fake.token)
        .base_url(f"{BASE_URL}/bot")
        .base_file_url(f"{BASE_URL}/file/bot")
        .request(request_to(fake))
        .get_updates_request(request_to(fake))
    )
