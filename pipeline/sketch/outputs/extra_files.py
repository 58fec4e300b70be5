"""Files that are made beside a film where they are asked for."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.sketch.outputs.gif import write_gif
from pipeline.sketch.outputs.line_svg import write_lines
from pipeline.sketch.outputs.still import write_still
from pipeline.sketch.scene_types import Rendering


@dataclass(frozen=True, slots=True)
class ExtraFiles:
    """Where to write the pen's track (JSON), the finished drawing (PNG), its lines (SVG) and the film as a GIF; None:
    nowhere.
    """

    track: Path | None = None
    still: Path | None = None
    svg: Path | None = None
    gif: Path | None = None

    def write(self, film: Path, fps: int, size: tuple[int, int], rendering: Rendering, watermark: str | None) -> None:
        """Write them; `film` is the finished one, of that rendering. Raises OSError."""
        if self.track is not None:
            self.track.write_text(json.dumps(_build_track(rendering, fps, size)))
        if self.still is not None:
            write_still(rendering.finished, self.still)
        if self.svg is not None:
            write_lines(rendering.lines, size, self.svg, watermark)
        if self.gif is not None:
            write_gif(film, self.gif)


def _build_track(rendering: Rendering, fps: int, size: tuple[int, int]) -> dict[str, object]:
    frames = [asdict(pen_state) for pen_state in rendering.pen_states]
    return {"fps": fps, "width": size[0], "height": size[1], "frames": frames}
