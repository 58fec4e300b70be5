"""The channel by itself: what leaves, what is refused, and what WhatsApp's failures become."""

import asyncio
import dataclasses
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.whatsapp import IMAGE, WhatsAppBotMessage, WhatsAppPerson, contents, events
from fakes.whatsapp.chats import UserMessage
from fakes.world.whatsapp import WhatsAppBot, last_message_of, open_whatsapp_bot
from fakes.world.world import World
from PIL import Image
from sqlmodel import select

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
from bots.whatsapp.channel import WHATSAPP_CAPABILITIES
from bots.whatsapp.message_reader import parse_message
from bots.whatsapp.pacing import SendLimits
from bots.whatsapp.sessions.client import CallTimeouts
from models.errors import ErrorCode, RequestRejected
from models.messaging.deliveries import Delivery, Message, TranslatedText
from models.messaging.uploads import WhatsAppUpload
from storage.identity import people
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

JPEG = b"\xff\xd8 a small picture"


@pytest.fixture
def ana(number: WhatsAppBot) -> WhatsAppPerson:
    """Somebody who has written before."""
    return acquainted(number)


@pytest.fixture
def film(tmp_path: Path) -> Upload:
    """A film with NUL bytes at its beginning, middle and end."""
    path, thumbnail = tmp_path / "film.mp4", tmp_path / "film.jpg"
    path.write_bytes(b"\0film\0\0" * 1000 + b"\0")
    thumbnail.write_bytes(JPEG)
    return Upload(path, "rabisco-1.mp4", RenderedMessage("Here it is."), 1280, 720, 10.0, thumbnail, key="files/ab")


def acquainted(number: WhatsAppBot, phone: str = "5521980000001") -> WhatsAppPerson:
    """Somebody who has written to the number, and was answered long ago."""
    person = number.get_person(phone)
    event = events.build_message(contents.build_text("Hi!"), person.build_origin(), "3EB0HELLO", 1_700_000_000)
    person.chat.user_messages["3EB0HELLO"] = UserMessage(event, person.address)
    with number.world.db.transaction() as session:
        people.get_or_create_address(session, number.account.id, person.address, "")
    return person


def place(person: WhatsAppPerson) -> ChatRef:
    return ChatRef(person.address)


def noted(number: WhatsAppBot, person: WhatsAppPerson, message_id: str) -> None:
    """The outbox knows that this message was sent just now."""
    with number.world.db.transaction() as session:
        address = people.get_or_create_address(session, number.account.id, person.address, "")
        met = people.get_or_create_person(session, number.account, person.number, name="", language=None)
        said = Message(paragraphs=(TranslatedText(key="name"),))
        outbox.enqueue(session, address, met.id, OutboxMessage(said, message_id), number.world.clock())
        row = session.exec(select(Delivery).where(Delivery.cause == message_id)).one()
        row.status, row.external_id, row.sent_at = "sent", message_id, number.world.clock()


def uploaded(number: WhatsAppBot) -> int:
    return len(number.fake.list_calls("Upload"))


async def test_nothing_leaves_for_a_chat_nobody_has_written_from(number: WhatsAppBot, film: Upload) -> None:
    stranger = number.get_person("12125550199")
    with pytest.raises(ChatUnreachable):
        await number.channel.send_text(place(stranger), RenderedMessage("Hello!"))
    with pytest.raises(ChatUnreachable):
        await number.channel.send_video(place(stranger), film)
    assert number.fake.list_calls("SendMessage") == []
    assert uploaded(number) == 0


async def test_a_text_is_preceded_by_the_sign_that_somebody_writes(number: WhatsAppBot, ana: WhatsAppPerson) -> None:
    await number.channel.send_text(place(ana), RenderedMessage("Hello!", ((Choice("a", "Yes"),),)))
    assert last_message_of(ana).text == "Hello!\n\n1) Yes"
    assert [call.name for call in number.fake.calls] == ["SendChatPresence", "SendMessage"]


async def test_a_sign_that_cannot_be_shown_holds_no_message_back(number: WhatsAppBot, ana: WhatsAppPerson) -> None:
    number.fake.fail_calls("SendChatPresence", "websocket not connected")
    await number.channel.send_text(place(ana), RenderedMessage("Hello!"))
    assert last_message_of(ana).text == "Hello!"


