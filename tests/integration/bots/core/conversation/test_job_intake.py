import asyncio
import dataclasses
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from fakes.memory_channel import ALL_CAPABILITIES, ChatMessage
from fakes.world.described_files import (
    ASS_SUBTITLES,
    SUBTITLES,
    StubSandbox,
    build_audio,
    build_picture,
    build_rejected_file,
    build_video,
)
from fakes.world.users import FakeUser
from fakes.world.world import World
from sqlmodel import Session

from bots.core.channel import AttachmentKind, ChannelError
from bots.locales import translate
from models.errors import ErrorCode, RequestRejected
from models.jobs.job import Job
from models.jobs.options import CaptionOptions, SketchOptions
from storage.billing import revocations
from storage.jobs import transcripts


def only(found: list[Job]) -> Job:
    assert len(found) == 1
    return found[0]


async def test_a_picture_becomes_one_drawing_in_the_persons_taste(house: World, ana: FakeUser) -> None:
    await ana.choose("set:hand=dark-left")
    await ana.choose("set:seconds=20")
    ack = await ana.send_files(build_picture())
    job = only(house.list_jobs())
    options = SketchOptions.model_validate(job.parameters)
    assert (job.kind, options.hand, options.seconds) == ("sketch", "dark-left", 20)
    assert (ack.text, job.reply_to) == ("Got it! Having a look…", ack.reply_to)
    assert house.count_wakeups() == 1


async def test_a_film_has_to_fit_into_the_channel_it_goes_to(house: World) -> None:
    narrow = house.get_account("narrow", capabilities=dataclasses.replace(ALL_CAPABILITIES, max_upload=16_000_000))
    await FakeUser(house, narrow).send_files(build_picture())
    assert only(house.list_jobs()).parameters["encoding"]["max_bytes"] == 16_000_000


async def test_the_free_plan_has_a_watermark_and_an_owner_has_none(house: World, ana: FakeUser) -> None:
    owner = FakeUser(house, house.get_account("page", admin_ids=frozenset({"*"})), id="9")
    await ana.send_files(build_picture())
    await owner.send_files(build_picture())
    free, owned = house.list_jobs()
    assert free.parameters["watermark"] == "made with Rabisco"
    assert owned.parameters["watermark"] is None
    assert (free.credits, owned.credits) == (1, 0)


async def test_an_album_of_pictures_is_one_film_of_them_in_their_order(house: World, ana: FakeUser) -> None:
    names = ("c.png", "a.png", "b.png")
    ack = await ana.send_files(build_picture(700), build_picture(500), build_picture(600), names=names)
    assert house.list_input_names(only(house.list_jobs())) == list(names)
    assert ack.text == "Got them! Having a look…"
    assert len(ana.messages) == 1


async def test_of_more_than_ten_pictures_the_first_ten_are_drawn_and_the_person_is_told(
    house: World, ana: FakeUser
) -> None:
    names = tuple(f"{number}.png" for number in range(12))
    told = await ana.send_files(*(build_picture(100 + number) for number in range(12)), names=names)
    assert house.list_input_names(only(house.list_jobs())) == list(names[:10])
    assert "up to 10 pictures" in told.text


async def test_ten_pictures_are_drawn_without_a_word(house: World, ana: FakeUser) -> None:
    await ana.send_files(*(build_picture(100 + number) for number in range(10)))
    assert len(house.list_input_names(only(house.list_jobs()))) == 10
    assert len(ana.messages) == 1


async def test_a_video_becomes_a_caption_job(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_video())
    job = only(house.list_jobs())
    options = CaptionOptions.model_validate(job.parameters)
    assert (job.kind, options.language, options.style) == ("caption", "auto", "classic")


async def test_a_longer_video_costs_more(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_video(200))
    assert only(house.list_jobs()).credits == 3


async def test_an_album_of_pictures_and_videos_is_drawn_and_captioned(house: World, ana: FakeUser) -> None:
    await ana.send_files(
        build_picture(300),
        build_video(20),
        build_picture(400),
        build_video(21),
        names=("a.png", "1.mp4", "b.png", "2.mp4"),
    )
    assert [(job.kind, house.list_input_names(job)) for job in house.list_jobs()] == [
        ("sketch", ["a.png", "b.png"]),
        ("caption", ["1.mp4"]),
        ("caption", ["2.mp4"]),
    ]
    assert house.count_wakeups() == 3


