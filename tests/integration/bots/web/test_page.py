import base64
import dataclasses
import uuid
from pathlib import Path

import pytest
from fakes.world.web import WebApp

from bots.core.channel import (
    Attachment,
    AttachmentKind,
    Channel,
    ChannelError,
    ChatRef,
    Choice,
    MessageNotEditable,
    MessageNotModified,
    RenderedMessage,
)
from bots.core.delivery.qr_codes import render_qr_png
from bots.web.message_view import MessageBody
from bots.web.notifier import wait_for_event
from bots.web.page import LOCAL_CHAT, PageChannel
from models.errors import ErrorCode, RequestRejected

BUTTONS = ((Choice("a", "A"),),)


def texts(page: PageChannel, place: ChatRef = LOCAL_CHAT) -> list[str]:
    return [str(message.body.get("text", "")) for message in page.list_changes(place, 0).messages]


async def test_the_page_is_a_channel(house: WebApp) -> None:
    channel: Channel = house.page
    assert (channel.name, channel.capabilities.has_buttons, channel.capabilities.can_edit) == ("page", True, True)
    assert (channel.capabilities.max_upload, channel.capabilities.max_download) == (2_000_000_000, 2_000_000_000)


async def test_an_edit_changes_text_and_buttons_in_place(house: WebApp) -> None:
    message = await house.page.send_text(LOCAL_CHAT, RenderedMessage("one", BUTTONS))
    version = house.page.list_changes(LOCAL_CHAT, 0).version
    await house.page.send_text(LOCAL_CHAT, RenderedMessage("two"))
    await house.page.edit(LOCAL_CHAT, message, RenderedMessage("uno"))
    assert texts(house.page) == ["uno", "two"]
    news = house.page.list_changes(LOCAL_CHAT, version)
    assert [row.body.get("text") for row in news.messages] == ["two", "uno"]


async def test_what_the_person_said_can_be_blotted_out_and_nothing_of_the_bots(house: WebApp) -> None:
    said, other = uuid.uuid4(), ChatRef(chat="elsewhere")
    house.page.save_user_message(LOCAL_CHAT, said, MessageBody(text="a secret"))
    answer = await house.page.send_text(LOCAL_CHAT, RenderedMessage("an answer"))
    version = house.page.list_changes(LOCAL_CHAT, 0).version
    await house.page.delete_message(LOCAL_CHAT, str(said))
    assert texts(house.page) == ["•••", "an answer"]
    assert [row.id for row in house.page.list_changes(LOCAL_CHAT, version).messages] == [said]
    for place, message in ((LOCAL_CHAT, answer), (LOCAL_CHAT, "none"), (other, str(said))):
        with pytest.raises(MessageNotEditable):
            await house.page.delete_message(place, message)


async def test_whatever_is_written_rings_the_bell(house: WebApp) -> None:
    with house.page.notifier.subscribe(LOCAL_CHAT) as ear:
        message = await house.page.send_text(LOCAL_CHAT, RenderedMessage("one"))
        assert await wait_for_event(ear, 10)
        await house.page.edit(LOCAL_CHAT, message, RenderedMessage("uno"))
        assert await wait_for_event(ear, 10)
        await house.page.send_video(LOCAL_CHAT, house.sink.create_film_upload())
        assert await wait_for_event(ear, 10)


async def test_an_edit_that_changes_nothing_says_so_and_still_tells_the_page_that_a_press_was_answered(
    house: WebApp,
) -> None:
    message = await house.page.send_text(LOCAL_CHAT, RenderedMessage("one", BUTTONS))
    before = house.page.list_changes(LOCAL_CHAT, 0)
    with house.page.notifier.subscribe(LOCAL_CHAT) as event:
        with pytest.raises(MessageNotModified):
            await house.page.edit(LOCAL_CHAT, message, RenderedMessage("one", BUTTONS))
        assert await wait_for_event(event, 10)
    (row,) = house.page.list_changes(LOCAL_CHAT, before.version).messages
    assert (str(row.id), row.body) == (message, before.messages[0].body)
    await house.page.edit(LOCAL_CHAT, message, RenderedMessage("one"))


@pytest.mark.parametrize("message", ["9f1c4b1e-0000-4000-8000-000000000000", "rubbish", ""])
async def test_a_message_that_is_not_there_cannot_be_edited(house: WebApp, message: str) -> None:
    with pytest.raises(MessageNotEditable):
        await house.page.edit(LOCAL_CHAT, message, RenderedMessage("x"))


