"""The postman: delivers what the outbox owes, in the process that owns the chats."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
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
from bots.core.phrases import text_of
from models.deliveries import Delivery
from models.files import Media
from models.people import Address, Person
from storage import files, outbox
from storage.db import Database
from storage.media import MediaStore

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)  # longer than the slowest upload
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
    _poked: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None

    def poke(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._poked.set)

    async def run(self) -> None:
        """Deliver until cancelled. A slow upload to one chat keeps no other waiting."""
        self._loop = asyncio.get_running_loop()
        under_way: set[asyncio.Task[None]] = set()
        while True:
            self._poked.clear()
            try:
                parcels = await asyncio.to_thread(self._collect, AT_ONCE - len(under_way))
            except DBAPIError as error:
                log.warning("outbox-database-away", error=type(error).__name__)
                parcels = []
            for parcel in parcels:
                task = asyncio.create_task(self._send(parcel))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                task.add_done_callback(lambda _: self._poked.set())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE):  # not wait_for, which in Python 3.11 may swallow a cancellation
                    await self._poked.wait()

    async def deliver(self) -> int:
        """Send what is due now, one message a chat; how many there were."""
        parcels = await asyncio.to_thread(self._collect, AT_ONCE)
        await asyncio.gather(*(self._send(parcel) for parcel in parcels))
        return len(parcels)

    def _collect(self, room: int) -> list[Parcel]:
        parcels: list[Parcel] = []
        if room <= 0:
            return parcels
        with self.db.transaction() as session:
            for row in outbox.claim_due(session, list(self.channels), self.db.clock(), LEASE, room):
                try:
                    parcels.append(self._parcel(session, row))
                except FileNotFoundError:
                    log.warning("delivery-without-file", delivery=row.id)
                    outbox.drop(session, row, "file gone")
                except (KeyError, ValidationError) as error:  # no such sentence: one message must not stop the others
                    log.error("delivery-without-words", delivery=row.id, error=str(error))  # noqa: TRY400 - it is told
                    outbox.drop(session, row, "no words")
        return parcels

    def _parcel(self, session: Session, row: Delivery) -> Parcel:
        address = session.get_one(Address, row.address_id)
        person = session.get_one(Person, row.person_id)
        message = row.content
        text = text_of(message, person.language, reply_to=row.reply_to)
        edits = message.edits
        if message.edits_delivery is not None:
            edits = outbox.message_of(session, message.edits_delivery)
        upload = self._upload(session, row, text) if message.media_id else None
        return Parcel(row, Place(address.chat, address.thread), text, edits, upload)

    def _upload(self, session: Session, row: Delivery, text: Text) -> Upload:
        """Raises FileNotFoundError when the film is gone."""
        message = row.content
        film = session.get_one(Media, message.media_id)
        thumbnail = session.get(Media, message.thumbnail_id) if message.thumbnail_id else None
        return Upload(
            path=files.path_of(session, self.store, film),
            name=_file_name(row, film),
            caption=text,
            width=film.width or 0,
            height=film.height or 0,
            seconds=film.seconds or 0.0,
            thumbnail=_path(session, self.store, thumbnail),
            as_file=message.as_file,
            key=files.key_of(session, film),
        )

    async def _send(self, parcel: Parcel) -> None:
        row = parcel.row
        channel = self.channels[row.account_id]
        try:
            external_id = await _dispatch(channel, parcel)
        except RetryLater as wait:
            await asyncio.to_thread(self._retry, row, wait.seconds, str(wait))
        except Unreachable as gone:
            await asyncio.to_thread(self._close, row, str(gone))
        except Exception as error:  # noqa: BLE001 - an edge: whatever a channel raises, the chat's other messages go on
            await asyncio.to_thread(self._retry_or_drop, row, f"{type(error).__name__}: {error}")
        else:
            await asyncio.to_thread(self._sent, row, external_id)

    def _sent(self, row: Delivery, external_id: str | None) -> None:
        with self.db.transaction() as session:
            outbox.sent(session, row, external_id, self.db.clock())

    def _retry(self, row: Delivery, seconds: float, error: str) -> None:
        with self.db.transaction() as session:
            outbox.retry(session, row, self.db.clock() + timedelta(seconds=seconds), error)

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


def _path(session: Session, store: MediaStore, media: Media | None) -> Path | None:
    if media is None or media.file_id is None:
        return None
    return files.path_of(session, store, media)
