"""Words that are known of a job before it runs: what is said in its input, and the translation its result shows."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session

from models.jobs.job import Job
from models.jobs.transcript import EarlierTranslation, Transcript, Translation, mark_given
from models.media.files import Media
from storage.jobs import transcripts


@dataclass(frozen=True, slots=True)
class KnownWords:
    """`spoken` is what is said in the input; `shown` is its translation, and `below` are the lines of one that stand
    below what is said. What is None has to be heard, or translated where a translation is asked for; `earlier` has the
    lines below other words, of which those stay that are still said."""

    spoken: Transcript | None = None
    shown: Transcript | None = None
    below: Translation | None = None
    earlier: EarlierTranslation | None = None


def find_known_words(session: Session, job: Job, media: Media, language: str, target: str | None = None) -> KnownWords:
    """The words that are known for a job of a file: its own, those of the jobs it follows, or those that were heard in
    the same file, in `language` ("auto": any), and their translation to `target`.

    A corrected translation is a translation: what is said is found where that was corrected.
    """
    spoken = transcripts.find_for_job(session, job, media, language)
    if spoken is None or target is None:
        return KnownWords(spoken)
    translated = _find_translated_job(session, job, media) if spoken.language == target else None
    if translated is not None:
        original = find_known_words(session, translated, media, "auto", target).spoken
        return KnownWords(mark_given(original) if original else spoken, spoken)
    return _find_translation(session, job, spoken, target)


def _find_translated_job(session: Session, job: Job, media: Media) -> Job | None:
    """The job whose translation the given words correct; None where they correct what is said, or nothing."""
    corrected = transcripts.find_corrected_source(session, job.id)
    if corrected is None or corrected.media_id == media.id:
        return None
    return session.get(Job, corrected.job_id)


def _find_translation(session: Session, job: Job, spoken: Transcript, target: str) -> KnownWords:
    """The translation of the same words that the nearest of the jobs before this one shows, else lines below others."""
    replaced: EarlierTranslation | None = None
    for earlier in _list_earlier(session, job):
        known = transcripts.find_spoken(session, earlier.id)
        shown, below = transcripts.find_translation(session, earlier.id)
        found = shown or below
        if known is None or found is None or found.language != target:
            continue
        if known.words == spoken.words:
            return KnownWords(spoken, shown, below)
        if below is not None and known.language == spoken.language and replaced is None:
            replaced = EarlierTranslation(known, below)
    return KnownWords(spoken, earlier=replaced)


def _list_earlier(session: Session, job: Job) -> Iterator[Job]:
    """The jobs that one follows, the nearest first."""
    seen: set[uuid.UUID] = set()
    parent_id = job.parent_id
    while parent_id is not None and parent_id not in seen:
        seen.add(parent_id)
        earlier = session.get(Job, parent_id)
        if earlier is None or earlier.kind != job.kind:
            return
        yield earlier
        parent_id = earlier.parent_id
