"""World: the app's pipeline and conversation without codecs, on SQLite, a media folder, and channels in memory.

Files sent by users are short JSON texts that describe themselves (`build_picture()`, `build_video()`,
`build_rejected_file()`), measured by a stub sandbox that returns the description.
"""

import asyncio
import importlib
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fakes.clock import TICK, SettableClock
from fakes.memory_channel import ALL_CAPABILITIES, ChatMessage, MemoryChannel
from fakes.outbox_steps import send_due
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
from models.limits import load_limits
from models.media.facts import MediaInfo, MediaKind
from pipeline.jobs.entitlements import Entitlements
from pipeline.jobs.job_runner import JobRunner
from pipeline.jobs.queue import QUEUE_NAME, WakeupQueue, broker_for
from pipeline.jobs.service import Pipeline, Retention
from pipeline.kinds.registry import get_kind
from pipeline.kinds.running_job import JobResult, JobSpec, OutputFile, Usage
from storage.db import Database
from storage.identity import people
from storage.identity.account_secrets import AccountSecrets
from storage.jobs import jobs
from storage.media.media_store import FolderMediaStore
from storage.schema import METADATA

SECRET = b"the secret of the house"
START_TIME = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class StubSandbox:
    """`SandboxClient` that returns a file's own description; subtitles are read by the real reader."""

    def run(self, task: str, arguments: dict[str, Any], **_: object) -> object:
        if task != "pipeline.media.probe:measure":
            module, _, name = task.partition(":")
            return getattr(importlib.import_module(module), name)(**arguments)
        path: Path = arguments["path"]
        description = json.loads(path.read_bytes())
        if "code" in description:
            raise RequestRejected(ErrorCode(description["code"]), **description["values"])
        return MediaInfo(**{**description, "kind": MediaKind(description["kind"])}, size=path.stat().st_size)


def build_picture(width: int = 800, height: int = 600) -> bytes:
    return json.dumps({"kind": "image", "format": "png", "width": width, "height": height}).encode()


def build_video(seconds: float = 30.0, width: int = 1280) -> bytes:
    facts = {"kind": "video", "format": "mp4", "width": width, "height": 720, "seconds": seconds, "has_audio": True}
    return json.dumps(facts).encode()


def build_audio(seconds: float = 30.0) -> bytes:
    return json.dumps({"kind": "audio", "format": "ogg", "seconds": seconds, "has_audio": True}).encode()


def build_rejected_file(code: ErrorCode, **values: float) -> bytes:
    """A file that is rejected with that code when measured."""
    return json.dumps({"code": code, "values": values}).encode()


SUBTITLES = b"1\n00:00:01,000 --> 00:00:02,000\nHello there\n"


