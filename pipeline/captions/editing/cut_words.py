"""Words of a film from which something is cut: those that stay, at their new times."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from models.captions.word_lists import is_listed
from models.jobs.transcript import Translation, Word
from models.sentences import is_sentence_end
from pipeline.media.editing.cut_list import CutList

_SENTENCE_ENDS = ".?!…"


def find_fillers(words: Sequence[Word], language: str) -> frozenset[int]:
    """Indices of words that are only hesitation; none where nothing else is said."""
    found = frozenset(index for index, word in enumerate(words) if is_listed(word.text, "fillers", language))
    return found if len(found) < len(words) else frozenset()


def cut_words(words: Sequence[Word], fillers: AbstractSet[int], cuts: CutList) -> list[Word]:
    """The words without fillers, in the same order. What a filler said of its sentence, its neighbours say: that it
    begins, ends, or is somebody else's.
    """
    kept: list[Word] = []
    dropped: Word | None = None
    for index, word in enumerate(words):
        if index in fillers:
            dropped = _join_dropped(dropped, word)
            if kept and is_sentence_end(word.text) and not is_sentence_end(kept[-1].text):
                kept[-1] = _end_sentence(kept[-1], word)
            continue
        kept.append(_move(_begin_sentence(word, dropped) if dropped else word, cuts))
        dropped = None
    return kept


def cut_lines(translation: Translation, cuts: CutList) -> Translation:
    """A translation at the times that its lines have in the film."""
    lines = tuple(
        line.model_copy(update={"start": cuts.map_seconds(line.start), "end": cuts.map_seconds(line.end)})
        for line in translation.lines
    )
    return translation.model_copy(update={"lines": lines})


def _move(word: Word, cuts: CutList) -> Word:
    times = {"start": word.start, "end": word.end, "cue_end": word.cue_end}
    moved = {name: cuts.map_seconds(seconds) for name, seconds in times.items() if seconds is not None}
    return word.model_copy(update=moved)


def _join_dropped(first: Word | None, word: Word) -> Word:
    """One of some fillers in a row, in capitals if any is, with a change of the speaker that any of them has."""
    is_speaker_change = word.is_speaker_change or bool(first and first.is_speaker_change)
    text = first.text if first and first.text[:1].isupper() else word.text
    return word.model_copy(update={"text": text, "is_speaker_change": is_speaker_change})


def _begin_sentence(word: Word, filler: Word) -> Word:
    text = word.text[:1].upper() + word.text[1:] if filler.text[:1].isupper() else word.text
    is_speaker_change = word.is_speaker_change or filler.is_speaker_change
    return word.model_copy(update={"text": text, "is_speaker_change": is_speaker_change})


def _end_sentence(word: Word, filler: Word) -> Word:
    mark = next((char for char in reversed(filler.text) if char in _SENTENCE_ENDS), "")
    return word.model_copy(update={"text": word.text.rstrip(",;:") + mark})
