"""Measures and coverage masks of text: letters, and letters with their strokes."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from models.captions.fonts import EMOJI_FAMILY
from pipeline.captions.glyphs.emoji import find_drawable_part
from pipeline.captions.glyphs.rasterization import InkBounds, has_colours, measure_glyph, render_colours, render_glyphs
from pipeline.captions.glyphs.shaping import ShapedText, find_family, shape_text
from pipeline.captions.scripts import split_clusters
from pipeline.media.overlay import Plane

Families = tuple[str, ...]
"""A family, and those that draw what it lacks, in order."""


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
    """8-bit coverage of letters, and of all there is with its stroke; (left, top) is the first pixel, from the origin.

    `colours` is what has colours of its own, (height, width, 4), and is not among the letters; None if nothing has.
    """

    letters: Plane
    edge: Plane
    left: int
    top: int
    colours: Plane | None = None


def keep_drawable(text: str, families: Families) -> str:
    """Keep the clusters that some font can draw; of a sequence of emoji that is lacking its first, where that is there.

    Unknown scripts are removed.
    """
    return "".join(
        cluster if find_family(cluster, families) else find_drawable_part(cluster) if EMOJI_FAMILY in families else ""
        for cluster in split_clusters(text)
    )


def measure_text(text: str, families: Families, pixels: int, stroke: float = 0) -> TextExtent:
    """Measure a text at `pixels` per em, with a stroke of `stroke` pixels around its letters."""
    shaped = shape_text(text, families, pixels)
    bounds = _measure_ink(shaped, stroke)
    return TextExtent(shaped.advance, bounds.left, bounds.top, bounds.right, bounds.bottom)


def render_masks(text: str, families: Families, pixels: int, stroke: float = 0) -> TextMasks:
    """Render a text twice: its letters alone, and its letters with their stroke."""
    shaped = shape_text(text, families, pixels)
    ink = _measure_ink(shaped, stroke)
    bounds = InkBounds(ink.left - 1, ink.top - 1, ink.right + 1, ink.bottom + 1)
    coloured = [glyph for glyph in shaped.glyphs if has_colours(glyph)]
    letters = render_glyphs([glyph for glyph in shaped.glyphs if glyph not in coloured], bounds, 0)
    colours = render_colours(coloured, bounds) if coloured else None
    inside = letters if colours is None else np.maximum(letters, colours[:, :, 3])
    # a stroke is a ring: what is far from the outline inside a letter is not in it
    edge = np.maximum(render_glyphs(shaped.glyphs, bounds, stroke), inside) if stroke else inside
    return TextMasks(letters, edge, bounds.left, bounds.top, colours)


def _measure_ink(shaped: ShapedText, stroke: float) -> InkBounds:
    """Measure what the letters and their stroke cover; an empty box where there is no ink."""
    boxes = [ink for glyph in shaped.glyphs if (ink := measure_glyph(glyph)) is not None]
    if not boxes:
        return InkBounds(0, 0, 0, 0)
    reach = ceil(stroke)
    return InkBounds(
        min(box.left for box in boxes) - reach,
        min(box.top for box in boxes) - reach,
        max(box.right for box in boxes) + reach,
        max(box.bottom for box in boxes) + reach,
    )