async def test_a_film_plays_in_the_chat_with_its_shape_and_every_byte(
    number: WhatsAppBot, ana: WhatsAppPerson, film: Upload
) -> None:
    await number.channel.send_video(place(ana), film)
    shown: WhatsAppBotMessage = last_message_of(ana)
    assert shown.media is not None
    assert shown.media.content == film.path.read_bytes()
    body = shown.content.videoMessage
    assert (body.width, body.height, body.seconds, body.JPEGThumbnail) == (1280, 720, 10, JPEG)
    assert shown.text == "Here it is."


async def test_a_film_too_large_to_play_everywhere_is_a_document(
    number: WhatsAppBot, ana: WhatsAppPerson, film: Upload
) -> None:
    with film.path.open("r+b") as file:
        file.truncate(64_000_001)
    await number.channel.send_video(place(ana), film)
    assert last_message_of(ana).kind == "document"
    assert last_message_of(ana).content.documentMessage.fileName == "rabisco-1.mp4"


async def test_a_document_of_120_mb_arrives_whole(number: WhatsAppBot, ana: WhatsAppPerson, film: Upload) -> None:
    with film.path.open("r+b") as file:
        file.truncate(120 * 1024 * 1024)
    await number.channel.send_file(place(ana), dataclasses.replace(film, as_file=True))
    media = last_message_of(ana).media
    assert media is not None
    assert len(media.content) == 120 * 1024 * 1024


@pytest.mark.parametrize("link", [None, "https://page.example/media/{}".format], ids=["no page", "a page"])
async def test_what_is_too_large_for_whatsapp_is_a_link_where_there_is_a_page(
    house: World, tmp_path: Path, link: Callable[[str], str] | None
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"film" * 100)
    film = Upload(path, "film.mp4", RenderedMessage("Here it is."), 1, 1, 1.0, key="files/ab")
    async with open_whatsapp_bot(
        house, tmp_path, capabilities=dataclasses.replace(WHATSAPP_CAPABILITIES, max_upload=100), build_link=link
    ) as number:
        ana = acquainted(number)
        if link is None:
            with pytest.raises(MessageRejected):
                await number.channel.send_video(place(ana), film)
        else:
            await number.channel.send_video(place(ana), film)
            assert last_message_of(ana).text == "Here it is.\nhttps://page.example/media/files/ab"
        assert uploaded(number) == 0


async def test_a_film_is_uploaded_once_however_often_and_to_whomever_it_goes(
    number: WhatsAppBot, ana: WhatsAppPerson, film: Upload
) -> None:
    bia = acquainted(number, "12125550100")
    await number.channel.send_video(place(ana), film)
    await number.channel.send_video(place(bia), dataclasses.replace(film, caption=RenderedMessage("And for you.")))
    assert uploaded(number) == 1
    assert (last_message_of(ana).text, last_message_of(bia).text) == ("Here it is.", "And for you.")


@pytest.mark.parametrize("error", ["failed with status code 410", "server returned error 403"])
async def test_an_upload_that_is_gone_is_made_again_at_once(
    number: WhatsAppBot, ana: WhatsAppPerson, film: Upload, error: str
) -> None:
    await number.channel.send_video(place(ana), film)
    number.fake.fail_calls("SendMessage", error, kind="video")
    await number.channel.send_video(place(ana), film)
    assert uploaded(number) == 2
    assert len(ana.chat.messages) == 2
    await number.channel.send_video(place(ana), film)
    assert uploaded(number) == 2


async def test_an_old_upload_is_not_trusted(number: WhatsAppBot, ana: WhatsAppPerson, film: Upload) -> None:
    await number.channel.send_video(place(ana), film)
    number.world.clock.advance(timedelta(days=14, seconds=1).total_seconds())
    await number.channel.send_video(place(ana), film)
    assert uploaded(number) == 2
    with number.world.db.read_transaction() as session:
        assert len(session.exec(select(WhatsAppUpload)).all()) == 1


