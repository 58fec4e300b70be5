"""What is owed when a job ends: sentences' keys, and choices that fit into a button."""

import uuid
from typing import Any

from models.errors import Code
from models.jobs import Job, Kind
from pipeline import announce


def job(**values: Any) -> Job:
    owners: dict[str, Any] = {name: uuid.uuid4() for name in ("tenant_id", "person_id", "address_id")}
    return Job(**owners, kind=Kind.CAPTION, parameters={}, reply_to="msg-1", **values)


def test_a_film_is_owed_once_a_job_as_a_reply_with_its_thumbnail() -> None:
    made, film, thumbnail = job(), uuid.uuid4(), uuid.uuid4()
    owed = announce.film(made, film, thumbnail)
    assert (owed.cause, owed.part, owed.reply_to, owed.job_id) == (f"job:{made.id}", "film", "msg-1", made.id)
    assert (owed.message.media_id, owed.message.thumbnail_id) == (film, thumbnail)
    assert [paragraph.key for paragraph in owed.message.paragraphs] == ["caption-ready"]


def test_a_failure_says_why_that_the_credits_are_back_and_what_to_quote() -> None:
    made = job(code=Code.TOO_HEAVY, code_values={"limit": 2}, credits=3)
    paragraphs = announce.failure(made).message.paragraphs
    assert [(each.key, each.values) for each in paragraphs] == [
        ("error-too-heavy", {"limit": 2}),
        ("credits-returned", {"credits": 3}),
        ("error-code", {"code": "TOO_HEAVY", "job": made.short}),
    ]


def test_a_failure_of_a_free_job_speaks_of_no_credits() -> None:
    keys = [each.key for each in announce.failure(job(code=Code.CRASHED)).message.paragraphs]
    assert keys == ["error-crashed", "error-code"]


def test_the_film_as_a_file_is_owed_for_a_cause_of_its_own() -> None:
    made, film = job(), uuid.uuid4()
    owed = announce.original(made, film, "update:1:2")
    assert (owed.cause, owed.message.as_file, owed.message.media_id) == ("update:1:2", True, film)


def test_every_choice_names_its_job() -> None:
    made = job(code=Code.CRASHED)
    for owed in (announce.film(made, uuid.uuid4(), uuid.uuid4()), announce.failure(made)):
        data = [choice.data for row in owed.message.choices for choice in row]
        assert data
        assert all(made.id.hex in each for each in data)
