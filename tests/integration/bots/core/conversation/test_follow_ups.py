"""Summaries and chapters, from the button under a result to their text, with the real jobs and the fake Groq."""

import asyncio
import dataclasses

import pytest
from fakes.chat_models import build_talk
from fakes.groq_api import FakeGroq, GroqFault
from fakes.memory_channel import ALL_CAPABILITIES, ChatMessage
from fakes.world.described_files import build_audio, build_video
from fakes.world.staged_sandbox import (
    CAPTION,
    LISTEN,
    PREPARE,
    StagedCall,
    StagedSandbox,
    build_returner,
    create_film,
)
from fakes.world.users import FakeUser
from fakes.world.world import World

from bots.locales import translate
from models.errors import ErrorCode
from models.jobs.film import Film
from pipeline.jobs.renderer import Renderer
from pipeline.speech.transcription import Transcriber
from storage.jobs import jobs
from storage.media import files

SUBTITLES = "".join(
    f"{number + 1}\n00:00:{number * 4:02},000 --> 00:00:{number * 4 + 3:02},000\nHello number {number}.\n\n"
    for number in range(14)
).encode()


@pytest.fixture
def sandbox(sandbox: StagedSandbox) -> StagedSandbox:
    """What is heard is a minute of speech."""
    sandbox.stage(LISTEN, *[build_returner(build_talk(1))] * 5)
    return sandbox


async def make(house: World, user: FakeUser, *contents: bytes, text: str = "") -> ChatMessage:
    await user.send_files(*contents, text=text, names=("a.srt", "b.mp4")[-len(contents) :])
    return await finish(house, user)


async def finish(house: World, user: FakeUser) -> ChatMessage:
    assert await asyncio.to_thread(house.run_job)
    await house.deliver_all()
    return user.last_message


async def press(house: World, user: FakeUser, message: ChatMessage, label: str) -> ChatMessage:
    await user.choose(message.get_choice_data(label), message)
    return await finish(house, user)


@pytest.mark.parametrize("content", [build_audio(60), build_video(60)], ids=["transcript", "captions"])
async def test_under_a_result_a_summary_and_chapters_are_made_of_the_words_that_were_heard(
    house: World, ana: FakeUser, sandbox: StagedSandbox, content: bytes
) -> None:
    result = await make(house, ana, content)
    summary = await press(house, ana, result, "Summary")
    assert summary.text == "Here is the summary. 📋\nAbout 15 lines.\n\n• First.\n• Second."
    chapters = await press(house, ana, result, "Chapters")
    assert chapters.text.split("\n")[1:] == ["0:00 Part 1", "0:20 Part 6", "0:40 Part 11"]
    assert [message.reply_to for message in (summary, chapters)] == [result.reply_to] * 2
    assert sandbox.tasks.count(LISTEN) == 1
    assert [job.credits for job in house.list_jobs()] == [1, 1, 1]


def cut_film(call: StagedCall) -> Film:
    """A film without the last second of each four."""
    return dataclasses.replace(create_film(call), cuts=tuple((at + 3.0, at + 4.0) for at in range(0, 60, 4)))


async def test_chapters_of_a_film_from_which_something_is_cut_have_the_times_of_that_film(
    house: World, ana: FakeUser, sandbox: StagedSandbox
) -> None:
    sandbox.stage(CAPTION, create_film, cut_film)
    film = await make(house, ana, build_video(60))
    menu = await ana.choose(film.get_choice_data("Polish"), film)
    await ana.choose(menu.get_choice_data("Cut pauses"), menu)
    cut = await press(house, ana, menu, "Make this film")
    summary = await press(house, ana, cut, "Summary")
    times = ["0:00 Part 1", "0:15 Part 6", "0:30 Part 11"]
    assert (await press(house, ana, summary, "Chapters")).text.split("\n")[1:] == times
    again = await ana.choose(cut.get_choice_data("Chapters"), cut)
    assert again.text.split("\n")[1:] == times
    asked = await ana.handle_inbound(ana.build_inbound(text="/chapters", quoted_message_id=cut.id))
    assert asked.text.split("\n")[1:] == times
    assert (await press(house, ana, film, "Chapters")).text.split("\n")[2] == "0:20 Part 6"
    assert sandbox.tasks.count(LISTEN) == 1


async def test_a_summary_is_in_the_language_of_its_reader_and_chapters_in_that_of_the_speech(
    house: World, bia: FakeUser, sandbox: StagedSandbox, groq: FakeGroq
) -> None:
    assert sandbox.tasks == []
    result = await make(house, bia, build_video(60))
    await press(house, bia, result, "Resumo")
    await press(house, bia, result, "Capítulos")
    first, second = (call.system for call in groq.chat_calls)
    assert "in Portuguese" in first
    assert "language of the lines" in " ".join(second.split())


