"""Submitting: the plan's limits, the monthly credits, and nothing left behind by a refusal."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.clock import NOON, SettableClock
from fakes.concurrency import run_concurrently
from fakes.ledger_checks import assert_ledger_balances
from fakes.sample_customers import SampleCustomer, create_customer
from fakes.world.jobs import open_staged_world
from fakes.world.staged_sandbox import TRANSCRIPT
from sqlalchemy import event
from sqlmodel import func, select

from models.errors import ErrorCode, RequestRejected
from models.identity.people import Person
from models.jobs.job import Job, JobInput, JobStatus
from models.jobs.options import CaptionOptions, SketchOptions
from models.media.facts import MediaInfo, MediaKind
from models.media.files import Media
from pipeline.jobs.service import JobRequest, Pipeline
from storage.db import Database
from storage.jobs import jobs, transcripts
from storage.media import files
from storage.media.files import MeasuredFile


@pytest.fixture
def pipeline(database: Database, clock: SettableClock, tmp_path: Path) -> Pipeline:
    return open_staged_world(database, clock, tmp_path).pipeline


def picture(pipeline: Pipeline, customer: SampleCustomer, folder: Path, seconds: float | None = None) -> Media:
    path = folder / "in.bin"
    path.write_bytes(b"what was sent")
    kind = MediaKind.VIDEO if seconds else MediaKind.IMAGE
    facts = MediaInfo(kind, "png", size=13, width=64, height=64, seconds=seconds)
    with pipeline.stage_upload([MeasuredFile.from_path(path, facts)]) as (file,), pipeline.db.transaction() as session:
        return pipeline.create_media(session, customer.person, file, pipeline.db.clock())


def submit(pipeline: Pipeline, customer: SampleCustomer, media: Media, seconds: float = 10) -> Job:
    order = JobRequest(customer.person, customer.address, [media], SketchOptions(seconds=seconds))
    with pipeline.db.transaction() as session:
        return pipeline.submit(session, order)


def refusal(pipeline: Pipeline, customer: SampleCustomer, media: Media, seconds: float = 10) -> RequestRejected:
    with pytest.raises(RequestRejected) as refused:
        submit(pipeline, customer, media, seconds)
    return refused.value


def finish_all(pipeline: Pipeline) -> None:
    with pipeline.db.transaction() as session:
        for job in session.exec(select(Job)):
            job.status = JobStatus.DONE


def available(pipeline: Pipeline, customer: SampleCustomer) -> int:
    with pipeline.db.transaction() as session:
        assert_ledger_balances(session)
        return pipeline.account_status_of(session, customer.person).credits.available


def count_jobs(pipeline: Pipeline) -> int:
    with pipeline.db.read_transaction() as session:
        return session.exec(select(func.count()).select_from(Job)).one()


def test_a_newcomer_has_ten_credits_and_a_film_costs_one(
    pipeline: Pipeline, customer: SampleCustomer, tmp_path: Path
) -> None:
    assert available(pipeline, customer) == 10
    job = submit(pipeline, customer, picture(pipeline, customer, tmp_path))
    assert (job.credits, job.paid, job.status) == (1, False, JobStatus.QUEUED)
    assert available(pipeline, customer) == 9
    with pipeline.db.read_transaction() as session:
        assert len(jobs.list_inputs(session, job.id)) == 1


def test_the_monthly_credits_come_once_a_month_and_are_gone_at_its_end(
    pipeline: Pipeline, customer: SampleCustomer, clock: SettableClock, tmp_path: Path
) -> None:
    submit(pipeline, customer, picture(pipeline, customer, tmp_path))
    finish_all(pipeline)
    clock.now = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)
    assert available(pipeline, customer) == 9
    clock.now = datetime(2026, 4, 1, tzinfo=UTC)
    assert available(pipeline, customer) == 10
    clock.now = datetime(2027, 1, 1, tzinfo=UTC)
    assert available(pipeline, customer) == 10


def test_many_first_messages_at_once_bring_the_monthly_credits_once(
    pipeline: Pipeline, customer: SampleCustomer
) -> None:
    assert run_concurrently([lambda: available(pipeline, customer)] * 16) == [10] * 16


def test_without_credits_there_is_no_job_and_the_answer_says_when_they_come_back(
    pipeline: Pipeline, customer: SampleCustomer, tmp_path: Path
) -> None:
    media = picture(pipeline, customer, tmp_path, seconds=299)
    for _ in range(3):
        order = JobRequest(customer.person, customer.address, [media], CaptionOptions(), transcript=TRANSCRIPT)
        with pipeline.db.transaction() as session:
            pipeline.submit(session, order)
    finish_all(pipeline)
    assert available(pipeline, customer) == 1
    with pytest.raises(RequestRejected) as refused, pipeline.db.transaction() as session:
        pipeline.submit(
            session, JobRequest(customer.person, customer.address, [media], CaptionOptions(), transcript=TRANSCRIPT)
        )
    assert refused.value.code is ErrorCode.NOT_ENOUGH_CREDITS
    assert refused.value.values == {"cost": 3, "available": 1, "returns": "2026-04-01"}
    assert count_jobs(pipeline) == 3
    assert available(pipeline, customer) == 1


def test_a_refusal_leaves_nothing_though_its_transaction_goes_on(
    pipeline: Pipeline, customer: SampleCustomer, tmp_path: Path
) -> None:
    media = picture(pipeline, customer, tmp_path, seconds=299)
    order = JobRequest(customer.person, customer.address, [media], CaptionOptions(), transcript=TRANSCRIPT)
    for _ in range(3):
        with pipeline.db.transaction() as session:
            pipeline.submit(session, order)
    finish_all(pipeline)
    with pipeline.db.transaction() as session:
        with pytest.raises(RequestRejected, match="NOT_ENOUGH_CREDITS"):
            pipeline.submit(session, order)
        session.get_one(Person, customer.person.id).name = "still told"
    with pipeline.db.read_transaction() as session:
        assert session.exec(select(func.count()).select_from(Job)).one() == 3
        assert session.exec(select(func.count()).select_from(JobInput)).one() == 3
        assert session.get_one(Person, customer.person.id).name == "still told"
    assert available(pipeline, customer) == 1


def test_a_free_person_has_three_jobs_waiting_at_most(
    pipeline: Pipeline, customer: SampleCustomer, tmp_path: Path
) -> None:
    media = picture(pipeline, customer, tmp_path)
    for _ in range(3):
        submit(pipeline, customer, media)
    refused = refusal(pipeline, customer, media)
    assert (refused.code, refused.values) == (ErrorCode.TOO_MANY_WAITING, {"limit": 3})
    assert available(pipeline, customer) == 7


def test_many_submissions_at_once_pass_no_limit(pipeline: Pipeline, customer: SampleCustomer, tmp_path: Path) -> None:
    media = picture(pipeline, customer, tmp_path)

    def try_it() -> bool:
        try:
            submit(pipeline, customer, media)
        except RequestRejected:
            return False
        return True

    assert run_concurrently([try_it] * 16).count(True) == 3
    assert available(pipeline, customer) == 7


def test_a_result_longer_than_the_plan_allows_is_refused(
    pipeline: Pipeline, customer: SampleCustomer, tmp_path: Path
) -> None:
    media = picture(pipeline, customer, tmp_path, seconds=301)
    with pytest.raises(RequestRejected) as refused, pipeline.db.transaction() as session:
        pipeline.submit(session, JobRequest(customer.person, customer.address, [media], CaptionOptions()))
    assert (refused.value.code, refused.value.values) == (ErrorCode.PLAN_LIMIT, {"limit": 300})


def test_the_owner_is_not_metered_and_goes_before_the_free_without_a_watermark(
    pipeline: Pipeline, database: Database, tmp_path: Path
) -> None:
    owner = create_customer(database, "owner", role="owner")
    media = picture(pipeline, owner, tmp_path)
    made = [submit(pipeline, owner, media, seconds=60) for _ in range(20)]
    assert {(job.credits, job.paid, job.parameters["watermark"]) for job in made} == {(0, True, None)}
    assert refusal(pipeline, owner, media).code is ErrorCode.TOO_MANY_WAITING
    assert available(pipeline, owner) == 0


def test_a_free_film_carries_the_watermark(pipeline: Pipeline, customer: SampleCustomer, tmp_path: Path) -> None:
    job = submit(pipeline, customer, picture(pipeline, customer, tmp_path))
    assert job.parameters["watermark"] == pipeline.watermark


def test_a_plan_that_is_no_longer_sold_counts_as_free(
    pipeline: Pipeline, customer: SampleCustomer, database: Database
) -> None:
    with database.transaction() as session:
        session.merge(customer.person).plan = "gold-2019"
    customer.person.plan = "gold-2019"
    assert available(pipeline, customer) == 10


def test_a_file_that_is_gone_is_refused_before_anything_is_held(
    pipeline: Pipeline, customer: SampleCustomer, tmp_path: Path
) -> None:
    media = picture(pipeline, customer, tmp_path)
    with pipeline.db.transaction() as session:
        files.release(session, session.merge(media))
    media.file_id = None
    assert refusal(pipeline, customer, media).code is ErrorCode.FILE_GONE
    assert available(pipeline, customer) == 10


def test_cancelling_gives_the_credits_back_once(pipeline: Pipeline, customer: SampleCustomer, tmp_path: Path) -> None:
    job = submit(pipeline, customer, picture(pipeline, customer, tmp_path))

    def cancel() -> bool:
        with pipeline.db.transaction() as session:
            return pipeline.cancel(session, job.id, customer.person) is not None

    assert run_concurrently([cancel] * 8, threads=8).count(True) == 1
    assert available(pipeline, customer) == 10


def test_nobody_cancels_the_job_of_another(
    pipeline: Pipeline, customer: SampleCustomer, database: Database, tmp_path: Path
) -> None:
    stranger = create_customer(database, "stranger")
    job = submit(pipeline, customer, picture(pipeline, customer, tmp_path))
    with database.transaction() as session:
        assert pipeline.cancel(session, job.id, stranger.person) is None
        assert session.get_one(Job, job.id).status == JobStatus.QUEUED


def test_words_that_are_given_stand_with_the_job(pipeline: Pipeline, customer: SampleCustomer, tmp_path: Path) -> None:
    media = picture(pipeline, customer, tmp_path, seconds=20)
    given = TRANSCRIPT.model_copy(update={"engine": "given", "confidence": None})
    with pipeline.db.transaction() as session:
        job = pipeline.submit(
            session, JobRequest(customer.person, customer.address, [media], CaptionOptions(), transcript=given)
        )
        assert transcripts.find_given(session, job.id) == given


def test_an_input_is_kept_for_a_day(pipeline: Pipeline, customer: SampleCustomer, tmp_path: Path) -> None:
    assert picture(pipeline, customer, tmp_path).expires_at == NOON + timedelta(hours=24)


@contextmanager
def record_written_tables(db: Database) -> Iterator[list[str]]:
    """The tables whose rows are locked or written while the block runs, in their order."""
    tables: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if re.match("SELECT", statement) and "FOR UPDATE" not in statement:
            return
        tables.extend(re.findall(r"(?:FROM|INTO|UPDATE) (balance|queued_person)\b", statement))

    event.listen(db.engine, "before_cursor_execute", record)
    try:
        yield tables
    finally:
        event.remove(db.engine, "before_cursor_execute", record)


def test_submitting_and_cancelling_lock_credits_before_the_place_in_the_queue_so_that_neither_waits_for_the_other(
    postgresql: Database, clock: SettableClock, tmp_path: Path
) -> None:
    pipeline = open_staged_world(postgresql, clock, tmp_path).pipeline
    customer = create_customer(postgresql)
    media = picture(pipeline, customer, tmp_path)
    with record_written_tables(postgresql) as submitted:
        job = submit(pipeline, customer, media)
    with record_written_tables(postgresql) as cancelled, postgresql.transaction() as session:
        assert pipeline.cancel(session, job.id, customer.person) is not None
    assert {"balance", "queued_person"} == set(submitted) == set(cancelled)
    assert submitted.index("balance") < submitted.index("queued_person")
    assert cancelled.index("balance") < cancelled.index("queued_person")
