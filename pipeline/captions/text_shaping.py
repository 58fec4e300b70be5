"""Text shaping and rasterization: font runs, advances, and coverage masks of letters and their strokes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from models.captions.fonts import font_scale_of
from pipeline.captions import typeface
from pipeline.captions.scripts import is_right_to_left, split_clusters
from pipeline.media.overlay import Plane

Families = tuple[str, ...]
"""A family, and those that draw what it lacks, in order."""


@dataclass(frozen=True, slots=True)
class FontRun:
    """A run of text in one font."""

    family: str
    text: str


@dataclass(frozen=True, slots=True)
class TextExtent:
    """Advance and ink bounds in pixels, relative to the origin on the baseline; y points down."""

    advance: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class TextMasks:
    """8-bit coverage of letters, and of letters with stroke; (left, top) is the first pixel, from the origin."""

    letters: Plane
    edge: Plane
    left: int
    top: int


def keep_drawable(text: str, families: Families) -> str:
    """Keep the clusters that some font can draw; emoji and unknown scripts are removed as whole clusters."""
    return "".join(cluster for cluster in split_clusters(text) if _find_family(cluster, families) is not None)


def split_runs(text: str, families: Families) -> tuple[FontRun, ...]:
    """Split a text into runs of as few fonts as can draw it, in visual order from left to right."""
    common_family = _find_family(text, families)
    if common_family is not None:
        return (FontRun(common_family, text),)
    font_runs: list[FontRun] = []
    for cluster in split_clusters(text):
        current_family = (font_runs[-1].family,) if font_runs else ()
        cluster_family = _find_family(cluster, (*current_family, *families))
        if cluster_family is None:
            continue
        if font_runs and font_runs[-1].family == cluster_family:
            font_runs[-1] = FontRun(cluster_family, font_runs[-1].text + cluster)
        else:
            font_runs.append(FontRun(cluster_family, cluster))
    return tuple(reversed(font_runs) if is_right_to_left(text) else font_runs)


def measure_text(text: str, families: Families, pixels: int, stroke: float = 0) -> TextExtent:
    """Measure a text at `pixels` per em, with a stroke of `stroke` pixels around its letters."""
    pen = 0.0
    boxes: list[tuple[float, float, float, float]] = []
    for run, font, direction in _load_fonts(text, families, pixels):
        box = font.getbbox(run.text, anchor="ls", stroke_width=stroke, direction=direction)
        boxes.append((pen + box[0], box[1], pen + box[2], box[3]))
        pen += font.getlength(run.text, direction=direction)
    if not boxes:
        return TextExtent(0, 0, 0, 0, 0)
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return TextExtent(pen, min(lefts), min(tops), max(rights), max(bottoms))


def render_masks(text: str, families: Families, pixels: int, stroke: float = 0) -> TextMasks:
    """Render a text twice: its letters alone, and its letters with their stroke."""
    text_extent = measure_text(text, families, pixels, stroke)
    left, top = int(np.floor(text_extent.left)) - 1, int(np.floor(text_extent.top)) - 1
    size = (int(np.ceil(text_extent.right)) + 1 - left, int(np.ceil(text_extent.bottom)) + 1 - top)
    letters = _render_mask(text, families, pixels, (size, left, top), 0)
    edge = _render_mask(text, families, pixels, (size, left, top), stroke) if stroke else letters
    return TextMasks(letters, edge, left, top)


def _render_mask(
    text: str, families: Families, pixels: int, frame: tuple[tuple[int, int], int, int], stroke: float
) -> Plane:
    size, left, top = frame
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    pen = 0.0
    for run, font, direction in _load_fonts(text, families, pixels):
        position = (pen - left, -top)
        draw.text(position, run.text, fill=255, font=font, anchor="ls", stroke_width=stroke, direction=direction)
        pen += font.getlength(run.text, direction=direction)
    return np.asarray(image)


def _load_fonts(
    text: str, families: Families, pixels: int
) -> list[tuple[FontRun, FreeTypeFont, Literal["rtl", "ltr"] | None]]:
    """Font and direction of each run; without raqm there is no direction, so right-to-left text is reversed here."""
    is_rtl, has_shaping = is_right_to_left(text), typeface.has_shaping()
    direction: Literal["rtl", "ltr"] | None = ("rtl" if is_rtl else "ltr") if has_shaping else None
    return [
        (_reverse_run(run) if is_rtl and not has_shaping else run, _load_font(run.family, pixels), direction)
        for run in split_runs(text, families)
    ]


def _load_font(family: str, pixels: int) -> FreeTypeFont:
    return typeface.load_font(family, max(1, round(pixels * font_scale_of(family))))


def _reverse_run(run: FontRun) -> FontRun:
    return FontRun(run.family, "".join(reversed(split_clusters(run.text))))


def _find_family(text: str, families: Sequence[str]) -> str | None:
    """Find the first family that has every character of a text."""
    return next((family for family in families if all(typeface.can_draw(family, c) for c in text)), None)
