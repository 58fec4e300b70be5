"""Title of a film: what it is about, in large letters over its first seconds."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from models.captions.colours import choose_ground
from models.captions.placement import CaptionPlacement
from models.captions.style import BackgroundBox, BaseAppearance, CaptionStyle, WordMotions
from models.jobs.caption_styles import placements_of
from models.jobs.editing import MAX_TITLE_LENGTH
from models.jobs.transcript import Word, join_words
from pipeline.captions.caption_words import is_sentence_end
from pipeline.captions.drawing.painter import CaptionPainter
from pipeline.captions.editing.accent import find_accent
from pipeline.captions.editing.heading import HeadingLook, derive_heading_style, find_heading_place, lay_out_heading
from pipeline.captions.layout import interpolate_place
from pipeline.media.transcode import Canvas

TITLE_SECONDS: Final = 3.0
_SPOKEN_LENGTH: Final = 60  # characters of a title that is what is said first
_SCALE: Final = 0.86  # of the captions' size
_UPPER_HALF: Final = 0.42  # captions above are where the title would be


def choose_title(words: Sequence[Word]) -> str:
    """What is said first: a sentence, or so much of it as is read at a glance."""
    chosen: list[Word] = []
    for word in words:
        if chosen and len(join_words([*chosen, word])) > _SPOKEN_LENGTH:
            return join_words(chosen).rstrip(",;:") + "…"
        chosen.append(word)
        if is_sentence_end(word.text):
            break
    return join_words(chosen)


def build_title(text: str, style: CaptionStyle, canvas: Canvas, language: str) -> CaptionPainter | None:
    """The painter of a title; None where the fonts draw nothing of it."""
    accent, size = find_accent(style), (canvas.width, canvas.height)
    plate = BackgroundBox(fill=accent, opacity=1.0, pad=0.34, radius=0.24)
    look = HeadingLook(
        BaseAppearance(fill=choose_ground(accent), plate=plate), _SCALE, WordMotions(enter="pop", by="group")
    )
    heading_style = derive_heading_style(style, look)
    place = _find_place(style, size)
    block = lay_out_heading(text[:MAX_TITLE_LENGTH].split(), heading_style, place, size, language)
    if block is None:
        return None
    shown = replace(block, end=min(TITLE_SECONDS, canvas.seconds))
    return CaptionPainter([shown], heading_style, canvas, language)


def _find_place(style: CaptionStyle, size: tuple[int, int]) -> CaptionPlacement:
    """At the top of the safe area; at its bottom where captions are at the top."""
    y = 1.0 if interpolate_place(placements_of(style), *size).y < _UPPER_HALF else 0.0  # moved into the safe area
    return find_heading_place(size, y)
