"""The score of a film: for each scene what a hand changes at which frame, and where the pen is."""

from dataclasses import dataclass

import numpy as np

from pipeline.sketch.clock import Path
from pipeline.sketch.ink import Reveal
from pipeline.sketch.planes import Planes


@dataclass(frozen=True, slots=True)
class Span:
    """Frames of a scene: drawing lines, colouring, holding."""

    lines: int
    colour: int
    hold: int

    @property
    def total(self) -> int:
        return self.lines + self.colour + self.hold

    def phase(self, frame: int) -> str:
        """What is done in a frame of the scene: `lines`, `colour` or `hold`."""
        if frame < self.lines:
            return "lines"
        return "colour" if frame < self.lines + self.colour else "hold"


@dataclass(frozen=True, slots=True)
class Brief:
    """What a scene has to fit: the film's width and height, its frame rate, the frames to draw in and to hold."""

    size: tuple[int, int]
    fps: int
    drawing: int
    hold: int
    coloured: bool

    @property
    def unit(self) -> float:
        """The size of things in film pixels: the height of a 16:9 film of this area."""
        return float(np.sqrt(self.size[0] * self.size[1] * 9 / 16))


@dataclass(frozen=True, slots=True)
class Scene:
    """What a scene changes, frame by frame, and how the pen moves; frames count from the scene's start.

    `luma` and `chroma` (blue, red) are applied in their order; `final` is the board they end in.
    """

    span: Span
    luma: tuple[Reveal, ...]
    chroma: tuple[tuple[Reveal, ...], ...]
    path: Path
    final: Planes
    tool: str = "marker"
