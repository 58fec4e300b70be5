"""What drawing costs and how it looks, measured on the delivered films: `python -m tools.bench.sketch`."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import av
import cv2
import numpy as np
from av.video.frame import PictureType
from fakes import sample_pictures
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

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

INK = 130  # luma below which a pixel of the line phase counts as ink
WAVER = 16  # levels a pixel at rest changes by when it is encoded anew
NEAR = 0.005  # of the height: so near an edge ink is its line
STEP, EDGE = 25.0, 0.06  # units of LAB, and of the height: a strong edge, and a long one
LIFT = 0.02  # of the height: a farther hop with the pen up is a lift


class Row(NamedTuple):
    """One figure of one picture, its goal, and whether it is reached."""

    picture: str
    name: str
    value: str
    goal: str
    ok: bool


def rows(size: tuple[int, int] = (1280, 720), seconds: float = 10, runs: int = 3) -> list[Row]:
    """The figures of films of three pictures made by formula: a photo, a line drawing and a page."""
    made = {
        "photo": sample_pictures.draw_photo(*size),
        "drawing": sample_pictures.draw_line_drawing(*size),
        "page": sample_pictures.draw_text_page(*size, rows=4),
    }
    with tempfile.TemporaryDirectory() as folder:
        return [
            Row(name, *figure)
            for name, picture in made.items()
            for figure in _measured(Path(folder), picture, seconds, runs)
        ]


Figure = tuple[str, str, str, bool]


def _measured(folder: Path, picture: Plane, seconds: float, runs: int) -> Iterator[Figure]:
    options = SketchOptions(seconds=seconds)
    yield from _costs(folder, picture, options, runs)
    shown = Shown.of(folder, picture, options.model_copy(update={"hand": "none"}))
    yield _most("open cut, stroke widths", shown.open_cut(), 12, ".1f")
    blobs, share = shown.blobs()
    yield _aim("new blobs a frame", blobs, "<= 2", ".2f")
    yield _aim("largest share of ink in a frame", share, "<= 0.015", ".4f")
    yield _aim("new ink touching last ink", shown.continuity(), ">= 0.75", ".2f")
    mean, far = shown.jumps()
    yield _aim("jump, mean in heights", mean, "<= 0.07", ".3f")
    yield _aim("jump, 95th percentile", far, "<= 0.15", ".3f")
    yield _most("pen lifts in 10 s", shown.lifts() * 10 / seconds, 120, ".0f")
    speed, fastest = shown.speeds()
    yield _aim("pen speed, mean H/s", speed, "<= 3", ".2f")
    yield _aim("pen speed, fastest H/s", fastest, "<= 8", ".1f")
    yield _aim("line coverage, recall of edges", shown.coverage(picture), ">= 0.8", ".2f")
    yield _most("largest coloured share in a frame", shown.coloured(), 0.03, ".4f")
    yield _least("SSIM of the last frame", shown.likeness(picture), 0.98, ".4f")
    yield _most("board white, away from 255", shown.white_error(), 1, ".0f")


def _aim(name: str, value: float, aim: str, form: str) -> Figure:
    """A figure to watch: an aim for the best there can be, not a gate."""
    return name, format(value, form), f"aim {aim}", True


def _most(name: str, value: float, goal: float, form: str) -> Figure:
    return name, format(value, form), f"<= {goal:g}", value <= goal


def _least(name: str, value: float, goal: float, form: str) -> Figure:
    return name, format(value, form), f">= {goal:g}", value >= goal


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


# --- looks -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A film without a hand as it was delivered, and the track of its pen.

    `luma` holds every decoded frame (frames x height x width); `born` the frame of the line phase in which a pixel
    became ink for good, or -1; `final` the last frame in RGB.
    """

    luma: Plane
    born: NDArray[np.int32]
    final: Plane
    track: dict[str, Any]

    @classmethod
    def of(cls, folder: Path, picture: Plane, options: SketchOptions) -> "Shown":
        out, track = folder / "looks.mp4", folder / "looks.json"
        film.make([Picture(picture)], out, options, _silent, track=track)
        told = json.loads(track.read_text())
        luma, final = _decoded(out)
        lines = sum(moment["phase"] == "lines" for moment in told["frames"])
        return cls(luma, _born(luma[:lines]), final, told)

    @property
    def line_frames(self) -> int:
        return sum(moment["phase"] == "lines" for moment in self.track["frames"])

    @property
    def height(self) -> int:
        return int(self.luma.shape[1])

    def open_cut(self) -> float:
        """Mean over frames of the border between ink drawn and ink still to come, in stroke widths.

        A stroke in the making has a border of one width; a grid, a wipe or a mask has many at once.
        """
        cuts = [self._border(frame) for frame in range(self.line_frames) if (self.born == frame).any()]
        return float(np.mean(cuts)) / self._stroke_width()

    def _border(self, frame: int) -> int:
        done = (self.born >= 0) & (self.born <= frame)
        coming = self.born > frame
        across = (done[:, :-1] & coming[:, 1:]) | (coming[:, :-1] & done[:, 1:])
        down = (done[:-1] & coming[1:]) | (coming[:-1] & done[1:])
        return int(max(across.sum(), down.sum()))

    def _stroke_width(self) -> float:
        """Twice the mean distance of ink from its edge, four times over: the mean of a ridge is half its height."""
        ink = (self.born >= 0).astype(np.uint8)
        return max(1.0, 4 * float(cv2.distanceTransform(ink, cv2.DIST_L2, 5)[ink > 0].mean()) - 1)

    def blobs(self) -> tuple[float, float]:
        """Mean number of separate new patches of ink in a frame, and the largest share of all ink in one frame."""
        counts, sizes = [], []
        for frame in range(self.line_frames):
            new = (self.born == frame).astype(np.uint8)
            if new.any():
                counts.append(cv2.connectedComponents(cv2.dilate(new, np.ones((3, 3), np.uint8)))[0] - 1)
                sizes.append(int(new.sum()))
        return float(np.mean(counts)), max(sizes) / max(1, int((self.born >= 0).sum()))

    def continuity(self) -> float:
        """Mean share of a frame's new patches of ink, by area, that touch ink of the two frames before."""
        shares = []
        for frame in range(1, self.line_frames):
            new = (self.born == frame).astype(np.uint8)
            if new.any():
                last = (self.born >= max(0, frame - 2)) & (self.born < frame)
                near = cv2.dilate(last.astype(np.uint8), np.ones((5, 5), np.uint8))
                _, patches = cv2.connectedComponents(cv2.dilate(new, np.ones((3, 3), np.uint8)))
                touching = np.unique(patches[(near > 0) & (new > 0)])
                shares.append(float(np.isin(patches[new > 0], touching).mean()))
        return float(np.mean(shares))

    def jumps(self) -> tuple[float, float]:
        """How far the middle of the new ink moves from frame to frame, in heights: mean and 95th percentile."""
        middles = [np.argwhere(self.born == frame) for frame in range(self.line_frames)]
        places = np.array([points.mean(axis=0) for points in middles if len(points)])
        away = np.hypot(*np.diff(places, axis=0).T) / self.height
        return float(away.mean()), float(np.quantile(away, 0.95))

    def lifts(self) -> int:
        """How often the pen is set down farther than 2 % of the height from where it was.

        While lines are drawn every new patch of ink counts that lies so far from the ink of the two frames before,
        several in one frame too; while colouring the track is asked.
        """
        reach = np.ones((max(3, round(LIFT * self.height)),) * 2, np.uint8)
        return self._touchdowns(reach) + self._hops(self.track["frames"][self.line_frames :])

    def _touchdowns(self, reach: Plane) -> int:
        count = 0
        for frame in range(self.line_frames):
            new = cv2.dilate((self.born == frame).astype(np.uint8), reach)
            last = cv2.dilate(((self.born >= max(0, frame - 2)) & (self.born < frame)).astype(np.uint8), reach)
            patches, labels = cv2.connectedComponents(new)
            count += patches - 1 - len(np.unique(labels[(new > 0) & (last > 0)]))
        return count

    def _hops(self, frames: Sequence[dict[str, Any]]) -> int:
        count, last, lifted = 0, None, False
        for moment in frames:
            if moment["down"]:
                far = last is not None and np.hypot(*np.subtract(moment["pen"], last)) > LIFT * self.height
                count += bool(lifted and far)
                last, lifted = moment["pen"], False
            else:
                lifted = True
        return count

    def speeds(self) -> tuple[float, float]:
        """Mean and greatest speed of the pen between frames of the line phase in which it is down, heights a second."""
        frames = self.track["frames"][: self.line_frames]
        steps = [
            float(np.hypot(*np.subtract(now["pen"], before["pen"])))
            for before, now in pairwise(frames)
            if before["down"] and now["down"]
        ]
        rate = self.track["fps"] / self.height
        return float(np.mean(steps)) * rate, max(steps) * rate

    def coloured(self) -> float:
        """The largest share of the area that changes visibly in one frame after the lines."""
        later = self.luma[self.line_frames - 1 :]
        changes = [float((cv2.absdiff(now, before) > 12).mean()) for before, now in pairwise(later)]
        return max(changes)

    def coverage(self, picture: Plane) -> float:
        """The share of the picture's strong, long edges with ink near them when the lines are done.

        Lettering with a broad pen has less: its edges lie farther from its middle than `NEAR`.
        """
        edges = _edges(self._fitted(picture))
        away = cv2.distanceTransform((self.luma[self.line_frames - 1] >= INK).astype(np.uint8), cv2.DIST_L2, 5)
        return float((away[edges] <= NEAR * self.height).mean())

    def likeness(self, picture: Plane) -> float:
        """SSIM (grey) of the last frame and the picture fitted to it."""
        grey = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (self._fitted(picture), self.final)]
        return float(structural_similarity(*grey))

    def _fitted(self, picture: Plane) -> Plane:
        size = (self.luma.shape[2], self.luma.shape[1])
        way = cv2.INTER_AREA if size[0] < picture.shape[1] else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)

    def white_error(self) -> float:
        """How far from 255 the empty board of the first frame is decoded; one pixel in a hundred may be ink."""
        return float(np.quantile(np.abs(235 - self.luma[0].astype(np.int32)), 0.99) * 255 / 219)


