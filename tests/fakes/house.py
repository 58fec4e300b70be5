"""World: the app's pipeline and conversation without codecs, on SQLite, a media folder, and channels in memory.

Files sent by users are short JSON texts that describe themselves (`build_picture()`, `build_video()`,
`build_rejected_file()`), measured by a stub sandbox that returns the description.
"""

import importlib
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fakes.channels import EVERYTHING, MemoryChannel, Shown
from sqlalchemy import event, text
from sqlmodel import Session, col, select

from bots.core.channel import Attachment, AttachmentKind, Capabilities, ChatRef, Inbound, Payment, Sender
from bots.core.conversation.conversation import Conversation
from bots.core.conversation.payment_links import PaymentLinks
from bots.core.delivery.outbox_sender import OutboxSender
from bots.core.delivery.progress_updater import ProgressUpdater
from bots.core.rate_limit import SlidingWindowLimiter
from bots.core.update_handler import UpdateHandler
from models.billing.catalogue import read_catalogue
from models.billing.payments import Provider
from models.errors import ErrorCode, RequestRejected
from models.identity.people import MAIN_TENANT, Account, Person
from models.jobs.job import Job, JobClaim
from models.jobs.options import Film
from models.limits import load_limits
from models.media.facts import MediaInfo, MediaKind
from pipeline.jobs.entitlements import Entitlements
from pipeline.jobs.job_runner import JobRunner
from pipeline.jobs.queue import QUEUE_NAME, WakeupQueue, broker_for
from pipeline.jobs.renderer import RenderResult, RenderSpec, Usage
from pipeline.jobs.service import Pipeline, Retention
from storage.db import Database
from storage.identity import people
from storage.identity.account_secrets import AccountSecrets
from storage.jobs import jobs
from storage.media.media_store import FolderMediaStore
from storage.schema import METADATA

SECRET = b"the secret of the house"
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Time:
    """Shared simulated time, which stands still until advanced, except that every reading is a microsecond later."""

    def __init__(self) -> None:
        self.passed = 0.0
        self._looks = 0

    def __call__(self) -> datetime:
        self._looks += 1
        return START + timedelta(seconds=self.passed, microseconds=self._looks)

    def monotonic(self) -> float:
        return self.passed

    def forward(self, seconds: float) -> None:
        self.passed += seconds


class BelievingChildren:
    """`SandboxClient` that returns a file's own description; subtitles are read by the real reader."""

    def run(self, task: str, arguments: dict[str, Any], **_: object) -> object:
        if task != "pipeline.media.probe:measure":
            module, _, name = task.partition(":")
            return getattr(importlib.import_module(module), name)(**arguments)
        path: Path = arguments["path"]
        said = json.loads(path.read_bytes())
        if "code" in said:
            raise RequestRejected(ErrorCode(said["code"]), **said["values"])
        return MediaInfo(**{**said, "kind": MediaKind(said["kind"])}, size=path.stat().st_size)


def picture(width: int = 800, height: int = 600) -> bytes:
    return json.dumps({"kind": "image", "format": "png", "width": width, "height": height}).encode()


def video(seconds: float = 30.0, width: int = 1280) -> bytes:
    facts = {"kind": "video", "format": "mp4", "width": width, "height": 720, "seconds": seconds, "has_audio": True}
    return json.dumps(facts).encode()


def sound(seconds: float = 30.0) -> bytes:
    return json.dumps({"kind": "audio", "format": "ogg", "seconds": seconds, "has_audio": True}).encode()


def unfit(code: ErrorCode, **values: float) -> bytes:
    """A file that is rejected with that code when measured."""
    return json.dumps({"code": code, "values": values}).encode()


SUBTITLES = b"1\n00:00:01,000 --> 00:00:02,000\nHello there\n"


