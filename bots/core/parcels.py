"""Builder of the payload of an outbox message, and its transmission through a channel."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from sqlmodel import Session

from bots.core.channel import Channel, Place, Text, Unchanged, Uneditable, Upload
from bots.core.phrases import text_of
from models.deliveries import Delivery
from models.files import Media
from models.people import Address, Person
from storage import files, outbox
from storage.db import Database
from storage.media import MediaStore


class Wordless(Exception):
    """The text key does not exist, or a value for it is missing: the message can never be rendered."""


class Lost(Exception):
    """The media file of a message no longer exists."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery with all data needed to send it."""

    row: Delivery
    place: Place
    text: Text
    edits: str | None
    upload: Upload | None


def packed(db: Database, store: MediaStore, row: Delivery) -> Parcel:
    """Build the payload of a delivery. Blocking: files may be fetched from remote storage, outside of the transaction.

    Raises MediaMissing, MissingTranslation, OSError while the store is unavailable, and SQLAlchemyError while the
    database is.
    """
    try:
        with db.reading() as session:
            parcel = _parcel(session, store, row)
        return parcel()
    except FileNotFoundError as error:
        raise Lost("file gone") from error
    except (KeyError, ValidationError) as error:
        raise Wordless(f"no words: {error}") from error


async def hand_over(channel: Channel, parcel: Parcel) -> str | None:
    """Send or edit; returns the id of the message that now has the content."""
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


def _parcel(session: Session, store: MediaStore, row: Delivery) -> Callable[[], Parcel]:
    """Read the rows of a payload; returns the function that builds it after the transaction."""
    address = session.get_one(Address, row.address_id)
    person = session.get_one(Person, row.person_id)
    message = row.content
    text = text_of(message, person.language, reply_to=row.reply_to)
    edits = message.edits
    if message.edits_delivery is not None:
        edits = outbox.message_of(session, message.edits_delivery)
    upload = _upload(session, store, row, text) if message.media_id else None
    place = Place(address.chat, address.thread)
    return lambda: Parcel(row, place, text, edits, upload() if upload else None)


def _upload(session: Session, store: MediaStore, row: Delivery, text: Text) -> Callable[[], Upload]:
    """Read the rows of an upload; returns the function that builds it. Both raise FileNotFoundError if it is gone."""
    message = row.content
    film = session.get(Media, message.media_id)
    if film is None:
        raise FileNotFoundError(str(message.media_id))
    thumbnail = session.get(Media, message.thumbnail_id) if message.thumbnail_id else None
    key = files.key_of(session, film)
    thumbnail_key = files.key_of(session, thumbnail) if thumbnail and thumbnail.file_id else None

    def fetched() -> Upload:
        return Upload(
            path=store.path(key),
            name=_file_name(row, film),
            caption=text,
            width=film.width or 0,
            height=film.height or 0,
            seconds=film.seconds or 0.0,
            thumbnail=_picture(store, thumbnail_key),
            as_file=message.as_file,
            key=key,
        )

    return fetched


def _picture(store: MediaStore, key: str | None) -> Path | None:
    """Find the thumbnail's file; a missing one does not keep the film from being sent."""
    try:
        return store.path(key) if key else None
    except FileNotFoundError:
        return None


def _file_name(row: Delivery, film: Media) -> str:
    job = row.job_id.hex[:8] if row.job_id else film.id.hex[:8]
    return f"rabisco-{job}.{film.format}"
