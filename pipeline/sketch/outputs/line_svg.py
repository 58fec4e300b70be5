"""Lines of a drawing as SVG: one path for each stroke, in the order in which they are drawn.

A path is a uniform quadratic B-spline through points at equal distances, so that it stays smooth at any size.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from pipeline.sketch.scene_types import InkLine
from pipeline.sketch.strokes.pen_timing import resample
from pipeline.sketch.types import Points

_INK = "#222222"
_SPACING = 4.0  # pixels between the points of a path
_TEXT_SIZE, _TEXT_MARGIN = 0.028, 0.02  # of the shorter side: the watermark's letters, and what is left around them


def write_lines(lines: Sequence[InkLine], size: tuple[int, int], out: Path, watermark: str | None = None) -> None:
    """Write the lines on a transparent board of `size` (width, height), with the watermark's text in its corner."""
    width, height = size
    header = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    )
    group = f'<g fill="none" stroke="{_INK}" stroke-linecap="round" stroke-linejoin="round">'
    marked = [_build_text(watermark, size)] if watermark else []
    out.write_text(
        "\n".join([header, group, *map(_build_path, lines), "</g>", *marked, "</svg>", ""]), encoding="utf-8"
    )


def _build_path(line: InkLine) -> str:
    return f'<path stroke-width="{float(np.mean(line.widths)):.2f}" d="{"".join(_list_segments(line.points))}"/>'


def _list_segments(points: Points) -> Iterator[str]:
    """Segments of a path's data; a pixel's middle is half a pixel from its corner."""
    knots = resample(points, _SPACING) + 0.5
    middles = (knots[1:] + knots[:-1]) / 2
    yield f"M{_format_point(knots[0])}L{_format_point(middles[0])}"
    for knot, middle in zip(knots[1:-1], middles[1:], strict=True):
        yield f"Q{_format_point(knot)} {_format_point(middle)}"
    yield f"L{_format_point(knots[-1])}"


def _format_point(point: Points) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _build_text(text: str, size: tuple[int, int]) -> str:
    width, height = size
    margin, letters = _TEXT_MARGIN * min(size), _TEXT_SIZE * min(size)
    place = f'x="{width - margin:.0f}" y="{height - margin:.0f}" text-anchor="end"'
    return f'<text {place} font-family="sans-serif" font-size="{letters:.0f}" fill="{_INK}">{escape(text)}</text>'