class PatientRenderer:
    """`pipeline.render.Renderer` without rendering: writes a film of a few bytes, or raises `error`."""

    def __init__(self) -> None:
        self.raises: Exception | None = None

    def render(self, spec: RenderSpec, progress: Callable[[str, float], None], _: object, usage: Usage) -> RenderResult:
        progress("drawing", 0.5)
        if self.raises is not None:
            raise self.raises
        film, thumbnail = spec.folder / "film.mp4", spec.folder / "film.jpg"
        film.write_bytes(b"a film of " + str(spec.parameters).encode())
        thumbnail.write_bytes(b"a picture")
        return RenderResult(Film(film, thumbnail, 1280, 720, 10.0, 300, film.stat().st_size))


@dataclass(slots=True)
class Counter:
    """One account of a tenant: its channel and its update handler."""

    account: Account
    channel: MemoryChannel
    desk: UpdateHandler


@dataclass(slots=True)
class House:
    folder: Path
    db: Database
    store: FolderMediaStore
    time: Time
    pipeline: Pipeline
    renderer: PatientRenderer = field(default_factory=PatientRenderer)
    counters: dict[str, Counter] = field(default_factory=dict)
    channels: dict[Any, MemoryChannel] = field(default_factory=dict)
    postman: OutboxSender = field(init=False)
    ticker: ProgressUpdater = field(init=False)

    def __post_init__(self) -> None:
        self.postman = OutboxSender(self.db, self.store, self.channels)
        self.ticker = self.new_ticker()

    def new_ticker(self) -> ProgressUpdater:
        """A new one, as in a process that just started."""
        return ProgressUpdater(self.db, self.channels, self.time.monotonic)

    def counter(
        self,
        name: str = "bot",
        tenant: str = MAIN_TENANT,
        owners: frozenset[str] = frozenset(),
        can: Capabilities = EVERYTHING,
        providers: frozenset[Provider] = frozenset(),
        till: PaymentLinks | None = None,
    ) -> Counter:
        if name not in self.counters:
            with self.db.transaction() as session:
                account = people.get_or_create_account(
                    session, people.get_or_create_tenant(session, tenant).id, "memory", name
                )
            channel = MemoryChannel(self.time.monotonic, can)
            self.channels[account.id] = channel
            desk = self.new_desk(account, channel, owners)
            desk.providers, desk.payment_links = providers, till
            self.counters[name] = Counter(account, channel, desk)
        return self.counters[name]

    def new_desk(self, account: Account, channel: MemoryChannel, owners: frozenset[str] = frozenset()) -> UpdateHandler:
        pace = SlidingWindowLimiter(load_limits().person.messages_per_minute, self.time.monotonic)
        desk = UpdateHandler(self.db, account, channel, Conversation(self.pipeline), self.postman.wake, owners, pace)
        desk.account_secrets = AccountSecrets(SECRET)
        return desk

    async def settle(self) -> None:
        """Send messages until none is due."""
        while await self.postman.send_due():
            pass

    async def tick(self, seconds: float = 3.0) -> None:
        """Advance time, and update progress messages."""
        self.time.forward(seconds)
        await self.ticker.run_once()

    def work(self) -> bool:
        """Run one job; returns whether there was one."""
        return JobRunner(
            self.db,
            self.store,
            self.renderer,  # type: ignore[arg-type]
            self.pipeline.retention,
            "tester",
        ).run_next_job()

    def claim(self) -> JobClaim:
        """Claim a job without running it."""
        with self.db.transaction() as session:
            claim = jobs.claim_next(session, "tester", self.time(), timedelta(minutes=5))
        assert claim is not None
        return claim

    def report(self, claim: JobClaim, stage: str, progress: float) -> None:
        with self.db.transaction() as session:
            jobs.report_progress(session, claim, stage, progress)

    def jobs(self) -> list[Job]:
        """All jobs, oldest first."""
        with self.db.read_transaction() as session:
            return list(session.exec(select(Job).order_by(col(Job.created_at), text("job.rowid"))))

    def inputs(self, job: Job) -> list[str]:
        """The names of a job's input files."""
        with self.db.read_transaction() as session:
            return [media.name for media in jobs.list_inputs(session, job.id)]

    def change(self, change: Callable[[Session], None]) -> None:
        with self.db.transaction() as session:
            change(session)

    def woken(self) -> int:
        """The number of wake-ups in the queue."""
        return int(self.pipeline.queue.broker.queues[QUEUE_NAME].qsize())


