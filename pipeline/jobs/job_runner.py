"""Job runner: takes a job from claim to settlement."""

import errno
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from models.errors import AppError, ErrorCode, JobCancelled, ProcessingFailed, RequestRejected
from models.identity.people import Address, Person
from models.jobs.job import Job, JobClaim, JobStatus
from models.jobs.transcript import Transcript
from models.media.facts import MediaKind
from models.retries import JOB_RETRIES, RetryPolicy
from pipeline.jobs import job_messages
from pipeline.jobs.lease import hold_lease
from pipeline.jobs.renderer import Renderer
from pipeline.jobs.settlement import settle
from pipeline.kinds.registry import list_kinds
from pipeline.kinds.running_job import JobResult
from pipeline.kinds.spec_loader import load_spec
from pipeline.kinds.usage import Usage
from pipeline.operations.file_retention import Retention
from pipeline.operations.progress_reporter import create_progress_reporter
from pipeline.operations.request_id import bind_request
from storage.db import Database
from storage.jobs import jobs, transcripts
from storage.jobs.outcomes import JobOutcome, LeaseLost
from storage.media import files
from storage.media.files import MeasuredFile
from storage.media.media_store import MediaStore
from storage.media.staged_upload import StagedUpload
from storage.messaging import outbox

log = structlog.get_logger(__name__)


def return_true() -> bool:
    return True


