"""Shaping by HarfBuzz: the glyphs of a text and where each stands. Needs no library of the system."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz

from models.captions.fonts import EMOJI_FAMILY, font_scale_of
from pipeline.captions.glyphs import typeface
from pipeline.captions.glyphs.direction_runs import split_directions
from pipeline.captions.glyphs.emoji import can_draw_emoji, is_emoji
from pipeline.captions.scripts import split_clusters

UNITS = 64  # of a pixel, as in FreeType


@dataclass(frozen=True, slots=True)
class FontRun:
    """A run of text in one font and direction."""

    family: str
    text: str
    is_rtl: bool = False


@dataclass(frozen=True, slots=True)
class PlacedGlyph:
    """A glyph by its number in a font of `pixels` per em; x and y of its origin in 1/64 pixel, y upwards."""

    family: str
    pixels: int
    number: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class ShapedText:
    """The glyphs of a text from left to right, and its advance in pixels."""

    glyphs: tuple[PlacedGlyph, ...]
    advance: float


def find_family(text: str, families: Sequence[str]) -> str | None:
    """Find the first family that has every cluster of a text."""
    clusters = split_clusters(text)
    return next((family for family in families if all(_can_draw(family, each) for each in clusters)), None)


def split_runs(text: str, families: Sequence[str]) -> tuple[FontRun, ...]:
    """Split a text into runs of one direction and as few fonts as can draw it, in visual order from left to right."""
    runs: list[FontRun] = []
    for part in split_directions(text):
        fonts = _split_fonts(part.text, families)
        runs += [FontRun(family, text, part.is_rtl) for family, text in (reversed(fonts) if part.is_rtl else fonts)]
    return tuple(runs)


def shape_text(text: str, families: Sequence[str], pixels: int) -> ShapedText:
    """Shape a text at `pixels` per em; what no family can draw is left out."""
    pen = 0
    glyphs: list[PlacedGlyph] = []
    for run in split_runs(text, families):
        scaled = max(1, round(pixels * font_scale_of(run.family)))
        for number, x, y, advance in _shape_scripts(run, scaled):
            glyphs.append(PlacedGlyph(run.family, scaled, number, pen + x, y))
            pen += advance
    return ShapedText(tuple(glyphs), pen / UNITS)


def split_scripts(text: str) -> list[tuple[str, str]]:
    """Split a text into runs of one script, as (ISO 15924 code, text); digits and signs are of the one before."""
    runs: list[tuple[str, str]] = []
    for cluster in split_clusters(text):
        script = _find_script(cluster[0])
        if runs and (not script or not runs[-1][0] or runs[-1][0] == script):
            runs[-1] = (runs[-1][0] or script, runs[-1][1] + cluster)
        else:
            runs.append((script, cluster))
    return runs


@lru_cache(maxsize=8192)
def _can_draw(family: str, cluster: str) -> bool:
    if family == EMOJI_FAMILY:
        return can_draw_emoji(cluster)
    return not is_emoji(cluster) and all(typeface.can_draw(family, character) for character in cluster)


def _split_fonts(text: str, families: Sequence[str]) -> list[tuple[str, str]]:
    common_family = find_family(text, families)
    if common_family is not None:
        return [(common_family, text)]
    runs: list[tuple[str, str]] = []
    for cluster in split_clusters(text):
        current_family = (runs[-1][0],) if runs else ()
        family = find_family(cluster, (*current_family, *families))
        if family is None:
            continue
        if runs and runs[-1][0] == family:
            runs[-1] = (family, runs[-1][1] + cluster)
        else:
            runs.append((family, cluster))
    return runs


def _shape_scripts(run: FontRun, pixels: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield what `_shape_run` does for each part of one script; emoji are read from the left in any text."""
    if run.family == EMOJI_FAMILY:
        parts = [("", cluster) for cluster in split_clusters(run.text)]
        is_rtl = False
    else:
        parts, is_rtl = split_scripts(run.text), run.is_rtl
    for script, part in reversed(parts) if run.is_rtl else parts:
        yield from _shape_run(FontRun(run.family, part, is_rtl), script, pixels)


def _shape_run(run: FontRun, script: str, pixels: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (glyph, x, y, advance) in 1/64 pixel."""
    font = _load_font(run.family, pixels)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(run.text)
    buffer.direction, buffer.script, buffer.language = "rtl" if run.is_rtl else "ltr", script or "Latn", "und"
    uharfbuzz.shape(font, buffer)
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        yield info.codepoint, position.x_offset, position.y_offset, position.x_advance


@lru_cache(maxsize=256)
def _load_font(family: str, pixels: int) -> uharfbuzz.Font:
    font = uharfbuzz.Font(typeface.load_face(family))
    font.scale = (pixels * UNITS, pixels * UNITS)
    return font


@lru_cache(maxsize=4096)
def _find_script(character: str) -> str:
    """The script of a character as an ISO 15924 code; empty for what all scripts share."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(character)
    buffer.guess_segment_properties()
    return buffer.script or ""