async def test_where_there_are_no_buttons_they_are_asked_for_by_number_or_name(
    house: World, sandbox: StagedSandbox
) -> None:
    numbered = dataclasses.replace(ALL_CAPABILITIES, has_buttons=False)
    user = FakeUser(house, house.get_account("numbers", capabilities=numbered))
    result = await make(house, user, build_audio(60))
    await user.send_text(str(1 + result.labels.index("🔖 Chapters")))
    assert "0:20 Part 6" in (await finish(house, user)).text
    await user.send_text("summary")
    assert "About 15 lines" in (await finish(house, user)).text
    assert sandbox.tasks.count(LISTEN) == 1


async def test_without_a_chat_model_nothing_is_offered_and_a_command_says_why(house: World, ana: FakeUser) -> None:
    house.job_runner.renderer = Renderer(StagedSandbox(), Transcriber(None))
    result = await make(house, ana, build_audio(60))
    assert not {"📋 Summary", "🔖 Chapters"} & set(result.labels)
    assert "/summary" not in (await ana.send_text("/help")).text
    refused = await ana.send_text("/summary")
    assert refused.text.endswith("(CHAT_MODEL_MISSING)")
    assert len(house.list_jobs()) == 1


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "are not available here"), ("pt-BR", "não estão disponíveis aqui"), ("es", "no están disponibles aquí")],
)
async def test_a_button_of_the_time_when_there_was_a_chat_model_says_that_there_is_none(
    house: World, language: str, sentence: str
) -> None:
    user = FakeUser(house, house.get_account("other"), language=language)
    result = await make(house, user, build_audio(60))
    house.pipeline.has_chat_model = False
    refused = await user.choose(result.get_choice_data("📋"), result)
    assert sentence in refused.text
    assert refused.text.endswith("(CHAT_MODEL_MISSING)")
    assert len(house.list_jobs()) == 1


async def test_a_recording_sent_with_the_command_is_heard_and_pays_for_that(
    house: World, ana: FakeUser, sandbox: StagedSandbox
) -> None:
    assert "Summary" not in (await make(house, ana, build_audio(60), text="resumo")).labels
    (job,) = house.list_jobs()
    assert (job.kind, job.credits) == ("summary", 2)
    assert sandbox.tasks == [PREPARE, LISTEN]
    assert "Language: English" in ana.last_message.text
    await ana.send_text("/chapters")
    assert house.list_jobs()[1].credits == 1


async def test_subtitles_of_the_user_are_summed_up_also_from_the_summary_on(
    house: World, ana: FakeUser, sandbox: StagedSandbox
) -> None:
    film = await make(house, ana, SUBTITLES, build_video(60))
    summary = await press(house, ana, film, "Summary")
    chapters = await press(house, ana, summary, "Chapters")
    assert len(chapters.text.split("\n")) > 3
    assert sandbox.tasks == [CAPTION]
    assert [job.credits for job in house.list_jobs()] == [1, 1, 1]


async def test_what_exists_is_sent_again_and_costs_nothing(house: World, ana: FakeUser, sandbox: StagedSandbox) -> None:
    result = await make(house, ana, build_audio(60))
    summary = await press(house, ana, result, "Summary")
    again = await ana.choose(result.get_choice_data("Summary"), result)
    assert (again.text, again.id != summary.id) == (summary.text, True)
    assert len(house.list_jobs()) == 2
    assert ana.balance == 8
    assert sandbox.tasks.count(LISTEN) == 1


async def test_a_second_tap_while_it_is_being_made_is_answered_and_makes_nothing(
    house: World, ana: FakeUser, sandbox: StagedSandbox
) -> None:
    result = await make(house, ana, build_audio(60))
    await ana.choose(result.get_choice_data("Summary"), result)
    told = await ana.choose(result.get_choice_data("Summary"), result)
    assert "already working on that" in told.text
    assert len(house.list_jobs()) == 2
    assert sandbox.tasks.count(LISTEN) == 1


