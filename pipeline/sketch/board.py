"""Frame loop of a scene: writes revealed pixels into the planes and blends the hand and watermark over them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipeline.sketch.arrays import Image
from pipeline.sketch.ink import Reveal
from pipeline.sketch.planes import Planes
from pipeline.sketch.score import Scene
from pipeline.sketch.sprite import Rectangle, Sprite

_LEAVING = 0.4  # seconds in which the hand leaves the frame after the last stroke


class Canvas(Protocol):
    """Planes of the frame being composed; `write` encodes them as the next frame of the film."""

    y: Image
    u: Image
    v: Image

    def write(self, *, key: bool = False) -> None: ...


class Veil(Protocol):
    """Overlay blended over every frame, such as a watermark; pixels."""

    @property
    def x(self) -> int: ...
    @property
    def y(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...

    def blend(self, y_plane: Image, u_plane: Image, v_plane: Image) -> None: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """Pen state of one frame in the track file: tip position in pixels, whether it draws, and the scene's phase."""

    pen: tuple[float, float]
    down: bool
    phase: str


class Board:
    """Clean planes of the drawing so far, and their copy in the frame with hand and watermark blended over it."""

    def __init__(self, canvas: Canvas, hands: Mapping[str, Sprite], veil: Veil | None, fps: int) -> None:
        height, width = canvas.y.shape
        self.clean = Planes.white(width, height)
        self._canvas = canvas
        self._hands = hands
        self._veil = veil
        self._fps = fps
        self._stained: list[Rectangle] = [Rectangle(0, 0, width, height)]

    def play(self, scene: Scene) -> Iterator[Moment]:
        """Write every frame of a scene and yield the pen state of each."""
        pens = _pens(scene, self._fps)
        finished = scene.span.total - scene.span.hold + math.ceil(_LEAVING * self._fps)  # held long: worth its bits
        for frame, (place, down) in enumerate(pens):
            self._reveal(scene, frame)
            self._restore()
            self._cover(scene, place if _visible(scene, frame, self._fps) else None)
            self._canvas.write(key=frame == finished)
            yield Moment((round(float(place[0]), 1), round(float(place[1]), 1)), down, scene.span.phase(frame))

    def _reveal(self, scene: Scene, frame: int) -> None:
        planes = (self.clean.y, self._canvas.y), (self.clean.u, self._canvas.u), (self.clean.v, self._canvas.v)
        for reveals, (clean, shown) in zip((scene.luma, *scene.chroma), planes, strict=True):
            for change in reveals:
                _apply(change, frame, clean, shown)

    def _restore(self) -> None:
        """Remove the previous frame's hand and watermark by copying the clean planes over them."""
        for stain in self._stained:
            for clean, shown, area in zip(
                (self.clean.y, self.clean.u, self.clean.v),
                (self._canvas.y, self._canvas.u, self._canvas.v),
                (stain.slices(1), stain.slices(2), stain.slices(2)),
                strict=True,
            ):
                shown[area] = clean[area]
        self._stained = []

    def _cover(self, scene: Scene, pen: Image | None) -> None:
        hand = self._hands.get(scene.tool)
        if hand is not None and pen is not None:
            self._stained += hand.blend(self._canvas, (float(pen[0]), float(pen[1])))
        if self._veil is not None:
            self._veil.blend(self._canvas.y, self._canvas.u, self._canvas.v)
            self._stained.append(Rectangle(self._veil.x, self._veil.y, self._veil.width, self._veil.height))


def _apply(change: Reveal, frame: int, clean: Image, shown: Image) -> None:
    begin, end = change.starts[frame], change.starts[frame + 1]
    if begin == end:
        return
    pixels, values = change.pixels[begin:end], change.values[begin:end]
    clean.reshape(-1)[pixels] = values
    rows, columns = np.divmod(pixels, clean.shape[1])
    shown[rows, columns] = values


def _pens(scene: Scene, fps: int) -> list[tuple[Image, bool]]:
    """Pen position at the end of each frame and whether it is drawing; during the hold the hand leaves the frame."""
    path, total = scene.path, scene.span.total
    busy = total if scene.tool == "eraser" else scene.span.lines + scene.span.colour
    frames = np.arange(1, total + 1)
    at = np.minimum(frames, busy)
    place = np.stack([np.interp(at, path.at, axis) for axis in path.points.T], axis=1)
    height, width = scene.final.y.shape
    share = np.clip((frames - busy) / (_LEAVING * fps), 0, 1) ** 1.7
    place += share[:, None] * np.array((0.35 * width, 1.25 * height))
    down = path.down[np.minimum(np.searchsorted(path.at, at), len(path.at) - 1)] & (frames <= busy)
    return [(place[k], bool(down[k])) for k in range(total)]


def _visible(scene: Scene, frame: int, fps: int) -> bool:
    busy = scene.span.lines + scene.span.colour
    return scene.tool == "eraser" or frame - busy < _LEAVING * fps
