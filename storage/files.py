"""Reference-counted media files, so that deleting one person's reference never deletes another's file."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import exists, update
from sqlmodel import Session, col, select

from models.deliveries import Delivery
from models.files import Media, StoredFile
from models.jobs import WAITING, Job, JobInput, JobOutput
from models.media import Facts, MediaKind
from models.people import Person
from storage.media import MediaStore, digest
from storage.outbox import UNSENT
from storage.rows import changed


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured file with its SHA-256. `key` is empty until a StagedUpload has put it into the store."""

    path: Path
    facts: Facts
    digest: str
    name: str = ""
    key: str = ""

    @classmethod
    def of(cls, path: Path, facts: Facts, name: str = "") -> "Measured":
        """Raises FileNotFoundError for a symlink: a compromised sandbox could leave one to another user's file."""
        if path.is_symlink() or not path.is_file():
            raise FileNotFoundError(path)
        return cls(path, facts, digest(path), name[:200])


def keep(session: Session, person: Person, file: Measured, *, expires_at: datetime) -> Media:
    """Create a person's reference to an uploaded file; equal files of a tenant are stored once."""
    if not file.key:
        raise ValueError("a file is deposited before the transaction that keeps it")
    file_id = _reference(session, person.tenant_id, file.digest) or _record(session, person.tenant_id, file)
    facts = file.facts
    media = Media(
        tenant_id=person.tenant_id,
        person_id=person.id,
        file_id=file_id,
        kind=facts.kind,
        format=facts.format,
        name=file.name,
        size=facts.size,
        width=facts.width,
        height=facts.height,
        seconds=facts.seconds,
        fps=facts.fps,
        has_audio=facts.has_audio,
        expires_at=expires_at,
    )
    session.add(media)
    session.flush()
    return media


def last_video(session: Session, person_id: uuid.UUID, now: datetime) -> Media | None:
    """The last video a person sent, unless expired or deleted."""
    is_result = exists().where(col(JobOutput.media_id) == col(Media.id))
    wanted = select(Media).where(
        col(Media.person_id) == person_id,
        col(Media.kind) == MediaKind.VIDEO,
        col(Media.file_id).is_not(None),
        col(Media.expires_at) > now,
        ~is_result,
    )
    return session.exec(wanted.order_by(col(Media.created_at).desc())).first()


def path_of(session: Session, store: MediaStore, media: Media) -> Path:
    """Local path of a reference's file, to be read only. Raises FileNotFoundError when it is deleted."""
    if media.file_id is None:
        raise FileNotFoundError(str(media.id))
    return store.path(session.get_one(StoredFile, media.file_id).key)


def key_of(session: Session, media: Media) -> str:
    """Key in the store of a reference's file. Raises FileNotFoundError when it is deleted."""
    if media.file_id is None:
        raise FileNotFoundError(str(media.id))
    return session.get_one(StoredFile, media.file_id).key


def expired(session: Session, now: datetime, limit: int = 100) -> list[Media]:
    """Expired references that no unfinished job or unsent delivery needs."""
    needed_as_input = exists().where(
        col(JobInput.media_id) == col(Media.id), col(Job.id) == col(JobInput.job_id), col(Job.status).in_(WAITING)
    )
    needed_by_chat = exists().where(
        col(JobOutput.media_id) == col(Media.id),
        col(Delivery.job_id) == col(JobOutput.job_id),
        col(Delivery.status).in_(UNSENT),
    )
    wanted = select(Media).where(
        col(Media.expires_at) <= now, col(Media.file_id).is_not(None), ~needed_as_input, ~needed_by_chat
    )
    return list(session.exec(wanted.limit(limit)))


def release(session: Session, media: Media) -> str | None:
    """Release a reference's file; its key when it was the last reference, to be deleted after the commit.

    Concurrent releases of the same reference decrement the count once.
    """
    file_id = media.file_id
    mine = update(Media).where(col(Media.id) == media.id, col(Media.file_id) == file_id).values(file_id=None)
    if file_id is None or changed(session, mine) != 1:
        return None
    session.expire(media, ["file_id"])
    session.connection().execute(
        update(StoredFile).where(col(StoredFile.id) == file_id).values(references=col(StoredFile.references) - 1)
    )
    file = session.get_one(StoredFile, file_id, populate_existing=True)
    if file.references:
        return None
    session.delete(file)
    session.flush()
    return file.key


def orphans(session: Session, keys: Sequence[str]) -> set[str]:
    """Keys of the store without a row: left by transactions that were rolled back, or processes that died."""
    wanted = select(StoredFile.key).where(col(StoredFile.key).in_(keys))
    return set(keys).difference(session.exec(wanted).all())


def _reference(session: Session, tenant_id: uuid.UUID, sha256: str) -> uuid.UUID | None:
    wanted = select(StoredFile.id).where(
        col(StoredFile.tenant_id) == tenant_id, col(StoredFile.digest) == sha256, col(StoredFile.references) > 0
    )
    file_id = session.exec(wanted).first()
    if file_id is None:
        return None
    counted = (
        update(StoredFile)
        .where(col(StoredFile.id) == file_id, col(StoredFile.references) > 0)
        .values(references=col(StoredFile.references) + 1)
    )
    return file_id if changed(session, counted) == 1 else None


def _record(session: Session, tenant_id: uuid.UUID, file: Measured) -> uuid.UUID:
    row = StoredFile(tenant_id=tenant_id, key=file.key, digest=file.digest, size=file.facts.size, references=1)
    session.add(row)
    session.flush()
    return row.id
