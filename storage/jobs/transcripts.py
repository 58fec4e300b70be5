"""Stored transcripts, so that a file is transcribed once."""

import uuid

from sqlmodel import Session, col, select

from models.jobs.job import Job, TranscriptRow
from models.jobs.transcript import Transcript
from models.media.files import Media


def save(session: Session, job: Job, media: Media, transcript: Transcript) -> None:
    """Save a job's transcript, unless it has one."""
    if _find_row(session, job.id) is not None:
        return
    row = TranscriptRow(
        tenant_id=job.tenant_id,
        media_id=media.id,
        job_id=job.id,
        language=transcript.language,
        engine=transcript.engine,
        confidence=transcript.confidence,
        words=[word.model_dump() for word in transcript.words],
    )
    session.add(row)
    session.flush()


def find_for_job(session: Session, job: Job, media: Media, language: str) -> Transcript | None:
    """The job's own transcript, or an earlier one of the same file in `language` ("auto": any)."""
    row = _find_row(session, job.id) or _find_by_file(session, media.file_id, language)
    return _to_transcript(row) if row else None


def find_own(session: Session, job_id: uuid.UUID) -> Transcript | None:
    """The transcript that a job made or was given."""
    row = _find_row(session, job_id)
    return _to_transcript(row) if row else None


def find_given(session: Session, job_id: uuid.UUID) -> Transcript | None:
    """The transcript given by the user with a job; None if speech was transcribed."""
    row = _find_row(session, job_id)
    return _to_transcript(row) if row and row.engine == "given" else None


def _to_transcript(row: TranscriptRow) -> Transcript:
    return Transcript.model_validate(row.model_dump(include={"language", "words", "engine", "confidence"}))


def _find_row(session: Session, job_id: uuid.UUID) -> TranscriptRow | None:
    return session.exec(select(TranscriptRow).where(col(TranscriptRow.job_id) == job_id)).first()


def _find_by_file(session: Session, file_id: uuid.UUID | None, language: str) -> TranscriptRow | None:
    if file_id is None:  # the file is deleted, and with it all references
        return None
    statement = (
        select(TranscriptRow)
        .join(Media, col(Media.id) == col(TranscriptRow.media_id))
        .where(col(Media.file_id) == file_id, col(TranscriptRow.engine) != "given")
        .order_by(col(TranscriptRow.created_at).desc())
    )
    rows = session.exec(statement).all()
    return next((row for row in rows if language in {"auto", row.language}), None)
