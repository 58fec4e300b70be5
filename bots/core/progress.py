"""Progress messages: one per job, edited in place, rate-limited, and never with an unchanged text."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
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
from storage import forecast, jobs
from storage.db import Database

log = structlog.get_logger(__name__)

EVERY = 0.5  # seconds between two polls
AT_ONCE = 20  # concurrent edits
EDIT_SECONDS = 15.0  # an edit that takes longer counts as failed
PLACES_EVERY = 3.0  # seconds between two queries of the whole queue
SECONDS_A_PLACE = 2.0  # with 40 jobs ahead, 80 s between two edits; else a long queue would cause constant edits
BAR = 10  # blocks of the progress bar
MAX_FAILURES = 20  # in a row, before the message is left as it is

ENDS = {
    Status.DONE: "status-done",
    Status.FAILED: "status-failed",
    Status.CANCELLED: "status-cancelled",
}


def status_message(job: Job, position: int, *, counted: bool = False) -> Message:
    """Build the present progress message of a job; until the job is final, it has a button to cancel it.

    Where the number of edits is limited (`has_edit_limit`) there are no percentages, as they would not be updated.
    """
    if job.status in ENDS:
        paragraphs = [word(ENDS[Status(job.status)])]
        if job.status == Status.CANCELLED and job.credits:
            paragraphs.append(word("credits-returned", credits=job.credits))
        return Message(paragraphs=tuple(paragraphs))
    rows = ((choice(f"cancel:{job.id.hex}", "choice-cancel"),),)
    if job.status == Status.QUEUED or job.stage == "waiting":
        return Message(paragraphs=(word("status-waiting", position=position),), choices=rows)
    if counted:
        return Message(paragraphs=(word(f"status-now-{job.stage}"),), choices=rows)
    percent = min(99, round(100 * job.progress))
    bar = word("name", name="▰" * (percent * BAR // 100) + "▱" * (BAR - percent * BAR // 100))
    return Message(paragraphs=(word(f"status-{job.stage}", percent=percent), bar), choices=rows)


@dataclass(slots=True)
class Shown:
    """Displayed state of a progress message: its text, the time of the last edit (monotonic seconds), and the numbers
    of edits and of failures in a row."""

    at: float
    text: Text | None = None
    stage: str = ""
    edits: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """Desired state of a job's progress message."""

    job_id: UUID
    account_id: UUID
    place: Place
    message_id: str
    text: Text
    stage: str
    is_final: bool
    created_at: datetime


