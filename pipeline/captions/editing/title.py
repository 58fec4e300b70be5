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
from models.sentences import is_sentence_end
from pipeline.captions.avoidance.candidates import Candidate, find_rows, list_candidates
from pipeline.captions.drawing.painter import CaptionPainter
from pipeline.captions.editing.accent import find_accent
from pipeline.captions.editing.heading import HeadingLook, derive_heading_style, find_heading_place, lay_out_heading
from pipeline.captions.editing.title_scene import EMPTY_SCENE, TitleScene, choose_free
from pipeline.captions.layout import interpolate_place
from pipeline.media.transcode import Canvas

TITLE_SECONDS: Final = 3.0
_STEP: Final = 0.01  # of the frame's height, between two places
_SPOKEN_LENGTH: Final = 60  # characters of a title that is what is said first
_SCALE: Final = 0.86  # of the captions' size
_SCALES: Final = (1.0, 0.8, 0.62)  # of a title's size; the smaller ones where there is no room
_UPPER_HALF: Final = 0.42  # captions above are where the title would be


def choose_title(words: Sequence[Word], language: str) -> str:
    """What is said first: a sentence, or so much of it as is read at a glance."""
    chosen: list[Word] = []
    for word, following in zip(words, [*(each.text for each in words[1:]), ""], strict=False):
        if chosen and len(join_words([*chosen, word])) > _SPOKEN_LENGTH:
            return join_words(chosen).rstrip(",;:") + "…"
        chosen.append(word)
        if is_sentence_end(word.text, following, language):
            break
    return join_words(chosen)


def build_title(
    text: str, style: CaptionStyle, canvas: Canvas, language: str, scene: TitleScene = EMPTY_SCENE
) -> CaptionPainter | None:
    """The painter of a title; None where the fonts draw nothing of it, or no place is free of mouths and captions."""
    size = canvas.width, canvas.height
    place = _find_place(style, size)
    words = text[:MAX_TITLE_LENGTH].split()
    end = min(TITLE_SECONDS, canvas.seconds)
    candidates = list[Candidate]()
    for scale in _SCALES:
        block = lay_out_heading(words, _derive_style(style, scale), place, size, language)
        if block is not None:
            candidates += list_candidates(replace(block, end=end), place, size[1], scale, _STEP)
    chosen = choose_free(candidates, scene, size)
    return CaptionPainter([chosen.block], _derive_style(style, chosen.scale), canvas, language) if chosen else None


def measure_title_rows(text: str, style: CaptionStyle, size: tuple[int, int], language: str) -> tuple[float, float]:
    """The rows where a title is unless it steps aside, as shares of the height."""
    place = _find_place(style, size)
    block = lay_out_heading(text[:MAX_TITLE_LENGTH].split(), _derive_style(style), place, size, language)
    return find_rows([block], size[1]) if block else (place.y, place.y)


def _derive_style(style: CaptionStyle, scale: float = 1.0) -> CaptionStyle:
    accent = find_accent(style)
    plate = BackgroundBox(fill=accent, opacity=1.0, pad=0.34, radius=0.24)
    base = BaseAppearance(fill=choose_ground(accent), plate=plate)
    return derive_heading_style(style, HeadingLook(base, _SCALE * scale, WordMotions(enter="pop", by="group")))


def _find_place(style: CaptionStyle, size: tuple[int, int]) -> CaptionPlacement:
    """At the top of the safe area; at its bottom where captions are at the top."""
    y = 1.0 if interpolate_place(placements_of(style), *size).y < _UPPER_HALF else 0.0  # moved into the safe area
    return find_heading_place(size, y)
