"""What drawing costs: `python -m tools.bench.sketch`. How it looks is measured by `tools.bench.drawings`."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from av.video.frame import PictureType
from fakes import sample_pictures
from numpy.typing import NDArray

from models.jobs.film import EncodingOptions
from models.jobs.options import SketchOptions
from pipeline.media.bitrate import compute_budget
from pipeline.media.pictures.picture import Picture
from pipeline.media.rectangle import Rectangle
from pipeline.progress import throttle
from pipeline.sketch import canvas, film
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.renderer import SketchRenderer

Plane = NDArray[np.uint8]


class Row(NamedTuple):
    """One figure of one picture, its goal, and whether it is reached."""

    picture: str
    name: str
    value: str
    goal: str
    ok: bool


def rows(size: tuple[int, int] = (1280, 720), seconds: float = 10, runs: int = 3) -> list[Row]:
    """The costs of films of three pictures made by formula: a photo, a line drawing and a page."""
    made = {
        "photo": sample_pictures.draw_photo(*size),
        "drawing": sample_pictures.draw_line_drawing(*size),
        "text": sample_pictures.draw_text_page(*size, rows=4),
    }
    with tempfile.TemporaryDirectory() as folder:
        return [
            Row(kind, *figure)
            for kind, picture in made.items()
            for figure in _costs(Path(folder), picture, SketchOptions(seconds=seconds), runs)
        ]


Figure = tuple[str, str, str, bool]


def _most(name: str, value: float, goal: float, form: str) -> Figure:
    return name, format(value, form), f"<= {goal:g}", value <= goal


# --- cost ------------------------------------------------------------------------------------------------------------


def _costs(folder: Path, picture: Plane, options: SketchOptions, runs: int) -> Iterator[Figure]:
    """CPU seconds of the whole job, hand on, against encoding the very same frames, turn about, the least of each."""
    frames = list(_captured(picture, options))
    out, floor, job, wall = folder / "cost.mp4", [], [], []
    film.make(
        [Picture(picture)], out, options.model_copy(update={"seconds": 3}), _silent
    )  # imports are no part of a job
    for _ in range(runs):
        floor.append(_cpu(lambda: _encode(folder / "floor.mp4", frames, options)))
        begun = time.perf_counter()
        job.append(_cpu(lambda: film.make([Picture(picture)], out, options, _silent)))
        wall.append(time.perf_counter() - begun)
    yield "CPU, encoding only", f"{min(floor):.2f} s", "", True
    yield "CPU, whole job", f"{min(job):.2f} s", "", True
    yield _most("CPU ratio", min(job) / min(floor), 1.6, ".2f")
    yield _most("wall seconds", min(wall), 10, ".1f")


@dataclass(slots=True)
class _Recorder:
    """A canvas that keeps its frames instead of encoding them."""

    y: Plane
    u: Plane
    v: Plane
    frames: list[av.VideoFrame]

    def write(self, *, key: bool = False, changed: Sequence[Rectangle] | None = None) -> None:
        height, width = self.y.shape
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane, values in zip(frame.planes, (self.y, self.u, self.v), strict=True):
            rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
            rows[:, : plane.width] = values
        frame.pts = len(self.frames)
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self.frames.append(frame)


def _captured(picture: Plane, options: SketchOptions) -> list[av.VideoFrame]:
    """Every frame of the film as the engine hands it to the encoder."""
    size = canvas.choose_film_size([Picture(picture)], options)
    blank = YuvPlanes.create_blank(*size)
    recorder = _Recorder(blank.y, blank.u, blank.v, [])
    SketchRenderer(options, size, throttle(_silent)).render([Picture(picture)], recorder)
    return recorder.frames


def _encode(path: Path, frames: Sequence[av.VideoFrame], options: SketchOptions) -> None:
    """The floor: x264 with the film's own options, two threads, nothing else."""
    size = frames[0].width, frames[0].height
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream(
            "libx264", rate=options.fps, options=compute_budget(size, options.seconds, 0, EncodingOptions()).options
        )
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = Fraction(1, options.fps)
        for frame in frames:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _cpu(work: Callable[[], Any]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _silent(_stage: str, _share: float) -> None:
    """Nobody listens."""


def _mark(row: Row) -> str:
    if not row.ok:
        return "[red]missed"
    return "[green]ok" if row.goal[:2] in {"<=", ">="} else ""


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("picture", "figure", "value", "goal", "", title="Drawing, 10 s at 1280 x 720")
    for row in rows():
        table.add_row(row.picture, row.name, row.value, row.goal, _mark(row))
    Console().print(table)


if __name__ == "__main__":
    main()