def open_database(folder: Path) -> Database:
    """An empty database whose transactions do not wait for the disk."""
    db = Database(f"sqlite:///{folder / 'house.db'}")

    @event.listens_for(db.engine, "connect")
    def hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    METADATA.create_all(db.engine)
    return db


def empty(db: Database) -> None:
    """Delete all rows, for the next test."""
    with db.transaction() as session:
        session.connection().execute(text("PRAGMA defer_foreign_keys=ON"))
        for table in reversed(METADATA.sorted_tables):
            session.connection().execute(table.delete())


def open_house(folder: Path, db: Database | None = None, *, hears_everything: bool = False) -> House:
    """A world in that folder, with an empty database."""
    db = db or open_database(folder)
    time = Time()
    db.clock = time
    store = FolderMediaStore(folder / "media")
    pipeline = Pipeline(
        db=db,
        store=store,
        queue=WakeupQueue(broker_for("")),
        sandbox=BelievingChildren(),  # type: ignore[arg-type]
        entitlements=Entitlements(read_catalogue()),
        retention=Retention(folder / "passing"),
        has_speech_service=hears_everything,
    )
    return House(folder, db, store, time, pipeline)


_numbers = itertools.count(1)


@dataclass(slots=True)
class Somebody:
    """A simulated user. Each action is handled, and its replies are delivered, before it returns."""

    house: House
    counter: Counter
    id: str = "7"
    language: str | None = "en"
    name: str = "Ana"
    chat: str = ""
    in_group: bool = False

    @property
    def seen(self) -> list[Shown]:
        return self.counter.channel.in_chat(self.place.chat)

    @property
    def last(self) -> Shown:
        return self.seen[-1]

    @property
    def place(self) -> ChatRef:
        return ChatRef(self.chat or f"chat-{self.id}")

    @property
    def row(self) -> Person:
        with self.house.db.read_transaction() as session:
            found = people.find_by_identity(session, self.counter.account.tenant_id, f"memory:{self.id}")
        assert found is not None
        return found

    async def writes(self, text: str) -> Shown:
        """Send a text; returns the last message of the chat afterwards."""
        return await self._do(self.inbound(text=text))

    async def takes(self, data: str, under: Shown | None = None) -> Shown:
        """Take a choice by its data; returns the last message of the chat afterwards."""
        return await self._do(self.inbound(choice=data, message=under.id if under else "m0"))

    async def sends(self, *files: bytes | Exception, names: tuple[str, ...] = ()) -> Shown:
        """Send files in one message; returns the last message of the chat afterwards."""
        return await self._do(self.carrying(*files, names=names))

    async def pays(self, payment: Payment) -> Shown:
        """Report a payment or refund made in the messenger; returns the last message of the chat afterwards."""
        return await self._do(self.inbound(payment=payment))

    def carrying(self, *files: bytes | Exception, names: tuple[str, ...] = ()) -> Inbound:
        """A message with these files; one whose name ends in .srt or .json is sent as a document."""
        return self.inbound(attachments=tuple(self._attachment(*each) for each in itertools.zip_longest(files, names)))

    def inbound(self, message: str = "", **content: Any) -> Inbound:
        number = next(_numbers)
        sender = Sender(self.id, self.name, self.language)
        about = {"is_group": self.in_group, **content}
        return Inbound((f"u{number}",), self.place, sender, message or f"sent-{number}", **about)

    def _attachment(self, content: bytes | Exception, name: str | None) -> Attachment:
        handle = f"f{next(_numbers)}"
        self.counter.channel.files[handle] = content
        return Attachment(AttachmentKind.FILE, handle, name or f"{handle}.bin")

    async def _do(self, inbound: Inbound) -> Shown:
        await self.counter.desk.handle(inbound)
        await self.house.settle()
        return self.last
