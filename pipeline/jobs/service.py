"""Facade of the pipeline for bots: receives files, submits and cancels jobs, reports an account's status."""

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from models.captions.style_file import StyleFile
from models.errors import ErrorCode, RequestRejected
from models.identity.people import Address, Person, Tenant
from models.jobs.job import Job
from models.jobs.options import JobOptions
from models.jobs.transcript import Correction, Transcript
from models.limits import load_limits
from models.media.files import Media
from pipeline.captions.style_files import STYLE_SUFFIX, read_style_file
from pipeline.jobs import media_validation
from pipeline.jobs.admission import Admission, check_admission
from pipeline.jobs.entitlements import MEGABYTE, AccountStatus, Entitlements, JobRequirements
from pipeline.jobs.queue import WakeupQueue
from pipeline.jobs.settlement import settle
from pipeline.kinds.job_kind import JobKind
from pipeline.kinds.registry import kind_of
from pipeline.operations.file_executor import FileExecutor
from pipeline.operations.file_retention import Retention
from pipeline.operations.request_id import get_request_id
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits
from pipeline.speech.subtitles import detection
from storage.db import Database
from storage.identity import people
from storage.jobs import fair_queue, jobs, transcripts
from storage.media import files
from storage.media.files import MeasuredFile
from storage.media.media_store import MediaStore
from storage.media.staged_upload import StagedUpload
from storage.tenants import branding

