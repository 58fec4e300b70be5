"""Stored transcripts, so that a file is transcribed once and its words can be corrected."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.jobs.job import Job, JobInput, JobOutput, JobStatus, TranscriptRow
from models.jobs.transcript import Correction, SubtitleLine, Transcript, Translation, Word, mark_given
from models.media.files import Media
from storage.jobs import versions

STANDING_STATUSES = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.DONE)  # of jobs whose corrections count
_MAX_WORD_TEXT = 200  # characters


@dataclass(frozen=True, slots=True)
class StoredTranscript:
    """A transcript and the id of its row."""

    id: uuid.UUID
    transcript: Transcript


def save(
    session: Session, job: Job, media: Media, transcript: Transcript, correction: Correction | None = None
) -> None:
    """Save the transcript of one of a job's files, unless the job has one of it."""
    if _find_row(session, job.id, media.id) is not None:
        return
    texts = correction.line_texts if correction else None
    _add(session, job, media, transcript, corrects_id=correction.transcript_id if correction else None, texts=texts)


def _add(
    session: Session,
    job: Job,
    media: Media,
    transcript: Transcript,
    *,
    corrects_id: uuid.UUID | None = None,
    texts: Mapping[int, str] | None = None,
) -> None:
    row = TranscriptRow(
        tenant_id=job.tenant_id,
        media_id=media.id,
        job_id=job.id,
        corrects_id=corrects_id,
        line_texts={str(number): text for number, text in texts.items()} if texts else None,
        language=transcript.language,
        engine=transcript.engine,
        confidence=transcript.confidence,
        words=[word.model_dump() for word in transcript.words],
    )
    session.add(row)
    session.flush()


def save_translation(session: Session, job: Job, output: Media, transcript: Transcript) -> None:
    """Save what an output shows, as words that were given: nobody heard them in that file."""
    save(session, job, output, mark_given(transcript))


def save_lines(session: Session, job: Job, output: Media, lines: Translation) -> None:
    """Save the lines of a translation that an output shows below what is said: a word for the time of each, and its
    text in full."""
    words = [
        Word(
            text=each.text[:_MAX_WORD_TEXT],
            start=each.start,
            end=each.end,
            is_speaker_change=each.is_speaker_change,
            cue_end=each.end if each.is_cue else None,
        )
        for each in lines.lines
    ]
    texts = {number: each.text for number, each in enumerate(lines.lines, start=1)}
    transcript = Transcript(language=lines.language, words=tuple(words))
    _add(session, job, output, transcript, texts=texts)


def find_translation(session: Session, job_id: uuid.UUID) -> tuple[Transcript | None, Translation | None]:
    """The translation that the result of a job shows: in place of what is said, or below it."""
    row = _find_row_of_output(session, job_id)
    if row is None:
        return None, None
    return (_to_transcript(row), None) if row.line_texts is None else (None, _to_translation(row))


def find_spoken(session: Session, job_id: uuid.UUID) -> Transcript | None:
    """The job's own transcript of its input, whether that was heard or given."""
    row = _find_row_of_input(session, job_id)
    return _to_transcript(row) if row else None


def find_corrected_source(session: Session, job_id: uuid.UUID) -> TranscriptRow | None:
    """The stored transcript that the words given with a job correct."""
    row = _find_row_of_input(session, job_id)
    return session.get(TranscriptRow, row.corrects_id) if row is not None and row.corrects_id is not None else None


def find_for_job(session: Session, job: Job, media: Media, language: str) -> Transcript | None:
    """The job's own transcript, or an earlier one as `find_earlier` does."""
    row = _find_row(session, job.id, media.id)
    return _to_transcript(row) if row else find_earlier(session, job.parent_id, media, language)


def find_earlier(session: Session, parent_id: uuid.UUID | None, media: Media, language: str) -> Transcript | None:
    """The transcript of the job that another one follows, or the newest that was heard of the same file, in `language`
    ("auto": any)."""
    parent_row = _find_row_of_input(session, parent_id) if parent_id is not None else None
    if parent_row is not None and language in {"auto", parent_row.language}:
        return _to_transcript(parent_row)
    row = _find_by_file(session, media.file_id, language)
    return _to_transcript(row) if row else None


