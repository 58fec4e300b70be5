"""Reference-counted media files, so that deleting one person's reference never deletes another's file."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import exists, func, update
from sqlmodel import Session, col, select

from models.display_names import sanitize_display_name
from models.identity.people import Person
from models.jobs.job import UNFINISHED_STATUSES, Job, JobInput, JobOutput
from models.media.facts import MediaInfo, MediaKind
from models.media.files import Media, StoredFile
from models.messaging.deliveries import Delivery
from storage.media.media_store import compute_digest
from storage.messaging.conditions import UNSENT_STATUSES
from storage.upsert import execute_dml


@dataclass(frozen=True, slots=True)
class MeasuredFile:
    """A measured file with its SHA-256. `key` is empty until it is in the store, where a StagedUpload puts it."""

    path: Path
    info: MediaInfo
    digest: str
    name: str = ""
    key: str = ""

    @classmethod
    def from_path(cls, path: Path, info: MediaInfo, name: str = "") -> "MeasuredFile":
        """Raises FileNotFoundError for a symlink: a compromised sandbox could leave one to another user's file."""
        if path.is_symlink() or not path.is_file():
            raise FileNotFoundError(path)
        return cls(path, info, compute_digest(path), sanitize_display_name(name)[:200])


def create_media(session: Session, person: Person, file: MeasuredFile, *, expires_at: datetime) -> Media:
    """Create a person's reference to an uploaded file; equal files of a tenant are stored once."""
    if not file.key:
        raise ValueError("a file is deposited before the transaction that keeps it")
    file_id = _add_reference(session, person.tenant_id, file.digest) or _insert_stored_file(
        session, person.tenant_id, file
    )
    info = file.info
    media = Media(
        tenant_id=person.tenant_id,
        person_id=person.id,
        file_id=file_id,
        kind=info.kind,
        format=info.format,
        name=file.name,
        size=info.size,
        width=info.width,
        height=info.height,
        seconds=info.seconds,
        fps=info.fps,
        has_audio=info.has_audio,
        expires_at=expires_at,
    )
    session.add(media)
    session.flush()
    return media


def sum_input_bytes(session: Session, person_ids: Collection[uuid.UUID]) -> int:
    """Bytes of the files that a person sent and that are kept; those made for them are not counted."""
    is_result = exists().where(col(JobOutput.media_id) == col(Media.id))
    statement = select(func.coalesce(func.sum(Media.size), 0)).where(
        col(Media.person_id).in_(person_ids), col(Media.file_id).is_not(None), ~is_result
    )
    return int(session.exec(statement).one())


def find_last_sent(session: Session, person_id: uuid.UUID, kinds: Collection[MediaKind], now: datetime) -> Media | None:
    """The last file of one of these kinds that a person sent, unless expired or deleted."""
    is_result = exists().where(col(JobOutput.media_id) == col(Media.id))
    statement = select(Media).where(
        col(Media.person_id) == person_id,
        col(Media.kind).in_(kinds),
        col(Media.file_id).is_not(None),
        col(Media.expires_at) > now,
        ~is_result,
    )
    return session.exec(statement.order_by(col(Media.created_at).desc())).first()


def key_of(session: Session, media: Media) -> str:
    """Key in the store of a reference's file. Raises FileNotFoundError when it is deleted."""
    if media.file_id is None:
        raise FileNotFoundError(str(media.id))
    return session.get_one(StoredFile, media.file_id).key


def find_key(session: Session, file_id: uuid.UUID | None) -> str | None:
    """Key of a stored file; None when it is deleted, or there is none."""
    return session.exec(select(StoredFile.key).where(StoredFile.id == file_id)).first() if file_id else None


def list_expired(session: Session, now: datetime, limit: int = 100) -> list[Media]:
    """Expired references that no unfinished job or unsent delivery needs, oldest first; without those that another
    process is releasing."""
    needed_as_input = exists().where(
        col(JobInput.media_id) == col(Media.id),
        col(Job.id) == col(JobInput.job_id),
        col(Job.status).in_(UNFINISHED_STATUSES),
    )
    needed_by_delivery = exists().where(
        col(JobOutput.media_id) == col(Media.id),
        col(Delivery.job_id) == col(JobOutput.job_id),
        col(Delivery.status).in_(UNSENT_STATUSES),
    )
    statement = select(Media).where(
        col(Media.expires_at) <= now, col(Media.file_id).is_not(None), ~needed_as_input, ~needed_by_delivery
    )
    ordered = statement.order_by(col(Media.expires_at)).limit(limit)
    return list(session.exec(ordered.with_for_update(skip_locked=True)))


def release(session: Session, media: Media) -> str | None:
    """Release a reference's file; its key when it was the last reference, to be deleted after the commit.

    Concurrent releases of the same reference decrement the count once.
    """
    file_id = media.file_id
    detachment = update(Media).where(col(Media.id) == media.id, col(Media.file_id) == file_id).values(file_id=None)
    if file_id is None or execute_dml(session, detachment) != 1:
        return None
    session.expire(media, ["file_id"])
    return release_file(session, file_id)


def add_reference(session: Session, media: Media) -> uuid.UUID:
    """Reference the file of a person's media from elsewhere, so that it is kept longer than that is; its id.

    Raises FileNotFoundError when it is deleted.
    """
    increment = update(StoredFile).where(col(StoredFile.id) == media.file_id, col(StoredFile.references) > 0)
    if media.file_id is None or execute_dml(session, increment.values(references=col(StoredFile.references) + 1)) != 1:
        raise FileNotFoundError(str(media.id))
    return media.file_id


def release_file(session: Session, file_id: uuid.UUID) -> str | None:
    """Release a reference that is gone already; the file's key when it was the last one."""
    session.connection().execute(
        update(StoredFile).where(col(StoredFile.id) == file_id).values(references=col(StoredFile.references) - 1)
    )
    file = session.get_one(StoredFile, file_id, populate_existing=True)
    if file.references:
        return None
    session.delete(file)
    session.flush()
    return file.key


def find_orphans(session: Session, keys: Sequence[str]) -> set[str]:
    """Keys of the store without a row: left by transactions that were rolled back, or processes that died."""
    statement = select(StoredFile.key).where(col(StoredFile.key).in_(keys))
    return set(keys).difference(session.exec(statement).all())


def _add_reference(session: Session, tenant_id: uuid.UUID, sha256: str) -> uuid.UUID | None:
    statement = select(StoredFile.id).where(
        col(StoredFile.tenant_id) == tenant_id, col(StoredFile.digest) == sha256, col(StoredFile.references) > 0
    )
    file_id = session.exec(statement).first()
    if file_id is None:
        return None
    increment = (
        update(StoredFile)
        .where(col(StoredFile.id) == file_id, col(StoredFile.references) > 0)
        .values(references=col(StoredFile.references) + 1)
    )
    return file_id if execute_dml(session, increment) == 1 else None


def _insert_stored_file(session: Session, tenant_id: uuid.UUID, file: MeasuredFile) -> uuid.UUID:
    row = StoredFile(tenant_id=tenant_id, key=file.key, digest=file.digest, size=file.info.size, references=1)
    session.add(row)
    session.flush()
    return row.id
