"""The strip of frames in the README: an original picture, painted here, and six moments of the film drawn from it.

Run `python -m tools.pictures.strip`; it needs the project's own environment and writes `docs/strip.png`.
"""

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFilter

from bots.cli import run
from tools import ROOT

SIZE = (1280, 960)
FINE = 2  # painted larger, then made smaller, so that edges are smooth
SECONDS = 10
MOMENTS = (0.12, 0.3, 0.48, 0.62, 0.78, 1.0)
COLUMNS = 3
TILE = (420, 315)
GAP = 8

Point = tuple[float, float]


class Canvas:
    """Shapes in the picture's own pixels."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (SIZE[0] * FINE, SIZE[1] * FINE), "#f4e9d8")
        self.draw = ImageDraw.Draw(self.image)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str, radius: float = 0) -> None:
        self.draw.rounded_rectangle(_scaled([(left, top), (right, bottom)]), radius * FINE, colour)

    def shape(self, points: Sequence[Point], colour: str) -> None:
        self.draw.polygon(_scaled(points), colour)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        self.draw.ellipse(_scaled([(x - radius, y - radius), (x + radius, y + radius)]), colour)

    def ring(self, x: float, y: float, radius: float, colour: str, width: float) -> None:
        box = _scaled([(x - radius, y - radius), (x + radius, y + radius)])
        self.draw.ellipse(box, outline=colour, width=round(width * FINE))

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        self.draw.line(_scaled(points), colour, round(width * FINE), joint="curve")

    def finished(self) -> Image.Image:
        return self.image.resize(SIZE, Image.Resampling.LANCZOS)


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * FINE, y * FINE) for x, y in points]


def paint() -> Image.Image:
    """A bakery on a sunny corner, with a tree, a bicycle and a cat."""
    canvas = Canvas()
    _sky(canvas)
    _street(canvas)
    _tree(canvas)
    _house(canvas)
    _shop(canvas)
    _bicycle(canvas)
    _cat(canvas)
    return canvas.finished().filter(ImageFilter.GaussianBlur(0.6))


def _sky(canvas: Canvas) -> None:
    for row in range(700):
        share = row / 700
        colour = tuple(round(a + (b - a) * share) for a, b in ((142, 248), (200, 232), (236, 210)))
        canvas.draw.rectangle((0, row * FINE, SIZE[0] * FINE, (row + 1) * FINE), colour)
    canvas.disc(1090, 150, 84, "#ffd25e")
    for x, y in ((180, 140), (560, 90)):
        for dx, radius in ((-60, 34), (-15, 50), (40, 40), (80, 26)):
            canvas.disc(x + dx, y - radius / 3, radius, "#ffffff")


def _street(canvas: Canvas) -> None:
    canvas.box(0, 700, SIZE[0], SIZE[1], "#c9c1b6")
    canvas.box(0, 820, SIZE[0], SIZE[1], "#8b8780")
    for x in range(0, SIZE[0], 128):
        canvas.line([(x, 700), (x - 60, 820)], "#a79f94", 3)
        canvas.box(x + 20, 884, x + 84, 896, "#f1ead9")


def _tree(canvas: Canvas) -> None:
    canvas.shape([(1078, 720), (1092, 430), (1118, 430), (1134, 720)], "#7a5236")
    leaves = ((1040, 420, 92, "#4f8b47"), (1160, 410, 100, "#477f42"), (1100, 330, 108, "#5f9c50"))
    for x, y, radius, colour in (*leaves, (1090, 440, 80, "#579449")):
        canvas.disc(x, y, radius, colour)
    for x, y in ((1050, 380), (1120, 330), (1170, 420), (1080, 440)):
        canvas.disc(x, y, 12, "#d8503a")


def _house(canvas: Canvas) -> None:
    canvas.box(200, 230, 940, 720, "#d97b52")
    canvas.shape([(160, 240), (570, 96), (980, 240)], "#8c3b32")
    canvas.box(200, 430, 940, 452, "#f2dcc0")
    for left in (290, 500, 710):
        canvas.box(left, 276, left + 130, 410, "#f6ead6", 8)
        canvas.box(left + 12, 288, left + 118, 400, "#5d8fae", 4)
        canvas.line([(left + 65, 288), (left + 65, 400)], "#f6ead6", 8)
        canvas.box(left - 10, 404, left + 140, 420, "#8c3b32", 4)


def _shop(canvas: Canvas) -> None:
    for stripe in range(10):
        left, colour = 230 + stripe * 68, "#c8403a" if stripe % 2 else "#fbf4e6"
        canvas.shape([(left, 470), (left + 68, 470), (left + 78, 540), (left - 10, 540)], colour)
        canvas.disc(left + 34, 540, 34, colour)
    canvas.box(260, 580, 640, 700, "#35566b", 6)
    canvas.box(272, 590, 628, 690, "#f7d98b", 4)
    for place, x in enumerate(range(310, 610, 72)):
        canvas.disc(x, 660, 28, "#b8742f")
        canvas.line([(x - 14, 648 + place % 2 * 4), (x + 12, 668)], "#8a5320", 4)
    canvas.box(700, 560, 850, 720, "#4c3a2f", 8)
    canvas.box(716, 578, 834, 660, "#9cc3d2", 4)
    canvas.disc(826, 690, 7, "#f2c14e")


def _bicycle(canvas: Canvas) -> None:
    wheels = ((330, 800), (520, 800))
    for x, y in wheels:
        canvas.ring(x, y, 66, "#26262b", 9)
        for spoke in range(8):
            angle = spoke * math.pi / 4
            canvas.line([(x, y), (x + 60 * math.cos(angle), y + 60 * math.sin(angle))], "#6c6c70", 2)
    frame = [(330, 800), (392, 700), (490, 700), (420, 800), (330, 800)]
    canvas.line(frame, "#1f7a72", 10)
    canvas.line([(392, 700), (420, 800)], "#1f7a72", 10)
    canvas.line([(520, 800), (482, 668), (512, 652)], "#1f7a72", 10)
    canvas.box(364, 678, 420, 694, "#3b2a20", 8)
    canvas.box(500, 690, 580, 740, "#c99a5b", 8)


def _cat(canvas: Canvas) -> None:
    canvas.shape([(930, 800), (944, 716), (1000, 700), (1030, 800)], "#3a3a42")
    canvas.disc(962, 690, 38, "#3a3a42")
    canvas.shape([(930, 676), (934, 632), (958, 656)], "#3a3a42")
    canvas.shape([(966, 654), (990, 632), (994, 676)], "#3a3a42")
    canvas.line([(1024, 794), (1070, 770), (1076, 716)], "#3a3a42", 14)
    for x in (948, 976):
        canvas.disc(x, 686, 7, "#f5d547")
    canvas.disc(962, 702, 4, "#e58f8f")


def frames(film: Path) -> list[Image.Image]:
    """The moments of the film that are shown."""
    with av.open(str(film)) as container:
        images = [frame.to_image() for frame in container.decode(video=0)]
    return [images[round(moment * (len(images) - 1))].resize(TILE, Image.Resampling.LANCZOS) for moment in MOMENTS]


def strip(tiles: Sequence[Image.Image]) -> Image.Image:
    """The frames side by side."""
    rows = -(-len(tiles) // COLUMNS)
    board = Image.new("RGB", (COLUMNS * (TILE[0] + GAP) + GAP, rows * (TILE[1] + GAP) + GAP), "#4a4a4a")
    for place, tile in enumerate(tiles):
        row, column = divmod(place, COLUMNS)
        board.paste(tile, (GAP + column * (TILE[0] + GAP), GAP + row * (TILE[1] + GAP)))
    return board


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        picture, film = Path(folder, "bakery.png"), Path(folder, "bakery.mp4")
        paint().save(picture)
        run(["sketch", str(picture), "-o", str(film), "--seconds", str(SECONDS)])
        board = strip(frames(film)).quantize(240, dither=Image.Dither.NONE)
        board.save(ROOT / "docs" / "strip.png", optimize=True)


if __name__ == "__main__":
    main()
