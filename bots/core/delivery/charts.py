"""Charts as PNG images: stacked bars over time, sized for a phone's screen."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFont

SIZE = (960, 540)  # pixels
LEFT, RIGHT, TOP, BOTTOM = 80, 930, 110, 480  # plot area, pixels
PAPER, INK, GRID = "#ffffff", "#26313d", "#dde3ea"
COLOURS = ("#2a9d8f", "#e76f51", "#8d99ae")  # of the series, in order
MAX_LABELS = 8  # maximum number under the bars: more would overlap


@dataclass(frozen=True, slots=True)
class Series:
    """A data series: its name in the legend, and one value per bar."""

    name: str
    values: Sequence[float]


def draw_stacked_bars(title: str, labels: Sequence[str], series: Sequence[Series]) -> bytes:
    """Draw a PNG with one bar per label, the series stacked in it."""
    picture = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text((LEFT, 18), title, INK, _load_font(26))
    _draw_legend(draw, series)
    axis_max = _round_up(
        max((sum(column) for column in zip(*(each.values for each in series), strict=True)), default=0)
    )
    _draw_grid(draw, axis_max)
    for index, label in enumerate(labels):
        _draw_bar(draw, index, len(labels), [each.values[index] for each in series], axis_max)
        if index % -(-len(labels) // MAX_LABELS) == 0:
            draw.text(
                (_centre_of(index, len(labels)), BOTTOM + 12), label, INK, ImageFont.load_default(18), anchor="ma"
            )
    png = io.BytesIO()
    picture.save(png, "PNG", optimize=True)
    return png.getvalue()


@cache
def _load_font(pixels: int) -> ImageFont.FreeTypeFont:
    """Load the font for text: Pillow's default font has no accented letters."""
    font = files("pipeline").joinpath("captions", "fonts", "Montserrat", "Montserrat_900Black.ttf")
    return ImageFont.truetype(io.BytesIO(font.read_bytes()), pixels)


def _draw_legend(draw: ImageDraw.ImageDraw, series: Sequence[Series]) -> None:
    x, font = float(LEFT), _load_font(17)
    for each, colour in zip(series, COLOURS, strict=False):
        draw.rectangle((x, 72, x + 18, 90), colour)
        draw.text((x + 26, 70), each.name, INK, font)
        x += 26 + draw.textlength(each.name, font) + 36


def _draw_grid(draw: ImageDraw.ImageDraw, axis_max: int) -> None:
    """Draw grid lines at whole numbers, each with its label."""
    steps = 4 if axis_max % 4 == 0 else axis_max
    for step in range(steps + 1):
        y = BOTTOM - (BOTTOM - TOP) * step / steps
        draw.line((LEFT, y, RIGHT, y), GRID, 2)
        draw.text((LEFT - 12, y), f"{axis_max * step // steps}", INK, ImageFont.load_default(18), anchor="rm")


def _draw_bar(draw: ImageDraw.ImageDraw, index: int, count: int, values: Sequence[float], axis_max: int) -> None:
    half_width = (RIGHT - LEFT) / count * 0.36
    centre_x, bottom_y = _centre_of(index, count), float(BOTTOM)
    for value, colour in zip(values, COLOURS, strict=False):
        height = (BOTTOM - TOP) * value / axis_max
        if height:
            draw.rectangle((centre_x - half_width, bottom_y - height, centre_x + half_width, bottom_y), colour)
        bottom_y -= height


def _centre_of(index: int, count: int) -> float:
    return LEFT + (RIGHT - LEFT) * (index + 0.5) / count


def _round_up(highest: float) -> int:
    """Round up to the axis maximum: a whole number, divisible by four once it is at least four."""
    whole = max(1, -int(-highest // 1))
    return whole if whole < 4 else -(-whole // 4) * 4
