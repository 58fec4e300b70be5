"""Words that stand out: which are emphasised, which are set small, and which are masked."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from models.captions.style import CaptionStyle
from models.captions.word_lists import is_listed, is_profane, normalize_word
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Translation, Word
from models.sentences import CLOSING_MARKS, is_sentence_end
from pipeline.captions.caption_words import CaptionWord
from pipeline.captions.scripts import split_clusters

_OPENING_MARKS = "\"'“‘«([{¿¡-–—"
_FEW_WORDS = 6  # a capital in one of fewer may be a name
_MASK = "*"
_SMALL_SCALE = 0.58  # of the font size, of words that carry little in a stack
_NUMBER = re.compile(r"\d|[$€£¥₹%‰]")
_CAPITALS_MEAN_NOUNS = frozenset({"de", "lb"})  # languages in which a capital tells nothing of a name
_PRONOUNS = frozenset({"I", "I'm", "I’m", "I'll", "I’ll", "I've", "I’ve", "I'd", "I’d"})


def find_emphasis(words: Sequence[Word], language: str) -> frozenset[int]:
    """Indices of words worth emphasis: those that were chosen before; where none was, numbers with what they count,
    money, names, and those of the language's list.
    """
    chosen = frozenset(index for index, word in enumerate(words) if word.is_emphasised)
    return chosen or _find_by_rules(words, language)


def _find_by_rules(words: Sequence[Word], language: str) -> frozenset[int]:
    names = _find_names(words, language)
    found = {
        index
        for index, word in enumerate(words)
        if _has_number(word.text) or is_listed(word.text, "emphasis", language) or normalize_word(word.text) in names
    }
    return frozenset(found | _find_units(words, language))


def _find_names(words: Sequence[Word], language: str) -> frozenset[str]:
    """Words that have a capital inside sentences, where most others have none: there it is that of a name."""
    inside = [word.text for word, is_inside in zip(words, _list_inside(words, language), strict=True) if is_inside]
    capitalised = [text for text in inside if _is_capitalised(text)]
    if language in _CAPITALS_MEAN_NOUNS or 2 * len(capitalised) > max(len(inside), _FEW_WORDS):
        return frozenset()
    small = {normalize_word(word.text) for word in words if not _is_capitalised(word.text)}
    names = {normalize_word(text) for text in capitalised if not is_listed(text, "function", language)}
    return frozenset(names - small - {""})


def _list_inside(words: Sequence[Word], language: str) -> list[bool]:
    """Whether each word is inside a sentence: neither its first nor the first of a quotation or of a speaker's turn."""
    ends = [True, *(_is_end(word.text, following.text, language) for word, following in pairwise(words))]
    return [
        not (is_first or word.is_speaker_change or word.text[:1] in _OPENING_MARKS)
        for word, is_first in zip(words, ends, strict=False)
    ]


def _is_end(text: str, following: str, language: str) -> bool:
    return is_sentence_end(text, following, language) or text.rstrip(CLOSING_MARKS).endswith(":")


def _find_units(words: Sequence[Word], language: str) -> set[int]:
    """Words after numbers that say what is counted, such as "por cento"."""
    found: set[int] = set()
    for index in range(1, len(words)):
        pair = " ".join(word.text for word in words[index : index + 2])
        if index - 1 in found or _has_number(words[index - 1].text):
            found.update(range(index, index + _count_unit_words(words[index].text, pair, language)))
    return found


def _count_unit_words(word: str, pair: str, language: str) -> int:
    return 1 if is_listed(word, "units", language) else 2 if is_listed(pair, "units", language) else 0


def mark_words(words: Sequence[CaptionWord], style: CaptionStyle, language: str) -> list[CaptionWord]:
    """Give words their emphasis and size; emphasised words in a row count as one."""
    marked: list[CaptionWord] = []
    count, was_emphasised = -1, False
    for word in words:
        is_emphasised = word.is_emphasised
        if is_emphasised and not was_emphasised:
            count = _find_next_fill(count + 1, word, style)
        scale = style.emphasis.scale if is_emphasised else _scale_of(word.text, style, language)
        marked.append(replace(word, emphasis=count if is_emphasised else None, scale=scale))
        was_emphasised = is_emphasised
    return marked


def _find_next_fill(count: int, word: CaptionWord, style: CaptionStyle) -> int:
    """The number of an emphasis: in a line that is highlighted as a whole the next one of another colour than the
    line's, where the style has one.
    """
    fills = style.emphasis.fills
    if not (word.has_estimated_times and fills):
        return count
    speakers = style.speakers
    fill = speakers[word.speaker % len(speakers)].active if speakers else style.active.fill or style.base.fill
    others = (n for n in range(count, count + len(fills)) if fills[n % len(fills)].upper() != fill.upper())
    return next(others, count)


def mask_profanity(text: str, language: str) -> str:
    """A word with all letters between its first and last replaced, if it is profane."""
    if not is_profane(text, language):
        return text
    letters = [index for index, cluster in enumerate(split_clusters(text)) if cluster[0].isalnum()]
    hidden = set(letters[1:-1] if len(letters) > 2 else letters[1:])
    return "".join(_MASK if index in hidden else cluster for index, cluster in enumerate(split_clusters(text)))


def prepare_texts(words: Sequence[Word], options: CaptionOptions, language: str) -> Sequence[Word]:
    """The words with profanity masked, where the options ask for that."""
    if options.profanity != "mask":
        return words
    language = options.resolve_language(language)
    return [word.model_copy(update={"text": mask_profanity(word.text, language)}) for word in words]


def prepare_lines(translation: Translation, options: CaptionOptions) -> Translation:
    """The lines with profanity masked, where the options ask for that."""
    if options.profanity != "mask":
        return translation
    lines = (
        line.model_copy(
            update={"text": " ".join(mask_profanity(word, translation.language) for word in line.text.split())}
        )
        for line in translation.lines
    )
    return translation.model_copy(update={"lines": tuple(lines)})


def _has_number(text: str) -> bool:
    return _NUMBER.search(text) is not None


def _is_capitalised(text: str) -> bool:
    core = text.lstrip(_OPENING_MARKS)
    return core[:1].isalpha() and unicodedata.category(core[0]) == "Lu" and core not in _PRONOUNS


def _scale_of(text: str, style: CaptionStyle, language: str) -> float:
    return _SMALL_SCALE if style.lines == "stack" and is_listed(text, "function", language) else 1.0
