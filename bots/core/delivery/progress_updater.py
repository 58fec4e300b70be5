"""Progress messages: one per job, edited in place, rate-limited, and never with an unchanged text."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from cachetools import LRUCache
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bots.core.channel import (
    Channel,
    ChannelError,
    ChatRef,
    ChatUnreachable,
    MessageNotEditable,
    MessageNotModified,
    RenderedMessage,
    RetryLater,
)
from bots.core.context import choice_for, text_for
from bots.core.delivery.message_rendering import render_message
from models.identity.people import Address, Person
from models.jobs.job import Job, JobStatus
from models.messaging.deliveries import Message
from pipeline import Throttle
from storage.db import Database
from storage.jobs import progress_messages, queue_position
from storage.jobs.queue_position import QueuePositions

log = structlog.get_logger(__name__)

POLL_INTERVAL = 0.5  # seconds between two polls
MAX_CONCURRENT_EDITS = 20  # concurrent edits
EDIT_TIMEOUT = 15.0  # an edit that takes longer counts as failed
POSITIONS_INTERVAL = 3.0  # seconds between two queries of the whole queue
SECONDS_PER_POSITION = 2.0  # with 40 jobs ahead, 80 s between two edits; else a long queue would cause constant edits
BAR_BLOCKS = 10  # blocks of the progress bar
MAX_EDIT_STATES = 10_000  # jobs; of those that other processes have closed nobody hears here
MAX_FAILURES = 20  # in a row, before the message is left as it is

FINAL_TEXT_KEYS = {
    JobStatus.DONE: "status-done",
    JobStatus.FAILED: "status-failed",
    JobStatus.CANCELLED: "status-cancelled",
}


def build_status_message(job: Job, position: int, *, has_edit_limit: bool = False) -> Message:
    """Build the present progress message of a job; until the job is final, it has a button to cancel it.

    Where the number of edits is limited (`has_edit_limit`) there are no percentages, as they would not be updated.
    """
    if job.status in FINAL_TEXT_KEYS:
        paragraphs = [text_for(FINAL_TEXT_KEYS[JobStatus(job.status)])]
        if job.status == JobStatus.CANCELLED and job.credits:
            paragraphs.append(text_for("credits-returned", credits=job.credits))
        return Message(paragraphs=tuple(paragraphs))
    rows = ((choice_for(f"cancel:{job.id.hex}", "choice-cancel"),),)
    if job.status == JobStatus.QUEUED or job.stage == "waiting":
        return Message(paragraphs=(text_for("status-waiting", position=position),), choices=rows)
    if has_edit_limit:
        return Message(paragraphs=(text_for(f"status-now-{job.stage}"),), choices=rows)
    percent = min(99, round(100 * job.progress))
    bar = text_for("name", name="▰" * (percent * BAR_BLOCKS // 100) + "▱" * (BAR_BLOCKS - percent * BAR_BLOCKS // 100))
    return Message(paragraphs=(text_for(f"status-{job.stage}", percent=percent), bar), choices=rows)


@dataclass(slots=True)
class EditState:
    """Displayed state of a progress message: its text, the time of the last edit (monotonic seconds), and the numbers
    of edits and of failures in a row."""

    edited_at: float
    text: RenderedMessage | None = None
    stage: str = ""
    edits: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class ProgressView:
    """Desired state of a job's progress message."""

    job_id: UUID
    channel: Channel
    chat_ref: ChatRef
    message_id: str
    text: RenderedMessage
    stage: str
    is_final: bool
    created_at: datetime