def _edges(picture: Plane) -> NDArray[np.bool_]:
    """Canny's edges in the colour channel of LAB that changes most, without short ones: of `STEP` or more of colour."""
    height = len(picture)
    sigma = 0.002 * height
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    soft = cv2.GaussianBlur(lab, (0, 0), sigma)
    slopes = np.stack([cv2.Sobel(soft, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1))])
    most = np.hypot(*slopes).argmax(axis=2)[None, ..., None]
    scale = 1000 / STEP * sigma * np.sqrt(2 * np.pi)
    dx, dy = (np.take_along_axis(slopes, most, axis=3)[..., 0] * scale).clip(-32000, 32000).astype(np.int16)
    edges = cv2.Canny(dx, dy, 500, 1000, L2gradient=True)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(edges, connectivity=8)
    long = stats[:, cv2.CC_STAT_AREA] >= EDGE * height
    return np.asarray((edges > 0) & long[labels])


def _decoded(path: Path) -> tuple[Plane, Plane]:
    with av.open(str(path), format="mp4") as container:
        frames = list(container.decode(video=0))
    height = frames[0].height
    return np.stack([frame.to_ndarray()[:height] for frame in frames]), frames[-1].to_ndarray(format="rgb24")


def _born(luma: Plane) -> NDArray[np.int32]:
    """The first frame from which on a pixel stays ink; -1 where there is none at the end.

    At the soft edge of a line the encoder moves pixels over the threshold and back; `WAVER` levels are no new ink.
    """
    born = np.full(luma.shape[1:], -1, np.int32)
    still = luma[-1] < INK
    for frame in range(len(luma) - 1, -1, -1):
        still &= luma[frame] < INK + WAVER
        born[still] = frame
    return born


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
