"""Timeline types of a film: for each scene its phases, the pixels that change in each frame, and the pen's path."""

from dataclasses import dataclass

import numpy as np

from models.sketch.subjects import Subject
from pipeline.sketch.painting.rasterize import Reveal
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.strokes.pen_timing import PenPath


@dataclass(frozen=True, slots=True)
class ScenePhases:
    """Number of frames of each phase of a scene: drawing lines, colouring, holding."""

    lines: int
    colour: int
    hold: int

    @property
    def total(self) -> int:
        return self.lines + self.colour + self.hold

    def phase_of(self, frame: int) -> str:
        """Phase of a frame of the scene: `lines`, `colour` or `hold`."""
        if frame < self.lines:
            return "lines"
        return "colour" if frame < self.lines + self.colour else "hold"


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """Parameters of a scene: the film's width and height, its frame rate, the frames for drawing and for holding, and
    what is drawn first and last.
    """

    size: tuple[int, int]
    fps: int
    drawing_frames: int
    hold_frames: int
    is_coloured: bool
    order: tuple[Subject, ...] = ()

    @property
    def unit(self) -> float:
        """Reference length of all sizes, in film pixels: the height of a 16:9 film of this area."""
        return float(np.sqrt(self.size[0] * self.size[1] * 9 / 16))


@dataclass(frozen=True, slots=True)
class Scene:
    """Pixel changes of a scene by frame, and the path of the pen; frames count from the scene's start.

    The reveals of `luma` and `chroma` (blue, red) are applied in order and end in `final_planes`.
    """

    phases: ScenePhases
    luma: tuple[Reveal, ...]
    chroma: tuple[tuple[Reveal, ...], ...]
    path: PenPath
    final_planes: YuvPlanes
    tool: str = "marker"