@dataclass(slots=True)
class ProgressUpdater:
    """Updates the progress messages of these accounts. A slow chat blocks no other chat."""

    db: Database
    channels: Mapping[UUID, Channel]
    monotonic: Callable[[], float] = time.monotonic
    _edit_states: MutableMapping[UUID, EditState] = field(default_factory=lambda: LRUCache(MAX_EDIT_STATES))
    _tasks: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    _positions: QueuePositions = field(default_factory=QueuePositions)
    _positions_throttle: Throttle = field(default_factory=lambda: Throttle(POSITIONS_INTERVAL))
    _started_monotonic: float = field(init=False)
    _started_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._started_monotonic = self.monotonic()  # the previous process may just have edited
        self._started_at = self.db.clock()

    async def run(self) -> None:
        """Poll until cancelled, without waiting for the edits started by earlier polls."""
        try:
            while True:
                try:
                    await self.start_edits()
                except DBAPIError as error:
                    log.warning("progress-database-unavailable", error=type(error).__name__)
                await asyncio.sleep(POLL_INTERVAL)
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def start_edits(self) -> list[asyncio.Task[None]]:
        """Start the edits that are due, longest waiting first, up to the limit of concurrent edits."""
        views = [view for view in await asyncio.to_thread(self._build_views) if self._has_changes(view)]
        views.sort(key=lambda view: self._edit_state_of(view.job_id).edited_at)
        tasks = []
        for view in views[: MAX_CONCURRENT_EDITS - len(self._tasks)]:
            task = asyncio.create_task(self._update_message(view))
            self._tasks[view.job_id] = task
            task.add_done_callback(partial(self._finish_task, view.job_id))
            tasks.append(task)
        return tasks

    def _finish_task(self, job_id: UUID, task: asyncio.Task[None]) -> None:
        del self._tasks[job_id]
        if not task.cancelled() and (error := task.exception()):
            log.error("progress-update-failed", job=str(job_id), exc_info=error)

    def _build_views(self) -> list[ProgressView]:
        with self.db.read_transaction() as session:
            channels = dict(self.channels)  # one that is removed meanwhile belongs to another process
            due = [
                entry
                for entry in progress_messages.list_with_progress_message(session, list(channels))
                if self._is_due(entry[0], channels[entry[1].account_id])
            ]
            if any(job.status == JobStatus.QUEUED for job, *_ in due):
                self._update_positions(session, [job for job, *_ in due if job.status == JobStatus.QUEUED])
        found = [self._build_view(entry, channels[entry[1].account_id]) for entry in due]
        return [view for view in found if view is not None]

    def _build_view(self, entry: tuple[Job, Address, Person, str], channel: Channel) -> ProgressView | None:
        job, address, person, message_id = entry
        has_edit_limit = channel.capabilities.max_edits is not None
        try:
            content = build_status_message(job, self._positions.find(job), has_edit_limit=has_edit_limit)
            text = render_message(content, person.language)
        except KeyError as error:  # missing text: one message must not stop the others
            log.error("progress-text-missing", job=str(job.id), error=str(error))  # noqa: TRY400 - it is a field
            return None
        chat_ref = ChatRef(address.chat, address.thread)
        is_final = JobStatus(job.status).is_final
        stage = job.status if is_final else job.stage
        return ProgressView(job.id, channel, chat_ref, message_id, text, stage, is_final, job.created_at)

    def _is_due(self, job: Job, channel: Channel) -> bool:
        pause = channel.capabilities.seconds_between_edits
        if job.status == JobStatus.QUEUED and job.id in self._edit_states:
            pause = max(pause, SECONDS_PER_POSITION * (self._positions.find(job) - 1))
        return job.id not in self._tasks and self.monotonic() - self._edit_state_of(job.id).edited_at >= pause

    def _update_positions(self, session: Session, queued_jobs: Iterable[Job]) -> None:
        """Refresh the queue positions, which are computed for all jobs at once, and not at every poll."""
        if not self._positions_throttle.is_due(self.monotonic()) and all(map(self._positions.is_known, queued_jobs)):
            return
        self._positions = queue_position.compute_positions(session, self.db.clock())
        self._positions_throttle.restart(self.monotonic())

    def _edit_state_of(self, job_id: UUID) -> EditState:
        return self._edit_states.get(job_id) or EditState(edited_at=self._started_monotonic)

    def _has_changes(self, view: ProgressView) -> bool:
        """Whether the message needs an edit. Where edits are limited, only a new stage does, and the last edit is kept
        for the end. The number made by a previous process is unknown: it may have made all the others."""
        edit_state, max_edits = self._edit_state_of(view.job_id), view.channel.capabilities.max_edits
        if max_edits is None or view.is_final:
            return view.is_final or view.text != edit_state.text
        return (
            view.stage != edit_state.stage and edit_state.edits < max_edits - 1 and view.created_at >= self._started_at
        )

    async def _update_message(self, view: ProgressView) -> None:
        edit_state = self._edit_states.setdefault(view.job_id, EditState(edited_at=self._started_monotonic))
        if view.text != edit_state.text and not await self._edit(view.channel, view, edit_state):
            return
        if view.is_final:
            await asyncio.to_thread(self._close, view.job_id)
            self._edit_states.pop(view.job_id, None)
        elif view.channel.capabilities.is_shared and await asyncio.to_thread(self._reopen_if_closed, view.job_id):
            self._edit_states.pop(view.job_id, None)

    async def _edit(self, channel: Channel, view: ProgressView, edit_state: EditState) -> bool:
        """Edit the message; True when it shows the text now, or never will."""
        try:
            if channel.capabilities.can_edit:
                async with asyncio.timeout(EDIT_TIMEOUT):
                    await channel.edit(view.chat_ref, view.message_id, view.text)
        except RetryLater as retry:
            edit_state.edited_at = self.monotonic() + retry.seconds - channel.capabilities.seconds_between_edits
            return False
        except MessageNotModified:
            pass
        except (ChatUnreachable, MessageNotEditable) as error:
            log.info("progress-edit-failed", error=str(error))
        except (ChannelError, TimeoutError) as error:
            log.info("progress-edit-failed", error=str(error) or type(error).__name__)
            edit_state.edited_at, edit_state.failures = self.monotonic(), edit_state.failures + 1
            return edit_state.failures >= MAX_FAILURES
        edit_state.text, edit_state.stage, edit_state.edited_at = view.text, view.stage, self.monotonic()
        edit_state.edits, edit_state.failures = edit_state.edits + 1, 0
        return True

    def _reopen_if_closed(self, job_id: UUID) -> bool:
        """Whether another process had written the final status before this edit, which then is written once more."""
        with self.db.transaction() as session:
            return progress_messages.reopen_final_status(session, job_id)

    def _close(self, job_id: UUID) -> None:
        with self.db.transaction() as session:
            progress_messages.mark_status_closed(session, job_id)
