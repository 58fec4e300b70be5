"""How fast the gate measures small files, and what starting a child costs.

`python -m tools.bench.gate [FILES] [THREADS]` prints one line for each.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from fakes import sample_files
from fakes.sandbox_steps import start_forkserver

from pipeline.jobs.media_validation import measure_file
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits


def small_files(folder: Path) -> list[Path]:
    """One of each sort of thing that people send."""
    return [
        sample_files.write_picture(folder / "photo.jpg", size=(800, 600)),
        sample_files.write_picture(folder / "drawing.png", size=(800, 600)),
        sample_files.write_picture(folder / "sticker.webp", size=(512, 512)),
        sample_files.write_film(folder / "film.mp4", size=(320, 180), seconds=2),
        sample_files.write_recording(folder / "voice.ogg", seconds=2, codec="libopus"),
        sample_files.write_text_file(folder / "text.mp4"),
    ]


def files_a_second(children: SandboxClient, folder: Path, count: int, threads: int) -> float:
    """How many of them the gate measures in a second."""
    kinds = small_files(folder)

    def one(number: int) -> None:
        try:
            measure_file(children, kinds[number % len(kinds)], folder)
        except Exception as error:  # noqa: BLE001 - a refusal is an answer
            str(error)

    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(count)))
    return count / (time.perf_counter() - begun)


def start_up(children: SandboxClient, folder: Path, count: int = 50) -> list[float]:
    """Seconds from asking for a run to having its answer, where the run does nothing."""
    seconds = []
    for _ in range(count):
        begun = time.perf_counter()
        children.run("os:getcwd", {}, directory=folder, limits=ResourceLimits.for_media(1))
        seconds.append(time.perf_counter() - begun)
    return seconds


def main(count: int = 300, threads: int = 3) -> None:
    with TemporaryDirectory() as name, SandboxClient() as children:
        folder = Path(name)
        begun = time.perf_counter()
        start_forkserver(children)
        lines = [f"forkserver ready after   {time.perf_counter() - begun:6.2f} s"]
        idle = start_up(children, folder)
        lines.append(f"child, median and p95    {median(idle) * 1e3:6.1f} ms {quantiles(idle, n=20)[-1] * 1e3:6.1f} ms")
        lines.append(f"small files measured     {files_a_second(children, folder, count, threads):6.1f} a second")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
