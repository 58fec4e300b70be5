"""What a stored job is to make: its row, its input files and the words that are known of them."""

import uuid
from collections.abc import Sequence
from pathlib import Path

from sqlmodel import Session

from models.errors import ErrorCode, RequestRejected
from models.jobs.job import Job
from models.jobs.options import JobOptions
from models.media.files import Media
from pipeline.kinds.registry import get_kind
from pipeline.kinds.running_job import JobSpec
from pipeline.media.editing.cut_list import CutList
from storage.db import Database
from storage.jobs import jobs
from storage.jobs.known_words import KnownWords, find_known_words
from storage.media import files
from storage.media.media_store import MediaStore, find_local_path


def load_spec(db: Database, store: MediaStore, job_id: uuid.UUID, folder: Path) -> JobSpec:
    """Load what a job is to make in a private folder. Raises RequestRejected(FILE_GONE) for a deleted input."""
    with db.read_transaction() as session:
        job = session.get_one(Job, job_id)
        kind = get_kind(job.kind)
        options = kind.options.model_validate(job.parameters)
        media = jobs.list_inputs(session, job.id)
        known = _find_known_words(session, job, media, options)
        opened = () if known.spoken and kind.needs_only_words else media
        keys = [files.key_of(session, item) if item.file_id else "" for item in opened]
        logo_key = files.find_key(session, options.logo_file_id)
        cuts = _find_cuts(session, job)
    try:
        paths = tuple(store.get_local_path(key) for key in keys)  # may download, so in no transaction
    except FileNotFoundError as error:
        raise RequestRejected(ErrorCode.FILE_GONE) from error
    longest = max(item.seconds or 0 for item in media)
    return JobSpec(
        kind=job.kind,
        options=options,
        inputs=paths,
        seconds=max(longest, options.compute_seconds(longest)),
        pixels=options.compute_pixels(max((item.width or 0) * (item.height or 0) for item in media)),
        transcript=known.spoken,
        translation=known.shown,
        lines_below=known.below,
        earlier_translation=known.earlier,
        cuts=cuts,
        folder=folder,
        logo=find_local_path(store, logo_key),
    )


def _find_known_words(session: Session, job: Job, media: Sequence[Media], options: JobOptions) -> KnownWords:
    if options.spoken_language is None:
        return KnownWords()
    return find_known_words(session, job, media[0], options.spoken_language, options.target_language)


def _find_cuts(session: Session, job: Job) -> CutList:
    """What is cut out of the result that a job of another kind follows."""
    parent = session.get(Job, job.parent_id) if job.parent_id is not None else None
    if parent is None or parent.kind == job.kind:
        return CutList()
    return CutList.from_seconds(jobs.find_cuts(session, parent.id) or ())