@dataclass(slots=True)
class Ticker:
    """Updates the progress messages of these accounts. A slow chat blocks no other chat."""

    db: Database
    channels: Mapping[UUID, Channel]
    monotonic: Callable[[], float] = time.monotonic
    _shown: dict[UUID, Shown] = field(default_factory=dict)
    _under_way: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    _places: dict[UUID, int] = field(default_factory=dict)
    _placed_at: float = -math.inf
    _since: float = field(init=False)
    _began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.monotonic()  # the previous process may just have edited
        self._began = self.db.clock()

    async def run(self) -> None:
        """Poll until cancelled, without waiting for the edits started by earlier polls."""
        try:
            while True:
                try:
                    await self._look()
                except DBAPIError as error:
                    log.warning("progress-database-away", error=type(error).__name__)
                await asyncio.sleep(EVERY)
        finally:
            left = list(self._under_way.values())
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def tick(self) -> None:
        """Poll once, and wait for the edits."""
        await asyncio.gather(*await self._look(), return_exceptions=True)

    async def _look(self) -> list[asyncio.Task[None]]:
        """Start the edits that are due, longest waiting first, up to the limit of concurrent edits."""
        views = [view for view in await asyncio.to_thread(self._views) if self._has_news(view)]
        views.sort(key=lambda view: self._shown_of(view.job_id).at)
        begun = []
        for view in views[: AT_ONCE - len(self._under_way)]:
            task = asyncio.create_task(self._show(view))
            self._under_way[view.job_id] = task
            task.add_done_callback(partial(self._ended, view.job_id))
            begun.append(task)
        return begun

    def _ended(self, job_id: UUID, task: asyncio.Task[None]) -> None:
        del self._under_way[job_id]
        if not task.cancelled() and (error := task.exception()):
            log.error("progress-failed", job=str(job_id), exc_info=error)

    def _views(self) -> list[View]:
        with self.db.reading() as session:
            due = [entry for entry in jobs.to_show(session, list(self.channels)) if self._is_due(entry[0], entry[1])]
            if any(job.status == Status.QUEUED for job, *_ in due):
                self._place(session, {job.id for job, *_ in due if job.status == Status.QUEUED})
        found = [self._try_view(entry) for entry in due]
        return [view for view in found if view is not None]

    def _try_view(self, entry: tuple[Job, Address, Person, str]) -> View | None:
        job, address, person, message = entry
        counted = self.channels[address.account_id].can.max_edits is not None
        try:
            said = status_message(job, self._places.get(job.id, 1), counted=counted)
            text = text_of(said, person.language)
        except KeyError as error:  # missing text: one message must not stop the others
            log.error("progress-without-words", job=str(job.id), error=str(error))  # noqa: TRY400 - it is a field
            return None
        where = Place(address.chat, address.thread)
        is_final = Status(job.status).is_final
        stage = job.status if is_final else job.stage
        return View(job.id, address.account_id, where, message, text, stage, is_final, job.created_at)

    def _is_due(self, job: Job, address: Address) -> bool:
        pause = self.channels[address.account_id].can.seconds_between_edits
        if job.status == Status.QUEUED and job.id in self._shown:
            pause = max(pause, SECONDS_A_PLACE * (self._places.get(job.id, 1) - 1))
        return job.id not in self._under_way and self.monotonic() - self._shown_of(job.id).at >= pause

    def _place(self, session: Session, queued: set[UUID]) -> None:
        """Refresh the queue positions, which are computed for all jobs at once, and not at every poll."""
        if self.monotonic() - self._placed_at < PLACES_EVERY and queued <= self._places.keys():
            return
        self._places = forecast.places(session, self.db.clock())
        self._placed_at = self.monotonic()

    def _shown_of(self, job_id: UUID) -> Shown:
        return self._shown.get(job_id) or Shown(at=self._since)

    def _has_news(self, view: View) -> bool:
        """Whether the message needs an edit. Where edits are limited, only a new stage does, and the last edit is kept
        for the end. The number made by a previous process is unknown: it may have made all the others."""
        shown, most = self._shown_of(view.job_id), self.channels[view.account_id].can.max_edits
        if most is None or view.is_final:
            return view.is_final or view.text != shown.text
        return view.stage != shown.stage and shown.edits < most - 1 and view.created_at >= self._began

    async def _show(self, view: View) -> None:
        shown = self._shown.setdefault(view.job_id, Shown(at=self._since))
        channel = self.channels[view.account_id]
        if view.text != shown.text and not await self._edit(channel, view, shown):
            return
        if view.is_final:
            await asyncio.to_thread(self._close, view.job_id)
            del self._shown[view.job_id]

    async def _edit(self, channel: Channel, view: View, shown: Shown) -> bool:
        """Edit the message; True when it shows the text now, or never will."""
        try:
            if channel.can.edits:
                async with asyncio.timeout(EDIT_SECONDS):
                    await channel.edit(view.place, view.message_id, view.text)
        except RetryLater as wait:
            shown.at = self.monotonic() + wait.seconds - channel.can.seconds_between_edits
            return False
        except Unchanged:
            pass
        except (Unreachable, Uneditable) as error:
            log.info("progress-not-shown", error=str(error))
        except (ChannelError, TimeoutError) as error:
            log.info("progress-not-shown", error=str(error) or type(error).__name__)
            shown.at, shown.failures = self.monotonic(), shown.failures + 1
            return shown.failures >= MAX_FAILURES
        shown.text, shown.stage, shown.at = view.text, view.stage, self.monotonic()
        shown.edits, shown.failures = shown.edits + 1, 0
        return True

    def _close(self, job_id: UUID) -> None:
        with self.db.transaction() as session:
            jobs.close_status(session, job_id)
