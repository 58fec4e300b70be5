"""Emoji: which clusters are drawn in colours, and what is drawn of a sequence that the font lacks."""

import unicodedata
from functools import lru_cache

import uharfbuzz

from models.captions.fonts import EMOJI_FAMILY
from pipeline.captions.glyphs import typeface

_COLOURED = frozenset("\ufe0f\u20e3")  # a selector of colours, and the frame of a key
_PLAIN = "\ufe0e"
_FIRST = 0x1F000
_LAST_SIGN = 0x2E80  # signs below are emoji by themselves where they are as wide as Chinese characters
_TEXT_SIGNS = frozenset("#*0123456789©®™")


@lru_cache(maxsize=2048)
def is_emoji(cluster: str) -> bool:
    """Whether a cluster is to be drawn in colours, by its selector or by what it begins with."""
    if _PLAIN in cluster:
        return False
    first = cluster[0]
    is_wide = ord(first) < _LAST_SIGN and unicodedata.east_asian_width(first) == "W"
    return (ord(first) >= _FIRST and ord(first) < 0x20000) or is_wide or not _COLOURED.isdisjoint(cluster)


@lru_cache(maxsize=2048)
def can_draw_emoji(cluster: str) -> bool:
    """Whether the font has one glyph for the whole cluster."""
    if not is_emoji(cluster) and cluster[0] in _TEXT_SIGNS:
        return False
    numbers = shape_emoji(cluster)
    return len(numbers) == 1 and numbers[0] != 0


def shape_emoji(cluster: str) -> list[int]:
    """The numbers of the glyphs of a cluster."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(cluster)
    buffer.direction, buffer.script, buffer.language = "ltr", "Latn", "und"
    uharfbuzz.shape(uharfbuzz.Font(typeface.load_face(EMOJI_FAMILY)), buffer)
    return [info.codepoint for info in buffer.glyph_infos]


def find_drawable_part(cluster: str) -> str:
    """What of a sequence the font lacks is drawn: its first emoji, or nothing."""
    first = cluster.split("\u200d", maxsplit=1)[0]
    candidates = (first, first[:1]) if is_emoji(cluster) and cluster[0] not in _TEXT_SIGNS else ()
    return next((each for each in candidates if can_draw_emoji(each)), "")
