"""Models and parser of Whisper's response: drops hallucinations, restores punctuation on words.

The thresholds are those of OpenAI's own decoder (`whisper/transcribe.py`: no_speech_threshold 0.6, logprob_threshold
-1.0, compression_ratio_threshold 2.4).
"""

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from models.jobs.transcript import Word, mark_estimated
from models.media.facts import SoundInfo
from pipeline.captions.scripts import is_attached, split_clusters
from pipeline.speech import word_timing
from pipeline.speech.hallucinations import detection
from pipeline.speech.hallucinations.repetition import is_loop
from pipeline.speech.whisper.token_doubts import find_doubtful, mark_doubtful

MIN_CONFIDENCE: Final = math.exp(-1.0)  # mean token probability below which Whisper itself retries
_NO_SPEECH_THRESHOLD: Final = 0.6
_MAX_SEARCH_CHARACTERS: Final = 60  # characters after the last word within which the next one is searched
_MAX_SECONDS: Final = 4 * 3600.0  # seconds


class _ResponseModel(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class WhisperSegment(_ResponseModel):
    """A phrase; `avg_logprob` is the mean natural logarithm of its tokens' probabilities."""

    start: float = Field(ge=-1, le=_MAX_SECONDS)
    end: float = Field(ge=-1, le=_MAX_SECONDS)
    text: str = Field(max_length=10_000)
    avg_logprob: float = 0.0
    compression_ratio: float = 1.0
    no_speech_prob: float = 0.0
    is_invented: bool = False  # set by `mark_inventions`, as the next
    is_loop: bool = False

    @property
    def is_hallucinated(self) -> bool:
        """Whether the text is a hallucination: words produced from silence, or a repeating phrase."""
        is_doubted = self.is_likely_silence and self.avg_logprob < -1.0
        return self.is_invented or is_doubted or self.is_loop

    @property
    def is_likely_silence(self) -> bool:
        return self.no_speech_prob > _NO_SPEECH_THRESHOLD

    @property
    def seconds(self) -> float:
        return max(0.01, self.end - self.start)


class WhisperToken(_ResponseModel):
    """One word with its times in seconds; a leading space means that it does not continue the previous one.

    `probability` is the mean of its tokens'; None where it is not told: then its phrase's counts.
    """

    word: str = Field(max_length=1_000)
    start: float = Field(ge=-1, le=_MAX_SECONDS)
    end: float = Field(ge=-1, le=_MAX_SECONDS)
    probability: float | None = None


class WhisperResponse(_ResponseModel):
    """The fields used of Whisper's `verbose_json` response."""

    language: str = ""
    duration: float = Field(ge=0, le=_MAX_SECONDS)
    text: str
    segments: tuple[WhisperSegment, ...] | None = None
    words: tuple[WhisperToken, ...] | None = None

    @property
    def seconds(self) -> float:
        return self.duration

    @property
    def speech_segments(self) -> tuple[WhisperSegment, ...]:
        """The segments that hold speech."""
        return tuple(part for part in self.segments or () if not part.is_hallucinated and part.text.strip())

    @property
    def confidence(self) -> float:
        """Mean token probability over the speech, times the share of speech in speech and repetitive segments."""
        text_segments = [part for part in self.segments or () if part.text.strip()]
        total = sum(part.seconds for part in text_segments)
        if not total:
            return 0.0
        weighted_probability = sum(math.exp(min(0.0, part.avg_logprob)) * part.seconds for part in self.speech_segments)
        looping_seconds = sum(part.seconds for part in text_segments if part.is_loop)
        speech_seconds = sum(part.seconds for part in self.speech_segments)
        return weighted_probability / (speech_seconds + looping_seconds) if speech_seconds else 0.0


def mark_inventions(response: WhisperResponse, sound: SoundInfo) -> WhisperResponse:
    """Mark the segments that nobody said: credit lines, few words over a long time, words where it is quiet, and loops.

    The compression ratio is that of all segments that were heard at once.
    """
    marked: list[WhisperSegment] = []
    for ratio, group in groupby(response.segments or (), key=lambda segment: segment.compression_ratio):
        segments = list(group)
        is_looping = is_loop(" ".join(segment.text for segment in segments), ratio)
        for segment in segments:
            changes = {"is_invented": _is_segment_invented(segment, sound), "is_loop": is_looping}
            marked.append(segment.model_copy(update=changes))
    return response.model_copy(update={"segments": tuple(marked)})


def _is_segment_invented(segment: WhisperSegment, sound: SoundInfo) -> bool:
    if detection.is_invented(segment.text, segment.seconds):
        return True
    return segment.is_likely_silence and detection.is_quiet(sound, segment.start, segment.end)


def build_words(response: WhisperResponse, *, has_spaces: bool) -> list[Word]:
    """Build the words of the speech segments in order, with the text's punctuation and Whisper's own times."""
    segments = sorted(response.segments or (), key=lambda segment: segment.start)
    tokens: dict[int, list[WhisperToken]] = defaultdict(list)
    starts = [segment.start for segment in segments]
    for token in response.words or ():
        if token.word.strip():
            tokens[max(0, bisect_right(starts, (token.start + token.end) / 2) - 1)].append(token)
    found: list[Word] = []
    for index, segment in enumerate(segments):
        if segment.text.strip() and not segment.is_hallucinated:
            segment_tokens = _fill_probabilities(tokens[index], segment)
            found += (
                restore_punctuation(segment.text, segment_tokens, has_spaces=has_spaces)
                if segment_tokens
                else _spread_segment(segment, has_spaces=has_spaces)
            )
    return found


def restore_punctuation(text: str, tokens: Sequence[WhisperToken], *, has_spaces: bool) -> list[Word]:
    """Split the punctuated text at its spaces (or at the tokens, if `has_spaces` is false) and time it by the tokens.

    Whisper's tokens lack punctuation and may be parts of words: "well" and "-known" become "well-known".
    """
    positions = list(_locate_tokens(text, tokens))
    if sum(position is not None for position in positions) * 2 < len(tokens):  # not the same text at all
        return _time_words([(token.word, [token]) for token in tokens], tokens)
    edges = (
        [found.span() for found in re.finditer(r"\S+", text)]
        if has_spaces
        else list(_iterate_ranges(positions, len(text)))
    )
    pairs = [(token, position) for token, position in zip(tokens, positions, strict=True) if position is not None]
    groups = [
        (text[first:last], [token for token, position in pairs if first <= position < last])
        for first, last in _attach_marks(text, edges)
    ]
    return _time_words(groups, tokens)


def _time_words(groups: Sequence[tuple[str, Sequence[WhisperToken]]], tokens: Sequence[WhisperToken]) -> list[Word]:
    """The words of a phrase, each with the tokens it is made of; `tokens` are all of the phrase."""
    texts = [text.strip()[: word_timing.MAX_TEXT_CHARACTERS] for text, _ in groups]
    spans = [_span_of(inner) if inner else None for _, inner in groups]
    words = word_timing.fill_gaps(texts, spans, _span_of(tokens))
    probabilities = [1.0 if each.probability is None else each.probability for each in tokens]
    doubtful = {id(token) for token, is_doubted in zip(tokens, find_doubtful(probabilities), strict=True) if is_doubted}
    return mark_doubtful(words, [any(id(token) in doubtful for token in inner) for _, inner in groups])


def _span_of(tokens: Sequence[WhisperToken]) -> word_timing.TimeSpan:
    start = max(0.0, tokens[0].start)
    return start, max(start, tokens[-1].end)


def _fill_probabilities(tokens: Sequence[WhisperToken], segment: WhisperSegment) -> list[WhisperToken]:
    mean = math.exp(min(0.0, segment.avg_logprob))
    return [
        token if token.probability is not None else token.model_copy(update={"probability": mean}) for token in tokens
    ]


def _locate_tokens(text: str, tokens: Sequence[WhisperToken]) -> Iterator[int | None]:
    """Yield where each token begins in the text, in sequence; None for a token that is not found."""
    cursor = 0
    lowered = text.lower()
    for token in tokens:
        wanted = token.word.strip().lower()
        position = lowered.find(wanted, cursor, cursor + len(wanted) + _MAX_SEARCH_CHARACTERS)
        cursor = cursor if position < 0 else position + len(wanted)
        yield None if position < 0 else position


def _iterate_ranges(positions: Sequence[int | None], length: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges from each position to the next; the text before the first belongs to it."""
    starts = sorted({position for position in positions if position is not None})
    yield from pairwise([0, *starts[1:], length])


def _attach_marks(text: str, edges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Merge ranges without a letter or digit, or that begin in the middle of a letter, into the previous one."""
    joined: list[tuple[int, int]] = []
    for first, last in edges:
        if joined and (is_attached(text[first]) or not any(map(str.isalnum, text[first:last]))):
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _spread_segment(segment: WhisperSegment, *, has_spaces: bool) -> tuple[Word, ...]:
    texts = (
        word_timing.tokenize_text(segment.text) if has_spaces else tuple(split_clusters(segment.text.replace(" ", "")))
    )
    start = max(0.0, segment.start)
    return mark_estimated(word_timing.spread_words(texts, start, max(start, segment.end))) if texts else ()
