"""Subtitles of a captioned film: the words that it shows at its own times, as tracks and as files."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from models.jobs.transcript import SubtitleLine, Transcript, Word
from models.languages import load_languages
from pipeline.captions.editing.film_painter import FilmText
from pipeline.media.finishing.subtitle_track import SubtitleCue, SubtitleTrack
from pipeline.speech.subtitles.writer import TimedText, WordCue, list_captions, list_cues, write_cues

TimedT = TypeVar("TimedT", Word, SubtitleLine)


def list_tracks(text: FilmText, film_start: float) -> list[SubtitleTrack]:
    """A track for each language, so that viewers choose one; times of words become those of the film, in which they
    count from `film_start`, in seconds.
    """
    captions: dict[str, Sequence[TimedText | SubtitleLine]] = {
        text.language: list_captions(Transcript(language=text.language, words=tuple(text.words)))
    }
    if text.translation:
        captions[text.translation.language] = text.translation.lines
    return [
        SubtitleTrack(
            [SubtitleCue(film_start + each.start, film_start + each.end, each.text) for each in found],
            load_languages().to_alpha3(language),
        )
        for language, found in captions.items()
        if found
    ]


def write_files(text: FilmText, film_start: float, files: Iterable[Path]) -> None:
    """Write the captions to files, in the formats of their suffixes; a translation stands below each line of them."""
    words = tuple(_move(word, film_start) for word in text.words)
    transcript = Transcript(language=text.language, words=words)
    lines = [_move(line, film_start) for line in text.translation.lines] if text.translation else []
    cues = pair_lines(words, lines) if lines else list_cues(transcript)
    for path in files:
        path.write_text(write_cues(cues, transcript, path.suffix), encoding="utf-8")


def pair_lines(words: Sequence[Word], lines: Sequence[SubtitleLine]) -> list[WordCue]:
    """Captions of words that may have other times and gaps than when the lines of their translation were made: each
    line stands below the words that begin in its time. One without words is left out.
    """
    ordered = sorted(lines, key=lambda line: line.start)
    starts = [line.start for line in ordered]
    groups: list[list[Word]] = [[] for _ in ordered]
    for word in words:
        groups[max(0, bisect_right(starts, word.start) - 1)].append(word)
    return [WordCue(group, line.text) for group, line in zip(groups, ordered, strict=True) if group]


def _move(timed: TimedT, seconds: float) -> TimedT:
    times = {"start": max(0.0, timed.start + seconds), "end": max(0.0, timed.end + seconds)}
    return timed.model_copy(update=times)