class StubRenderer:
    """`pipeline.jobs.renderer.Renderer` without rendering: writes files of a few bytes, or raises `error`."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def render(self, spec: JobSpec, progress: Callable[[str, float], None], _: object, usage: Usage) -> JobResult:
        kind = get_kind(spec.kind)
        progress(kind.stages[-1], 0.5)
        if self.error is not None:
            raise self.error
        return JobResult(tuple(self._write(spec, output.name, output.media_kind) for output in kind.outputs))

    @staticmethod
    def _write(spec: JobSpec, name: str, media_kind: MediaKind) -> OutputFile:
        path = spec.folder / name
        path.write_text("a picture" if media_kind is MediaKind.IMAGE else f"a {name} of {spec.options}")
        size = path.stat().st_size
        info = {
            MediaKind.VIDEO: MediaInfo(MediaKind.VIDEO, "mp4", size, 1280, 720, 10.0),
            MediaKind.IMAGE: MediaInfo(MediaKind.IMAGE, "jpeg", size),
        }.get(media_kind, MediaInfo(media_kind, name, size))
        return OutputFile(name, path, info)


@dataclass(slots=True)
class BotAccount:
    """One account of a tenant: its channel and its update handler."""

    account: Account
    channel: MemoryChannel
    handler: UpdateHandler


@dataclass(slots=True)
class World:
    folder: Path
    db: Database
    store: FolderMediaStore
    time: SettableClock
    pipeline: Pipeline
    renderer: StubRenderer = field(default_factory=StubRenderer)
    accounts: dict[str, BotAccount] = field(default_factory=dict)
    channels: dict[Any, MemoryChannel] = field(default_factory=dict)
    outbox_sender: OutboxSender = field(init=False)
    progress_updater: ProgressUpdater = field(init=False)

    def __post_init__(self) -> None:
        self.outbox_sender = OutboxSender(self.db, self.store, self.channels, monotonic=self.time.monotonic)
        self.progress_updater = self.create_progress_updater()

    def create_progress_updater(self) -> ProgressUpdater:
        """A new one, as in a process that just started."""
        return ProgressUpdater(self.db, self.channels, self.time.monotonic)

    def get_account(
        self,
        name: str = "bot",
        tenant: str = MAIN_TENANT,
        admin_ids: frozenset[str] = frozenset(),
        capabilities: Capabilities = ALL_CAPABILITIES,
        providers: frozenset[Provider] = frozenset(),
        payment_links: PaymentLinks | None = None,
    ) -> BotAccount:
        if name not in self.accounts:
            with self.db.transaction() as session:
                account = people.get_or_create_account(
                    session, people.get_or_create_tenant(session, tenant).id, "memory", name
                )
            channel = MemoryChannel(self.time.monotonic, capabilities)
            self.channels[account.id] = channel
            handler = self.create_handler(account, channel, admin_ids)
            handler.providers, handler.payment_links = providers, payment_links
            self.accounts[name] = BotAccount(account, channel, handler)
        return self.accounts[name]

    def create_handler(
        self, account: Account, channel: MemoryChannel, admin_ids: frozenset[str] = frozenset()
    ) -> UpdateHandler:
        rate_limiter = SlidingWindowLimiter(load_limits().person.messages_per_minute, self.time.monotonic)
        handler = UpdateHandler(
            self.db, account, channel, Conversation(self.pipeline), self.outbox_sender.wake, admin_ids, rate_limiter
        )
        handler.account_secrets = AccountSecrets(SECRET)
        return handler

    async def deliver_all(self) -> None:
        """Send messages until none is due."""
        while await send_due(self.outbox_sender):
            pass

    async def advance_progress(self, seconds: float = 3.0) -> None:
        """Advance time, and update progress messages."""
        self.time.advance(seconds)
        await asyncio.gather(*await self.progress_updater.start_edits(), return_exceptions=True)

    def run_job(self) -> bool:
        """Run one job; returns whether there was one."""
        return JobRunner(
            self.db,
            self.store,
            self.renderer,  # type: ignore[arg-type]
            self.pipeline.retention,
            "tester",
        ).run_next_job()

    def claim_job(self) -> JobClaim:
        """Claim a job without running it."""
        with self.db.transaction() as session:
            claim = jobs.claim_next(session, "tester", self.time(), timedelta(minutes=5))
        assert claim is not None
        return claim

    def report_progress(self, claim: JobClaim, stage: str, progress: float) -> None:
        with self.db.transaction() as session:
            jobs.report_progress(session, claim, stage, progress)

    def list_jobs(self) -> list[Job]:
        """All jobs, oldest first."""
        with self.db.read_transaction() as session:
            return list(session.exec(select(Job).order_by(col(Job.created_at), text("job.rowid"))))

    def list_input_names(self, job: Job) -> list[str]:
        """The names of a job's input files."""
        with self.db.read_transaction() as session:
            return [media.name for media in jobs.list_inputs(session, job.id)]

    def run_in_transaction(self, change: Callable[[Session], None]) -> None:
        with self.db.transaction() as session:
            change(session)

    def count_wakeups(self) -> int:
        """The number of wake-ups in the queue."""
        return int(self.pipeline.queue.broker.queues[QUEUE_NAME].qsize())


