"""Replies to messages with files, and to the bot's own films: which file they are about."""

from typing import Any

import pytest
from fakes.memory_channel import ChatMessage
from fakes.world.described_files import SUBTITLES, build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World

from bots.core.channel import Attachment, ChannelError
from models.errors import ErrorCode, RequestRejected
from models.jobs.job import Job
from storage.jobs import transcripts


@pytest.fixture
def member(house: World, ana: FakeUser) -> FakeUser:
    """Somebody in a group with the bot."""
    return FakeUser(house, ana.account, chat="group", in_group=True)


def quote(user: FakeUser, *files: bytes | Exception, names: tuple[str, ...] = ()) -> tuple[Attachment, ...]:
    """The files of somebody's message, as they stand in a reply to it."""
    return user.build_files_inbound(*files, names=names).attachments


async def reply(user: FakeUser, quoted: tuple[Attachment, ...] = (), **content: Any) -> ChatMessage:
    return await user.handle_inbound(user.build_inbound(quoted_attachments=quoted, **content))


async def send_subtitles(user: FakeUser, quoted: tuple[Attachment, ...] = (), **content: Any) -> ChatMessage:
    sent = user.build_files_inbound(SUBTITLES, names=("talk.srt",)).attachments
    return await reply(user, quoted, attachments=sent, **content)


def is_given_subtitles(house: World, job: Job) -> bool:
    with house.db.read_transaction() as session:
        return transcripts.find_given(session, job.id) is not None


async def test_subtitles_go_onto_the_video_they_reply_to_and_not_onto_the_last(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_video(20), names=("first.mp4",))
    await ana.send_files(build_video(21), names=("second.mp4",))
    await send_subtitles(ana, quote(ana, build_video(20), names=("first.mp4",)))
    *_, job = house.list_jobs()
    assert house.list_input_names(job) == ["first.mp4"]
    assert is_given_subtitles(house, job)
    assert len(house.list_jobs()) == 3


async def test_a_quoted_video_is_fetched_for_subtitles_alone(house: World, ana: FakeUser) -> None:
    await reply(ana, quote(ana, build_video()), attachments=quote(ana, build_picture()))
    assert [job.kind for job in house.list_jobs()] == ["sketch"]
    assert ana.account.channel.calls.count("fetch") == 1


async def test_subtitles_that_reply_to_a_film_of_ours_go_onto_the_video_it_was_made_from(
    house: World, ana: FakeUser
) -> None:
    await ana.send_files(build_video(20), names=("first.mp4",))
    assert house.run_job()
    await house.deliver_all()
    film = next(message for message in ana.messages if message.kind == "video")
    await ana.send_files(build_video(21), names=("second.mp4",))
    await send_subtitles(ana, quoted_message_id=film.id)
    assert house.list_input_names(house.list_jobs()[-1]) == ["first.mp4"]


async def test_a_command_that_replies_to_the_progress_of_a_film_is_about_its_video(house: World, ana: FakeUser) -> None:
    progress = await ana.send_files(build_video(20), names=("first.mp4",))
    await ana.send_files(build_video(21), names=("second.mp4",))
    await reply(ana, text="/transcript", quoted_message_id=progress.id)
    job = house.list_jobs()[-1]
    assert (job.kind, house.list_input_names(job)) == ("transcript", ["first.mp4"])


async def test_a_drawing_of_several_pictures_is_made_again_of_all_of_them(house: World, ana: FakeUser) -> None:
    progress = await ana.send_files(build_picture(300), build_picture(400), names=("a.png", "b.png"))
    await reply(ana, text="/sketch", quoted_message_id=progress.id)
    assert [house.list_input_names(job) for job in house.list_jobs()] == [["a.png", "b.png"]] * 2


async def test_nobody_reaches_the_video_of_somebody_else_by_their_film_nor_gets_their_own_instead(
    house: World, ana: FakeUser
) -> None:
    progress = await ana.send_files(build_video())
    assert house.run_job()
    await house.deliver_all()
    film = next(message for message in ana.messages if message.kind == "video")
    eve = FakeUser(house, ana.account, id="666", chat=ana.chat_ref.chat)
    await eve.send_files(build_video())
    for message in (progress, film):
        assert "Send the video first" in (await send_subtitles(eve, quoted_message_id=message.id)).text
    assert len(house.list_jobs()) == 2


async def test_subtitles_that_reply_to_a_picture_go_onto_nothing(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_video())
    assert "Send the video first" in (await send_subtitles(ana, quote(ana, build_picture()))).text
    assert len(house.list_jobs()) == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [(RequestRejected(ErrorCode.FILE_EXPIRED), "FILE_EXPIRED"), (ChannelError("gone"), "UNEXPECTED")],
)
async def test_a_quoted_video_that_cannot_be_fetched_is_said_once_and_no_other_taken(
    house: World, ana: FakeUser, fault: Exception, code: str
) -> None:
    await ana.send_files(build_video())
    before = len(ana.messages)
    assert code in (await send_subtitles(ana, quote(ana, fault))).text
    assert len(ana.messages) == before + 1
    assert len(house.list_jobs()) == 1


async def test_subtitles_go_onto_the_video_they_reply_to_and_the_other_is_listened_to(
    house: World, bia: FakeUser
) -> None:
    await bia.send_files(build_video(20))
    await bia.send_files(build_video(21))
    await send_subtitles(bia, quote(bia, build_video(20)))
    assert [job.status for job in house.list_jobs()] == ["cancelled", "queued", "queued"]


@pytest.mark.parametrize("text", ["", "desenha isso", "please, draw this one", "oi"])
async def test_in_a_group_who_addresses_us_in_reply_to_a_picture_gets_it_drawn(
    house: World, member: FakeUser, text: str
) -> None:
    await reply(member, quote(member, build_picture(), names=("theirs.jpg",)), text=text)
    (job,) = house.list_jobs()
    assert (job.kind, house.list_input_names(job)) == ("sketch", ["theirs.jpg"])


async def test_in_a_group_the_words_may_name_what_to_do_with_a_video(house: World, member: FakeUser) -> None:
    await reply(member, quote(member, build_video()))
    await reply(member, quote(member, build_video()), text="transcrever")
    assert [job.kind for job in house.list_jobs()] == ["caption", "transcript"]


@pytest.mark.parametrize("text", ["/language", "idioma", "/nothing"])
async def test_in_a_group_another_command_is_no_request_for_the_file(house: World, member: FakeUser, text: str) -> None:
    await reply(member, quote(member, build_picture()), text=text)
    assert house.list_jobs() == []


async def test_in_a_private_chat_only_a_command_takes_the_file_that_is_replied_to(house: World, ana: FakeUser) -> None:
    await reply(ana, quote(ana, build_picture()), text="look at this")
    assert house.list_jobs() == []
    await reply(ana, quote(ana, build_picture()), text="desenhar")
    assert [job.kind for job in house.list_jobs()] == ["sketch"]


async def test_in_a_group_our_name_alone_is_answered(member: FakeUser) -> None:
    assert "/help" in (await reply(member)).text


async def test_what_cannot_be_opened_takes_no_file_either(member: FakeUser) -> None:
    message = await reply(member, quote(member, build_picture()), rejection=ErrorCode.MESSAGE_UNREADABLE)
    assert message.text.endswith("(MESSAGE_UNREADABLE)")
    assert member.account.channel.calls.count("fetch") == 0
