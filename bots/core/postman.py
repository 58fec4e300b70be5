"""The postman: delivers what the outbox owes, in the process that owns the chats."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bots.core.channel import (
    Channel,
    Place,
    RetryLater,
    Text,
    Unchanged,
    Uneditable,
    Unreachable,
    Upload,
)
from bots.core.heartbeat import Heartbeat
from bots.core.phrases import text_of
from bots.core.visit import choice
from models.deliveries import ChoiceWording, Delivery, Message, Wording
from models.errors import Code
from models.files import Media
from models.people import Address, Person
from storage import files, outbox
from storage.db import Database
from storage.media import MediaStore

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)  # renewed while a message is being sent, however long that takes
GRACE = 8.0  # seconds what is being sent may take at the end
NOTED_AGAIN, LONGEST_NOTED_AGAIN = 0.2, 5.0  # seconds between two attempts to note what was sent
IDLE = 0.5  # seconds between two looks for what other processes owe
AT_ONCE = 20  # messages under way
MAX_ATTEMPTS = 30
LONGEST_PAUSE = 600.0  # seconds between two attempts


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery with everything needed to send it."""

    row: Delivery
    place: Place
    text: Text
    edits: str | None
    upload: Upload | None


@dataclass(slots=True)
class Postman:
    """Runs in the process that owns these accounts' chats. `poke` wakes it; it may be called from any thread."""

    db: Database
    store: MediaStore
    channels: Mapping[UUID, Channel]
    lease: timedelta = LEASE
    _poked: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _under_way: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _heartbeat: Heartbeat = field(init=False)

    def __post_init__(self) -> None:
        self._heartbeat = Heartbeat(self.db, self.lease, self._lost)

    def poke(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._poked.set)

    async def run(self) -> None:
        """Deliver until cancelled, then end what is being sent. A slow upload to one chat keeps no other waiting."""
        self._loop = asyncio.get_running_loop()
        with self._heartbeat:
            try:
                while True:
                    self._poked.clear()
                    await self._begin()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(IDLE):  # not wait_for: Python 3.11's may swallow a cancellation
                            await self._poked.wait()
            finally:
                await self._wind_down()

    async def deliver(self) -> int:
        """Send what is due now, one message a chat; how many there were."""
        rows = await asyncio.to_thread(self._claim, AT_ONCE)
        await asyncio.gather(*(self._send(row) for row in rows))
        return len(rows)

    async def _begin(self) -> None:
        try:
            rows = await asyncio.to_thread(self._claim, AT_ONCE - len(self._under_way))
        except DBAPIError as error:
            log.warning("outbox-database-away", error=type(error).__name__)
            return
        for row in rows:
            task = asyncio.create_task(self._send(row))
            self._under_way[row.id or 0] = task
            task.add_done_callback(partial(self._ended, row))

    def _ended(self, row: Delivery, task: asyncio.Task[None]) -> None:
        self._under_way.pop(row.id or 0, None)
        self._heartbeat.let_go(row)
        self._poked.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery-surprised", delivery=row.id, exc_info=error)  # its lease runs out and it is sent again

    async def _wind_down(self) -> None:
        """What is under way may arrive, and be noted; what is not done in time is sent again by the next process."""
        tasks = list(self._under_way.values())
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _lost(self, delivery: int) -> None:
        """Another process has the message now: ours must neither arrive after its, nor be noted."""
        task = self._under_way.get(delivery)
        if task is not None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(task.cancel)

    def _claim(self, room: int) -> list[Delivery]:
        """Lease what is due, and keep it leased from here on."""
        if room <= 0:
            return []
        with self.db.transaction() as session:
            but, now = self._heartbeat.held, self.db.clock()
            rows = outbox.claim_due(session, list(self.channels), now, self.lease, room, but=but)
        for row in rows:
            self._heartbeat.hold(row)
        return rows

    def _open(self, row: Delivery) -> Parcel | None:
        """None when there is nothing to send, and then that was noted."""
        try:
            with self.db.reading() as session:
                parcel = self._parcel(session, row)
            return parcel()
        except FileNotFoundError:
            self._apologise(row)
        except (KeyError, ValidationError) as error:  # no such sentence: one message must not stop the others
            log.error("delivery-without-words", delivery=row.id, error=str(error))  # noqa: TRY400 - it is told
            with self.db.transaction() as session:
                outbox.drop(session, row, "no words")
        return None

    def _apologise(self, row: Delivery) -> None:
        """The file is gone: say so in the place of the film, which can be asked for once more."""
        log.error("delivery-without-file", delivery=row.id)
        with self.db.transaction() as session:
            if outbox.drop(session, row, "file gone"):
                address = session.get_one(Address, row.address_id)
                outbox.owe(session, address, row.person_id, _gone(row), self.db.clock())

    def _parcel(self, session: Session, row: Delivery) -> Callable[[], Parcel]:
        """What makes the parcel once the transaction is over: files may have to come from far away."""
        address = session.get_one(Address, row.address_id)
        person = session.get_one(Person, row.person_id)
        message = row.content
        text = text_of(message, person.language, reply_to=row.reply_to)
        edits = message.edits
        if message.edits_delivery is not None:
            edits = outbox.message_of(session, message.edits_delivery)
        upload = self._upload(session, row, text) if message.media_id else None
        place = Place(address.chat, address.thread)
        return lambda: Parcel(row, place, text, edits, upload() if upload else None)

    def _upload(self, session: Session, row: Delivery, text: Text) -> Callable[[], Upload]:
        """What makes the upload. Both raise FileNotFoundError when the film is gone."""
        message = row.content
        film = session.get_one(Media, message.media_id)
        thumbnail = session.get(Media, message.thumbnail_id) if message.thumbnail_id else None
        key, thumbnail_key = files.key_of(session, film), _key(session, thumbnail)

        def fetched() -> Upload:
            return Upload(
                path=self.store.path(key),
                name=_file_name(row, film),
                caption=text,
                width=film.width or 0,
                height=film.height or 0,
                seconds=film.seconds or 0.0,
                thumbnail=self.store.path(thumbnail_key) if thumbnail_key else None,
                as_file=message.as_file,
                key=key,
            )

        return fetched

    async def _send(self, row: Delivery) -> None:
        try:
            await self._deliver(row)
        finally:
            self._heartbeat.let_go(row)

    async def _deliver(self, row: Delivery) -> None:
        """Send, then note what came of it: however long the database is away, for what was sent is not to be again."""
        note: Callable[[], None]
        try:
            parcel = await asyncio.to_thread(self._open, row)
            if parcel is None:
                return
            external_id = await _dispatch(self.channels[row.account_id], parcel)
        except RetryLater as wait:
            note = partial(self._retry, row, wait.seconds, str(wait), counts=False)
        except Unreachable as gone:
            note = partial(self._close, row, str(gone))
        except Exception as error:  # noqa: BLE001 - an edge: whatever a channel raises, the chat's other messages go on
            note = partial(self._retry_or_drop, row, f"{type(error).__name__}: {error}")
        else:
            note = partial(self._sent, row, external_id)
        await _noted(note, row)

    def _sent(self, row: Delivery, external_id: str | None) -> None:
        with self.db.transaction() as session:
            outbox.sent(session, row, external_id, self.db.clock())

    def _retry(self, row: Delivery, seconds: float, error: str, *, counts: bool = True) -> None:
        with self.db.transaction() as session:
            outbox.retry(session, row, self.db.clock() + timedelta(seconds=seconds), error, counts=counts)

    def _retry_or_drop(self, row: Delivery, error: str) -> None:
        log.warning("delivery-failed", delivery=row.id, attempt=row.attempts, error=error)
        if row.attempts >= MAX_ATTEMPTS:
            with self.db.transaction() as session:
                outbox.drop(session, row, error)
        else:
            self._retry(row, min(2.0**row.attempts, LONGEST_PAUSE), error)

    def _close(self, row: Delivery, error: str) -> None:
        log.info("chat-unreachable", delivery=row.id, error=error)
        with self.db.transaction() as session:
            outbox.close_address(session, row.address_id, self.db.clock())