async def test_every_film_of_an_album_shows_its_progress_in_a_message_of_its_own(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture(), build_video(20), build_video(21))
    await house.advance_progress()
    assert [message.text for message in ana.messages] == [
        "🕐 You're next.",
        "🕐 In the queue: number 2.",
        "🕐 In the queue: number 3.",
    ]
    assert all("Cancel" in message.labels[0] for message in ana.messages)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (build_rejected_file(ErrorCode.NOT_MEDIA), "NOT_MEDIA", "isn't a picture, a video or a recording"),
        (build_rejected_file(ErrorCode.TOO_LONG, limit=600), "TOO_LONG", "up to 600 seconds"),
        (build_rejected_file(ErrorCode.EMPTY_FILE), "EMPTY_FILE", "is empty"),
        (RequestRejected(ErrorCode.FILE_TOO_BIG, limit=20), "FILE_TOO_BIG", "up to 20 MB"),
        (ChannelError("connection lost"), "UNEXPECTED", "my side"),
    ],
)
async def test_a_refused_file_turns_the_acknowledgement_into_the_reason(
    house: World, ana: FakeUser, content: bytes | Exception, code: str, words: str
) -> None:
    message = await ana.send_files(content)
    assert [edit.text.text for edit in message.edits] == [message.text]
    sentence, charged, named = message.text.split("\n")
    assert words in sentence
    assert charged == "Nothing was charged."
    assert re.fullmatch(rf"\({code}( · [0-9a-f]{{8}})?\)", named)
    assert len(ana.messages) == 1
    assert house.list_jobs() == []


async def test_of_several_files_the_good_ones_are_taken_and_each_reason_is_said_once(
    house: World, ana: FakeUser
) -> None:
    broken, foreign = build_rejected_file(ErrorCode.BROKEN_FILE), build_rejected_file(ErrorCode.NOT_MEDIA)
    await ana.send_files(broken, build_picture(), broken, foreign, names=("1", "good.png", "3", "4"))
    assert house.list_input_names(only(house.list_jobs())) == ["good.png"]
    assert [message.text.split("\n")[-1] for message in ana.messages[1:]] == ["(BROKEN_FILE)", "(NOT_MEDIA)"]


async def test_nothing_of_a_refused_file_stays_behind(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_rejected_file(ErrorCode.BROKEN_FILE), build_rejected_file(ErrorCode.NOT_MEDIA))
    assert [path for path in (house.folder / "passing").rglob("*") if path.is_file()] == []
    assert [path for path in (house.folder / "media").rglob("*") if path.is_file()] == []


async def test_sound_alone_is_written_down(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_audio())
    assert [job.kind for job in house.list_jobs()] == ["transcript"]


@pytest.mark.parametrize("text", ["/transcript", "/Transcript please", "Transcrever!", "transcrição"])
async def test_a_video_is_written_down_where_that_is_asked_for(house: World, ana: FakeUser, text: str) -> None:
    await ana.send_files(build_video(), text=text)
    assert [job.kind for job in house.list_jobs()] == ["transcript"]


async def test_a_command_alone_is_about_the_file_that_was_sent_last(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_video(), names=("first.mp4",))
    await ana.send_files(build_picture())
    await ana.send_text("/transcript")
    assert [job.kind for job in house.list_jobs()] == ["caption", "sketch", "transcript"]
    assert house.list_input_names(house.list_jobs()[2]) == ["first.mp4"]


@pytest.mark.parametrize("name", ["sketch", "caption", "transcript"])
async def test_a_command_without_a_file_says_what_to_send(house: World, ana: FakeUser, name: str) -> None:
    assert (await ana.send_text(f"/{name}")).text == translate("en", f"{name}-needs")
    assert house.list_jobs() == []


async def test_a_file_that_a_command_cannot_use_is_answered_with_what_to_send(house: World, ana: FakeUser) -> None:
    message = await ana.send_files(build_video(), text="/sketch")
    assert message.text == translate("en", "sketch-needs")
    assert house.list_jobs() == []


async def test_subtitles_after_a_video_go_onto_it_as_they_are(house: World, bia: FakeUser) -> None:
    await bia.send_files(build_video(), names=("fala.mp4",))
    await bia.send_files(SUBTITLES, names=("fala.srt",))
    without, job = house.list_jobs()
    with house.db.read_transaction() as session:
        given = transcripts.find_given(session, job.id)
    assert given is not None
    assert (given.text, given.words[0].start) == ("Hello there", 1.0)
    assert house.list_input_names(job) == ["fala.mp4"]
    assert (without.status, job.status) == ("cancelled", "queued")  # not made, nor paid for, twice


