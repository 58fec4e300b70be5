"""Measures and coverage masks of text: letters, and letters with their strokes."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from pipeline.captions.glyphs.rasterization import InkBounds, measure_glyph, render_glyphs
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
    """8-bit coverage of letters, and of letters with stroke; (left, top) is the first pixel, from the origin."""

    letters: Plane
    edge: Plane
    left: int
    top: int


def keep_drawable(text: str, families: Families) -> str:
    """Keep the clusters that some font can draw; emoji and unknown scripts are removed as whole clusters."""
    return "".join(cluster for cluster in split_clusters(text) if find_family(cluster, families) is not None)


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
    letters = render_glyphs(shaped.glyphs, bounds, 0)
    # a stroke is a ring: what is far from the outline inside a letter is not in it
    edge = np.maximum(render_glyphs(shaped.glyphs, bounds, stroke), letters) if stroke else letters
    return TextMasks(letters, edge, bounds.left, bounds.top)


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
