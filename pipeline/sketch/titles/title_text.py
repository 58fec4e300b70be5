"""Text of a title: without what cannot be written, and split where its lines may be broken."""

import unicodedata
from dataclasses import dataclass

from models.captions.fonts import list_handwriting_families
from pipeline.captions.phrase_breaks import has_phrases, split_phrases
from pipeline.captions.scripts import count_columns, is_attached, split_clusters, split_columns
from pipeline.captions.text_shaping import keep_drawable

_MAX_COLUMNS, _PART_COLUMNS = 24, 8  # of a word that is not broken, and of the parts of a longer one
_MAX_MARKS = 4  # on one letter
_LANGUAGES = {"HIRAGANA": "ja", "KATAKANA": "ja", "THAI": "th", "CJK": "zh"}  # by names of characters, in this order


@dataclass(frozen=True, slots=True)
class TitlePiece:
    """A word or a part of one; a line may be broken before it, where a space stands unless it is joined."""

    text: str
    is_joined: bool = False


@dataclass(frozen=True, slots=True)
class TitleText:
    """The pieces of a title in logical order, and the families of fonts in which they are written."""

    pieces: tuple[TitlePiece, ...]
    families: tuple[str, ...]


def prepare_title(text: str) -> TitleText:
    """Prepare a title as it is typed; what no font of handwriting has, such as emoji, is left out."""
    clean = _remove_controls(text)
    language = _find_language(clean)
    families = list_handwriting_families(language)
    drawable = (_limit_marks(keep_drawable(word, families)) for word in clean.split())
    pieces = [piece for word in drawable for piece in _split_word(word, language)]
    return TitleText(tuple(pieces), families)


def _remove_controls(text: str) -> str:
    """Replace controls by spaces and remove marks of direction, which could reorder what is written."""
    spaced = "".join(" " if unicodedata.category(each) in {"Cc", "Zl", "Zp"} else each for each in text)
    return "".join(
        each
        for each in unicodedata.normalize("NFC", spaced)
        if each in "\u200c\u200d" or unicodedata.category(each) != "Cf"
    )


def _limit_marks(word: str) -> str:
    """Limit the marks on each letter, so that none reaches the lines beside it; marks without a letter are removed."""
    kept = [_limit_cluster(cluster) for cluster in split_clusters(word)]
    return "".join(each for each in kept if each and not is_attached(each[0]))


def _limit_cluster(cluster: str) -> str:
    marks = 0
    result = ""
    for character in cluster:
        marks = marks + 1 if unicodedata.category(character) == "Mn" else 0
        result += character if marks <= _MAX_MARKS else ""
    return result


def _find_language(text: str) -> str:
    """The language of a text without spaces by its script; empty for any other."""
    names = {unicodedata.name(each, "").split(" ", 1)[0] for each in text}
    return next((language for name, language in _LANGUAGES.items() if name in names), "")


def _split_word(word: str, language: str) -> list[TitlePiece]:
    """Split a word without spaces between its phrases, and one that is too long anywhere."""
    phrases = split_phrases(word, language) if has_phrases(language) else (word,)
    parts = [part for phrase in phrases for part in _split_long(phrase) if part]
    return [TitlePiece(part, is_joined=index > 0) for index, part in enumerate(parts)]


def _split_long(phrase: str) -> list[str]:
    return split_columns(phrase, _PART_COLUMNS) if count_columns(phrase) > _MAX_COLUMNS else [phrase]
