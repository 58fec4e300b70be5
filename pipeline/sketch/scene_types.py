"""Timeline types of a film: for each scene its phases, the pixels that change in each frame, and the pen's path."""

from dataclasses import dataclass

from models.jobs.finishes import FinishStyle
from models.sketch.subjects import Subject
from pipeline.sketch.canvas import unit_for
from pipeline.sketch.painting.rasterize import Reveal
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.strokes.pen_timing import PenPath
from pipeline.sketch.types import Floats, Points


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
    """Parameters of a scene: the film's width and height, its frame rate, the frames for drawing and for holding, how
    the drawing ends, and what is drawn first and last.
    """

    size: tuple[int, int]
    fps: int
    drawing_frames: int
    hold_frames: int
    finish: FinishStyle
    order: tuple[Subject, ...] = ()

    @property
    def unit(self) -> float:
        """Reference length of all sizes, in film pixels: the height of a 16:9 film of this area."""
        return unit_for(self.size)


@dataclass(frozen=True, slots=True)
class InkLine:
    """A line as it is drawn: its points and its width at each of them, in film pixels."""

    points: Points
    widths: Floats


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
    lines: tuple[InkLine, ...] = ()


@dataclass(frozen=True, slots=True)
class PenMotion:
    """The pen of one scene in the film: its tool, its path in frames from the film's start, and the first of them."""

    tool: str
    path: PenPath
    start: float


@dataclass(frozen=True, slots=True)
class PenState:
    """Pen state of one frame in the track file: tip position in pixels, whether it draws, and the scene's phase."""

    pen: tuple[float, float]
    down: bool
    phase: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """What was drawn in a film: the pen in every frame, the thumbnail's frame, the board with the last drawing
    finished, the lines of that drawing, and the pen's motion in each scene.
    """

    pen_states: list[PenState]
    poster: YuvPlanes
    finished: YuvPlanes
    lines: tuple[InkLine, ...]
    motions: tuple[PenMotion, ...]