async def _noted(note: Callable[[], None], row: Delivery) -> None:
    pause = NOTED_AGAIN
    while True:
        try:
            return await asyncio.to_thread(note)
        except DBAPIError as error:
            log.warning("delivery-not-noted", delivery=row.id, error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_NOTED_AGAIN)


def _gone(row: Delivery) -> outbox.Owed:
    paragraphs = [Wording(key="error-file-gone")]
    choices: tuple[tuple[ChoiceWording, ...], ...] = ()
    if row.job_id is not None:
        values: dict[str, str | int | float] = {"code": Code.FILE_GONE.value, "job": row.job_id.hex[:8]}
        paragraphs.append(Wording(key="error-code", values=values))
        choices = ((choice(f"again:{row.job_id.hex}", "choice-again"),),)
    message = Message(paragraphs=tuple(paragraphs), choices=choices)
    return outbox.Owed(message, f"gone:{row.id}", reply_to=row.reply_to, job_id=row.job_id)


async def _dispatch(channel: Channel, parcel: Parcel) -> str | None:
    """Send or edit; the id of the message that carries it now."""
    if parcel.upload is not None:
        send: Callable[[Place, Upload], Awaitable[str]] = (
            channel.send_file if parcel.upload.as_file else channel.send_video
        )
        return await send(parcel.place, parcel.upload)
    if parcel.edits is not None and channel.can.edits:
        try:
            await channel.edit(parcel.place, parcel.edits, parcel.text)
        except Unchanged:
            return parcel.edits
        except Uneditable:
            return await channel.say(parcel.place, parcel.text)
        return parcel.edits
    return await channel.say(parcel.place, parcel.text)


def _file_name(row: Delivery, film: Media) -> str:
    job = row.job_id.hex[:8] if row.job_id else film.id.hex[:8]
    return f"rabisco-{job}.{film.format}"


def _key(session: Session, media: Media | None) -> str | None:
    if media is None or media.file_id is None:
        return None
    return files.key_of(session, media)
