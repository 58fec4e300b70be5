"""Subtitle files that come back in reply to a result: whether they are its own, and the words they correct it to."""

from collections.abc import Sequence

from sqlmodel import Session

from models.jobs.job import Job
from models.jobs.options import JobOptions
from models.jobs.transcript import Transcript, Word
from pipeline import ShownTranscript, SubtitledWords
from storage.jobs import jobs, transcripts


class SubtitlesNotPlaced(Exception):
    """It cannot be told which words a file means; `text_key` is what the user hears."""

    def __init__(self, text_key: str) -> None:
        super().__init__(text_key)
        self.text_key = text_key


def is_edited_copy(session: Session, job: Job, options: JobOptions, words: Sequence[Word]) -> bool:
    """Whether a file has the subtitles of a result, changed in places, rather than others of the same video."""
    shown = transcripts.find_shown(session, job.id)
    if shown is None:
        return False
    return SubtitledWords.build(_load(session, job, options, shown.transcript, ())).has_texts_of(words)


def restore_words(
    session: Session, job: Job, options: JobOptions, shown: Transcript, words: Sequence[Word]
) -> Transcript:
    """The words of a result, corrected by those of a file that has the times of the result, or else of its input.

    Raises SubtitlesNotPlaced.
    """
    cuts = jobs.find_cuts(session, job.id)
    if cuts is None and not options.keeps_times:
        raise SubtitlesNotPlaced("correction-cuts-unknown")
    films = [SubtitledWords.build(_load(session, job, options, shown, each)) for each in (cuts or (), ())]
    film = max(films, key=lambda each: each.count_matches(words))
    said = film.remove_lines_below(words)
    if said is None:
        raise SubtitlesNotPlaced("correction-two-languages")
    return film.restore(said)


def _load(
    session: Session, job: Job, options: JobOptions, shown: Transcript, cuts: Sequence[tuple[float, float]]
) -> ShownTranscript:
    _, below = transcripts.find_translation(session, job.id)
    return ShownTranscript(shown, below, transcripts.find_spoken(session, job.id), options, cuts)