async def test_the_persons_words_are_never_edited(house: WebApp) -> None:
    message = uuid.uuid4()
    house.page.save_user_message(LOCAL_CHAT, message, MessageBody(text="mine"))
    with pytest.raises(MessageNotEditable):
        await house.page.edit(LOCAL_CHAT, str(message), RenderedMessage("theirs"))
    assert house.page.find_bot_message(LOCAL_CHAT, str(message)) is None


async def test_a_message_is_edited_only_where_it_stands(house: WebApp) -> None:
    elsewhere = ChatRef("page", "topic")
    message = await house.page.send_text(LOCAL_CHAT, RenderedMessage("here"))
    with pytest.raises(MessageNotEditable):
        await house.page.edit(elsewhere, message, RenderedMessage("there"))
    assert (texts(house.page), texts(house.page, elsewhere)) == (["here"], [])


async def test_a_film_is_not_copied_and_keeps_playing_after_an_edit(house: WebApp) -> None:
    before = sum(1 for path in house.media.root.rglob("*") if path.is_file())
    film = house.sink.create_film_upload()
    message = await house.page.send_video(LOCAL_CHAT, film)
    await house.page.edit(LOCAL_CHAT, message, RenderedMessage("New words"))
    (row,) = house.page.list_changes(LOCAL_CHAT, 0).messages
    shown = MessageBody.model_validate(row.body)
    assert shown.film is not None
    assert (shown.film.key, shown.film.plays, shown.film.width, shown.film.seconds) == (film.key, True, 320, 2.0)
    assert str(shown.film.poster).startswith("data:image/jpeg;base64,")
    assert shown.text == "New words"
    assert sum(1 for path in house.media.root.rglob("*") if path.is_file()) == before + 1


async def test_a_film_sent_as_a_file_is_for_saving(house: WebApp) -> None:
    await house.page.send_file(LOCAL_CHAT, house.sink.create_film_upload())
    await house.page.send_video(LOCAL_CHAT, dataclasses.replace(house.sink.create_film_upload(), as_file=True))
    films = [MessageBody.model_validate(row.body).film for row in house.page.list_changes(LOCAL_CHAT, 0).messages]
    assert [film.plays for film in films if film] == [False, False]


async def test_a_film_that_cannot_be_shown_is_an_error_of_the_channel(house: WebApp, tmp_path: Path) -> None:
    film = house.sink.create_film_upload()
    for broken in (dataclasses.replace(film, key=""), dataclasses.replace(film, path=tmp_path / "gone.mp4")):
        with pytest.raises(ChannelError):
            await house.page.send_video(LOCAL_CHAT, broken)
    assert texts(house.page) == []


async def test_a_file_that_is_gone_is_refused_with_a_code(house: WebApp, tmp_path: Path) -> None:
    with pytest.raises(RequestRejected) as refused:
        await house.page.fetch(Attachment(AttachmentKind.PICTURE, "0123456789abcdef/0"), tmp_path / "x")
    assert refused.value.code == ErrorCode.FILE_GONE


async def test_messages_stand_in_the_order_they_were_written_even_when_the_clock_stands_still(house: WebApp) -> None:
    frozen = house.db.clock()
    house.db.clock = lambda: frozen
    for number in range(5):
        await house.page.send_text(LOCAL_CHAT, RenderedMessage(str(number)))
    rows = house.page.list_changes(LOCAL_CHAT, 0).messages
    assert [row.body["text"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert len({row.created_at for row in rows}) == 5


async def test_a_picture_stands_over_its_text_is_replaced_and_goes_again(house: WebApp) -> None:
    first, second = render_qr_png("2@first"), render_qr_png("2@second")
    message = await house.page.send_text(LOCAL_CHAT, RenderedMessage("wait"))
    for picture in (first, second):
        await house.page.edit(LOCAL_CHAT, message, RenderedMessage("scan this", BUTTONS, picture=picture))
        shown = MessageBody.model_validate(house.page.list_changes(LOCAL_CHAT, 0).messages[0].body)
        assert shown.picture == f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    with pytest.raises(MessageNotModified):
        await house.page.edit(LOCAL_CHAT, message, RenderedMessage("scan this", BUTTONS, picture=second))
    await house.page.edit(LOCAL_CHAT, message, RenderedMessage("done"))
    assert MessageBody.model_validate(house.page.list_changes(LOCAL_CHAT, 0).messages[0].body) == MessageBody(
        text="done"
    )
