"""Builder of the payload of an outbox message, and its transmission through a channel."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from pydantic import ValidationError
from sqlmodel import Session

from bots.core.channel import Channel, ChatRef, MessageNotEditable, MessageNotModified, RenderedMessage, Upload
from bots.core.delivery.message_rendering import render_message
from bots.core.delivery.payload import DeliveryPayload
from bots.core.delivery.previews import attach_preview, attach_still
from models.identity.people import Address, Person
from models.media.files import Media
from models.messaging.deliveries import Delivery
from pipeline import PreviewRenderer, PreviewRequest, StillRequest, find_preview_request, find_still_request
from storage.db import Database
from storage.media import files
from storage.media.media_store import MediaStore
from storage.messaging import outbox


class MissingTranslation(Exception):
    """The text key does not exist, or a value for it is missing: the message can never be rendered."""


class MediaMissing(Exception):
    """The media file of a message no longer exists."""


def build_payload(
    db: Database, store: MediaStore, delivery: Delivery, previews: PreviewRenderer | None = None
) -> DeliveryPayload:
    """Build the payload of a delivery. Blocking: files may be fetched from remote storage and previews drawn, outside
    of the transaction.

    Raises MediaMissing, MissingTranslation, OSError while the store is unavailable, and SQLAlchemyError while the
    database is.
    """
    try:
        with db.read_transaction() as session:
            build = _prepare_payload(session, store, delivery)
            request = _find_preview_request(session, delivery) if previews else None
            still = _find_still_request(session, delivery) if previews else None
        payload = build()
        if previews is not None and still is not None:
            return attach_still(payload, delivery, still, previews)
        return payload if request is None or previews is None else attach_preview(payload, delivery, request, previews)
    except FileNotFoundError as error:
        raise MediaMissing("file gone") from error
    except (KeyError, ValidationError) as error:
        raise MissingTranslation(f"no words: {error}") from error


async def send_payload(channel: Channel, payload: DeliveryPayload) -> str | None:
    """Send or edit; returns the id of the message that now has the content."""
    if payload.upload is not None:
        send: Callable[[ChatRef, Upload], Awaitable[str]] = (
            channel.send_file if payload.upload.as_file else channel.send_video
        )
        return await send(payload.chat_ref, payload.upload)
    if payload.edited_message_id is not None and channel.capabilities.can_edit:
        try:
            await channel.edit(payload.chat_ref, payload.edited_message_id, payload.text)
        except MessageNotModified:
            return payload.edited_message_id
        except MessageNotEditable:
            return await channel.send_text(payload.chat_ref, payload.text)
        return payload.edited_message_id
    return await channel.send_text(payload.chat_ref, payload.text)


def _prepare_payload(session: Session, store: MediaStore, delivery: Delivery) -> Callable[[], DeliveryPayload]:
    """Read the rows of a payload; returns the function that builds it after the transaction."""
    address = session.get_one(Address, delivery.address_id)
    person = session.get_one(Person, delivery.person_id)
    message = delivery.content
    text = render_message(message, person.language, reply_to=delivery.reply_to)
    edited_message_id = message.edits
    if message.edits_delivery is not None:
        edited_message_id = outbox.external_id_of(session, message.edits_delivery)
    upload = _prepare_upload(session, store, delivery, text) if message.media_id else None
    chat_ref = ChatRef(address.chat, address.thread)
    return lambda: DeliveryPayload(chat_ref, text, edited_message_id, upload() if upload else None)


def _find_preview_request(session: Session, delivery: Delivery) -> PreviewRequest | None:
    preview = delivery.content.preview
    person = session.get_one(Person, delivery.person_id)
    return find_preview_request(session, preview, person.language) if preview else None


def _find_still_request(session: Session, delivery: Delivery) -> StillRequest | None:
    subjects = delivery.content.subjects
    return find_still_request(session, subjects) if subjects else None


def _prepare_upload(
    session: Session, store: MediaStore, delivery: Delivery, text: RenderedMessage
) -> Callable[[], Upload]:
    """Read the rows of an upload; returns the function that builds it. Both raise FileNotFoundError if it is gone."""
    message = delivery.content
    film = session.get(Media, message.media_id)
    if film is None:
        raise FileNotFoundError(str(message.media_id))
    thumbnail = session.get(Media, message.thumbnail_id) if message.thumbnail_id else None
    key = files.key_of(session, film)
    thumbnail_key = files.key_of(session, thumbnail) if thumbnail and thumbnail.file_id else None

    def build_upload() -> Upload:
        return Upload(
            path=store.get_local_path(key),
            name=_file_name_of(delivery, film),
            caption=text,
            width=film.width or 0,
            height=film.height or 0,
            seconds=film.seconds or 0.0,
            thumbnail=_find_thumbnail(store, thumbnail_key),
            as_file=message.as_file,
            key=key,
        )

    return build_upload


def _find_thumbnail(store: MediaStore, key: str | None) -> Path | None:
    """Find the thumbnail's file; a missing one does not keep the film from being sent."""
    try:
        return store.get_local_path(key) if key else None
    except FileNotFoundError:
        return None


def _file_name_of(delivery: Delivery, film: Media) -> str:
    job = delivery.job_id.hex[:8] if delivery.job_id else film.id.hex[:8]
    return f"rabisco-{job}.{film.format}"
