"""Progress: one message a job, edited in place, never too often and never with an unchanged text."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bots.core.channel import Channel, ChannelError, Place, RetryLater, Text, Unchanged, Uneditable, Unreachable
from bots.core.phrases import text_of
from bots.core.visit import choice, word
from models.deliveries import Message
from models.jobs import Job, Status
from models.people import Address, Person
from storage import jobs, outbox
from storage.db import Database

log = structlog.get_logger(__name__)

EVERY = 0.5  # seconds between two looks
BAR = 10  # blocks of the progress bar
MAX_FAILURES = 20  # in a row, before a message is left as it is

ENDS = {
    Status.DONE: "status-done",
    Status.FAILED: "status-failed",
    Status.CANCELLED: "status-cancelled",
}


def status_message(job: Job, position: int) -> Message:
    """What a job's progress message says now; while there is something to cancel, it can be cancelled."""
    if job.status in ENDS:
        paragraphs = [word(ENDS[Status(job.status)])]
        if job.status == Status.CANCELLED and job.credits:
            paragraphs.append(word("credits-returned", credits=job.credits))
        return Message(paragraphs=tuple(paragraphs))
    rows = ((choice(f"cancel:{job.id.hex}", "choice-cancel"),),)
    if job.status == Status.QUEUED or job.stage == "waiting":
        return Message(paragraphs=(word("status-waiting", position=position),), choices=rows)
    percent = min(99, round(100 * job.progress))
    bar = word("name", name="▰" * (percent * BAR // 100) + "▱" * (BAR - percent * BAR // 100))
    return Message(paragraphs=(word(f"status-{job.stage}", percent=percent), bar), choices=rows)


@dataclass(slots=True)
class Shown:
    """What a progress message shows, since when (monotonic seconds), how often it was edited, and failed to be."""

    at: float
    text: Text | None = None
    edits: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """A job's progress message as it should be."""

    job_id: UUID
    account_id: UUID
    place: Place
    message_id: str
    text: Text
    is_final: bool


@dataclass(slots=True)
class Ticker:
    """Keeps the progress messages of these accounts true."""

    db: Database
    channels: Mapping[UUID, Channel]
    monotonic: Callable[[], float] = time.monotonic
    _shown: dict[UUID, Shown] = field(default_factory=dict)
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.monotonic()  # the process before this one may just have edited

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            try:
                await self.tick()
            except DBAPIError as error:
                log.warning("progress-database-away", error=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def tick(self) -> None:
        """Edit what has changed and may be edited again."""
        views = await asyncio.to_thread(self._views)
        ends = await asyncio.gather(*(self._show(view) for view in views), return_exceptions=True)
        for view, end in zip(views, ends, strict=True):
            if end is not None:
                log.error("progress-failed", job=str(view.job_id), exc_info=end)

    def _views(self) -> list[View]:
        with self.db.reading() as session:
            found = [_try_view(session, job) for job in jobs.to_show(session, list(self.channels))]
        return [view for view in found if view is not None]

    async def _show(self, view: View) -> None:
        shown = self._shown.setdefault(view.job_id, Shown(at=self._since))
        channel = self.channels[view.account_id]
        if view.text != shown.text:
            if not self._may_edit(shown, channel, is_final=view.is_final):
                return
            if not await self._edit(channel, view, shown):
                return
        if view.is_final:
            await asyncio.to_thread(self._close, view.job_id)
            del self._shown[view.job_id]

    def _may_edit(self, shown: Shown, channel: Channel, *, is_final: bool) -> bool:
        can = channel.can
        has_edits_left = can.max_edits is None or shown.edits < can.max_edits - (0 if is_final else 1)
        is_time = self.monotonic() - shown.at >= can.seconds_between_edits
        return is_time and (has_edits_left or is_final)

    async def _edit(self, channel: Channel, view: View, shown: Shown) -> bool:
        """Whether the message shows the text now, or never will."""
        try:
            if channel.can.edits:
                await channel.edit(view.place, view.message_id, view.text)
        except RetryLater as wait:
            shown.at = self.monotonic() + wait.seconds - channel.can.seconds_between_edits
            return False
        except Unchanged:
            pass
        except (Unreachable, Uneditable) as error:
            log.info("progress-not-shown", error=str(error))
        except ChannelError as error:
            log.info("progress-not-shown", error=str(error))
            shown.at, shown.failures = self.monotonic(), shown.failures + 1
            return shown.failures >= MAX_FAILURES
        shown.text, shown.at, shown.edits, shown.failures = view.text, self.monotonic(), shown.edits + 1, 0
        return True

    def _close(self, job_id: UUID) -> None:
        with self.db.transaction() as session:
            jobs.close_status(session, job_id)


def _try_view(session: Session, job: Job) -> View | None:
    try:
        return _view(session, job)
    except KeyError as error:  # no such sentence: one message must not stop the others
        log.error("progress-without-words", job=str(job.id), error=str(error))  # noqa: TRY400 - it is told
        return None


def _view(session: Session, job: Job) -> View | None:
    """None while the message that is to show progress has not been sent."""
    if job.status_delivery_id is None:
        return None
    message_id = outbox.message_of(session, job.status_delivery_id)
    if message_id is None:
        return None
    address = session.get_one(Address, job.address_id)
    person = session.get_one(Person, job.person_id)
    position = jobs.position(session, job) if job.status == Status.QUEUED else 1
    text = text_of(status_message(job, position), person.language)
    return View(
        job.id, address.account_id, Place(address.chat, address.thread), message_id, text, Status(job.status).is_final
    )
