"""Telegram's channel against the fake Bot API: in-process, and the heavier things over a socket."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.telegram_api import FakeTelegram, TelegramPerson, errors, serve_app
from PIL import Image
from telegram.ext import ExtBot

from bots.core.channel import (
    Attachment,
    AttachmentKind,
    ChannelError,
    ChatRef,
    ChatUnreachable,
    Choice,
    MessageNotEditable,
    MessageNotModified,
    MessageRejected,
    RenderedMessage,
    RetryLater,
    Upload,
)
from bots.telegram.application import builder_for
from bots.telegram.channel import CLOUD_API_CAPABILITIES, TelegramChannel
from bots.telegram.limiter import BoundedRateLimiter
from models.errors import ErrorCode, RequestRejected

FILM = b"\x00\x00\x00\x18ftypisom" + b"film" * 500
SPOKEN = FILM + b"soun"
HOME = ChatRef("1001")
AGAIN = Choice("again:1", "Again")


@pytest.fixture
def film(tmp_path: Path) -> Upload:
    path = tmp_path / "film.mp4"
    path.write_bytes(SPOKEN)
    thumbnail = tmp_path / "thumbnail.jpg"
    Image.new("RGB", (320, 180), (200, 180, 40)).save(thumbnail, "JPEG")
    caption = RenderedMessage("Here it is", choices=((AGAIN,),), reply_to="1")
    return Upload(path, "cat.mp4", caption, width=1280, height=720, seconds=10.2, thumbnail=thumbnail)


async def test_a_text_is_said_plainly_as_an_answer_with_its_buttons(
    channel: TelegramChannel, person: TelegramPerson, fake: FakeTelegram
) -> None:
    link = Choice("", "Web", url="https://example.org/x")
    text = RenderedMessage("5 < 6 & *so* _on_", choices=((AGAIN, link), (Choice("no", "No"),)), reply_to="1")
    said = await channel.send_text(HOME, text)
    (message,) = person.chat.messages
    assert (str(message.message_id), message.text, message.reply_to) == (said, "5 < 6 & *so* _on_", 1)
    assert [[button.label for button in row] for row in message.buttons] == [["Again", "Web"], ["No"]]
    assert message.buttons[0][1].url == "https://example.org/x"
    assert "parse_mode" not in fake.list_calls("sendMessage")[0].parameters


async def test_an_answer_to_a_message_that_is_gone_is_said_all_the_same(
    channel: TelegramChannel, person: TelegramPerson
) -> None:
    await channel.send_text(HOME, RenderedMessage("hello", reply_to="999"))
    assert person.chat.messages[0].reply_to is None


async def test_a_text_that_is_too_long_is_cut_and_arrives(channel: TelegramChannel, person: TelegramPerson) -> None:
    await channel.send_text(HOME, RenderedMessage("word " * 2000))
    assert person.chat.messages[0].text.endswith("word…")


async def test_a_message_goes_to_its_topic(channel: TelegramChannel, fake: FakeTelegram) -> None:
    group = fake.get_group(-1007, topics=(4,))
    await channel.send_text(ChatRef("-1007", "4"), RenderedMessage("in here"))
    assert group.messages[0].thread == 4


async def test_an_edit_changes_text_and_buttons_in_place(channel: TelegramChannel, person: TelegramPerson) -> None:
    said = await channel.send_text(HOME, RenderedMessage("0 %", choices=((AGAIN,),)))
    await channel.edit(HOME, said, RenderedMessage("50 %"))
    (message,) = person.chat.messages
    assert (message.text, message.labels) == ("50 %", [])
    assert [edit.text for edit in message.edits] == ["50 %"]


async def test_an_edit_of_a_film_changes_its_caption(
    channel: TelegramChannel, person: TelegramPerson, film: Upload
) -> None:
    sent = await channel.send_video(HOME, film)
    await channel.edit(HOME, sent, RenderedMessage("Still here"))
    (message,) = person.chat.messages
    assert (message.text, message.kind, message.labels) == ("Still here", "video", [])


async def test_an_edit_that_changes_nothing_says_so(channel: TelegramChannel) -> None:
    said = await channel.send_text(HOME, RenderedMessage("same"))
    with pytest.raises(MessageNotModified):
        await channel.edit(HOME, said, RenderedMessage("same"))


async def test_a_message_that_is_gone_or_not_ours_cannot_be_edited(channel: TelegramChannel) -> None:
    for message in ("999", "1"):
        with pytest.raises(MessageNotEditable):
            await channel.edit(HOME, message, RenderedMessage("new"))


async def test_a_film_arrives_whole_with_everything_a_player_needs(
    channel: TelegramChannel, person: TelegramPerson, film: Upload, fake: FakeTelegram
) -> None:
    sent = await channel.send_video(HOME, film)
    (message,) = person.chat.messages
    media = message.media
    assert media is not None
    assert (str(message.message_id), message.text, message.reply_to, message.labels) == (
        sent,
        "Here it is",
        1,
        ["Again"],
    )
    assert (media.kind, media.content, media.name, media.mime) == ("video", SPOKEN, "cat.mp4", "video/mp4")
    assert media.declared == {"width": 1280, "height": 720, "duration": 10, "supports_streaming": True}
    assert media.thumbnail == film.thumbnail.read_bytes()  # type: ignore[union-attr]
    assert fake.list_calls("sendVideo")[0].outcome["video"]["thumbnail"]["width"] == 320


async def test_while_a_film_is_sent_the_chat_shows_it(
    channel: TelegramChannel, person: TelegramPerson, film: Upload, fake: FakeTelegram
) -> None:
    release = fake.hold_call("sendVideo")
    sending = asyncio.create_task(channel.send_video(HOME, film))
    await fake.wait_until_async(lambda: person.chat.actions == ["upload_video"])
    release()
    assert await sending == str(person.chat.messages[0].message_id)


async def test_a_chat_that_cannot_show_it_gets_its_film(
    channel: TelegramChannel, person: TelegramPerson, film: Upload, fake: FakeTelegram
) -> None:
    release = fake.hold_call("sendVideo")
    fake.fail_calls("sendChatAction", errors.BAD_GATEWAY)
    sending = asyncio.create_task(channel.send_video(HOME, film))
    await fake.wait_until_async(lambda: fake.list_calls("sendChatAction"))
    release()
    await sending
    assert person.chat.messages[0].kind == "video"


async def test_a_film_of_unknown_shape_and_without_thumbnail_is_sent_too(
    channel: TelegramChannel, person: TelegramPerson, film: Upload, tmp_path: Path
) -> None:
    bare = replace(film, width=0, height=0, seconds=0, thumbnail=tmp_path / "none.jpg", caption=RenderedMessage(""))
    await channel.send_video(HOME, bare)
    assert person.chat.messages[0].media.declared == {"supports_streaming": True}  # type: ignore[union-attr]


async def test_a_thumbnail_that_is_too_heavy_is_left_out(
    channel: TelegramChannel, film: Upload, fake: FakeTelegram, tmp_path: Path
) -> None:
    heavy = tmp_path / "heavy.jpg"
    heavy.write_bytes(b"\xff" * 200_001)
    await channel.send_video(HOME, replace(film, thumbnail=heavy))
    assert "thumbnail" not in fake.list_calls("sendVideo")[0].parameters


async def test_a_caption_that_is_too_long_is_cut_and_the_film_arrives(
    channel: TelegramChannel, person: TelegramPerson, film: Upload
) -> None:
    await channel.send_video(HOME, replace(film, caption=RenderedMessage("word " * 500)))
    assert person.chat.messages[0].text.endswith("…")


@pytest.mark.parametrize("as_animation", [False, True])
async def test_a_silent_film_may_come_back_as_an_animation_and_is_sent_again_without_its_bytes(
    channel: TelegramChannel,
    person: TelegramPerson,
    film: Upload,
    fake: FakeTelegram,
    tmp_path: Path,
    as_animation: bool,
) -> None:
    fake.silent_videos_become_animations = as_animation
    silent = tmp_path / "silent.mp4"
    silent.write_bytes(FILM)
    upload = replace(film, path=silent, key="result:7")
    await channel.send_video(HOME, upload)
    await channel.send_video(HOME, upload)
    first, second = fake.list_calls("sendVideo")
    kind = "animation" if as_animation else "video"
    assert second.parameters["video"] == first.outcome[kind]["file_id"]
    assert [message.media.content for message in person.chat.messages if message.media] == [FILM, FILM]


async def test_what_telegram_no_longer_has_is_uploaded_again(
    channel: TelegramChannel, person: TelegramPerson, film: Upload, fake: FakeTelegram
) -> None:
    upload = replace(film, key="result:7")
    await channel.send_video(HOME, upload)
    fake.fail_calls("sendVideo", errors.WRONG_IDENTIFIER)
    await channel.send_video(HOME, upload)
    assert [message.media.content for message in person.chat.messages if message.media] == [SPOKEN, SPOKEN]


async def test_a_film_and_the_file_of_it_are_remembered_apart(
    channel: TelegramChannel, person: TelegramPerson, film: Upload
) -> None:
    upload = replace(film, key="result:7")
    await channel.send_video(HOME, upload)
    await channel.send_file(HOME, upload)
    assert [message.kind for message in person.chat.messages] == ["video", "document"]


async def test_a_file_stays_a_file_and_is_sent_again_without_its_bytes(
    channel: TelegramChannel, person: TelegramPerson, film: Upload, fake: FakeTelegram
) -> None:
    upload = replace(film, key="result:7")
    await channel.send_file(HOME, upload)
    await channel.send_file(HOME, upload)
    for media in (message.media for message in person.chat.messages):
        assert media is not None
        assert (media.kind, media.content, media.name) == ("document", SPOKEN, "cat.mp4")
    assert isinstance(fake.list_calls("sendDocument")[1].parameters["document"], str)


async def test_a_file_larger_than_telegram_takes_is_not_even_sent(
    film: Upload, fake: FakeTelegram, bot: ExtBot[None]
) -> None:
    small = TelegramChannel(bot, replace(CLOUD_API_CAPABILITIES, max_upload=1000))
    with pytest.raises(MessageRejected, match="more than the messenger takes"):
        await small.send_video(HOME, film)
    assert fake.list_calls("sendVideo") == []


async def test_a_file_that_is_gone_is_an_error_of_the_channel(channel: TelegramChannel, film: Upload) -> None:
    film.path.unlink()
    with pytest.raises(ChannelError):
        await channel.send_video(HOME, film)


async def test_people_who_are_gone_cannot_be_reached(channel: TelegramChannel, person: TelegramPerson) -> None:
    person.block_bot()
    with pytest.raises(ChatUnreachable):
        await channel.send_text(HOME, RenderedMessage("hello"))
    person.delete_account()
    with pytest.raises(ChatUnreachable):
        await channel.send_text(HOME, RenderedMessage("hello"))
    with pytest.raises(ChatUnreachable):
        await channel.send_text(ChatRef("5555"), RenderedMessage("hello"))


async def test_a_group_that_moved_is_followed_and_remembered(channel: TelegramChannel, fake: FakeTelegram) -> None:
    new = fake.migrate_group(fake.get_group(-44), -10044)
    await channel.send_text(ChatRef("-44"), RenderedMessage("first"))
    await channel.send_text(ChatRef("-44"), RenderedMessage("second"))
    assert [message.text for message in new.messages] == ["first", "second"]
    assert [call.parameters["chat_id"] for call in fake.list_calls("sendMessage")] == [-44, -10044, -10044]


async def test_a_film_follows_a_group_that_moved(channel: TelegramChannel, fake: FakeTelegram, film: Upload) -> None:
    new = fake.migrate_group(fake.get_group(-44), -10044)
    await channel.send_video(ChatRef("-44"), film)
    assert new.messages[0].media.content == SPOKEN  # type: ignore[union-attr]


async def test_a_pause_telegram_asks_for_is_told_with_its_length(channel: TelegramChannel, fake: FakeTelegram) -> None:
    fake.fail_calls("sendMessage", errors.build_flood_error(17), chat=1001)
    with pytest.raises(RetryLater) as caught:
        await channel.send_text(HOME, RenderedMessage("hello"))
    assert caught.value.seconds == 17


async def test_a_failing_telegram_is_an_error_of_the_channel(
    channel: TelegramChannel, fake: FakeTelegram, film: Upload, person: TelegramPerson
) -> None:
    fake.fail_calls("sendMessage", errors.BAD_GATEWAY)
    with pytest.raises(ChannelError):
        await channel.send_text(HOME, RenderedMessage("hello"))
    fake.fail_calls("sendVideo", None)
    with pytest.raises(ChannelError):
        await channel.send_video(HOME, film)
    assert len(person.chat.messages) == 1  # it did arrive: one repeat a failure is the promise


def picture(side: int = 600) -> bytes:
    buffer = io.BytesIO()
    Image.radial_gradient("L").resize((side, side)).save(buffer, "PNG")
    return buffer.getvalue()


async def test_a_file_is_fetched_byte_for_byte(
    channel: TelegramChannel, person: TelegramPerson, tmp_path: Path
) -> None:
    content = picture()
    sent = person.send_document(content, "p.png", "image/png")
    attachment = Attachment(AttachmentKind.PICTURE, sent["document"]["file_id"], size=len(content))
    await channel.fetch(attachment, tmp_path / "in")
    assert (tmp_path / "in").read_bytes() == content


@pytest.mark.parametrize("told", [True, False])
async def test_a_file_over_the_limit_is_refused_with_the_limit(
    channel: TelegramChannel, person: TelegramPerson, tmp_path: Path, fake: FakeTelegram, told: bool
) -> None:
    content = b"x" * 20_000_001
    sent = person.send_video(content)
    attachment = Attachment(AttachmentKind.VIDEO, sent["video"]["file_id"], size=len(content) if told else None)
    with pytest.raises(RequestRejected) as caught:
        await channel.fetch(attachment, tmp_path / "in")
    assert (caught.value.code, caught.value.values) == (ErrorCode.FILE_TOO_BIG, {"limit": 20})
    assert len(fake.list_calls("getFile")) == (0 if told else 1)
    assert not (tmp_path / "in").exists()


async def test_a_file_that_is_not_there_any_more_is_an_error_of_the_channel(
    channel: TelegramChannel, tmp_path: Path
) -> None:
    with pytest.raises(ChannelError):
        await channel.fetch(Attachment(AttachmentKind.FILE, "unknown"), tmp_path / "in")


async def test_a_disk_that_fails_is_an_error_of_the_channel(
    channel: TelegramChannel, person: TelegramPerson, tmp_path: Path
) -> None:
    sent = person.send_video(FILM)
    with pytest.raises(ChannelError):
        await channel.fetch(Attachment(AttachmentKind.VIDEO, sent["video"]["file_id"]), tmp_path / "no" / "in")


@pytest.fixture
def address(fake: FakeTelegram) -> Iterator[str]:
    with serve_app(fake.app) as address:
        yield address


async def test_over_a_socket_films_go_out_and_files_come_in(
    fake: FakeTelegram, person: TelegramPerson, film: Upload, address: str, tmp_path: Path
) -> None:
    large = tmp_path / "large.mp4"
    large.write_bytes(SPOKEN + bytes(12_000_000))
    async with builder_for(fake.token, address).rate_limiter(BoundedRateLimiter()).build().bot as bot:
        channel = TelegramChannel(bot)
        await channel.send_video(HOME, replace(film, path=large))
        sent = person.send_document(large.read_bytes(), "v.mp4", "video/mp4")
        await channel.fetch(Attachment(AttachmentKind.VIDEO, sent["document"]["file_id"]), tmp_path / "in")
    media = person.chat.messages[0].media
    assert media is not None
    assert (media.content, media.width, media.duration) == (large.read_bytes(), 1280, 10)
    assert (tmp_path / "in").read_bytes() == large.read_bytes()


async def test_a_download_longer_than_was_told_is_stopped_and_not_kept(
    bot: ExtBot[None], person: TelegramPerson, tmp_path: Path, fake: FakeTelegram
) -> None:
    fake.reports_file_sizes = False
    small = TelegramChannel(bot, replace(CLOUD_API_CAPABILITIES, max_download=1000))
    sent = person.send_video(FILM)
    with pytest.raises(RequestRejected):
        await small.fetch(Attachment(AttachmentKind.VIDEO, sent["video"]["file_id"]), tmp_path / "in")
    assert not (tmp_path / "in").exists()


async def test_a_connection_that_drops_after_the_upload_is_an_error_of_the_channel(
    fake: FakeTelegram, person: TelegramPerson, film: Upload, address: str
) -> None:
    fake.fail_calls("sendVideo", None)
    async with builder_for(fake.token, address).build().bot as bot:
        channel = TelegramChannel(bot)
        with pytest.raises(ChannelError):
            await channel.send_video(HOME, film)
    assert len(person.chat.messages) == 1