@dataclass(slots=True)
class JobRunner:
    """Claims jobs and runs them. Thread-safe."""

    db: Database
    store: MediaStore
    renderer: Renderer
    retention: Retention
    owner: str
    lease_seconds: float = 30.0
    concurrency: int = 2  # jobs run at the same time
    retry_policy: RetryPolicy = JOB_RETRIES
    has_room: Callable[[], bool] = return_true  # while the disk has none, jobs wait
    drain_event: threading.Event = field(default_factory=threading.Event)  # set: no more jobs are claimed
    stop_event: threading.Event = field(default_factory=threading.Event)  # set: running jobs are requeued
    _running: set[JobClaim] = field(default_factory=set)

    @property
    def free_slots(self) -> int:
        """How many more jobs could be run at the same time."""
        if not self.has_room():
            return 0
        return max(0, self.concurrency - len(self._running))

    def run_next_job(self) -> bool:
        """Claim and run the fairest job; False if there is none."""
        if self.drain_event.is_set() or not self.has_room():
            return False
        claim = self._claim_job()
        if claim is None:
            return False
        self._running.add(claim)
        try:
            with (
                bind_request(claim.request, job=str(claim.job_id)),
                hold_lease(self.db, claim, self.lease_seconds) as lost_event,
            ):
                self._run_job(claim, lost_event)
        finally:
            self._running.discard(claim)
        return True

    def _claim_job(self) -> JobClaim | None:
        with self.db.transaction() as session:
            lease = timedelta(seconds=self.lease_seconds)
            claim = jobs.claim_next(session, self.owner, self.db.clock(), lease, [kind.name for kind in list_kinds()])
            if self.drain_event.is_set():  # set during the wait for the database: leave the job to another worker
                session.rollback()
                return None
        return claim

    def _run_job(self, claim: JobClaim, lost_event: threading.Event) -> None:
        usage, started_at = Usage(), time.monotonic()
        outcome = "done"
        try:
            with self.retention.open_temp_folder() as folder:
                spec = load_spec(self.db, self.store, claim.job_id, folder)
                result = self.renderer.render(
                    spec,
                    create_progress_reporter(self.db, claim),
                    lambda: lost_event.is_set() or self.stop_event.is_set(),
                    usage,
                    lambda transcript: self._keep_transcript(claim, transcript, usage),
                )
                self._deliver(claim, result, usage)
        except JobCancelled:
            outcome = "stopped"
            self._requeue(claim, timedelta(0), usage, counts_as_attempt=False)
        except LeaseLost:
            outcome = "lost"
        except RequestRejected as error:
            outcome = str(error.code)
            self.fail_job(claim, error, usage)
        except (OperationalError, InterfaceError):  # the database is away: the job cannot be requeued
            outcome = "database-away"
            raise
        except Exception as error:  # noqa: BLE001 - an edge: no bug may hold a job until its lease ends
            failure = error if isinstance(error, ProcessingFailed) else _failure_of(error)
            outcome = str(failure.code)
            self._retry_or_fail(claim, failure, usage)
        finally:
            seconds, age = time.monotonic() - started_at, _age_of(claim, self.db.clock())
            _log_attempt(claim, outcome, usage, age=age, seconds=round(seconds, 2))

    def fail_job(self, claim: JobClaim, error: AppError, usage: Usage | None = None) -> None:
        """Mark a job as failed, release its credits, and notify the user of the reason."""
        outcome = _build_outcome(JobStatus.FAILED, usage or Usage(), error.code, dict(error.values))
        try:
            with self.db.transaction() as session:
                job = jobs.finish(session, claim, outcome, self.db.clock())
                settle(session, job, 0, self.db.clock())
                self._enqueue_message(session, job, job_messages.build_failure_message(job))
        except LeaseLost:
            log.info("job-lease-lost", job=str(claim.job_id))

    def _retry_or_fail(self, claim: JobClaim, error: ProcessingFailed, usage: Usage) -> None:
        if claim.attempts >= self.retry_policy.max_attempts:
            log.error("job-failed", job=str(claim.job_id), code=error.code)
            self.fail_job(claim, error, usage)
        else:
            log.warning("job-retried", job=str(claim.job_id), code=error.code, attempt=claim.attempts)
            self._requeue(claim, self.retry_policy.delay_for(claim.attempts), usage, counts_as_attempt=True)

    def _requeue(self, claim: JobClaim, delay: timedelta, usage: Usage, *, counts_as_attempt: bool) -> None:
        run_after, costs = self.db.clock() + delay, usage.compute_unstored()
        with self.db.transaction() as session:
            jobs.requeue(session, claim, run_after, counts_as_attempt=counts_as_attempt, costs=costs)

    def _keep_transcript(self, claim: JobClaim, transcript: Transcript, usage: Usage) -> None:
        """Store what was heard and what it cost, so that a later attempt neither hears nor pays again.

        Raises LeaseLost.
        """
        with self.db.transaction() as session:
            job = jobs.add_costs(session, claim, usage.compute_unstored())
            transcripts.save(session, job, jobs.list_inputs(session, job.id)[0], transcript)
        usage.mark_stored()

    def _deliver(self, claim: JobClaim, result: JobResult, usage: Usage) -> None:
        """Store the files; then finish the job, capture its credits and enqueue the result, in one transaction."""
        measured = [MeasuredFile.from_path(output.path, output.info) for output in result.outputs]
        text = _read_text(result)
        outcome = _build_outcome(JobStatus.DONE, usage)
        with StagedUpload(self.db, self.store, measured) as staged, self.db.transaction() as session:
            now = self.db.clock()
            job = jobs.finish(session, claim, outcome, now)
            person = session.get_one(Person, job.person_id)
            outputs = {
                output.name: files.create_media(session, person, file, expires_at=now + self.retention.result_lifetime)
                for output, file in zip(result.outputs, staged, strict=True)
            }
            for output in result.outputs:
                jobs.add_output(session, job.id, output.name, outputs[output.name].id, output.cuts)
            if result.transcript:
                transcripts.save(session, job, jobs.list_inputs(session, job.id)[0], result.transcript)
            if result.translation:
                transcripts.save_translation(session, job, outputs[result.outputs[0].name], result.translation)
            if result.lines_below:
                transcripts.save_lines(session, job, outputs[result.outputs[0].name], result.lines_below)
            settle(session, job, job.credits, now)
            message = job_messages.build_result_message(
                job, outputs, text, result.transcript, has_chat_model=self.renderer.has_chat_model
            )
            self._enqueue_message(session, job, message)

    def _enqueue_message(self, session: Session, job: Job, message: outbox.OutboxMessage) -> None:
        address = session.get_one(Address, job.address_id)
        outbox.enqueue(session, address, job.person_id, message, self.db.clock())


def _build_outcome(
    status: JobStatus, usage: Usage, code: str | None = None, values: dict[str, Any] | None = None
) -> JobOutcome:
    return JobOutcome(status, code, values, usage.compute_unstored())


def _log_attempt(claim: JobClaim, outcome: str, usage: Usage, **durations: float | None) -> None:
    log.info(
        "job-attempt-finished",
        job=str(claim.job_id),
        kind=claim.kind,
        outcome=outcome,
        attempt=claim.attempts,
        cpu=round(usage.costs.cpu_seconds, 2),
        provider=round(usage.costs.provider_seconds, 2),
        **durations,
    )


def _age_of(claim: JobClaim, now: datetime) -> float | None:
    """Seconds since the user sent the job's input."""
    return round((now - claim.received_at).total_seconds(), 1) if claim.received_at else None


def _failure_of(error: Exception) -> ProcessingFailed:
    is_full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    code = ErrorCode.DISK_FULL if is_full else ErrorCode.UNEXPECTED
    log.error("job-unexpected-error", code=code, exc_info=error)
    return ProcessingFailed(code)


def _read_text(result: JobResult) -> str:
    """The content of a result that is a text, else an empty one."""
    first = result.outputs[0]
    return first.path.read_text(encoding="utf-8").strip() if first.info.kind is MediaKind.TEXT else ""
