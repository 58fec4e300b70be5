"""The vocabulary: errors that survive a pipe, words that run forward, tastes that become parameters."""

import pickle
from uuid import uuid4

import pytest
from pydantic import ValidationError

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.job import FINAL_STATUSES, UNFINISHED_STATUSES, Job, JobStatus
from models.jobs.transcript import Transcript, Word
from models.messaging.deliveries import TranslatedChoice, TranslatedText


@pytest.mark.parametrize("kind", [RequestRejected, ProcessingFailed])
def test_an_error_keeps_its_code_and_values_through_a_pipe(kind: type[RequestRejected]) -> None:
    error = pickle.loads(pickle.dumps(kind(ErrorCode.TOO_LONG, limit=600)))  # noqa: S301 - our own bytes
    assert (type(error), error.code, error.values) == (kind, ErrorCode.TOO_LONG, {"limit": 600})
    assert str(error) == "TOO_LONG (limit=600)"


def test_an_error_without_values_reads_as_its_code() -> None:
    assert str(ProcessingFailed(ErrorCode.CRASHED)) == "CRASHED"


def test_a_job_either_waits_or_has_ended() -> None:
    assert set(JobStatus) == FINAL_STATUSES | UNFINISHED_STATUSES
    assert not FINAL_STATUSES & UNFINISHED_STATUSES
    assert [status for status in JobStatus if status.is_final] == [
        JobStatus.DONE,
        JobStatus.FAILED,
        JobStatus.CANCELLED,
    ]


def test_a_job_has_a_name_people_can_read_out() -> None:
    job = Job(tenant_id=uuid4(), person_id=uuid4(), address_id=uuid4(), kind="sketch", parameters={})
    assert (len(job.short_id), job.id.hex.startswith(job.short_id)) == (8, True)


@pytest.mark.parametrize("wrong", [{"start": 2, "end": 1}, {"start": -1, "end": 1}, {"text": "", "start": 0, "end": 1}])
def test_a_word_that_cannot_be_shown_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Word.model_validate({"text": "word", **wrong})


def test_a_transcript_reads_as_its_words() -> None:
    words = tuple(Word(text=text, start=place, end=place + 1) for place, text in enumerate(["one", "two"]))
    assert Transcript(language="en", words=words).text == "one two"


def test_a_choice_fits_into_what_messengers_carry_back() -> None:
    label = TranslatedText(key="choice-again")
    assert TranslatedChoice(data="x" * 64, label=label).data == "x" * 64
    with pytest.raises(ValidationError):
        TranslatedChoice(data="x" * 65, label=label)
