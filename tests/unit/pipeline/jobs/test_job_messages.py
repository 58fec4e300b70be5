"""What is owed when a job ends: sentences' keys, and choices that fit into a button."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from models.errors import ErrorCode
from models.jobs.job import Job
from models.jobs.transcript import Transcript
from models.media.facts import MediaKind
from models.media.files import Media
from pipeline.jobs import job_messages


def job(**values: Any) -> Job:
    owners: dict[str, Any] = {name: uuid.uuid4() for name in ("tenant_id", "person_id", "address_id")}
    return Job(**owners, reply_to="msg-1", **{"kind": "caption", "parameters": {}, **values})


def media(kind: MediaKind = MediaKind.VIDEO, file_format: str = "mp4") -> Media:
    owners: dict[str, Any] = {name: uuid.uuid4() for name in ("tenant_id", "person_id")}
    return Media(**owners, kind=kind, format=file_format, size=1, expires_at=datetime(2030, 1, 1, tzinfo=UTC))


def test_a_film_is_owed_once_a_job_as_a_reply_with_its_thumbnail() -> None:
    made, film, thumbnail = job(), media(), media(MediaKind.IMAGE, "jpeg")
    owed = job_messages.build_result_message(made, {"film": film, "thumbnail": thumbnail}, "")
    assert (owed.cause, owed.part, owed.reply_to, owed.job_id) == (f"job:{made.id}", "film", "msg-1", made.id)
    assert (owed.message.media_id, owed.message.thumbnail_id) == (film.id, thumbnail.id)
    assert [paragraph.key for paragraph in owed.message.paragraphs] == ["caption-ready"]


@pytest.mark.parametrize(
    ("engine", "language", "keys"),
    [
        ("groq", "pt", ["heard-groq"]),
        ("local", "de", ["heard-local"]),
        ("groq", "und", []),
        ("given", "pt", []),
    ],
)
def test_a_result_says_which_language_was_heard_and_by_whom(engine: Any, language: str, keys: list[str]) -> None:
    transcript = Transcript(language=language, words=(), engine=engine)
    for kind, output in (("caption", "film"), ("transcript", "txt")):
        owed = job_messages.build_result_message(job(kind=kind), {output: media()}, "", transcript)
        said = [each for each in owed.message.paragraphs if each.key.startswith("heard")]
        assert [each.key for each in said] == keys
        assert all(each.values == {"spoken": language} for each in said)


def test_a_failure_says_why_that_the_credits_are_back_and_what_to_quote() -> None:
    made = job(code=ErrorCode.TOO_HEAVY, code_values={"limit": 2}, credits=3)
    paragraphs = job_messages.build_failure_message(made).message.paragraphs
    assert [(each.key, each.values) for each in paragraphs] == [
        ("error-too-heavy", {"limit": 2}),
        ("credits-returned", {"credits": 3}),
        ("error-code", {"code": "TOO_HEAVY", "job": made.short_id}),
    ]


def test_a_failure_of_a_free_job_speaks_of_no_credits() -> None:
    keys = [each.key for each in job_messages.build_failure_message(job(code=ErrorCode.CRASHED)).message.paragraphs]
    assert keys == ["error-crashed", "error-code"]


def test_the_film_as_a_file_is_owed_for_a_cause_of_its_own() -> None:
    made, film = job(), media()
    owed = job_messages.build_file_message(made, film, "film", "update:1:2")
    assert (owed.cause, owed.message.as_file, owed.message.media_id) == ("update:1:2", True, film.id)


def test_every_choice_names_its_job() -> None:
    made = job(code=ErrorCode.CRASHED)
    for owed in (
        job_messages.build_result_message(made, {"film": media()}, ""),
        job_messages.build_failure_message(made),
    ):
        data = [choice.data for row in owed.message.choices for choice in row]
        assert data
        assert all(made.id.hex in each for each in data)


def test_a_text_is_owed_as_a_message_with_its_files_as_buttons() -> None:
    made = job(kind="transcript")
    outputs = {name: media(MediaKind.TEXT, name) for name in ("txt", "srt", "vtt", "ass")}
    owed = job_messages.build_result_message(made, outputs, "What was said.").message
    assert (owed.media_id, owed.as_file) == (None, False)
    assert [each.values.get("name") for each in owed.paragraphs] == [None, "What was said."]
    data = [choice.data for row in owed.choices for choice in row]
    files = [f"file:{made.id.hex}:{name}" for name in ("srt", "vtt", "ass", "txt")]
    assert data == [*files, f"correct:{made.id.hex}", f"again:{made.id.hex}"]


@pytest.mark.parametrize("extra", [(), ("gif",)])
def test_files_beside_a_drawing_have_buttons_where_they_were_made(extra: tuple[str, ...]) -> None:
    outputs = {"film": media(), **{name: media(MediaKind.IMAGE, "png") for name in ("still", "svg", *extra)}}
    owed = job_messages.build_result_message(job(kind="sketch"), outputs, "")
    meant = [choice.data.split(":")[2:] for row in owed.message.choices for choice in row]
    assert [name for names in meant for name in names] == ["still", "svg", *extra]


def test_a_text_longer_than_a_message_is_owed_as_a_file() -> None:
    made = job(kind="transcript")
    outputs = {name: media(MediaKind.TEXT, name) for name in ("txt", "srt", "vtt", "ass")}
    owed = job_messages.build_result_message(made, outputs, "word " * 1000).message
    assert (owed.media_id, owed.as_file) == (outputs["txt"].id, True)
    assert [each.key for each in owed.paragraphs] == ["transcript-ready"]


@pytest.mark.parametrize("is_cut", [False, True])
def test_chapters_are_offered_under_a_film_from_which_something_is_cut_too(*, is_cut: bool) -> None:
    made = job(parameters={"cut_pauses": is_cut})
    owed = job_messages.build_result_message(made, {"film": media()}, "", has_chat_model=True)
    offered = [choice.label.key for row in owed.message.choices for choice in row]
    assert ("choice-chapters" in offered, "choice-summary" in offered) == (True, True)
