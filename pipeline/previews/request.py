"""What a preview shows: read from the job whose captions it is about, or a sample where it is about none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from models.jobs.job import Job
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Transcript, Word
from models.messaging.deliveries import StylePreview
from pipeline.previews.sentences import list_sample_words
from storage.jobs import jobs, transcripts
from storage.media import files

_WINDOW: Final = 8.0  # seconds before and behind the moment of which words are laid out
_MAX_WORDS: Final = 80
_SETTLED: Final = 0.25  # seconds in which a word has come to rest


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """Options and words of a preview, the moment (seconds) it shows, and the keys of what it is drawn on and with.

    Without a video it is drawn on a neutral picture.
    """

    options: CaptionOptions
    words: Sequence[Word]
    language: str
    moment: float
    video_key: str | None = None
    logo_key: str | None = None


def find_preview_request(session: Session, preview: StylePreview, language: str) -> PreviewRequest:
    """The request of a preview; `language` is the user's, of the sample where a job or its files are gone."""
    options = CaptionOptions.model_validate(preview.options)
    logo_key = files.find_key(session, options.logo_file_id)
    job = session.get(Job, preview.job_id) if preview.job_id else None
    shown = transcripts.find_shown(session, job.id) if job else None
    transcript = shown.transcript if shown else None
    if job is None or transcript is None or not transcript.words:
        sample = list_sample_words(language)
        return PreviewRequest(options, sample, language, choose_moment(sample), logo_key=logo_key)
    moment = choose_moment(transcript.words)
    words = _take_window(transcript, moment)
    video = jobs.list_inputs(session, job.id)[0]
    video_key = files.key_of(session, video) if video.file_id else None
    return PreviewRequest(options, words, transcript.language, moment, video_key, logo_key)


def choose_moment(words: Sequence[Word]) -> float:
    """The time at which a word of the first half is being spoken, and has come to rest."""
    word = words[min(len(words) - 1, 3 + len(words) // 4)]
    return max(word.start, min(word.start + _SETTLED, word.end - 0.02))


def _take_window(transcript: Transcript, moment: float) -> Sequence[Word]:
    near = [each for each in transcript.words if moment - _WINDOW <= each.start <= moment + _WINDOW]
    return near[:_MAX_WORDS]
