"""What a still with numbered objects shows, and the pictures in which they are looked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from models.messaging.deliveries import SubjectPreview
from models.sketch.subjects import NumberedSubject
from storage.jobs import jobs
from storage.media import files


@dataclass(frozen=True, slots=True)
class StillRequest:
    """Keys of the pictures of a job, the objects in them, and the numbers that were chosen, from 1."""

    picture_keys: Sequence[str]
    subjects: Sequence[NumberedSubject]
    chosen: Sequence[int] = ()


def find_picture_keys(session: Session, job_id: UUID) -> list[str]:
    """Keys of the pictures that a job was made from; none where one is deleted."""
    media = jobs.list_inputs(session, job_id)
    return [] if any(each.file_id is None for each in media) else [files.key_of(session, each) for each in media]


def find_still_request(session: Session, preview: SubjectPreview) -> StillRequest | None:
    """The request of a still; None where its pictures are deleted, or nothing is to be numbered."""
    keys = find_picture_keys(session, preview.job_id)
    return StillRequest(keys, preview.subjects, preview.chosen) if keys and preview.subjects else None
