"""Pictures under a text in Telegram: sent, put in the place of a text, and replaced."""

import json

import httpx
import pytest
from fakes.telegram_api import FakeTelegram, TelegramPerson
from fakes.telegram_api.transcript import TelegramBotMessage
from telegram.ext import ExtBot

from bots.core.channel import ChatRef, Choice, MessageNotEditable, MessageRejected, RenderedMessage
from bots.core.delivery.qr_codes import render_qr_png
from bots.telegram.channel import TelegramChannel

HOME = ChatRef("1001")
STOP = ((Choice("number:stop:1", "Cancel"),),)
FIRST, SECOND = render_qr_png("2@first"), render_qr_png("2@second")


def found(person: TelegramPerson, message: str) -> TelegramBotMessage:
    shown = person.chat.find_message(int(message))
    assert shown is not None
    return shown


def content(message: TelegramBotMessage) -> bytes:
    assert message.media is not None
    return message.media.content


async def test_a_picture_is_sent_with_its_text_and_choices_as_an_answer(
    channel: TelegramChannel, person: TelegramPerson
) -> None:
    asked = person.send_text("/whatsapp pair")
    message = found(
        person,
        await channel.send_text(
            HOME, RenderedMessage("Scan this", STOP, reply_to=str(asked["message_id"]), picture=FIRST)
        ),
    )
    assert (message.kind, message.text, message.labels) == ("photo", "Scan this", ["Cancel"])
    assert content(message) == FIRST
    assert message.reply_to == asked["message_id"]


async def test_a_text_becomes_a_picture_and_the_picture_another_one(
    channel: TelegramChannel, person: TelegramPerson
) -> None:
    name = await channel.send_text(HOME, RenderedMessage("Getting a code", STOP))
    await channel.edit(HOME, name, RenderedMessage("Scan this", STOP, picture=FIRST))
    message = found(person, name)
    assert (message.kind, message.text, content(message)) == ("photo", "Scan this", FIRST)
    await channel.edit(HOME, name, RenderedMessage("Scan this", STOP, picture=SECOND))
    assert content(message) == SECOND
    assert "text" not in message.body


async def test_words_without_a_picture_take_the_place_of_those_under_one(
    channel: TelegramChannel, person: TelegramPerson
) -> None:
    name = await channel.send_text(HOME, RenderedMessage("Scan this", STOP, picture=FIRST))
    await channel.edit(HOME, name, RenderedMessage("Connected"))
    message = found(person, name)
    assert (message.text, message.labels) == ("Connected", [])


async def test_a_message_that_is_gone_gets_no_picture(
    channel: TelegramChannel, person: TelegramPerson, bot: ExtBot[None]
) -> None:
    name = await channel.send_text(HOME, RenderedMessage("Getting a code"))
    await bot.delete_message(person.id, int(name))
    with pytest.raises(MessageNotEditable):
        await channel.edit(HOME, name, RenderedMessage("Scan this", picture=FIRST))


async def test_a_text_too_long_for_a_caption_is_cut(channel: TelegramChannel, person: TelegramPerson) -> None:
    name = await channel.send_text(HOME, RenderedMessage("x" * 5000, picture=FIRST))
    assert len(found(person, name).text) == 1024
    await channel.edit(HOME, name, RenderedMessage("y" * 5000, picture=SECOND))
    assert len(found(person, name).text) == 1024


async def test_a_picture_telegram_does_not_take_is_rejected(channel: TelegramChannel) -> None:
    name = await channel.send_text(HOME, RenderedMessage("Getting a code"))
    with pytest.raises(MessageRejected):
        await channel.edit(HOME, name, RenderedMessage("Scan this", picture=b""))


@pytest.mark.parametrize(
    "media",
    [
        {"type": "sticker", "media": "attach://file"},
        {"type": "photo", "media": "attach://missing"},
        {"type": "photo", "media": "attach://file", "width": 3},
        {"media": "attach://file"},
        ["photo"],
        "photo",
    ],
)
async def test_the_fake_refuses_media_telegram_would_not_understand(
    channel: TelegramChannel, fake: FakeTelegram, media: object
) -> None:
    name = await channel.send_text(HOME, RenderedMessage("Getting a code"))
    request = {"chat_id": 1001, "message_id": int(name), "media": json.dumps(media)}
    transport = httpx.ASGITransport(fake.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://telegram") as client:
        files = {"file": ("p.png", FIRST, "image/png")}
        answer = await client.post(f"/bot{fake.token}/editMessageMedia", data=request, files=files)
    assert (answer.status_code, answer.json()["ok"]) == (400, False)
