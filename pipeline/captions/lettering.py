"""Text shaping and rasterization: font runs, advances, and coverage masks of letters and their strokes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from models.caption_styles import scale_of
from pipeline.captions import typeface
from pipeline.captions.scripts import clusters, right_to_left
from pipeline.media.overlay import Plane

# Fallback fonts for characters the style's font lacks, in this order.
FALLBACKS = ("NotoSansArabic", "NotoSansDevanagari", "NotoSansThai", "NotoSansHebrew", "NotoSans")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text in one font."""

    family: str
    text: str


@dataclass(frozen=True, slots=True)
class Extent:
    """Advance and ink bounds in pixels, relative to the origin on the baseline; y points down."""

    advance: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Masks:
    """8-bit coverage of letters, and of letters with stroke; (left, top) is the first pixel, from the origin."""

    letters: Plane
    edge: Plane
    left: int
    top: int


def drawable(text: str, family: str) -> str:
    """Keep the clusters that some font can draw; emoji and unknown scripts are removed as whole clusters."""
    families = (family, *FALLBACKS)
    return "".join(cluster for cluster in clusters(text) if _first(cluster, families) is not None)


def runs(text: str, family: str) -> tuple[Run, ...]:
    """Split a text into runs of as few fonts as can draw it, in visual order from left to right."""
    families = (family, *FALLBACKS)
    whole = _first(text, families)
    if whole is not None:
        return (Run(whole, text),)
    found: list[Run] = []
    for cluster in clusters(text):
        stay = (found[-1].family,) if found else ()
        chosen = _first(cluster, (*stay, *families))
        if chosen is None:
            continue
        if found and found[-1].family == chosen:
            found[-1] = Run(chosen, found[-1].text + cluster)
        else:
            found.append(Run(chosen, cluster))
    return tuple(reversed(found) if right_to_left(text) else found)


def extent(text: str, family: str, pixels: int, stroke: float = 0) -> Extent:
    """Measure a text at `pixels` per em, with a stroke of `stroke` pixels around its letters."""
    pen = 0.0
    boxes: list[tuple[float, float, float, float]] = []
    for run, font, direction in _fonts(text, family, pixels):
        box = font.getbbox(run.text, anchor="ls", stroke_width=stroke, direction=direction)
        boxes.append((pen + box[0], box[1], pen + box[2], box[3]))
        pen += font.getlength(run.text, direction=direction)
    if not boxes:
        return Extent(0, 0, 0, 0, 0)
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Extent(pen, min(lefts), min(tops), max(rights), max(bottoms))


def masks(text: str, family: str, pixels: int, stroke: float = 0) -> Masks:
    """Render a text twice: its letters alone, and its letters with their stroke."""
    ink = extent(text, family, pixels, stroke)
    left, top = int(np.floor(ink.left)) - 1, int(np.floor(ink.top)) - 1
    size = (int(np.ceil(ink.right)) + 1 - left, int(np.ceil(ink.bottom)) + 1 - top)
    letters = _drawn(text, family, pixels, (size, left, top), 0)
    edge = _drawn(text, family, pixels, (size, left, top), stroke) if stroke else letters
    return Masks(letters, edge, left, top)


def _drawn(text: str, family: str, pixels: int, frame: tuple[tuple[int, int], int, int], stroke: float) -> Plane:
    size, left, top = frame
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    pen = 0.0
    for run, font, direction in _fonts(text, family, pixels):
        place = (pen - left, -top)
        draw.text(place, run.text, fill=255, font=font, anchor="ls", stroke_width=stroke, direction=direction)
        pen += font.getlength(run.text, direction=direction)
    return np.asarray(image)


def _fonts(text: str, family: str, pixels: int) -> list[tuple[Run, FreeTypeFont, Literal["rtl", "ltr"] | None]]:
    """Font and direction of each run; without raqm there is no direction, so right-to-left text is reversed here."""
    leftwards, shaped = right_to_left(text), typeface.shapes()
    direction: Literal["rtl", "ltr"] | None = ("rtl" if leftwards else "ltr") if shaped else None
    return [
        (_turned(run) if leftwards and not shaped else run, _font(run.family, pixels), direction)
        for run in runs(text, family)
    ]


def _font(family: str, pixels: int) -> FreeTypeFont:
    return typeface.font(family, max(1, round(pixels * scale_of(family))))


def _turned(run: Run) -> Run:
    return Run(run.family, "".join(reversed(clusters(run.text))))


def _first(text: str, families: Sequence[str]) -> str | None:
    """Find the first family that has every character of a text."""
    return next((family for family in families if all(typeface.draws(family, c) for c in text)), None)
