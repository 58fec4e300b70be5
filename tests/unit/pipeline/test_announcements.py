"""What is owed when a job ends: sentences' keys, and choices that fit into a button."""

import uuid
from typing import Any

from models.errors import ErrorCode
from models.jobs.job import Job, JobType
from pipeline.jobs import job_messages


def job(**values: Any) -> Job:
    owners: dict[str, Any] = {name: uuid.uuid4() for name in ("tenant_id", "person_id", "address_id")}
    return Job(**owners, kind=JobType.CAPTION, parameters={}, reply_to="msg-1", **values)


def test_a_film_is_owed_once_a_job_as_a_reply_with_its_thumbnail() -> None:
    made, film, thumbnail = job(), uuid.uuid4(), uuid.uuid4()
    owed = job_messages.build_film_message(made, film, thumbnail)
    assert (owed.cause, owed.part, owed.reply_to, owed.job_id) == (f"job:{made.id}", "film", "msg-1", made.id)
    assert (owed.message.media_id, owed.message.thumbnail_id) == (film, thumbnail)
    assert [paragraph.key for paragraph in owed.message.paragraphs] == ["caption-ready"]


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
    made, film = job(), uuid.uuid4()
    owed = job_messages.build_file_message(made, film, "update:1:2")
    assert (owed.cause, owed.message.as_file, owed.message.media_id) == ("update:1:2", True, film)


def test_every_choice_names_its_job() -> None:
    made = job(code=ErrorCode.CRASHED)
    for owed in (
        job_messages.build_film_message(made, uuid.uuid4(), uuid.uuid4()),
        job_messages.build_failure_message(made),
    ):
        data = [choice.data for row in owed.message.choices for choice in row]
        assert data
        assert all(made.id.hex in each for each in data)