async def test_a_film_that_could_not_be_sent_is_not_uploaded_again_for_the_next_attempt(
    number: WhatsAppBot, ana: WhatsAppPerson, film: Upload
) -> None:
    number.fake.fail_calls("SendMessage", "websocket not connected", kind="video")
    with pytest.raises(ChannelError):
        await number.channel.send_video(place(ana), film)
    await number.channel.send_video(place(ana), film)
    assert (uploaded(number), len(ana.chat.messages)) == (1, 1)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("server returned error 479", MessageRejected),
        ("server returned error 463", RetryLater),
        ("client is nil", ChannelError),
    ],
)
async def test_what_the_library_says_becomes_what_the_outbox_understands(
    number: WhatsAppBot, ana: WhatsAppPerson, error: str, kind: type[ChannelError]
) -> None:
    number.fake.fail_calls("SendMessage", error)
    with pytest.raises(ChannelError) as raised:
        await number.channel.send_text(place(ana), RenderedMessage("Hello!"))
    assert type(raised.value) is kind
    await number.channel.send_text(place(ana), RenderedMessage("Hello!"))
    assert len(ana.chat.messages) == 1


async def test_a_text_is_edited_in_place_and_not_for_nothing(number: WhatsAppBot, ana: WhatsAppPerson) -> None:
    message = await number.channel.send_text(place(ana), RenderedMessage("Got it!"))
    noted(number, ana, message)
    await number.channel.edit(place(ana), message, RenderedMessage("Drawing…", ((Choice("a", "Cancel"),),)))
    assert last_message_of(ana).text == "Drawing…\n\n1) Cancel"
    with pytest.raises(MessageNotModified):
        await number.channel.edit(place(ana), message, RenderedMessage("Drawing…", ((Choice("b", "Cancel"),),)))
    assert len(ana.chat.messages) == 1


async def test_no_text_is_edited_after_fourteen_minutes(number: WhatsAppBot, ana: WhatsAppPerson) -> None:
    message = await number.channel.send_text(place(ana), RenderedMessage("Got it!"))
    noted(number, ana, message)
    number.world.clock.advance(14 * 60 - 5)
    await number.channel.edit(place(ana), message, RenderedMessage("Drawing…"))
    number.world.clock.advance(10)
    with pytest.raises(MessageNotEditable):
        await number.channel.edit(place(ana), message, RenderedMessage("Done!"))
    assert last_message_of(ana).text == "Drawing…"


async def test_what_the_outbox_never_sent_is_not_edited(number: WhatsAppBot, ana: WhatsAppPerson) -> None:
    with pytest.raises(MessageNotEditable):
        await number.channel.edit(place(ana), "3EB0", RenderedMessage("Done!"))


async def test_a_picture_is_shown_and_the_next_one_is_a_new_message(number: WhatsAppBot, ana: WhatsAppPerson) -> None:
    buffer = io.BytesIO()
    Image.new("L", (300, 300)).save(buffer, "PNG")
    message = await number.channel.send_text(place(ana), RenderedMessage("Scan this.", picture=buffer.getvalue()))
    shown = last_message_of(ana)
    assert (shown.kind, shown.text, shown.content.imageMessage.width) == ("image", "Scan this.", 300)
    for text in (RenderedMessage("Scan that.", picture=buffer.getvalue()), RenderedMessage("Done!")):
        with pytest.raises(MessageNotEditable):
            await number.channel.edit(place(ana), message, text)


async def test_during_a_ban_nothing_is_sent_until_it_is_over(
    number: WhatsAppBot, ana: WhatsAppPerson, film: Upload
) -> None:
    number.channel.banned_until = number.world.clock() + timedelta(hours=2)
    with pytest.raises(RetryLater) as raised:
        await number.channel.send_text(place(ana), RenderedMessage("Hello!"))
    assert raised.value.seconds == pytest.approx(7200, abs=1)
    with pytest.raises(RetryLater):
        await number.channel.send_video(place(ana), film)
    await number.channel.acknowledge(place(ana), ana.address, "3EB0HELLO", "👀")
    assert number.fake.calls == []
    number.world.clock.advance(7201)
    await number.channel.send_text(place(ana), RenderedMessage("Hello!"))
    assert last_message_of(ana).text == "Hello!"


