"""Lines of a translation that stay when words are corrected: those whose words are still said."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.jobs.transcript import EarlierTranslation, Transcript, Word
from pipeline.speech.subtitles.writer import WordCue, group_words, list_cues


class LineBelow(NamedTuple):
    """Words of a line, and what stands below them: nothing where that is empty, None where it is to be translated."""

    words: Sequence[Word]
    below: str | None


def split_lines_below(transcript: Transcript, earlier: EarlierTranslation | None) -> list[LineBelow]:
    """The lines of a transcript, of which those that the earlier one has too keep what stands below them.

    They keep where they begin and end, so that a line that grows does not move the words of the next ones. A word that
    stays has its text and its time; between such lines also those stay of which only times are others.
    """
    if earlier is None:
        return _list_new(transcript, transcript.words)
    words = transcript.words
    indexes = {(word.text, word.start): index for index, word in enumerate(words)}
    lines: list[LineBelow] = []
    pending: list[WordCue] = []
    cursor = 0
    for cue in list_cues(earlier.spoken, earlier.lines):
        found = _find_cue(cue, words, indexes)
        if found is None or found < cursor:
            pending.append(cue)
            continue
        lines += [*_match_stretch(transcript, words[cursor:found], pending), _keep(cue, words, found)]
        cursor, pending = found + len(cue.words), []
    return [*lines, *_match_stretch(transcript, words[cursor:], pending)]


def _find_cue(cue: WordCue, words: Sequence[Word], indexes: Mapping[tuple[str, float], int]) -> int | None:
    """The index of the first of these words that are those of a caption, by one of them whose time is the same."""
    known = (indexes.get((word.text, word.start), offset - 1) - offset for offset, word in enumerate(cue.words))
    return next((index for index in known if index >= 0 and _has_texts(cue, words, index)), None)


def _match_stretch(transcript: Transcript, words: Sequence[Word], cues: Sequence[WordCue]) -> list[LineBelow]:
    """Lines of the words between two that stay: at both ends those that have the texts of captions that were there."""
    first: list[LineBelow] = []
    start = 0
    for cue in cues:
        if not _has_texts(cue, words, start):
            break
        first.append(_keep(cue, words, start))
        start += len(cue.words)
    last: list[LineBelow] = []
    end = len(words)
    for cue in reversed(cues[len(first) :]):
        if end - len(cue.words) < start or not _has_texts(cue, words, end - len(cue.words)):
            break
        end -= len(cue.words)
        last.append(_keep(cue, words, end))
    return [*first, *_list_new(transcript, words[start:end]), *reversed(last)]


def _has_texts(cue: WordCue, words: Sequence[Word], index: int) -> bool:
    found = words[index : index + len(cue.words)]
    return [word.text for word in found] == [word.text for word in cue.words]


def _keep(cue: WordCue, words: Sequence[Word], index: int) -> LineBelow:
    return LineBelow(words[index : index + len(cue.words)], cue.below or "")


def _list_new(transcript: Transcript, words: Sequence[Word]) -> list[LineBelow]:
    part = transcript.model_copy(update={"words": tuple(words)})
    return [LineBelow(group, None) for group in group_words(part, max_lines=1)]
