"""Jobs whose speech is heard by a service: what is charged to the job, and what happens when it stops answering."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.groq_api import FakeGroq, GroqFault
from fakes.groq_chat import ChatCall
from fakes.world.jobs import open_job_world
from fakes.world.staged_sandbox import (
    CAPTION,
    CORRECT,
    CPU_SECONDS,
    LISTEN,
    PREPARE,
    StagedCall,
    WorkerKilled,
    build_raiser,
    create_film,
)
from fakes.world.world import World
from sqlalchemy import text

from models.errors import ErrorCode, ProcessingFailed
from models.jobs.film import Film
from models.jobs.job import Job, JobStatus
from models.jobs.options import CaptionOptions, TranscriptOptions
from models.jobs.transcript import Correction, Translation, Word
from models.media.facts import SoundInfo, SoundPiece
from models.retries import Backoff
from pipeline.groq.chat import GroqChat
from pipeline.groq.client import GroqClient
from pipeline.groq.speech import GroqSpeech
from pipeline.jobs.renderer import Renderer
from pipeline.jobs.service import JobRequest
from pipeline.speech.correction import correct_lines
from pipeline.speech.subtitles.reader import read
from pipeline.speech.transcription import Transcriber
from storage.billing.ledger import CreditBalance
from storage.db import Database
from storage.jobs import jobs, transcripts
from storage.media import files

WRITE = "pipeline.speech.upload:write_pieces"


@pytest.fixture
def groq() -> FakeGroq:
    return FakeGroq()


@pytest.fixture
def shop(database: Database, clock: SettableClock, tmp_path: Path, groq: FakeGroq) -> World:
    """A world whose speech is heard by the fake service; each recording is one piece of five seconds."""
    world = open_job_world(database, clock, tmp_path)
    client = GroqClient("gsk_test", "http://groq.test", groq.create_transport(), Backoff(first=0.001, maximum=0.001))
    chat = GroqChat(client, "openai/gpt-oss-120b")
    world.job_runner.renderer = Renderer(world.sandbox, Transcriber(GroqSpeech(client)), chat)
    world.sandbox.stage(WRITE, *[write_piece] * 5)
    return world


def write_piece(call: StagedCall) -> list[SoundPiece]:
    path = call.directory / "piece.ogg"
    path.write_bytes(b"OggS")
    return [SoundPiece(path, 0.0, 5.0)]


def submit(shop: World) -> Job:
    return shop.submit_job(shop.receive_media(b"a video", seconds=20), CaptionOptions())


def list_heard(shop: World, job: Job) -> list[dict[str, object]]:
    (delivery,) = shop.list_deliveries(job)
    return [{each.key: each.values} for each in delivery.content.paragraphs if each.key.startswith("heard")]


def test_what_the_service_heard_is_charged_to_the_job_and_said_with_the_result(shop: World) -> None:
    job = submit(shop)
    assert shop.job_runner.run_next_job()
    done = shop.reload_job(job)
    assert (done.status, done.provider_seconds, done.provider_cost, done.local_seconds) == ("done", 10.0, 111, 0.0)
    assert shop.sandbox.tasks == [PREPARE, WRITE, CORRECT, CAPTION]
    assert list_heard(shop, job) == [{"heard-groq": {"spoken": "en"}}]


def test_when_the_service_refuses_this_machine_hears_and_that_is_said(shop: World, groq: FakeGroq) -> None:
    groq.faults = [GroqFault(401)]
    job = submit(shop)
    assert shop.job_runner.run_next_job()
    done = shop.reload_job(job)
    assert (done.status, done.provider_seconds, done.provider_cost, done.local_seconds) == ("done", 0.0, 0, 5.0)
    assert shop.sandbox.tasks == [PREPARE, WRITE, LISTEN, CAPTION]
    assert list_heard(shop, job) == [{"heard-local": {"spoken": "en"}}]


def test_words_that_were_heard_before_are_neither_heard_nor_charged_again(shop: World, groq: FakeGroq) -> None:
    video = shop.receive_media(b"a video", seconds=20)
    shop.submit_job(video, CaptionOptions())
    assert shop.job_runner.run_next_job()
    second = shop.submit_job(video, TranscriptOptions())
    assert shop.job_runner.run_next_job()
    assert len(groq.calls) == 1
    assert shop.reload_job(second).provider_seconds == 0.0
    assert list_heard(shop, second) == [{"heard-groq": {"spoken": "en"}}]
    with shop.db.read_transaction() as session:
        found = transcripts.find_for_job(session, shop.reload_job(second), video, "auto")
    assert found is not None
    assert found.engine == "groq"


@pytest.mark.parametrize("failure", [ProcessingFailed(ErrorCode.CRASHED), WorkerKilled()])
def test_what_was_heard_before_a_film_failed_is_neither_heard_nor_paid_again(
    shop: World, groq: FakeGroq, failure: ProcessingFailed | WorkerKilled
) -> None:
    shop.sandbox.stage(CAPTION, build_raiser(failure))
    job = submit(shop)
    with suppress(WorkerKilled):
        shop.job_runner.run_next_job()
    shop.clock.advance(minutes=1)
    assert shop.job_runner.run_next_job()
    done = shop.reload_job(job)
    assert (done.status, done.attempts, len(groq.calls)) == ("done", 2, 1)
    assert (done.provider_seconds, done.provider_cost) == (10.0, 111)
    assert shop.sandbox.tasks == [PREPARE, WRITE, CORRECT, CAPTION, CAPTION]
    assert list_heard(shop, job) == [{"heard-groq": {"spoken": "en"}}]


def test_what_an_attempt_used_before_it_failed_is_counted(shop: World) -> None:
    shop.sandbox.stage(PREPARE, build_raiser(ProcessingFailed(ErrorCode.CRASHED)))
    job = submit(shop)
    assert shop.job_runner.run_next_job()
    assert shop.reload_job(job).cpu_seconds == CPU_SECONDS
    shop.clock.advance(minutes=1)
    assert shop.job_runner.run_next_job()
    assert shop.reload_job(job).cpu_seconds == CPU_SECONDS * len(shop.sandbox.tasks)


def test_a_worker_that_lost_its_job_while_it_heard_keeps_nothing_of_it(shop: World) -> None:
    def take_away(_: StagedCall) -> SoundInfo:
        with shop.db.engine.begin() as connection:
            connection.execute(text("UPDATE job SET fence = fence + 1"))
        return SoundInfo(5.0)

    shop.sandbox.stage(PREPARE, take_away)
    job = submit(shop)
    assert shop.job_runner.run_next_job()
    assert CAPTION not in shop.sandbox.tasks
    with shop.db.read_transaction() as session:
        assert transcripts.find_for_job(session, shop.reload_job(job), shop.receive_media(b"another"), "auto") is None


def translate_to_capitals(call: ChatCall) -> dict[str, object]:
    return {"lines": [{"number": each["number"], "text": each["text"].upper()} for each in call.user["lines"]]}


def test_captions_are_shown_in_another_language_and_the_spoken_words_are_kept(shop: World, groq: FakeGroq) -> None:
    groq.chat = translate_to_capitals
    shown: list[tuple[str, str]] = []

    def caption(call: StagedCall) -> Film:
        shown.append((call.arguments["language"], " ".join(word.text for word in call.arguments["words"])))
        return create_film(call)

    shop.sandbox.stage(CAPTION, caption, caption)
    video = shop.receive_media(b"a video", seconds=20)
    job = shop.submit_job(video, CaptionOptions(translate_to="pt"))
    assert shop.job_runner.run_next_job()
    shop.submit_job(video, CaptionOptions(translate_to="en"))  # what is spoken
    assert shop.job_runner.run_next_job()
    assert shown == [("pt", "HELLO, WORLD."), ("en", "Hello, world.")]
    assert (len(groq.calls), len(groq.chat_calls)) == (1, 1)
    with shop.db.read_transaction() as session:
        kept = transcripts.find_for_job(session, shop.reload_job(job), video, "auto")
    assert kept is not None
    assert (kept.language, kept.text) == ("en", "Hello, world.")


def test_a_transcript_in_two_languages_has_both_in_its_files_and_keeps_the_spoken_words(
    shop: World, groq: FakeGroq
) -> None:
    groq.chat = translate_to_capitals
    video = shop.receive_media(b"a video", seconds=20)
    job = shop.submit_job(video, TranscriptOptions(translate_to="pt", translation_lines="both"))
    assert shop.job_runner.run_next_job()
    with shop.db.read_transaction() as session:
        outputs = jobs.map_outputs(session, job.id)
        texts = {
            name: shop.store.get_local_path(files.key_of(session, media)).read_text() for name, media in outputs.items()
        }
        shown = transcripts.find_shown(session, job.id)
    assert texts["txt"] == "Hello, world.\nHELLO, WORLD.\n"
    assert all("HELLO, WORLD." in text for text in texts.values())
    assert shown is not None
    assert (shown.transcript.language, shown.transcript.text) == ("en", "Hello, world.")


def test_a_transcript_in_another_language_has_that_alone(shop: World, groq: FakeGroq) -> None:
    groq.chat = translate_to_capitals
    job = shop.submit_job(shop.receive_media(b"a video", seconds=20), TranscriptOptions(translate_to="pt"))
    assert shop.job_runner.run_next_job()
    with shop.db.read_transaction() as session:
        shown = transcripts.find_shown(session, job.id)
    assert shown is not None
    assert (shown.transcript.language, shown.transcript.text) == ("pt", "HELLO, WORLD.")


def test_tokens_of_a_translation_are_counted_and_priced_beside_the_speech(shop: World, groq: FakeGroq) -> None:
    groq.chat = translate_to_capitals
    job = shop.submit_job(shop.receive_media(b"a video", seconds=20), CaptionOptions(translate_to="pt"))
    assert shop.job_runner.run_next_job()
    done = shop.reload_job(job)
    assert (done.prompt_tokens, done.completion_tokens) == (100, 50)
    assert done.provider_cost == 111 + 45  # 100 tokens of $0.15 and 50 of $0.60 a million


def test_tokens_of_answers_that_cannot_be_used_are_paid_for_too(shop: World, groq: FakeGroq) -> None:
    groq.chat = lambda _: "no JSON"
    job = shop.submit_job(shop.receive_media(b"a video", seconds=20), CaptionOptions(translate_to="pt"))
    assert shop.job_runner.run_next_job()
    done = shop.reload_job(job)
    assert done.prompt_tokens == 100 * len(groq.chat_calls) > 0


@pytest.mark.parametrize(("style", "requests"), [("hormozi", 1), ("minimal", 0)])
def test_emphasis_is_asked_for_once_a_film_where_the_style_has_it(
    shop: World, groq: FakeGroq, style: str, requests: int
) -> None:
    job = shop.submit_job(shop.receive_media(b"a video", seconds=20), CaptionOptions(style=style))
    assert shop.job_runner.run_next_job()
    done = shop.reload_job(job)
    assert (done.status, len(groq.chat_calls), done.prompt_tokens) == ("done", requests, 100 * requests)


@pytest.mark.parametrize("lines", ["translated", "both"])
def test_a_translation_that_never_comes_is_a_failure_without_charge(shop: World, groq: FakeGroq, lines: str) -> None:
    groq.chat = lambda _: "no JSON"
    options = CaptionOptions.model_validate({"translate_to": "pt", "translation_lines": lines})
    job = shop.submit_job(shop.receive_media(b"a video", seconds=20), options)
    while shop.reload_job(job).status not in (JobStatus.FAILED, JobStatus.DONE):
        assert shop.job_runner.run_next_job()
        shop.clock.advance(minutes=1)
    done = shop.reload_job(job)
    assert (done.status, done.code) == ("failed", ErrorCode.TEXT_SERVICE_DOWN)
    assert CAPTION not in shop.sandbox.tasks
    assert shop.get_credits() == CreditBalance(10, 0)


def test_a_corrected_translation_is_neither_heard_nor_translated_again(shop: World, groq: FakeGroq) -> None:
    groq.chat = translate_to_capitals
    captioned: list[tuple[Word, ...]] = []

    def caption(call: StagedCall) -> Film:
        captioned.append(tuple(call.arguments["words"]))
        return create_film(call)

    shop.sandbox.stage(CAPTION, caption, caption)
    video = shop.receive_media(b"a video", seconds=20)
    job = shop.submit_job(video, CaptionOptions(translate_to="pt"))
    assert shop.job_runner.run_next_job()
    with shop.db.transaction() as session:
        shown = transcripts.find_shown(session, job.id)
        assert shown is not None
        assert (shown.transcript.language, shown.transcript.words) == ("pt", captioned[0])
        request = JobRequest(
            shop.customer.person,
            shop.customer.address,
            [video],
            CaptionOptions(translate_to="pt"),
            parent_id=job.id,
            transcript=correct_lines(shown.transcript, {1: "OLÁ, WORLD."}),
            correction=Correction(shown.id, 0, {1: "OLÁ, WORLD."}),
        )
        corrected = shop.pipeline.submit(session, request)
        assert corrected.credits == 0
    assert shop.job_runner.run_next_job()
    assert [word.text for word in captioned[1]] == ["OLÁ,", "WORLD."]
    assert captioned[1][1] == captioned[0][1]
    assert (len(groq.calls), len(groq.chat_calls)) == (1, 1)
    assert list_heard(shop, corrected) == []


def test_a_film_in_another_language_is_heard_as_what_it_says_and_not_as_what_it_shows(
    shop: World, groq: FakeGroq
) -> None:
    groq.chat = translate_to_capitals
    job = shop.submit_job(shop.receive_media(b"a video", seconds=20), CaptionOptions(translate_to="pt"))
    assert shop.job_runner.run_next_job()
    with shop.db.read_transaction() as session:
        film = jobs.map_outputs(session, job.id)["film"]
        assert transcripts.find_for_job(session, Job(kind="caption"), film, "auto") is None


def test_both_languages_go_to_the_captions_line_by_line(shop: World, groq: FakeGroq) -> None:
    groq.chat = translate_to_capitals
    shown: list[tuple[str, str, Translation | None]] = []

    def caption(call: StagedCall) -> Film:
        words = " ".join(word.text for word in call.arguments["words"])
        shown.append((call.arguments["language"], words, call.arguments["translation"]))
        return create_film(call)

    shop.sandbox.stage(CAPTION, caption, caption)
    video = shop.receive_media(b"a video", seconds=20)
    shop.submit_job(video, CaptionOptions(translate_to="pt", translation_lines="both"))
    assert shop.job_runner.run_next_job()
    shop.submit_job(video, CaptionOptions(translate_to="en", translation_lines="both"))  # what is spoken
    assert shop.job_runner.run_next_job()
    (language, words, translation), spoken_alone = shown
    assert (language, words) == ("en", "Hello, world.")
    assert translation is not None
    assert [(line.text, line.start, line.end) for line in translation.lines] == [("HELLO, WORLD.", 0.2, 1.0)]
    assert translation.language == "pt"
    assert spoken_alone == ("en", "Hello, world.", None)


def test_lines_below_somebodys_cues_are_kept_as_those_of_cues(shop: World, groq: FakeGroq) -> None:
    groq.chat = translate_to_capitals
    shown: list[Translation] = []

    def caption(call: StagedCall) -> Film:
        shown.append(call.arguments["translation"])
        return create_film(call)

    shop.sandbox.stage(CAPTION, caption, caption)
    video = shop.receive_media(b"a video", seconds=20)
    options = CaptionOptions(language="en", translate_to="pt", translation_lines="both")
    subtitles = read(b"00:00:01,000 --> 00:00:02,000\nso we went\n\n00:00:03,000 --> 00:00:04,000\n- where to\n", "en")
    parent_id = None
    for given in (subtitles, None):
        with shop.db.transaction() as session:
            request = JobRequest(
                shop.customer.person, shop.customer.address, [video], options, parent_id=parent_id, transcript=given
            )
            parent_id = shop.pipeline.submit(session, request).id
        assert shop.job_runner.run_next_job()
    lines = [(line.text, line.is_cue, line.is_speaker_change) for line in shown[0].lines]
    assert lines == [("SO WE WENT", True, False), ("WHERE TO", True, True)]
    assert shown[0] == shown[1]
    assert len(groq.chat_calls) == 1


def test_a_translation_without_a_chat_model_is_refused_without_charge(shop: World) -> None:
    shop.job_runner.renderer = replace(shop.job_runner.renderer, chat=None)
    video = shop.receive_media(b"a video", seconds=20)
    job = shop.submit_job(video, CaptionOptions(translate_to="pt"))
    assert shop.job_runner.run_next_job()
    assert (shop.reload_job(job).status, shop.reload_job(job).code) == ("failed", ErrorCode.CHAT_MODEL_MISSING)
    assert shop.get_credits() == CreditBalance(10, 0)


def run_until_hanging(shop: World, groq: FakeGroq, interrupt: Callable[[], object]) -> float:
    """Run a job whose service gives no answer, and interrupt it then; the seconds until the worker is free."""
    groq.faults = [GroqFault(hangs=True)]
    worker = threading.Thread(target=shop.job_runner.run_next_job)
    worker.start()
    while not groq.hanging:
        worker.join(0.01)
        assert worker.is_alive()
    interrupt()
    interrupted_at = time.monotonic()
    worker.join(20)
    assert not worker.is_alive()
    return time.monotonic() - interrupted_at


def test_a_worker_that_is_told_to_stop_gives_the_job_back_without_waiting(shop: World, groq: FakeGroq) -> None:
    job = submit(shop)
    assert run_until_hanging(shop, groq, shop.job_runner.stop_event.set) < 5
    row = shop.reload_job(job)
    assert (row.status, row.attempts) == (JobStatus.QUEUED, 0)
    assert LISTEN not in shop.sandbox.tasks


def test_a_job_cancelled_while_the_service_hears_stops_without_waiting(shop: World, groq: FakeGroq) -> None:
    job = submit(shop)

    def cancel() -> None:
        with shop.db.transaction() as session:
            assert shop.pipeline.cancel(session, job.id, shop.customer.person)

    assert run_until_hanging(shop, groq, cancel) < 5
    assert shop.reload_job(job).status == JobStatus.CANCELLED
    assert LISTEN not in shop.sandbox.tasks