async def test_subtitles_for_another_video_leave_the_one_before_as_it_is(house: World, bia: FakeUser) -> None:
    await bia.send_files(build_video(20), names=("1.mp4",))
    await bia.send_files(build_video(21), names=("2.mp4",))
    await bia.send_files(SUBTITLES, names=("2.srt",))
    assert [job.status for job in house.list_jobs()] == ["queued", "cancelled", "queued"]


@pytest.mark.parametrize("name", ["legendas.ass", "sound.aac", "talk.txt", "AUD-20261122-WA0001", "film.mp4"])
@pytest.mark.parametrize("kind", list(AttachmentKind))
async def test_subtitles_are_known_by_their_bytes_whatever_a_phone_calls_them(
    house: World, ana: FakeUser, name: str, kind: AttachmentKind
) -> None:
    await ana.send_files(build_video())
    sending = ana.build_files_inbound(ASS_SUBTITLES, names=(name,))
    named = dataclasses.replace(sending.attachments[0], kind=kind)
    await ana.account.handler.handle(dataclasses.replace(sending, attachments=(named,)))
    _, captioned = house.list_jobs()
    with house.db.read_transaction() as session:
        given = transcripts.find_given(session, captioned.id)
    assert given is not None
    assert (captioned.kind, given.text) == ("caption", "Hello there")


async def test_a_video_that_is_called_subtitles_is_a_video(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_video(), names=("talk.srt",))
    assert [job.kind for job in house.list_jobs()] == ["caption"]


async def test_subtitles_and_their_video_sent_at_once_are_one_film(house: World, ana: FakeUser) -> None:
    await ana.send_files(SUBTITLES, build_video(), names=("talk.SRT", "talk.mp4"))
    job = only(house.list_jobs())
    with house.db.read_transaction() as session:
        assert transcripts.find_given(session, job.id) is not None


@pytest.mark.parametrize("age", [timedelta(0), timedelta(hours=25)])
async def test_subtitles_without_a_video_are_answered_with_the_right_order(
    house: World, ana: FakeUser, age: timedelta
) -> None:
    if age:
        await ana.send_files(build_video())
        await ana.send_text("/cancel")
        house.clock.advance(age.total_seconds())
    message = await ana.send_files(SUBTITLES, names=("talk.srt",))
    assert "Send the video first" in message.text
    assert [job.status for job in house.list_jobs()] == (["cancelled"] if age else [])


async def test_subtitles_that_cannot_be_read_are_refused(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_video())
    message = await ana.send_files(b"\x00\x01 no subtitles", names=("talk.srt",))
    assert "(SUBTITLES_UNREADABLE)" in message.text
    assert len(house.list_jobs()) == 1


async def test_nobody_is_asked_what_is_spoken_before_it_was_listened_to(house: World, bia: FakeUser) -> None:
    await bia.send_files(build_video())
    parameters = only(house.list_jobs()).parameters
    assert (parameters["language"], parameters["own_language"]) == ("auto", "pt")


async def test_the_language_of_the_settings_is_the_one_that_is_listened_for(house: World, bia: FakeUser) -> None:
    await bia.choose("set:spoken=es")
    await bia.send_files(build_video())
    assert only(house.list_jobs()).parameters["language"] == "es"


async def fail_with_unclear_language(house: World, user: FakeUser) -> ChatMessage:
    """The message about a film whose language could not be told."""
    house.renderer.error = RequestRejected(ErrorCode.LANGUAGE_UNCLEAR)
    await user.send_files(build_video(), names=("fala.mp4",))
    assert house.run_job()
    await house.deliver_all()
    house.renderer.error = None
    return user.messages[-1]


async def test_where_the_language_is_unclear_it_is_asked_for_and_nothing_is_charged(
    house: World, bia: FakeUser
) -> None:
    question = await fail_with_unclear_language(house, bia)
    assert question.text.startswith("Não consegui saber qual idioma é falado. Qual é?")
    assert question.labels == ["Português", "Inglês", "Espanhol"]
    assert "Seu crédito voltou." in question.text


async def test_the_answer_makes_the_film_of_the_same_video_in_that_language(house: World, bia: FakeUser) -> None:
    question = await fail_with_unclear_language(house, bia)
    await bia.choose(question.get_choice_data("Espanhol"), question)
    failed, repeated = house.list_jobs()
    assert (repeated.parameters["language"], repeated.parent_id) == ("es", failed.id)
    assert (house.list_input_names(repeated), repeated.reply_to) == (["fala.mp4"], failed.reply_to)