def open_database(folder: Path) -> Database:
    """An empty database whose transactions do not wait for the disk."""
    db = Database(f"sqlite:///{folder / 'house.db'}")

    @event.listens_for(db.engine, "connect")
    def disable_sync(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    METADATA.create_all(db.engine)
    return db


def clear_database(db: Database) -> None:
    """Delete all rows, for the next test."""
    with db.transaction() as session:
        session.connection().execute(text("PRAGMA defer_foreign_keys=ON"))
        for table in reversed(METADATA.sorted_tables):
            session.connection().execute(table.delete())


def open_world(folder: Path, db: Database | None = None, *, has_speech_service: bool = False) -> World:
    """A world in that folder, with an empty database."""
    db = db or open_database(folder)
    time = SettableClock(START_TIME, TICK)
    db.clock = time
    store = FolderMediaStore(folder / "media")
    pipeline = Pipeline(
        db=db,
        store=store,
        queue=WakeupQueue(broker_for("")),
        sandbox=StubSandbox(),  # type: ignore[arg-type]
        entitlements=Entitlements(read_catalogue()),
        retention=Retention(folder / "passing"),
        has_speech_service=has_speech_service,
    )
    return World(folder, db, store, time, pipeline)


_sequence = itertools.count(1)


@dataclass(slots=True)
class FakeUser:
    """A simulated user. Each action is handled, and its replies are delivered, before it returns."""

    world: World
    account: BotAccount
    id: str = "7"
    language: str | None = "en"
    name: str = "Ana"
    chat: str = ""
    in_group: bool = False

    @property
    def messages(self) -> list[ChatMessage]:
        return self.account.channel.list_chat_messages(self.chat_ref.chat)

    @property
    def last_message(self) -> ChatMessage:
        return self.messages[-1]

    @property
    def chat_ref(self) -> ChatRef:
        return ChatRef(self.chat or f"chat-{self.id}")

    @property
    def person(self) -> Person:
        with self.world.db.read_transaction() as session:
            found = people.find_by_identity(session, self.account.account.tenant_id, f"memory:{self.id}")
        assert found is not None
        return found

    async def send_text(self, text: str) -> ChatMessage:
        """Send a text; returns the last message of the chat afterwards."""
        return await self._handle(self.build_inbound(text=text))

    async def choose(self, data: str, message: ChatMessage | None = None) -> ChatMessage:
        """Take a choice by its data; returns the last message of the chat afterwards."""
        return await self._handle(self.build_inbound(choice=data, message=message.id if message else "m0"))

    async def send_files(self, *files: bytes | Exception, names: tuple[str, ...] = (), text: str = "") -> ChatMessage:
        """Send files in one message, with a text; returns the last message of the chat afterwards."""
        return await self._handle(replace(self.build_files_inbound(*files, names=names), text=text))

    async def pay(self, payment: Payment) -> ChatMessage:
        """Report a payment or refund made in the messenger; returns the last message of the chat afterwards."""
        return await self._handle(self.build_inbound(payment=payment))

    def build_files_inbound(self, *files: bytes | Exception, names: tuple[str, ...] = ()) -> Inbound:
        """A message with these files; one whose name ends in .srt or .json is sent as a document."""
        return self.build_inbound(
            attachments=tuple(self._add_attachment(*each) for each in itertools.zip_longest(files, names))
        )

    def build_inbound(self, message: str = "", **content: Any) -> Inbound:
        number = next(_sequence)
        sender = Sender(self.id, self.name, self.language)
        fields = {"is_group": self.in_group, **content}
        return Inbound((f"u{number}",), self.chat_ref, sender, message or f"sent-{number}", **fields)

    def _add_attachment(self, content: bytes | Exception, name: str | None) -> Attachment:
        handle = f"f{next(_sequence)}"
        self.account.channel.files[handle] = content
        return Attachment(AttachmentKind.FILE, handle, name or f"{handle}.bin")

    async def _handle(self, inbound: Inbound) -> ChatMessage:
        await self.account.handler.handle(inbound)
        await self.world.deliver_all()
        return self.last_message
