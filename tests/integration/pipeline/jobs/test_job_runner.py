"""A job from claim to settlement: films, refusals, failures, crashes, cancels and stops."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from fakes.concurrency import run_concurrently
from fakes.world.staged_sandbox import (
    CAPTION,
    CPU_SECONDS,
    DRAW,
    LISTEN,
    PREPARE,
    TRANSCRIPT,
    BlockingTask,
    StagedCall,
    WorkerKilled,
    build_raiser,
    create_film,
)
from fakes.world.world import World
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import func, select

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.film import Film
from models.jobs.job import Job, JobClaim, JobStatus
from models.jobs.options import CaptionOptions, SketchOptions
from pipeline.operations.progress_reporter import create_progress_reporter
from storage.billing.ledger import CreditBalance
from storage.jobs import jobs, transcripts
from storage.media import files


def die(shop: World) -> None:
    """A worker claims a job, is killed in the middle of it, and its lease runs out."""
    shop.sandbox.stage(DRAW, build_raiser(WorkerKilled()))
    with pytest.raises(WorkerKilled):
        shop.job_runner.run_next_job()
    shop.clock.advance(seconds=31)


def test_there_is_nothing_to_do_when_nothing_was_submitted(shop: World) -> None:
    assert not shop.job_runner.run_next_job()


def test_a_film_that_is_done_is_kept_paid_and_owed_to_the_chat(shop: World) -> None:
    job = shop.submit_job()
    assert shop.job_runner.run_next_job()
    row = shop.reload_job(job)
    assert (row.status, row.progress, row.finished_at, row.lease_until) == (JobStatus.DONE, 1.0, shop.clock(), None)
    assert row.cpu_seconds == CPU_SECONDS
    assert shop.get_credits() == CreditBalance(9, 0)
    (delivery,) = shop.list_deliveries(job)
    message = delivery.content
    assert (delivery.part, delivery.reply_to, delivery.address_id) == ("film", "msg-7", shop.customer.address.id)
    with shop.db.read_transaction() as session:
        results = jobs.map_outputs(session, job.id)
        assert (message.media_id, message.thumbnail_id) == (results["film"].id, results["thumbnail"].id)
        assert (
            shop.job_runner.store.get_local_path(files.key_of(session, results["film"]))
            .read_bytes()
            .startswith(b"film ")
        )
        assert (results["film"].seconds, results["film"].width) == (5.0, 640)
        assert results["film"].expires_at == shop.clock() + timedelta(days=7)
    assert shop.list_leftovers() == []


def test_the_end_is_one_transaction(shop: World) -> None:
    job = shop.submit_job()
    with shop.db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE delivery RENAME TO elsewhere"))
    with suppress(OperationalError):
        shop.job_runner.run_next_job()
    with shop.db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO delivery"))
    assert (shop.reload_job(job).finished_at, shop.reload_job(job).attempts) == (None, 1)
    assert shop.get_credits() == CreditBalance(9, 1)
    with shop.db.read_transaction() as session:
        assert jobs.map_outputs(session, job.id) == {}
    shop.clock.advance(seconds=31)
    assert shop.job_runner.run_next_job()
    assert shop.reload_job(job).status == JobStatus.DONE
    assert shop.get_credits() == CreditBalance(9, 0)


def test_a_refused_job_is_failed_with_its_code_its_credits_back_and_one_notice(shop: World) -> None:
    shop.sandbox.stage(DRAW, build_raiser(RequestRejected(ErrorCode.TOO_HEAVY, limit=3)))
    job = shop.submit_job()
    assert shop.job_runner.run_next_job()
    row = shop.reload_job(job)
    assert (row.status, row.code, row.code_values) == (JobStatus.FAILED, ErrorCode.TOO_HEAVY, {"limit": 3})
    assert row.cpu_seconds == CPU_SECONDS
    assert shop.get_credits() == CreditBalance(10, 0)
    (notice,) = shop.list_deliveries(job)
    keys = [paragraph.key for paragraph in notice.content.paragraphs]
    assert keys == ["error-too-heavy", "credits-returned", "error-code"]
    assert not shop.job_runner.run_next_job()
    assert shop.list_leftovers() == []


def test_what_failed_is_tried_again_after_a_pause_and_succeeds(shop: World) -> None:
    shop.sandbox.stage(DRAW, build_raiser(ProcessingFailed(ErrorCode.CRASHED)))
    job = shop.submit_job()
    assert shop.job_runner.run_next_job()
    assert (shop.reload_job(job).status, shop.list_deliveries(job)) == (JobStatus.QUEUED, [])
    assert not shop.job_runner.run_next_job()
    shop.clock.advance(seconds=5)
    assert shop.job_runner.run_next_job()
    assert (shop.reload_job(job).status, shop.reload_job(job).attempts) == (JobStatus.DONE, 2)
    assert shop.get_credits() == CreditBalance(9, 0)


def test_a_bug_of_ours_gives_the_place_back_at_once(shop: World) -> None:
    shop.sandbox.stage(DRAW, build_raiser(ValueError("nobody thought of this")))
    job = shop.submit_job()
    assert shop.job_runner.run_next_job()
    row = shop.reload_job(job)
    assert (row.status, row.attempts, row.lease_until) == (JobStatus.QUEUED, 1, None)
    assert shop.job_runner.free_slots == shop.job_runner.concurrency
    shop.clock.advance(seconds=5)
    assert shop.job_runner.run_next_job()
    assert (shop.reload_job(job).status, shop.get_credits()) == (JobStatus.DONE, CreditBalance(9, 0))
    assert shop.list_leftovers() == []


def test_a_bug_that_strikes_three_times_is_an_apology_with_the_credits_back(shop: World) -> None:
    shop.sandbox.stage(DRAW, *[build_raiser(ValueError("nobody thought of this"))] * 3)
    job = shop.submit_job()
    for pause in (5, 30, 0):
        assert shop.job_runner.run_next_job()
        assert not shop.job_runner.run_next_job()
        shop.clock.advance(seconds=pause)
    assert (shop.reload_job(job).status, shop.reload_job(job).code, shop.reload_job(job).attempts) == (
        JobStatus.FAILED,
        ErrorCode.UNEXPECTED,
        3,
    )
    assert shop.get_credits() == CreditBalance(10, 0)
    assert [delivery.part for delivery in shop.list_deliveries(job)] == ["failure"]


def test_what_fails_three_times_is_failed_and_told_once(shop: World) -> None:
    shop.sandbox.stage(DRAW, *[build_raiser(ProcessingFailed(ErrorCode.CRASHED))] * 3)
    job = shop.submit_job()
    for pause in (5, 30, 0):
        assert shop.job_runner.run_next_job()
        assert not shop.job_runner.run_next_job()
        shop.clock.advance(seconds=pause)
    assert not shop.job_runner.run_next_job()
    assert (shop.reload_job(job).status, shop.reload_job(job).code) == (JobStatus.FAILED, ErrorCode.CRASHED)
    assert shop.get_credits() == CreditBalance(10, 0)
    assert [delivery.part for delivery in shop.list_deliveries(job)] == ["failure"]


def test_a_job_whose_worker_died_is_found_by_the_sweeper_and_done_by_another(shop: World) -> None:
    job = shop.submit_job()
    die(shop)
    queue = shop.pipeline.queue.broker.queues["render"]
    shop.sweeper.sweep()
    assert queue.qsize() == 1
    assert shop.create_job_runner().run_next_job()
    assert (shop.reload_job(job).status, shop.reload_job(job).attempts, shop.reload_job(job).owner) == (
        JobStatus.DONE,
        2,
        "worker-2",
    )
    assert shop.get_credits() == CreditBalance(9, 0)
    assert len(shop.list_deliveries(job)) == 1


def test_a_job_that_kills_every_worker_is_failed_by_the_sweeper_once(shop: World) -> None:
    job = shop.submit_job()
    for _ in range(3):
        shop.sweeper.sweep()
        die(shop)
    assert not shop.job_runner.run_next_job()
    run_concurrently([shop.sweeper.sweep] * 4)
    assert (shop.reload_job(job).status, shop.reload_job(job).code) == (JobStatus.FAILED, ErrorCode.CRASHED)
    assert shop.get_credits() == CreditBalance(10, 0)
    assert [delivery.part for delivery in shop.list_deliveries(job)] == ["failure"]


def test_a_worker_that_comes_back_too_late_changes_nothing(shop: World) -> None:
    gate = BlockingTask()
    shop.sandbox.stage(DRAW, gate)
    job = shop.submit_job()
    slow = threading.Thread(target=shop.job_runner.run_next_job)
    slow.start()
    assert gate.started.wait(10)
    with shop.db.engine.begin() as connection:  # the machine slept: its lease ran out
        connection.execute(text("UPDATE job SET lease_until = '2000-01-01 00:00:00+00'"))
    gate_is_open = shop.create_job_runner().run_next_job()
    gate.released.set()
    slow.join(10)
    assert gate_is_open
    row = shop.reload_job(job)
    assert (row.status, row.owner, row.fence) == (JobStatus.DONE, "worker-2", 2)
    assert shop.get_credits() == CreditBalance(9, 0)
    assert len(shop.list_deliveries(job)) == 1
    with shop.db.read_transaction() as session:
        assert set(jobs.map_outputs(session, job.id)) == {"film", "thumbnail", "still", "svg"}


def test_a_job_cancelled_in_the_queue_is_never_begun(shop: World) -> None:
    job = shop.submit_job()
    assert shop.cancel_job(job)
    assert not shop.job_runner.run_next_job()
    assert shop.sandbox.tasks == []
    assert shop.reload_job(job).status == JobStatus.CANCELLED
    assert shop.get_credits() == CreditBalance(10, 0)
    assert shop.list_deliveries(job) == []


def test_a_job_cancelled_while_it_is_drawn_stops_within_a_second_and_no_film_comes(shop: World) -> None:
    gate = BlockingTask()
    shop.sandbox.stage(DRAW, gate)
    job = shop.submit_job()
    work = threading.Thread(target=shop.job_runner.run_next_job)
    work.start()
    assert gate.started.wait(10)
    assert shop.cancel_job(job)
    assert gate.cancelled.wait(1)
    work.join(10)
    assert shop.cancel_job(job) is None
    assert shop.reload_job(job).status == JobStatus.CANCELLED
    assert shop.get_credits() == CreditBalance(10, 0)
    assert shop.list_deliveries(job) == []
    assert shop.list_leftovers() == []
    assert not shop.job_runner.run_next_job()


def test_a_cancel_that_meets_the_last_frame_lets_one_of_both_win(shop: World) -> None:
    for _ in range(6):
        job = shop.submit_job()
        race: list[Callable[[], object]] = [shop.job_runner.run_next_job, partial(shop.cancel_job, job)]
        run_concurrently(race)
        row = shop.reload_job(job)
        films = len(shop.list_deliveries(job))
        assert (row.status, films) in {(JobStatus.DONE, 1), (JobStatus.CANCELLED, 0)}
        assert shop.get_credits().reserved == 0


def test_a_stop_gives_the_running_job_back_uncounted(shop: World) -> None:
    gate = BlockingTask()
    shop.sandbox.stage(DRAW, gate)
    job = shop.submit_job()
    work = threading.Thread(target=shop.job_runner.run_next_job)
    work.start()
    assert gate.started.wait(10)
    shop.job_runner.drain_event.set()
    shop.job_runner.stop_event.set()
    work.join(10)
    assert gate.cancelled.is_set()
    row = shop.reload_job(job)
    assert (row.status, row.attempts, row.fence, row.lease_until) == (JobStatus.QUEUED, 0, 1, None)
    assert shop.get_credits() == CreditBalance(9, 1)
    assert not shop.job_runner.run_next_job()
    assert shop.create_job_runner().run_next_job()
    assert (shop.reload_job(job).status, shop.reload_job(job).attempts) == (JobStatus.DONE, 1)


def test_the_lease_is_renewed_while_the_work_goes_on(shop: World) -> None:
    gate = BlockingTask()
    shop.sandbox.stage(DRAW, gate)
    shop.job_runner.lease_seconds = 0.4
    job = shop.submit_job()
    work = threading.Thread(target=shop.job_runner.run_next_job)
    work.start()
    assert gate.started.wait(10)
    shop.clock.advance(seconds=100)
    renewed = threading.Event()
    for _ in range(500):
        lease_until = shop.reload_job(job).lease_until
        if lease_until and lease_until > shop.clock():
            renewed.set()
            break
        gate.cancelled.wait(0.01)
    gate.released.set()
    work.join(10)
    assert renewed.is_set()
    assert shop.reload_job(job).status == JobStatus.DONE


def test_the_progress_is_told_with_its_stage_while_the_work_goes_on(shop: World) -> None:
    seen: list[tuple[str, float]] = []

    def look(run: StagedCall) -> Film:
        run.on_progress("", 0.5)
        with shop.db.read_transaction() as session:
            row = session.exec(select(Job)).one()
            seen.append((row.stage, row.progress))
        return create_film(run)

    shop.sandbox.stage(DRAW, look)
    shop.submit_job()
    assert shop.job_runner.run_next_job()
    assert seen == [("drawing", 0.0)]  # half is told later: not more often than somebody could read it


def test_a_film_is_not_given_up_because_its_progress_could_not_be_written(shop: World) -> None:
    job = shop.submit_job()
    report = create_progress_reporter(shop.db, JobClaim(job.id, fence=1, attempts=1))

    def without_table(run: StagedCall) -> Film:
        with shop.db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE job RENAME TO elsewhere"))
        report("drawing", 0.5)
        with shop.db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO job"))
        return create_film(run)

    shop.sandbox.stage(DRAW, without_table)
    assert shop.job_runner.run_next_job()
    assert shop.reload_job(job).status == JobStatus.DONE


def test_an_input_that_is_gone_refuses_the_job(shop: World) -> None:
    media = shop.receive_media()
    job = shop.submit_job(media)
    with shop.db.read_transaction() as session:
        shop.job_runner.store.get_local_path(files.key_of(session, media)).unlink()
    assert shop.job_runner.run_next_job()
    assert (shop.reload_job(job).status, shop.reload_job(job).code) == (JobStatus.FAILED, ErrorCode.FILE_GONE)
    assert shop.get_credits() == CreditBalance(10, 0)


def test_a_video_is_heard_once_and_its_words_serve_every_later_style(shop: World) -> None:
    video = shop.receive_media(b"a video", seconds=20)
    first = shop.submit_job(video, CaptionOptions())
    assert shop.job_runner.run_next_job()
    second = shop.submit_job(video, CaptionOptions(style="pill"))
    assert shop.job_runner.run_next_job()
    assert shop.sandbox.tasks == [PREPARE, LISTEN, CAPTION, CAPTION]
    assert [shop.reload_job(job).status for job in (first, second)] == [JobStatus.DONE, JobStatus.DONE]
    with shop.db.read_transaction() as session:
        assert transcripts.find_for_job(session, shop.reload_job(second), video, "auto") == TRANSCRIPT


def test_no_speech_is_a_refusal_without_charge(shop: World) -> None:
    shop.sandbox.stage(LISTEN, build_raiser(RequestRejected(ErrorCode.NO_SPEECH)))
    job = shop.submit_job(shop.receive_media(b"a video", seconds=20), CaptionOptions())
    assert shop.job_runner.run_next_job()
    assert (shop.reload_job(job).status, shop.reload_job(job).code) == (JobStatus.FAILED, ErrorCode.NO_SPEECH)
    assert shop.get_credits() == CreditBalance(10, 0)


def test_many_workers_do_many_jobs_once_each(shop: World) -> None:
    shop.customer.person.role = "owner"
    with shop.db.transaction() as session:
        session.merge(shop.customer.person)
    media = shop.receive_media()
    submitted = [shop.submit_job(media) for _ in range(12)]
    workshops = [shop.create_job_runner(f"worker-{number}") for number in range(4)]
    done = run_concurrently([workshop.run_next_job for workshop in workshops for _ in range(4)], threads=4)
    assert done.count(True) == 12
    assert {shop.reload_job(job).status for job in submitted} == {JobStatus.DONE}
    assert [len(shop.list_deliveries(job)) for job in submitted] == [1] * 12
    with shop.db.read_transaction() as session:
        assert session.exec(select(func.sum(Job.attempts))).one() == 12


def test_a_drawing_above_full_hd_gets_the_memory_it_needs(shop: World) -> None:
    shop.submit_job(options=SketchOptions(width=3840, height=2160))
    assert shop.job_runner.run_next_job()
    shop.submit_job(options=SketchOptions(width=1280, height=720))
    assert shop.job_runner.run_next_job()
    large, small = shop.sandbox.limits
    assert large.memory > small.memory