async def test_nobody_answers_a_question_that_somebody_else_was_asked(house: World, bia: FakeUser) -> None:
    question = await fail_with_unclear_language(house, bia)
    eve = FakeUser(house, bia.account, id="666", chat=bia.chat_ref.chat)
    assert "can't find" in (await eve.choose(question.get_choice_data("Inglês"), question)).text
    assert len(house.list_jobs()) == 1


async def test_what_is_too_big_for_the_messenger_may_be_sent_on_the_page(ana: FakeUser) -> None:
    too_big = RequestRejected(ErrorCode.FILE_TOO_BIG, limit=20)
    assert "page" not in (await ana.send_files(too_big)).text
    ana.account.handler.page_url = "https://films.example.com"
    assert (
        "Or send it on my page, which takes larger ones: https://films.example.com"
        in (await ana.send_files(too_big)).text
    )
    assert "films.example.com" not in (await ana.send_files(RequestRejected(ErrorCode.NOT_MEDIA))).text


def stored(house: World) -> list[str]:
    """The files in the media folder."""
    return sorted(path.name for path in house.store.root.rglob("*") if path.is_file())


async def test_files_of_refused_orders_are_dropped_at_once(house: World, ana: FakeUser) -> None:
    await ana.send_text("/balance")

    def spend(session: Session) -> None:
        assert revocations.revoke(session, ana.person, 10, key="spent", now=house.db.clock(), reason="") == 10

    house.run_in_transaction(spend)
    for number in range(3):
        shown = await ana.send_files(build_picture(700 + number))
        assert "NOT_ENOUGH_CREDITS" in shown.text
    assert (house.list_jobs(), stored(house)) == ([], [])


async def test_a_file_that_another_person_sent_too_stays_when_one_of_them_is_refused(
    house: World, ana: FakeUser, bia: FakeUser
) -> None:
    await bia.send_files(build_picture())
    (kept,) = stored(house)
    for number in range(4):
        await ana.send_files(build_picture(900 + number))
    before = stored(house)
    assert "TOO_MANY_WAITING" in (await ana.send_files(build_picture())).text
    assert kept in stored(house)
    assert stored(house) == before


async def test_what_is_kept_of_one_person_has_an_end_by_their_plan(house: World, ana: FakeUser) -> None:
    catalogue = house.pipeline.entitlements.catalogue
    free = catalogue.plans["free"].model_copy(update={"max_stored": 2 * len(build_picture())})
    house.pipeline.entitlements.catalogue = catalogue.model_copy(update={"plans": catalogue.plans | {"free": free}})
    for _ in range(2):
        await ana.send_files(build_picture())
    shown = await ana.send_files(build_picture())
    assert "PLAN_STORAGE" in shown.text
    assert [choice.data for choice in shown.choices] == []  # nothing is sold here
    assert len(house.list_jobs()) == 2


async def test_nothing_is_fetched_while_the_disk_is_nearly_full(house: World, ana: FakeUser) -> None:
    house.pipeline.min_free_bytes = 1 << 62
    assert "DISK_FULL" in (await ana.send_files(build_picture())).text
    assert (house.list_jobs(), stored(house)) == ([], [])
    house.pipeline.min_free_bytes = 0
    await ana.send_files(build_picture())
    assert len(house.list_jobs()) == 1


async def test_files_that_take_long_to_measure_keep_nothing_else_waiting(house: World) -> None:
    """As many as there are threads for everything else, and more."""
    sandbox = house.pipeline.sandbox = SlowSandbox()
    people = [FakeUser(house, house.get_account(), id=f"p{number}") for number in range(40)]
    handler = house.get_account().handler
    sent = [asyncio.create_task(handler.handle(each.build_files_inbound(build_picture()))) for each in people]
    await asyncio.to_thread(sandbox.is_busy.wait, 10)
    assert "Hi!" in (await asyncio.wait_for(FakeUser(house, house.get_account(), id="7").send_text("/start"), 10)).text
    sandbox.may_go_on.set()
    await asyncio.gather(*sent)
    assert len(house.list_jobs()) == 40


class SlowSandbox(StubSandbox):
    """Measures nothing until it may."""

    def __init__(self) -> None:
        self.is_busy, self.may_go_on = threading.Event(), threading.Event()

    def run(self, task: str, arguments: dict[str, Any], **options: object) -> object:
        self.is_busy.set()
        assert self.may_go_on.wait(30)
        return super().run(task, arguments, **options)
