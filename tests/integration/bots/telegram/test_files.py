"""Files in Telegram, from the fake Bot API to the job: subtitles, replies, groups, and what cannot be opened."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.telegram_api.chats import WAIT_SECONDS
from fakes.telegram_api.transcript import TelegramBotMessage
from fakes.world.described_files import ASS_SUBTITLES, build_picture, build_video
from fakes.world.telegram import TelegramBot, create_telegram_bot
from fakes.world.world import World

from storage.db import Database

ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


@pytest.fixture
def bot(sqlite: Database, tmp_path: Path) -> TelegramBot:
    return create_telegram_bot(World.open(tmp_path, sqlite))


async def wait_for_jobs(bot: TelegramBot, count: int) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while len(await asyncio.to_thread(bot.world.list_jobs)) < count:
            pass


@pytest.mark.parametrize(
    ("name", "mime"), [("legendas.ass", "audio/aac"), ("legendas", "application/octet-stream"), ("a.txt", "text/plain")]
)
async def test_subtitles_of_any_name_and_type_go_onto_the_video_they_reply_to(
    bot: TelegramBot, name: str, mime: str
) -> None:
    async with bot.open():
        first = bot.person.send_document(build_video(20), "first.mp4", "video/mp4")
        await wait_for_jobs(bot, 1)
        bot.person.send_document(build_video(21), "second.mp4", "video/mp4")
        await wait_for_jobs(bot, 2)
        bot.person.send_document(ASS_SUBTITLES, name, mime, reply_to=first["message_id"])
        await wait_for_jobs(bot, 3)
    job = bot.world.list_jobs()[-1]
    assert (job.kind, bot.world.list_input_names(job)) == ("caption", ["first.mp4"])


@pytest.mark.parametrize("text", ["@rabisco_bot", "@rabisco_bot desenha pra mim"])
async def test_in_a_group_our_name_under_somebodys_picture_draws_the_picture(bot: TelegramBot, text: str) -> None:
    group, other = bot.fake.get_group(), bot.fake.get_person(2002)
    async with bot.open():
        picture = other.send_document(build_picture(), "theirs.png", "image/png", in_chat=group)
        bot.person.send_text(text, in_chat=group, reply_to=picture["message_id"])
        await wait_for_jobs(bot, 1)
    (job,) = bot.world.list_jobs()
    assert (job.kind, bot.world.list_input_names(job)) == ("sketch", ["theirs.png"])


async def test_who_writes_as_the_group_is_told_why_nothing_happens(bot: TelegramBot) -> None:
    group = bot.fake.get_group()
    async with bot.open():
        bot.person.send_content({"from": ANONYMOUS, "sender_chat": group.json, "text": "/help"}, in_chat=group)
        answer = await group.wait_for_async(has_text("(ANONYMOUS_SENDER)"))
    assert "Write as yourself" in answer.text


async def test_paid_media_and_checklists_are_answered_with_one_sentence(bot: TelegramBot) -> None:
    preview = {"star_count": 5, "paid_media": [{"type": "preview", "width": 9, "height": 9}]}
    async with bot.open():
        bot.person.send_content({"paid_media": preview})
        await bot.wait_for_text("(PAID_MEDIA)")
        bot.person.send_content({"checklist": {"title": "To do", "tasks": [{"id": 1, "text": "eat"}]}})
        await bot.wait_for_text("/help")
    assert len(bot.person.chat.messages) == 2


def has_text(text: str) -> Callable[[TelegramBotMessage], bool]:
    return lambda message: text in message.text


async def test_the_subtitles_of_a_film_come_as_three_documents_under_a_button(bot: TelegramBot) -> None:
    async with bot.open():
        bot.person.send_document(build_video(20), "talk.mp4", "video/mp4")
        await wait_for_jobs(bot, 1)
        assert await asyncio.to_thread(bot.world.run_job)
        bot.world.outbox_sender.wake()
        film = await bot.wait_for_text("Here is your video with captions!")
        bot.person.press_button(film, "📄 Subtitles")
        await bot.wait_for_text("The subtitles of the film as .ass")
    sent = [message for message in bot.person.chat.messages if "The subtitles of the film" in message.text]
    assert [message.media.name.rpartition(".")[2] for message in sent if message.media] == ["srt", "vtt", "ass"]
