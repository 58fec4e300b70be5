"""Words as an editor shows them, and as it leaves them: of languages without spaces by phrase."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, takewhile

from models.jobs.transcript import Transcript, Word
from models.languages import load_languages
from pipeline.captions.phrase_breaks import group_phrases
from pipeline.speech.correction import LineCorrection, list_lines, split_text
from pipeline.speech.word_timing import MAX_TEXT_CHARACTERS


def list_editable_lines(transcript: Transcript) -> list[list[Word]]:
    """The words by line as an editor shows them: of a language without spaces, whose words are mostly single
    characters, by phrase.
    """
    if transcript.language not in load_languages().spaceless:
        return list_lines(transcript)
    lines = list_lines(transcript)
    return [
        [word for phrase in group_phrases(line, transcript.language) for word in _join_phrase(phrase)] for line in lines
    ]


def _join_phrase(words: Sequence[Word]) -> Sequence[Word]:
    """A phrase as one word, if it is not longer than one may be."""
    text = "".join(word.text for word in words)
    if len(words) == 1 or len(text) > MAX_TEXT_CHARACTERS:
        return words
    is_estimated = any(word.has_estimated_times for word in words)
    return [words[0].model_copy(update={"text": text, "end": words[-1].end, "has_estimated_times": is_estimated})]


def read_edited_words(transcript: Transcript, edited: Sequence[Word]) -> Transcript:
    """The words of the transcript as an editor leaves them: what was not touched is what it was, to the last detail; a
    phrase that has another text at its time has the times of the words that stay in it.
    """
    known, position = transcript.words, 0
    words: list[Word] = []
    limits = [*(item.start for item in edited), math.inf][1:]
    for item, limit in zip(edited, limits, strict=True):
        position = bisect_left(known, item.start, position, key=_start_of)
        run = _find_untouched(known, position, item) or _find_rewritten(known, position, item, limit)
        if run and item.text == "".join(word.text for word in run):
            found = list(run)
        elif len(run) > 1:
            follower = known[position + len(run) : position + len(run) + 1]
            tokens = split_text(item.text, {word.text for word in run}, transcript.language)
            found = list(LineCorrection(run, words[-1:], follower).apply(tokens))
        else:
            found = [each.model_copy(update={"text": item.text}) for each in run] or [item]
        words += _mark_turn(found, is_turn=item.is_speaker_change)
        position += len(run)
    return Transcript(language=transcript.language, words=tuple(words))


def _mark_turn(words: Sequence[Word], *, is_turn: bool) -> Sequence[Word]:
    """The words of an item, the first of which another speaker begins with where the item says so."""
    if not words or words[0].is_speaker_change == is_turn:
        return words
    return [words[0].model_copy(update={"is_speaker_change": is_turn}), *words[1:]]


def _find_untouched(known: Sequence[Word], position: int, item: Word) -> Sequence[Word]:
    """The words of an item that came back as it was, which begin at a position or, where others of their start are
    gone, behind it; none where it is another.
    """
    while position < len(known) and known[position].start == item.start:
        ends = accumulate(len(word.text) for word in known[position : position + len(item.text)])
        run = known[position : position + 1 + sum(end < len(item.text) for end in ends)]
        is_same = run[-1].end == item.end and run[0].is_speaker_change == item.is_speaker_change
        if is_same and item.text == "".join(word.text for word in run):
            return run
        position += 1
    return ()


def _find_rewritten(known: Sequence[Word], position: int, item: Word, limit: float) -> Sequence[Word]:
    """The words at a position that have the times of an item together, and begin before a limit, the next item; none
    where it has been moved.
    """
    run = list(takewhile(lambda word: word.start < limit, known[position : position + MAX_TEXT_CHARACTERS]))
    last = next((index for index, word in enumerate(run) if word.end == item.end), None)
    return run[: last + 1] if run and last is not None and run[0].start == item.start else ()


def _start_of(word: Word) -> float:
    return word.start