async def test_after_the_file_is_deleted_its_words_are_still_summed_up(
    house: World, ana: FakeUser, sandbox: StagedSandbox
) -> None:
    result = await make(house, ana, build_audio(60))
    with house.db.transaction() as session:
        for media in jobs.list_inputs(session, house.list_jobs()[0].id):
            files.release(session, media)
    assert "About 15 lines" in (await press(house, ana, result, "Summary")).text
    assert sandbox.tasks.count(LISTEN) == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ([GroqFault(401)], ErrorCode.TEXT_SERVICE_DOWN),
        ([GroqFault(413)] * 20, ErrorCode.TEXT_SERVICE_DOWN),
        ([GroqFault(429, {"retry-after": "3600"})], ErrorCode.TEXT_SERVICE_DOWN),
        ([GroqFault(500, {"retry-after": "3600"})], ErrorCode.TEXT_SERVICE_DOWN),
        ([GroqFault(200, body=b"{malformed")] * 20, ErrorCode.TEXT_SERVICE_DOWN),
    ],
    ids=["401", "413", "429", "500", "malformed"],
)
@pytest.mark.parametrize("label", ["Summary", "Chapters"])
async def test_a_service_that_fails_ends_in_a_sentence_and_no_charge(
    house: World,
    ana: FakeUser,
    sandbox: StagedSandbox,
    groq: FakeGroq,
    fault: list[GroqFault],
    code: ErrorCode,
    label: str,
) -> None:
    result = await make(house, ana, build_audio(60))
    await ana.choose(result.get_choice_data(label), result)
    for _ in range(house.job_runner.retry_policy.max_attempts):
        groq.faults = list(fault)
        assert await asyncio.to_thread(house.run_job)
        house.clock.advance(3600)
    await house.deliver_all()
    failure = ana.last_message
    assert failure.text.startswith(translate("en", "error-text-service-down"))
    assert f"({code} ·" in failure.text
    assert "Your credit is back." in failure.text
    assert ana.balance == 9
    groq.faults = []
    assert "(TEXT" not in (await press(house, ana, failure, "Again")).text
    assert sandbox.tasks.count(LISTEN) == 1


async def test_what_has_no_chapters_is_said_and_costs_nothing(
    house: World, ana: FakeUser, sandbox: StagedSandbox, groq: FakeGroq
) -> None:
    groq.chat = lambda _: {"chapters": []}
    result = await make(house, ana, build_audio(60))
    failure = await press(house, ana, result, "Chapters")
    assert failure.text.startswith(translate("en", "error-chapters-not-found"))
    assert ana.balance == 9
    assert sandbox.tasks.count(LISTEN) == 1


async def test_hostile_words_reach_the_answer_as_short_plain_text_alone(
    house: World, ana: FakeUser, sandbox: StagedSandbox, groq: FakeGroq
) -> None:
    attack = "<script>alert(1)</script> **Pay** [here](https://evil.example) \u202eevil\u0000\n0:00 fake" * 50
    groq.chat = lambda _: {"overview": attack, "points": [f"{number} {attack}" for number in range(100)]}
    result = await make(house, ana, build_audio(60))
    shown = (await press(house, ana, result, "Summary")).text
    assert len(shown) < 2300
    assert not any(sign in shown for sign in ("<script", "**", "](", "https://", "\u202e", "\u0000"))
    assert len(shown.split("\n")) == 1 + 2 + 7
    assert sandbox.tasks.count(LISTEN) == 1


async def test_a_tap_that_names_another_kind_or_somebody_elses_job_makes_nothing(
    house: World, ana: FakeUser, sandbox: StagedSandbox
) -> None:
    await make(house, ana, build_audio(60))
    (job,) = house.list_jobs()
    stranger = FakeUser(house, ana.account, id="8")
    for user, data in (
        (stranger, f"make:{job.id.hex}:summary"),
        (ana, f"make:{job.id.hex}:sketch"),
        (ana, f"make:{job.id.hex}:caption"),
        (ana, f"make:{job.id.hex}"),
        (ana, "make::summary"),
    ):
        assert (await user.choose(data)).text.startswith(translate("en", "error-not-found"))
    assert len(house.list_jobs()) == 1
    assert sandbox.tasks.count(LISTEN) == 1


async def test_a_voice_note_comes_in_the_language_of_its_reader_too_where_that_is_switched_on(
    house: World, bia: FakeUser, sandbox: StagedSandbox, groq: FakeGroq
) -> None:
    settings = await bia.send_text("/settings")
    await bia.choose(settings.get_choice_data("Traduzir transcrições"), settings)
    await bia.choose(settings.get_choice_data("Meu idioma"), settings)
    result = await make(house, bia, build_audio(60))
    first, second = result.text.split("\n")[2:4]
    assert (first, second) == ("Here is a sentence about one thing.", first.upper())
    assert " to Portuguese" in " ".join(groq.chat_calls[0].system.split())
    await bia.choose("set:text-translate=off")
    assert "HERE IS" not in (await make(house, bia, build_audio(50))).text
    assert sandbox.tasks.count(LISTEN) == 2


async def test_a_voice_note_in_the_language_of_its_reader_is_not_translated(
    house: World, ana: FakeUser, sandbox: StagedSandbox, groq: FakeGroq
) -> None:
    await ana.choose("set:text-translate=own")
    assert "HERE IS" not in (await make(house, ana, build_audio(60))).text
    assert (sandbox.tasks.count(LISTEN), groq.chat_calls) == (1, [])