MAX_SUBTITLE_BYTES = 1_000_000  # bytes
SUBTITLE_SUFFIXES = (  # which are called unreadable subtitles rather than no media
    ".srt", ".vtt", ".ass", ".ssa", ".json", ".sub", ".smi", ".ttml", ".dfxp", ".itt", ".sbv", ".lrc", ".scc", ".stl",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A job to be submitted: its options, its inputs, its user, and the address of the result."""

    person: Person
    address: Address
    media: Sequence[Media]
    options: JobOptions
    reply_to: str | None = None
    status_delivery_id: int | None = None
    received_at: datetime | None = None
    parent_id: uuid.UUID | None = None
    transcript: Transcript | None = None  # given by the user, so nothing is transcribed
    correction: Correction | None = None  # what that transcript corrects
    earlier_versions: int | None = None  # results made again before, where only their looks change
    admission: Admission | None = None  # where `check_admission` was called before; else `submit` calls it

    @property
    def kind(self) -> JobKind:
        """Raises UnknownKind for options that are of no registered kind."""
        return kind_of(self.options)

    def build_requirements(self, *, has_words: bool) -> JobRequirements:
        """`has_words` says whether the words of its input are known from another job."""
        seconds = self.options.compute_seconds(sum(media.seconds or 0 for media in self.media))
        language = None if self.transcript is not None else self.options.spoken_language
        size = sum(media.size for media in self.media)
        earlier = self.correction.earlier if self.correction else self.earlier_versions
        return JobRequirements(self.kind, seconds, size, language, has_words=has_words, earlier_corrections=earlier)


@dataclass(slots=True)
class Pipeline:
    """The facade; one per process."""

    db: Database
    store: MediaStore
    queue: WakeupQueue
    sandbox: SandboxClient
    entitlements: Entitlements
    retention: Retention
    watermark: str = "made with Rabisco"
    file_executor: FileExecutor = field(default_factory=FileExecutor, repr=False)
    has_chat_model: bool = False
    min_free_bytes: int = field(default_factory=lambda: load_limits().disk.floor)

    def has_room(self) -> bool:
        """Whether the disk takes another file: below the floor nothing is fetched any more."""
        folder = self.retention.temp_folder
        existing = next(each for each in (folder, *folder.parents) if each.exists())
        return shutil.disk_usage(existing).free >= self.min_free_bytes

    def receive(self, path: Path, name: str = "") -> MeasuredFile | Transcript | StyleFile:
        """Measure a media file, or parse a subtitle file, in a sandboxed child: its bytes tell which it is. A caption
        style is told by the name of its file.

        Raises RequestRejected with what is wrong with it.
        """
        if name.lower().endswith(STYLE_SUFFIX):
            with self.retention.open_temp_folder() as folder:
                return read_style_file(self.sandbox, path, name, folder)
        if detection.is_subtitle_file(path):
            return self.receive_subtitles(path)
        try:
            return self._measure(path, name)
        except RequestRejected as error:
            if error.code is ErrorCode.NOT_MEDIA and name.lower().endswith(SUBTITLE_SUFFIXES):
                return self.receive_subtitles(path)
            raise

    def receive_subtitles(self, path: Path) -> Transcript:
        """Parse a user's subtitle file in a child. Raises RequestRejected(SUBTITLES_UNREADABLE)."""
        if path.stat().st_size > MAX_SUBTITLE_BYTES:
            raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
        with self.retention.open_temp_folder() as folder:
            transcript: Transcript = self.sandbox.run(
                "pipeline.speech.subtitles.reader:read",
                {"data": path.read_bytes()},
                directory=folder,
                limits=ResourceLimits.for_measuring(MAX_SUBTITLE_BYTES),
            )
        return transcript

    def stage_upload(self, measured: Sequence[MeasuredFile]) -> StagedUpload:
        """Context manager that uploads measured files to the store; call `create_media` in a transaction inside it."""
        return StagedUpload(self.db, self.store, measured)

    def create_media(self, session: Session, person: Person, file: MeasuredFile, now: datetime) -> Media:
        """Create the media row of a staged file for a user. Raises RequestRejected(PLAN_STORAGE) where their plan keeps
        no more at a time.
        """
        limit = self.entitlements.plan_of(person).stored_limit
        stored = files.sum_input_bytes(session, people.list_merged_ids(session, person))
        if stored + file.info.size > limit:
            raise RequestRejected(ErrorCode.PLAN_STORAGE, limit=round(limit / MEGABYTE))
        return files.create_media(session, person, file, expires_at=now + self.retention.input_lifetime)

    def submit(self, session: Session, request: JobRequest) -> Job:
        """Create a job and reserve its credits, in the caller's transaction; a rejection leaves no rows behind.

        Raises RequestRejected: limits of the plan, too many waiting jobs, too few credits, a deleted input, or no chat
        model. Call `wake_worker` after the commit.
        """
        now = self.db.clock()
        if not self.is_offered(request.kind):
            raise RequestRejected(ErrorCode.CHAT_MODEL_MISSING)
        has_words = request.kind.needs_only_words and _has_words(session, request)
        if not has_words and any(media.file_id is None for media in request.media):
            raise RequestRejected(ErrorCode.FILE_GONE)
        with session.begin_nested():
            requirements = request.build_requirements(has_words=has_words)
            status, cost = self.entitlements.admit(session, request.person, requirements, now, request.admission)
            request = replace(request, options=self.resolve_options(session, request.person, request.options))
            job = _build_job(request, status, cost, now)
            jobs.create(session, job, [media.id for media in request.media])
            self.entitlements.reserve(session, request.person, job.id, cost, status, now)
            if request.transcript:
                transcripts.save(session, job, request.media[0], request.transcript, request.correction)
        return job

    def resolve_options(self, session: Session, person: Person, options: JobOptions) -> JobOptions:
        """The options of a job that a user asks for now: with what their plan, their brand and the tenant decide."""
        tenant = session.get_one(Tenant, person.tenant_id)
        branded = branding.apply_brand(session, person, options)
        planned = branded.with_plan(self.entitlements.plan_of(person), self.watermark)
        return planned.with_vocabulary(tenant.vocabulary).with_tenant_name(tenant.display_name)

    def is_offered(self, kind: JobKind) -> bool:
        """Whether jobs of that kind can be made by this installation."""
        return self.has_chat_model or not kind.needs_chat_model

    def wake_worker(self, job_id: uuid.UUID) -> None:
        """Wake a worker; call it after the commit."""
        self.queue.wake_worker(job_id)

    def cancel(self, session: Session, job_id: uuid.UUID, person: Person) -> Job | None:
        """Cancel a user's own job and release its credits; None if there is nothing to cancel."""
        job = session.get(Job, job_id)
        if job is None or not people.is_same_person(session, job.person_id, person):
            return None
        now = self.db.clock()
        cancelled = jobs.cancel(session, job_id, now)
        if cancelled is not None:
            settle(session, cancelled, 0, now)
            fair_queue.remove(session, cancelled)
        return cancelled

    def check_admission(self, session: Session, person: Person) -> Admission:
        """Check whether jobs of this user are accepted now; to be asked once, before files are downloaded."""
        return check_admission(session, person)

    def account_status_of(self, session: Session, person: Person) -> AccountStatus:
        return self.entitlements.account_status_of(session, person, self.db.clock())

    def _measure(self, path: Path, name: str) -> MeasuredFile:
        with self.retention.open_temp_folder() as folder:
            info = media_validation.measure_file(self.sandbox, path, folder)
        return MeasuredFile.from_path(path, info, name)


def _has_words(session: Session, request: JobRequest) -> bool:
    """Whether what is said in the input is known, so that nothing is heard again."""
    language = request.options.spoken_language
    if request.transcript is not None or language is None:
        return True
    return transcripts.find_earlier(session, request.parent_id, request.media[0], language) is not None


def _build_job(request: JobRequest, status: AccountStatus, cost: int, now: datetime) -> Job:
    return Job(
        tenant_id=request.person.tenant_id,
        person_id=request.person.id,
        address_id=request.address.id,
        parent_id=request.parent_id,
        kind=request.kind.name,
        parameters=request.options.model_dump(mode="json"),
        paid=status.plan.has_priority,
        at_once=status.plan.max_running,
        credits=cost,
        reply_to=request.reply_to,
        request=get_request_id(),
        status_delivery_id=request.status_delivery_id,
        run_after=now,
        wake_at=now,
        received_at=request.received_at or now,
        created_at=now,
    )
