"""The fake below the real library: what it tells, what it takes, and what it does not let pass."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fakes.whatsapp import IMAGE, VIDEO, FakePhone, FakeWhatsApp, connect_in_process, contents, events
from neonize.aioze.client import NewAClient
from neonize.aioze.events import ConnectedEv, LoggedOutEv, MessageEv, PairStatusEv, StreamReplacedEv
from neonize.builder import build_edit
from neonize.exc import DownloadError, NeonizeError, SendMessageError
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as E
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ContextInfo, Message
from neonize.utils.enum import ChatPresence, ChatPresenceMedia, MediaType, ReceiptType
from neonize.utils.jid import build_jid


@dataclass
class Desk:
    """A client of the library over the fake, and what it was told."""

    fake: FakeWhatsApp
    phone: FakePhone
    client: NewAClient
    heard: list[Any] = field(default_factory=list)
    codes: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        for kind in (PairStatusEv, ConnectedEv, LoggedOutEv, MessageEv):
            self.client.event(kind)(self.hear)
        self.client.event.qr(self._show)

    async def hear(self, _client: NewAClient, event: Any) -> None:
        with self.fake.condition.modify():
            self.heard.append(event)

    async def _show(self, _client: NewAClient, code: bytes) -> None:
        with self.fake.condition.modify():
            self.codes.append(code)

    async def hears(self, kind: type, count: int = 1) -> Any:
        def found() -> list[Any]:
            return [event for event in self.heard if isinstance(event, kind)][count - 1 :]

        return (await self.fake.wait_until_async(found))[0]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    fake = FakeWhatsApp()
    phone = fake.get_phone()
    desk = Desk(fake, phone, NewAClient(str(tmp_path / "number.db"), uuid="number"))
    connect_in_process(desk.client, fake)
    yield desk
    await desk.client.stop()


async def linked(desk: Desk) -> asyncio.Task[None]:
    """Connect, and let the phone scan what is shown."""
    connection = await desk.client.connect()
    await desk.fake.wait_until_async(lambda: desk.codes)
    await asyncio.to_thread(desk.phone.scan_code)
    await desk.hears(ConnectedEv)
    return connection


async def test_a_number_is_paired_by_the_code_it_shows_and_is_known_the_next_time(desk: Desk, tmp_path: Path) -> None:
    connection = await linked(desk)
    assert desk.codes[0].startswith(b"2@")
    assert (await desk.hears(PairStatusEv)).ID.User == desk.phone.number
    assert desk.client.me.JID.User == desk.phone.number
    assert desk.client.me.LID.User == desk.phone.lid
    await desk.client.stop()
    await connection

    again = Desk(desk.fake, desk.phone, NewAClient(str(tmp_path / "number.db"), uuid="number"))
    connect_in_process(again.client, desk.fake)
    connection = await again.client.connect()
    await again.hears(ConnectedEv)
    assert not again.codes
    await again.client.stop()
    await connection


async def test_a_code_for_typing_pairs_too(desk: Desk) -> None:
    await desk.client.connect()
    await desk.fake.wait_until_async(lambda: desk.codes)
    code = await desk.client.PairPhone(desk.phone.number, show_push_notification=True)
    await asyncio.to_thread(desk.phone.enter_code, code)
    await desk.hears(ConnectedEv)


async def test_a_file_that_is_no_session_is_told_in_the_librarys_words(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "number.db").write_bytes(b"this is no database" * 100)
    connection = await desk.client.connect()
    with pytest.raises(NeonizeError, match="file is not a database"):
        await connection


async def test_what_a_person_sends_arrives_with_its_file_to_the_byte(desk: Desk) -> None:
    await linked(desk)
    content = bytes(range(256)) * 40
    desk.fake.get_person().send_picture(content, "a cat")
    event = await desk.hears(MessageEv)
    assert event.Message.imageMessage.caption == "a cat"
    assert b"\x00" in event.Message.imageMessage.mediaKey
    assert await desk.client.download_any(event.Message) == content
    source = event.Info.MessageSource
    assert source.Sender.Device
    assert not source.Chat.Device
    assert (source.Sender.Server, source.SenderAlt.Server) == ("lid", "s.whatsapp.net")
    assert abs(event.Info.Timestamp / 1000 - time.time()) < 60


async def test_what_was_sent_while_nobody_was_connected_arrives_later(desk: Desk) -> None:
    await linked(desk)
    desk.phone.go_offline()
    desk.fake.get_person().send_text("are you there?")
    with pytest.raises(SendMessageError, match="websocket not connected"):
        await desk.client.send_message(build_jid("5521980000001"), "no")
    desk.phone.come_back()
    assert (await desk.hears(MessageEv)).Message.conversation == "are you there?"


async def test_answers_edits_and_reactions_are_seen_in_the_chat(desk: Desk) -> None:
    await linked(desk)
    person = desk.fake.get_person()
    said = person.send_text("hello")
    chat = (await desk.hears(MessageEv)).Info.MessageSource.Chat
    sent = await desk.client.send_message(chat, "good day")
    await desk.client.send_message(chat, build_edit(chat, sent.ID, contents.build_text("good evening")))
    await desk.client.send_message(chat, own_reaction(said, person.address, "👀"))
    await desk.client.send_chat_presence(
        chat, ChatPresence.CHAT_PRESENCE_COMPOSING, ChatPresenceMedia.CHAT_PRESENCE_MEDIA_TEXT
    )
    await desk.client.mark_read(said, chat=chat, sender=chat, receipt=ReceiptType.READ)
    [message] = person.chat.messages
    assert (message.text, len(message.edits)) == ("good evening", 1)
    assert (person.chat.reactions, person.chat.read_ids, person.chat.typing_states) == ({said: "👀"}, {said}, [True])
    assert not desk.fake.problems


async def test_an_edit_after_a_quarter_of_an_hour_is_refused(desk: Desk) -> None:
    await linked(desk)
    desk.fake.get_person().send_text("hello")
    chat = (await desk.hears(MessageEv)).Info.MessageSource.Chat
    sent = await desk.client.send_message(chat, "good day")
    desk.fake.clock_offset = 16 * 60
    with pytest.raises(SendMessageError):
        await desk.client.send_message(chat, build_edit(chat, sent.ID, contents.build_text("good evening")))


async def test_failures_come_when_they_are_asked_for(desk: Desk) -> None:
    await linked(desk)
    person = desk.fake.get_person()
    person.send_text("hello")
    chat = (await desk.hears(MessageEv)).Info.MessageSource.Chat
    desk.fake.fail_calls("SendMessage", "server returned error 479", kind="text")
    with pytest.raises(SendMessageError, match="479"):
        await desk.client.send_message(chat, "once")
    desk.fake.fail_calls("SendMessage", "timed out", after=True)
    with pytest.raises(SendMessageError, match="timed out"):
        await desk.client.send_message(chat, "twice")
    assert [message.text for message in person.chat.messages] == ["twice"]
    person.send_picture(b"a picture")
    picture = (await desk.hears(MessageEv, 2)).Message
    desk.fake.media_server.expire_all()
    with pytest.raises(DownloadError, match="410"):
        await desk.client.download_any(picture)


async def test_logging_out_on_the_phone_forgets_the_session(desk: Desk) -> None:
    connection = await linked(desk)
    desk.phone.log_out()
    assert (await desk.hears(LoggedOutEv)).OnConnect is False
    assert not connection.done()
    assert desk.fake.session_files.list_devices(desk.client.name) == []


WRONG = {
    "text to nobody": Message(conversation=" "),
    "two things at once": Message(conversation="one", extendedTextMessage=E.ExtendedTextMessage(text="two")),
    "a mention": contents.build_mention("hello @12345678", "12345678@s.whatsapp.net"),
    "a quote of nothing": contents.build_extended_text("yes", ContextInfo(stanzaID="3EB0NONE", participant="1@lid")),
    "a list": Message(listMessage=E.ListMessage(title="menu")),
    "a reaction to nothing": contents.build_reaction("3EB0NONE", "5521980000001@s.whatsapp.net", "👀"),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG.keys())
async def test_what_an_app_would_not_show_is_a_problem(desk: Desk, content: Message) -> None:
    await linked(desk)
    desk.fake.get_person().send_text("hello")
    chat = (await desk.hears(MessageEv)).Info.MessageSource.Chat
    await desk.client.send_message(chat, content)
    assert desk.fake.problems


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        (MediaType.MediaVideo, {"seconds": 0}),
        (MediaType.MediaVideo, {"width": 0}),
        (MediaType.MediaVideo, {"JPEGThumbnail": b""}),
        (MediaType.MediaVideo, {"fileLength": 3}),
        (MediaType.MediaVideo, {"mediaKey": b"k" * 32}),
        (MediaType.MediaDocument, {}),  # encrypted as a document, sent as a video
    ],
)
async def test_a_film_that_no_app_could_play_is_a_problem(desk: Desk, kind: MediaType, about: dict[str, Any]) -> None:
    await linked(desk)
    desk.fake.get_person().send_text("hello")
    chat = (await desk.hears(MessageEv)).Info.MessageSource.Chat
    upload = await desk.client.upload(b"a film", kind)
    film = contents.build_video(desk.fake.media_server.find(upload.DirectPath), seconds=5)  # type: ignore[arg-type]
    await desk.client.send_message(chat, film)
    assert bool(desk.fake.problems) is (kind is MediaType.MediaDocument)
    desk.fake.problems.clear()
    for name, value in about.items():
        setattr(film.videoMessage, name, value)
    await desk.client.send_message(chat, film)
    assert desk.fake.problems


async def test_writing_to_somebody_who_has_not_written_is_a_problem(desk: Desk) -> None:
    await linked(desk)
    desk.fake.get_person()
    with pytest.raises(SendMessageError, match="463"):
        await desk.client.send_message(build_jid("5521980000001"), "buy now")
    assert desk.fake.problems


async def test_a_call_the_fake_does_not_know_is_a_problem(desk: Desk) -> None:
    await linked(desk)
    with pytest.raises(AttributeError):
        await desk.client.get_joined_groups()
    assert desk.fake.problems == ["an unexpected call of the library: GetJoinedGroups"]


def own_reaction(said: str, chat: str, emoji: str) -> Message:
    content = contents.build_reaction(said, chat, emoji)
    content.reactionMessage.key.fromMe = False
    return content


async def test_every_shape_of_an_event_is_complete(desk: Desk) -> None:
    """The library's messages have required fields; serializing checks them."""
    await linked(desk)
    person = desk.fake.get_person()
    stored = person.upload(b"content", VIDEO)
    shapes = [
        contents.build_round_video(stored),
        contents.build_video(stored, is_gif=True),
        contents.build_voice(stored),
        contents.build_audio(stored),
        contents.build_sticker(person.upload(b"sticker", IMAGE)),
        contents.build_location(),
        contents.build_contact(),
        contents.build_poll(),
        contents.build_list_reply("1", "One"),
        contents.build_button_reply("1", "One"),
        contents.mark_forwarded(contents.build_text("look")),
        contents.build_revocation("3EB0", person.address),
    ]
    for shape in shapes:
        person.send(shape)
    await desk.hears(MessageEv, len(shapes))
    for event in (
        events.build_stream_replaced(),
        events.build_client_outdated(),
        events.build_temporary_ban(),
        events.build_disconnected(),
    ):
        event.SerializeToString()


async def test_an_event_without_content_arrives_as_the_library_tells_it(desk: Desk) -> None:
    desk.client.event(StreamReplacedEv)(desk.hear)
    await linked(desk)
    desk.phone.replace_client()
    await desk.hears(StreamReplacedEv)
