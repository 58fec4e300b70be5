"""What drawing costs: `python -m tools.bench.sketch`. How it looks is measured by `tools.bench.drawings`.

Each job is set beside x264 alone on the very same frames, turn about, the least of each: a busy machine, or another,
gives the same ratios.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from fakes import sample_pictures
from PIL import Image
from skimage import data

from models.jobs.options import SketchOptions
from pipeline.media.pictures.picture import Picture
from pipeline.media.rectangle import Rectangle
from pipeline.media.write import Mp4Writer
from pipeline.progress import throttle
from pipeline.sketch import film
from pipeline.sketch.renderer import SketchRenderer
from tools.bench.sketch_floor import Plane, compute_psnr, encode_plainly, record_frames

HD, FULL_HD, ULTRA_HD = (1280, 720), (1920, 1080), (3840, 2160)
SECONDS, LONG_SECONDS = 10.0, 60.0
COLD_JOB = """
import sys
import time
from pathlib import Path
from models.jobs.options import SketchOptions
from pipeline.sketch import entrypoint
options = SketchOptions.model_validate_json(sys.argv[3])
entrypoint.draw([Path(sys.argv[1])], Path(sys.argv[2]), options, lambda _stage, _share: None)
status = Path("/proc/self/status").read_text()
print(time.process_time(), int(status.split("VmHWM:")[1].split()[0]) * 1024)
"""


class Row(NamedTuple):
    """One figure of one picture, its goal, and whether it is reached."""

    picture: str
    name: str
    value: str
    goal: str
    ok: bool


Figure = tuple[str, str, str, bool]


def rows(runs: int = 3) -> list[Row]:
    """The costs of films of three pictures made by formula, and of a photograph, in several sizes and lengths."""
    made = {
        "photo": sample_pictures.draw_photo(*HD),
        "drawing": sample_pictures.draw_line_drawing(*HD),
        "text": sample_pictures.draw_text_page(*HD, rows=4),
    }
    photograph = data.astronaut()[60:348]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            *(
                Row(kind, *figure)
                for kind, picture in made.items()
                for figure in _compare_warm(folder, picture, HD, runs)
            ),
            *(Row("photograph, 1080p", *figure) for figure in _measure_job(folder, photograph, runs)),
            *(Row("photograph, growth", *figure) for figure in _measure_growth(folder, photograph)),
        ]


def _options_for(size: tuple[int, int], seconds: float = SECONDS) -> SketchOptions:
    return SketchOptions(seconds=seconds, width=size[0], height=size[1])


def _most(name: str, value: float, goal: float, form: str) -> Figure:
    return name, format(value, form), f"<= {goal:g}", value <= goal


def _least(name: str, value: float, goal: float, form: str) -> Figure:
    return name, format(value, form), f">= {goal:g}", value >= goal


# --- against the floor -----------------------------------------------------------------------------------------------


class _Comparison(NamedTuple):
    """Seconds of processor of the floor and of the whole job in a warm process, of the wall, and dB above the floor."""

    floor: float
    job: float
    wall: float
    gain: float
    size_ratio: float


def _compare_warm(folder: Path, picture: Plane, size: tuple[int, int], runs: int) -> Iterator[Figure]:
    compared = _compare(folder, picture, _options_for(size), runs)
    yield "CPU, encoding only", f"{compared.floor:.2f} s", "", True
    yield _most("CPU ratio, warm", compared.job / compared.floor, 1.25, ".2f")
    yield _most("wall seconds", compared.wall, 10, ".1f")
    yield _least("PSNR above encoding only, dB", compared.gain, -0.1, ".2f")
    yield _most("file against encoding only", compared.size_ratio, 1.2, ".2f")


def _compare(folder: Path, picture: Plane, options: SketchOptions, runs: int) -> _Comparison:
    frames = record_frames(picture, options)  # which warms the process up, too
    plain, out = folder / "floor.mp4", folder / "film.mp4"
    floor, job, wall = [], [], []
    for _ in range(runs):
        floor.append(_cpu(lambda: encode_plainly(plain, frames, options)))
        begun = time.perf_counter()
        job.append(_cpu(lambda: film.make([Picture(picture)], out, options, _silent)))
        wall.append(time.perf_counter() - begun)
    gain = compute_psnr(out, frames) - compute_psnr(plain, frames)
    return _Comparison(min(floor), min(job), min(wall), gain, out.stat().st_size / plain.stat().st_size)


def _measure_job(folder: Path, picture: Plane, runs: int) -> Iterator[Figure]:
    """A film of 10 s at 1080p with a hand, warm and in a process of its own."""
    options = _options_for(FULL_HD)
    compared = _compare(folder, picture, options, runs)
    yield "CPU, encoding only", f"{compared.floor:.2f} s", "", True
    yield _most("CPU ratio, warm", compared.job / compared.floor, 1.0, ".2f")
    colds = [_run_cold(folder, picture, options) for _ in range(runs)]
    yield _most("CPU ratio, cold process", min(cpu for cpu, _ in colds) / compared.floor, 1.6, ".2f")
    yield _most("memory, cold process, MB", max(memory for _, memory in colds), 450, ".0f")
    firsts = [_time_first_frame(folder, picture, options) for _ in range(runs)]
    yield _most("CPU until planned, s", min(planned for planned, _ in firsts), 1.0, ".2f")
    yield _most("CPU until the first frame is encoded, s", min(encoded for _, encoded in firsts), 1.2, ".2f")
    yield _most("file, MB", (folder / "film.mp4").stat().st_size / 1e6, 2.2, ".2f")
    yield _least("PSNR above encoding only, dB", compared.gain, -0.1, ".2f")


def _measure_growth(folder: Path, picture: Plane) -> Iterator[Figure]:
    """How cost grows with length (six times) and with pixels (nine times)."""
    costs = {
        key: _cpu(lambda key=key: film.make([Picture(picture)], folder / "film.mp4", _options_for(*key), _silent))
        for key in ((HD, SECONDS), (HD, LONG_SECONDS), (ULTRA_HD, SECONDS))
    }
    short = costs[HD, SECONDS]
    yield _most("CPU, 60 s against 10 s", costs[HD, LONG_SECONDS] / short, 5, ".2f")
    yield _most("CPU, 4K against 720p", costs[ULTRA_HD, SECONDS] / short, 8, ".2f")


# --- one job ---------------------------------------------------------------------------------------------------------


def _run_cold(folder: Path, picture: Plane, options: SketchOptions) -> tuple[float, float]:
    """Processor seconds and greatest memory (MB) of a process that does nothing but one job."""
    source = folder / "picture.png"
    Image.fromarray(picture).save(source)
    arguments = [sys.executable, "-c", COLD_JOB, str(source), str(folder / "cold.mp4"), options.model_dump_json()]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    cpu, memory = done.stdout.split()[-2:]
    return float(cpu), int(memory) / 1e6


class _FirstFrameTimer(Mp4Writer):
    """A writer that notes the processor's time before and after it encodes the first frame."""

    times: tuple[float, float] | None = None

    def write(self, *, changed: Sequence[Rectangle] | None = None) -> None:
        begun = time.process_time()
        super().write(changed=changed)
        self.times = self.times or (begun, time.process_time())


def _time_first_frame(folder: Path, picture: Plane, options: SketchOptions) -> tuple[float, float]:
    """Processor seconds of a warm job until its first frame is painted, and until it is with the encoder."""
    size = (options.width or 0, options.height or 0)
    begun = time.process_time()
    with _FirstFrameTimer(folder / "first.mp4", size, options.fps, {"preset": "veryfast", "threads": "2"}) as writer:
        SketchRenderer(options, size, throttle(_silent)).render([Picture(picture)], writer)
    painted, encoded = writer.times or (0.0, 0.0)
    return painted - begun, encoded - begun


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

    table = Table("picture", "figure", "value", "goal", "", title="Drawing, 10 s with a hand")
    for row in rows():
        table.add_row(row.picture, row.name, row.value, row.goal, _mark(row))
    Console().print(table)


if __name__ == "__main__":
    main()
