"""What a preview shows: read from the job whose captions it is about, or a sample where it is about none."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from models.captions.word_lists import is_listed
from models.jobs.job import Job
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Transcript, Word
from models.messaging.deliveries import StylePreview
from pipeline.captions.emphasis import find_emphasis
from pipeline.previews.sentences import SAMPLE_MOMENT, list_sample_words
from storage.jobs import jobs, transcripts
from storage.media import files

_WINDOW: Final = 8.0  # seconds before and behind the moment of which words are laid out
_MAX_WORDS: Final = 80
_FIRST_WORDS: Final = 3  # before the moment, which with a quarter of all is where it is looked for
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
        return PreviewRequest(options, sample, language, SAMPLE_MOMENT, logo_key=logo_key)
    spoken = transcripts.find_spoken(session, job.id) or transcript
    kept = _list_kept_words(spoken) if options.cut_pauses else spoken.words
    shown_words = kept if transcript.words == spoken.words else transcript.words
    moment = choose_moment(shown_words, transcript.language, kept)
    words = _take_window(shown_words, moment)
    video = jobs.list_inputs(session, job.id)[0]
    video_key = files.key_of(session, video) if video.file_id else None
    return PreviewRequest(options, words, transcript.language, moment, video_key, logo_key)


def choose_moment(words: Sequence[Word], language: str, spoken: Sequence[Word] | None = None) -> float:
    """The time at which a word is shown that has come to rest: one that is emphasised where there is one, about a
    quarter into the words. It is a time at which one of the words `spoken` that stay in the film is said, if any is.
    """
    emphasised = find_emphasis(words, language)
    preferred = min(len(words) - 1, _FIRST_WORDS + len(words) // 4)
    is_kept = [spoken is None or _is_spoken(_settle(word), spoken) for word in words]
    best = min(
        range(len(words)), key=lambda index: (not is_kept[index], index not in emphasised, abs(index - preferred))
    )
    return _settle(words[best])


def _settle(word: Word) -> float:
    """A time at which a word is being spoken, and has come to rest."""
    return max(word.start, min(word.start + _SETTLED, word.end - 0.02))


def _is_spoken(moment: float, spoken: Sequence[Word]) -> bool:
    last = bisect_right(spoken, moment, key=lambda word: word.start) - 1
    return last >= 0 and moment < spoken[last].end


def _list_kept_words(spoken: Transcript) -> Sequence[Word]:
    """The words that stay in a film from which fillers are cut: all where nothing else is said."""
    kept = [word for word in spoken.words if not is_listed(word.text, "fillers", spoken.language)]
    return kept or spoken.words


def _take_window(words: Sequence[Word], moment: float) -> Sequence[Word]:
    near = [each for each in words if moment - _WINDOW <= each.start <= moment + _WINDOW]
    return near[:_MAX_WORDS]