async def test_a_number_in_a_hurry_is_told_to_wait(house: World, tmp_path: Path) -> None:
    async with open_whatsapp_bot(house, tmp_path, limits=SendLimits()) as number:
        ana = acquainted(number)
        for _ in range(3):
            await number.channel.send_text(place(ana), RenderedMessage("Hello!"))
        with pytest.raises(RetryLater) as raised:
            await number.channel.send_text(place(ana), RenderedMessage("Hello!"))
        house.clock.advance(raised.value.seconds)
        await number.channel.send_text(place(ana), RenderedMessage("Hello!"))
        assert len(ana.chat.messages) == 4


async def test_a_call_that_never_answers_ends_all_the_same(house: World, tmp_path: Path) -> None:
    async with open_whatsapp_bot(house, tmp_path, timeouts=CallTimeouts(send=0.05)) as number:
        ana = acquainted(number)
        release = number.fake.hold_call("SendMessage")
        with pytest.raises(ChannelError, match="no answer"):
            await number.channel.send_text(place(ana), RenderedMessage("Hello!"))
        release()


async def test_a_file_is_fetched_byte_for_byte(number: WhatsAppBot, ana: WhatsAppPerson, tmp_path: Path) -> None:
    content = b"\0a picture\0" * 100 + b"\0"
    attachment = sent_to(number, ana, content)
    await number.channel.fetch(attachment, tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == content
    assert attachment.size == len(content)


async def test_a_file_that_says_it_is_too_large_is_not_even_asked_for(
    number: WhatsAppBot, ana: WhatsAppPerson, tmp_path: Path
) -> None:
    attachment = dataclasses.replace(sent_to(number, ana, b"x"), size=128_000_001)
    with pytest.raises(RequestRejected) as raised:
        await number.channel.fetch(attachment, tmp_path / "got")
    assert (raised.value.code, raised.value.values) == (ErrorCode.FILE_TOO_BIG, {"limit": 128})
    assert number.fake.list_calls("DownloadAny") == []


async def test_a_file_that_is_larger_than_it_says_is_not_kept(house: World, tmp_path: Path) -> None:
    async with open_whatsapp_bot(
        house, tmp_path, capabilities=dataclasses.replace(WHATSAPP_CAPABILITIES, max_download=50)
    ) as number:
        attachment = dataclasses.replace(sent_to(number, number.get_person(), b"x" * 51), size=10)
        with pytest.raises(RequestRejected):
            await number.channel.fetch(attachment, tmp_path / "got")
        assert not (tmp_path / "got").exists()


async def test_a_file_whatsapp_has_no_more_is_refused_with_a_word(
    number: WhatsAppBot, ana: WhatsAppPerson, tmp_path: Path
) -> None:
    attachment = sent_to(number, ana, b"x")
    number.fake.media_server.expire_all()
    with pytest.raises(RequestRejected) as raised:
        await number.channel.fetch(attachment, tmp_path / "got")
    assert raised.value.code is ErrorCode.FILE_EXPIRED


async def test_a_handle_that_is_none_is_refused(number: WhatsAppBot, tmp_path: Path) -> None:
    with pytest.raises(MessageRejected):
        await number.channel.fetch(Attachment(AttachmentKind.PICTURE, "%%%"), tmp_path / "got")


async def test_large_files_are_not_all_in_memory_at_once(
    number: WhatsAppBot, ana: WhatsAppPerson, tmp_path: Path
) -> None:
    attachments = [sent_to(number, ana, f"file {place}".encode()) for place in range(5)]
    release = number.fake.hold_call("DownloadAny", times=5)
    fetching = [
        asyncio.create_task(number.channel.fetch(attachment, tmp_path / str(place)))
        for place, attachment in enumerate(attachments)
    ]
    await number.fake.wait_until_async(lambda: len(number.fake.list_calls("DownloadAny")) == 2)
    await asyncio.sleep(0)
    assert len(number.fake.list_calls("DownloadAny")) == 2
    release()
    await asyncio.gather(*fetching)
    assert (tmp_path / "4").read_bytes() == b"file 4"


def sent_to(number: WhatsAppBot, person: WhatsAppPerson, content: bytes) -> Attachment:
    """A picture somebody sent, as the receiver read it: the event waits with the operator's phone."""
    event = events.build_message(
        contents.build_image(person.upload(content, IMAGE)), person.build_origin(), "3EB0", 2_000_000_000
    )
    inbound = parse_message(event, number.identity, number.world.clock() - timedelta(days=1))
    assert inbound is not None
    return inbound.attachments[0]