def find_source_job(session: Session, job: Job) -> Job:
    """The job whose words a job was made of: itself, or the nearest one before it that has a transcript."""
    source: Job | None = job
    while source is not None and _find_row_of_input(session, source.id) is None:
        source = session.get(Job, source.parent_id) if source.parent_id is not None else None
    return source or job


def find_given(session: Session, job_id: uuid.UUID) -> Transcript | None:
    """The transcript given by the user with a job; None if speech was transcribed."""
    row = _find_row_of_input(session, job_id)
    return _to_transcript(row) if row and row.engine == "given" else None


def find_correction(session: Session, job_id: uuid.UUID) -> Correction | None:
    """What the transcript given with a job corrects; None if it corrects nothing."""
    row = _find_row_of_input(session, job_id)
    if row is None or row.corrects_id is None:
        return None
    earlier = versions.count_repeats(session, session.get_one(Job, job_id))
    return _to_correction(row, row.corrects_id, earlier)


def find_shown(session: Session, job_id: uuid.UUID) -> StoredTranscript | None:
    """The transcript whose words the result of a job shows one by one: its translation, where that stands in place of
    what is said; None without one."""
    row = _find_row_of_output(session, job_id)
    if row is None or row.line_texts is not None:
        row = _find_row_of_input(session, job_id)
    return StoredTranscript(row.id, _to_transcript(row)) if row else None


def list_corrections(
    session: Session, media_id: uuid.UUID, transcript_id: uuid.UUID
) -> list[tuple[Transcript, Correction, Job]]:
    """Corrections of a transcript with their jobs, newest first, but for those that failed or were cancelled. The media
    is the input they were made from."""
    statement = (
        select(TranscriptRow, Job)
        .join(Job, col(Job.id) == col(TranscriptRow.job_id))
        .where(col(TranscriptRow.media_id) == media_id, col(TranscriptRow.corrects_id) == transcript_id)
        .where(col(Job.status).in_(STANDING_STATUSES))
        .order_by(col(Job.created_at).desc())
    )
    found = session.exec(statement).all()
    earlier = versions.count_repeats(session, found[0][1]) if found else 0
    return [(_to_transcript(row), _to_correction(row, transcript_id, earlier), job) for row, job in found]


def _to_transcript(row: TranscriptRow) -> Transcript:
    return Transcript.model_validate(row.model_dump(include={"language", "words", "engine", "confidence"}))


def _to_correction(row: TranscriptRow, transcript_id: uuid.UUID, earlier: int) -> Correction:
    texts = {int(number): text for number, text in row.line_texts.items()} if row.line_texts else None
    return Correction(transcript_id, earlier, texts)


def _find_row(session: Session, job_id: uuid.UUID, media_id: uuid.UUID) -> TranscriptRow | None:
    statement = select(TranscriptRow).where(
        col(TranscriptRow.media_id) == media_id, col(TranscriptRow.job_id) == job_id
    )
    return session.exec(statement).first()


def _to_translation(row: TranscriptRow) -> Translation:
    texts = row.line_texts or {}
    lines = (
        SubtitleLine(
            text=texts[str(number)],
            start=word["start"],
            end=word["end"],
            is_cue=word.get("cue_end") is not None,
            is_speaker_change=word.get("is_speaker_change", False),
        )
        for number, word in enumerate(row.words, start=1)
    )
    return Translation(language=row.language, lines=tuple(lines))


def _find_row_of_output(session: Session, job_id: uuid.UUID) -> TranscriptRow | None:
    statement = (
        select(TranscriptRow)
        .join(JobOutput, col(JobOutput.media_id) == col(TranscriptRow.media_id))
        .where(col(JobOutput.job_id) == job_id, col(TranscriptRow.job_id) == job_id)
    )
    return session.exec(statement).first()


def _find_row_of_input(session: Session, job_id: uuid.UUID) -> TranscriptRow | None:
    statement = (
        select(TranscriptRow)
        .join(JobInput, col(JobInput.media_id) == col(TranscriptRow.media_id))
        .where(col(JobInput.job_id) == job_id, col(TranscriptRow.job_id) == job_id)
    )
    return session.exec(statement).first()


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
