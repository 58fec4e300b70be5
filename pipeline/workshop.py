"""Job runner: takes a job from claim to settlement."""

import errno
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from models.errors import AppError, Cancelled, Code, Failed, Refused
from models.files import Media
from models.jobs import Claim, Job, Kind, Status
from models.media import Facts, MediaKind
from models.people import Address, Person
from models.words import Transcript
from pipeline import announce, trail
from pipeline.lease import Lease
from pipeline.render import Rendered, Renderer, Usage, Work
from pipeline.reporter import Reporter
from pipeline.service import Keeping
from pipeline.settlement import settle
from storage import files, jobs, outbox, transcripts
from storage.db import Database
from storage.deposit import Deposit
from storage.files import Measured
from storage.jobs import MAX_ATTEMPTS, Ending, LostLease
from storage.media import MediaStore

log = structlog.get_logger(__name__)

PAUSES = (timedelta(seconds=5), timedelta(seconds=30))  # before the second and the third attempt


def always() -> bool:
    return True


@dataclass(slots=True)
class Workshop:
    """Claims jobs and runs them. Thread-safe."""

    db: Database
    store: MediaStore
    renderer: Renderer
    keeping: Keeping
    owner: str
    lease_seconds: float = 30.0
    hands: int = 2  # jobs run at the same time
    pauses: tuple[timedelta, timedelta] = PAUSES
    has_room: Callable[[], bool] = always  # while the disk has none, jobs wait
    closing: threading.Event = field(default_factory=threading.Event)  # set: no more jobs are claimed
    stopping: threading.Event = field(default_factory=threading.Event)  # set: running jobs are requeued
    _under_way: set[Claim] = field(default_factory=set)

    @property
    def free(self) -> int:
        """How many more jobs could be run at the same time."""
        if not self.has_room():
            return 0
        return max(0, self.hands - len(self._under_way))

    def work(self) -> bool:
        """Claim and run the fairest job; False if there is none."""
        if self.closing.is_set() or not self.has_room():
            return False
        claim = self._claim()
        if claim is None:
            return False
        self._under_way.add(claim)
        try:
            with trail.followed(claim.request, job=str(claim.job_id)), self._lease(claim) as lease:
                self._do(claim, lease)
        finally:
            self._under_way.discard(claim)
        return True

    def _claim(self) -> Claim | None:
        with self.db.transaction() as session:
            claim = jobs.claim(session, self.owner, self.db.clock(), timedelta(seconds=self.lease_seconds))
            if self.closing.is_set():  # set during the wait for the database: leave the job to another worker
                session.rollback()
                return None
        return claim

    def _lease(self, claim: Claim) -> Lease:
        return Lease(self.db, claim, self.lease_seconds)

    def _do(self, claim: Claim, lease: Lease) -> None:
        usage, started = Usage(), time.monotonic()
        outcome = "done"
        try:
            with self.keeping.folder() as folder:
                work = self._load(claim, folder)
                rendered = self.renderer.render(
                    work, self._reporter(claim), lambda: lease.is_lost() or self.stopping.is_set(), usage
                )
                self._deliver(claim, rendered, usage)
        except Cancelled:
            outcome = "stopped"
            self._give_back(claim, timedelta(0), counts=False)
        except LostLease:
            outcome = "lost"
        except Refused as error:
            outcome = str(error.code)
            self.fail(claim, error, usage)
        except (OperationalError, InterfaceError):  # the database is away: the job cannot be requeued
            outcome = "database-away"
            raise
        except Exception as error:  # noqa: BLE001 - an edge: no bug may hold a job until its lease ends
            failed = error if isinstance(error, Failed) else _failure_of(error)
            outcome = str(failed.code)
            self._try_again(claim, failed, usage)
        finally:
            log.info(
                "job",
                job=str(claim.job_id),
                kind=claim.kind,
                outcome=outcome,
                attempt=claim.attempts,
                age=_age(claim, self.db.clock()),
                seconds=round(time.monotonic() - started, 2),
                cpu=round(usage.cpu_seconds, 2),
                provider=round(usage.provider_seconds, 2),
            )

    def fail(self, claim: Claim, error: AppError, usage: Usage | None = None) -> None:
        """Mark a job as failed, release its credits, and notify the user of the reason."""
        usage = usage or Usage()
        ending = Ending(
            Status.FAILED,
            error.code,
            dict(error.values),
            usage.cpu_seconds,
            usage.provider_seconds,
            usage.provider_cost,
        )
        try:
            with self.db.transaction() as session:
                job = jobs.finish(session, claim, ending, self.db.clock())
                settle(session, job, 0, self.db.clock())
                self._owe(session, job, announce.failure(job))
        except LostLease:
            log.info("job-lost", job=str(claim.job_id))

    def _try_again(self, claim: Claim, error: Failed, usage: Usage) -> None:
        if claim.attempts >= MAX_ATTEMPTS:
            log.error("job-failed", job=str(claim.job_id), code=error.code)
            self.fail(claim, error, usage)
        else:
            log.warning("job-tried-again", job=str(claim.job_id), code=error.code, attempt=claim.attempts)
            self._give_back(claim, self.pauses[claim.attempts - 1], counts=True)

    def _give_back(self, claim: Claim, pause: timedelta, *, counts: bool) -> None:
        with self.db.transaction() as session:
            jobs.give_back(session, claim, self.db.clock() + pause, counts=counts)

    def _load(self, claim: Claim, folder: Path) -> Work:
        with self.db.reading() as session:
            job = session.get_one(Job, claim.job_id)
            media = jobs.inputs(session, job.id)
            transcript = _words(session, job, media)
            keys = [files.key_of(session, each) if each.file_id else "" for each in media]
        try:
            paths = tuple(self.store.path(key) for key in keys)  # may download, so in no transaction
        except FileNotFoundError as error:
            raise Refused(Code.FILE_GONE) from error
        return Work(
            kind=Kind(job.kind),
            parameters=job.parameters,
            inputs=paths,
            seconds=max([each.seconds or 0 for each in media] + [float(job.parameters.get("seconds") or 0)]),
            pixels=_pixels(job, media),
            transcript=transcript,
            folder=folder,
        )

    def _deliver(self, claim: Claim, rendered: Rendered, usage: Usage) -> None:
        """Store the film; then finish the job, capture its credits and enqueue the film, in one transaction."""
        film = rendered.film
        facts = Facts(MediaKind.VIDEO, "mp4", film.size, film.width, film.height, film.seconds)
        picture = Facts(MediaKind.IMAGE, "jpeg", film.thumbnail.stat().st_size)
        measured = Measured.of(film.path, facts), Measured.of(film.thumbnail, picture)
        ending = Ending(
            Status.DONE,
            cpu_seconds=usage.cpu_seconds,
            provider_seconds=usage.provider_seconds,
            provider_cost=usage.provider_cost,
        )
        with Deposit(self.db, self.store, measured) as kept, self.db.transaction() as session:
            now = self.db.clock()
            job = jobs.finish(session, claim, ending, now)
            person = session.get_one(Person, job.person_id)
            results = [files.keep(session, person, file, expires_at=now + self.keeping.results) for file in kept]
            for role, media in zip(("film", "thumbnail"), results, strict=True):
                jobs.add_output(session, job.id, role, media.id)
            if rendered.transcript:
                transcripts.remember(session, job, jobs.inputs(session, job.id)[0], rendered.transcript)
            settle(session, job, job.credits, now)
            self._owe(session, job, announce.film(job, results[0].id, results[1].id))

    def _owe(self, session: Session, job: Job, owed: outbox.Owed) -> None:
        address = session.get_one(Address, job.address_id)
        outbox.owe(session, address, job.person_id, owed, self.db.clock())

    def _reporter(self, claim: Claim) -> Reporter:
        return Reporter(self.db, claim)


def _age(claim: Claim, now: datetime) -> float | None:
    """Seconds since the user sent the job's input."""
    return round((now - claim.received_at).total_seconds(), 1) if claim.received_at else None


def _failure_of(error: Exception) -> Failed:
    is_full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    code = Code.DISK_FULL if is_full else Code.UNEXPECTED
    log.error("job-surprised", code=code, exc_info=error)
    return Failed(code)


def _pixels(job: Job, media: list[Media]) -> int:
    asked = (job.parameters.get("width") or 0) * (job.parameters.get("height") or 0)
    if job.kind == Kind.SKETCH:
        return int(asked)
    return max((each.width or 0) * (each.height or 0) for each in media)


def _words(session: Session, job: Job, media: list[Media]) -> Transcript | None:
    if job.kind != Kind.CAPTION:
        return None
    return transcripts.known(session, job, media[0], job.parameters.get("language", "auto"))
