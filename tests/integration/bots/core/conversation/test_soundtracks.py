"""Voice notes and audio files that come with pictures, or in reply to them: drawings are made to them."""

from dataclasses import replace

from fakes.memory_channel import ChatMessage
from fakes.world.described_files import build_audio, build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World

from bots.core.channel import AttachmentKind


async def send_sound(user: FakeUser, seconds: float = 12, text: str = "", **content: object) -> ChatMessage:
    sent = user.build_files_inbound(build_audio(seconds), names=("voice.ogg",)).attachments
    return await user.handle_inbound(user.build_inbound(attachments=sent, text=text, **content))


async def test_a_picture_and_a_sound_become_a_drawing_as_long_as_the_sound(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture(), build_audio(42), names=("a.png", "voice.ogg"))
    (job,) = house.list_jobs()
    assert (job.kind, house.list_input_names(job), job.credits) == ("sketch", ["a.png", "voice.ogg"], 1)


async def test_a_voice_note_in_reply_to_a_film_draws_its_pictures_to_it(house: World, ana: FakeUser) -> None:
    progress = await ana.send_files(build_picture(300), build_picture(400), names=("a.png", "b.png"))
    await send_sound(ana, quoted_message_id=progress.id)
    first, second = house.list_jobs()
    assert (second.kind, house.list_input_names(second)) == ("sketch", ["a.png", "b.png", "voice.ogg"])
    assert house.list_input_names(first) == ["a.png", "b.png"]


async def test_a_voice_note_in_reply_to_ones_own_picture_draws_it_to_it(house: World, ana: FakeUser) -> None:
    (picture,) = ana.build_files_inbound(build_picture(), names=("a.png",)).attachments
    quoted = (replace(picture, kind=AttachmentKind.PICTURE),)
    await send_sound(ana, quoted_attachments=quoted)
    (job,) = house.list_jobs()
    assert (job.kind, house.list_input_names(job)) == ("sketch", ["a.png", "voice.ogg"])


async def test_a_voice_note_alone_or_in_reply_to_a_video_is_written_down(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    await send_sound(ana, 11)
    (video,) = ana.build_files_inbound(build_video()).attachments
    await send_sound(ana, 12, quoted_attachments=(replace(video, kind=AttachmentKind.VIDEO),))
    assert [job.kind for job in house.list_jobs()] == ["sketch", "transcript", "transcript"]
    assert ana.account.channel.calls.count("fetch") == 3


async def test_a_voice_note_that_shall_be_written_down_is_whatever_it_replies_to(house: World, ana: FakeUser) -> None:
    progress = await ana.send_files(build_picture())
    await send_sound(ana, text="/transcript", quoted_message_id=progress.id)
    assert [job.kind for job in house.list_jobs()] == ["sketch", "transcript"]


async def test_a_sound_longer_than_a_drawing_can_be_is_refused_with_what_to_do(house: World, ana: FakeUser) -> None:
    progress = await ana.send_files(build_picture())
    answer = await send_sound(ana, 61, quoted_message_id=progress.id)
    assert "up to 60 seconds" in answer.text
    assert len(house.list_jobs()) == 1


async def test_of_several_sounds_none_is_drawn_to(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture(), build_audio(10), build_audio(11), names=("a.png", "b.ogg", "c.ogg"))
    assert sorted(job.kind for job in house.list_jobs()) == ["sketch", "transcript", "transcript"]


async def test_nobody_draws_the_pictures_of_somebody_else_to_a_sound(house: World, ana: FakeUser) -> None:
    progress = await ana.send_files(build_picture())
    eve = FakeUser(house, ana.account, id="666", chat=ana.chat_ref.chat)
    await send_sound(eve, quoted_message_id=progress.id)
    assert [job.kind for job in house.list_jobs()] == ["sketch", "transcript"]


async def test_a_drawing_to_a_sound_is_made_again_with_it(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture(), build_audio(8), names=("a.png", "voice.ogg"))
    assert house.run_job()
    await ana.choose(f"again:{house.list_jobs()[0].id.hex}")
    assert [house.list_input_names(job) for job in house.list_jobs()] == [["a.png", "voice.ogg"]] * 2
