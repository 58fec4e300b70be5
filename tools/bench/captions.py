"""What captions cost and keep: `python -m tools.bench.captions`. Compared with a plain transcode in the same run."""

import hashlib
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import NamedTuple

import av
import numpy as np

from models.jobs.caption_styles import get_caption_style
from models.jobs.film import EncodingOptions, X264Preset
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Word
from pipeline.captions.film import make
from pipeline.captions.layout_json import CaptionLayout

SPEECH = (
    "it was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, "
    "it was the epoch of belief, it was the epoch of incredulity. We had everything before us."
)

MAX_RATIO = 1.04  # of processor time, against a plain transcode
MAX_FAST_RATIO = 1.2  # the same with the preset ultrafast
MAX_MEMORY_RATIO = 1.12
_GRAIN = 4  # levels, standard deviation: makes 12 Mb/s at 720p and crf 18, as a phone's camera does

Edges = tuple[int, int, int, int]  # left, top, right, bottom


class Cost(NamedTuple):
    """Processor seconds, and the highest resident memory in kB."""

    cpu: float
    peak: int


class Row(NamedTuple):
    """One figure, its goal, and whether it is reached."""

    name: str
    value: str
    goal: str
    ok: bool


def rows(size: tuple[int, int] = (720, 1280), seconds: float = 30, runs: int = 3) -> list[Row]:
    """The figures of captions over a video made by formula."""
    with tempfile.TemporaryDirectory() as folder:
        return _measured(Path(folder), size, seconds, runs)


def _measured(folder: Path, size: tuple[int, int], seconds: float, runs: int) -> list[Row]:
    source, plain, captioned = folder / "source.mp4", folder / "plain.mp4", folder / "captioned.mp4"
    layout = folder / "layout.json"
    film(source, size, seconds)
    words = speech(seconds, random.Random(7))
    fast_ratios, _ = _compare_costs(folder, words, EncodingOptions(preset=X264Preset.ULTRAFAST), runs)
    ratios, peaks = _compare_costs(folder, words, EncodingOptions(), runs)
    ratio, peak, fast_ratio = (median(each) for each in (ratios, peaks, fast_ratios))
    record = CaptionLayout.model_validate_json(layout.read_text())
    errors = highlight_errors(captioned, record, words)
    outside = psnr_outside(source, plain, record), psnr_outside(source, captioned, record)
    return [
        Row("CPU ratio", f"{ratio:.3f}", f"<= {MAX_RATIO}", ok=ratio <= MAX_RATIO),
        Row("CPU ratio, ultrafast", f"{fast_ratio:.3f}", f"<= {MAX_FAST_RATIO}", ok=fast_ratio <= MAX_FAST_RATIO),
        Row("memory ratio", f"{peak:.3f}", f"<= {MAX_MEMORY_RATIO}", ok=peak <= MAX_MEMORY_RATIO),
        Row(
            f"highlight, {len(errors)} words, earliest", f"{min(errors):+.2f} frames", ">= -0.5", ok=min(errors) >= -0.5
        ),
        Row("highlight, latest", f"{max(errors):+.2f} frames", "<= +1.0", ok=max(errors) <= 1),
        Row("PSNR outside the boxes, plain", f"{outside[0]:.2f} dB", "", ok=True),
        Row("PSNR outside, captioned", f"{outside[1]:.2f} dB", ">= plain - 0.5", ok=outside[1] >= outside[0] - 0.5),
        _same("audio packets (md5)", packets(source), packets(captioned)),
        _same("frame times", times(source), times(captioned)),
    ]


def _compare_costs(
    folder: Path, words: list[Word], encoding: EncodingOptions, runs: int
) -> tuple[list[float], list[float]]:
    """Ratios of processor time and of peak memory, captioned against plain, of pairs of runs that take turns."""
    sides = [
        (floor_transcode, (folder / "source.mp4", folder / "plain.mp4", encoding)),
        (write_captioned, (folder / "source.mp4", folder / "captioned.mp4", encoding, words)),
    ]
    costs: dict[Callable[..., None], list[Cost]] = {work: [] for work, _ in sides}
    for _ in range(runs):
        for work, arguments in sides:
            costs[work].append(_measure_in_process(work, arguments))
        sides.reverse()  # so that a machine that slows down slows both alike
    pairs = list(zip(costs[write_captioned], costs[floor_transcode], strict=True))
    return [ours.cpu / floor.cpu for ours, floor in pairs], [ours.peak / floor.peak for ours, floor in pairs]


def _measure_in_process(work: Callable[..., None], arguments: tuple[object, ...]) -> Cost:
    """What it costs in a process of its own, whose memory nothing else has used."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure_cost, work, arguments).result()


def _measure_cost(work: Callable[..., None], arguments: tuple[object, ...]) -> Cost:
    begun = time.process_time()
    work(*arguments)
    status = Path("/proc/self/status").read_text()
    return Cost(time.process_time() - begun, int(status.split("VmHWM:")[1].split()[0]))


def write_captioned(source: Path, out: Path, encoding: EncodingOptions, words: list[Word]) -> None:
    """The film with captions, and its layout beside it."""
    options = CaptionOptions(encoding=encoding)
    make(source, words, out, options, _silent, layout=out.with_name("layout.json"))


def film(path: Path, size: tuple[int, int], seconds: float, fps: int = 30) -> None:
    """Soft texture that pans under light grain, H.264, and a tone, AAC."""
    width, height = size
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=fps, options={"preset": "veryfast", "crf": "18"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = container.add_stream("aac", rate=44_100, layout="mono")
        for index, luma in enumerate(pictures(size, round(seconds * fps))):
            chroma = np.full((height // 2, width), 118 + index // 12 % 20, np.uint8)
            frame = av.VideoFrame.from_ndarray(np.vstack([luma, chroma]), format="yuv420p")
            frame.pts = index
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for tone in tones(seconds):
            container.mux(audio.encode(tone))
        container.mux(audio.encode(None))


def pictures(size: tuple[int, int], count: int) -> Iterator[np.ndarray]:
    """Luma planes: waves of three lengths panned together, and grain drawn anew for every frame."""
    width, height = size
    generator = np.random.default_rng(3)
    grain = np.rint(generator.normal(0, _GRAIN, (height, 2 * width))).astype(np.int16)
    down, across = np.mgrid[0:height, 0 : 2 * width]
    waves = sum(np.sin(down / length + 3 * np.sin(across / (2 * length))) for length in (7, 23, 90))
    texture = (120 + 25 * waves).astype(np.int16)
    for index in range(count):
        pan, shift = 2 * index % width, index * 37 % width
        yield np.clip(texture[:, pan : pan + width] + grain[:, shift : shift + width], 16, 235).astype(np.uint8)


def tones(seconds: float, rate: int = 44_100) -> Iterator[av.AudioFrame]:
    for start in range(0, round(seconds * rate), 1024):
        wave = 8000 * np.sin(np.arange(start, start + 1024) * (2 * np.pi * 440 / rate))
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield frame


def speech(seconds: float, chance: random.Random) -> list[Word]:
    """Words at random times, at the pace of people."""
    words: list[Word] = []
    now = 0.3
    while now < seconds - 1:
        text = SPEECH.split()[len(words) % len(SPEECH.split())]
        length = 0.1 + 0.04 * len(text) + 0.1 * chance.random()
        words.append(Word(text=text, start=round(now, 3), end=round(now + length, 3)))
        now += length + chance.choice([0, 0, 0.03, 0.1]) + (0.5 if text.endswith(".") else 0)
    return words


def floor_transcode(source: Path, out: Path, encoding: EncodingOptions) -> None:
    """The shortest PyAV program that encodes a video anew and copies its sound."""
    options = {"preset": encoding.preset.value, "crf": str(encoding.crf), "threads": "2"}
    with av.open(str(source)) as container, av.open(str(out), "w", options={"movflags": "+faststart"}) as output:
        video, audio = container.streams.video[0], container.streams.audio[0]
        video.thread_type = "NONE"
        target = output.add_stream("libx264", rate=video.average_rate, options=options)
        target.width, target.height, target.pix_fmt = video.width, video.height, "yuv420p"
        target.codec_context.time_base = video.time_base
        sound = output.add_stream_from_template(audio)
        for packet in container.demux(video, audio):
            if packet.stream is audio:
                if packet.dts is not None:
                    packet.stream = sound
                    output.mux(packet)
                continue
            for frame in packet.decode():
                frame.pict_type = av.video.frame.PictureType.NONE
                output.mux(target.encode(frame))
        output.mux(target.encode(None))


def highlight_errors(path: Path, record: CaptionLayout, words: list[Word]) -> list[float]:
    """For each word, frames from its start to the first on which what is lit lies nearer to it than to the word before.

    What is lit is told by the edges of all pixels in the active colour, so that a pop does not move it. Words whose
    neighbour stands in nearly the same place are left out: there is nothing to be told from.
    """
    boxes = [word.box for group in record.groups for word in group.words]
    shown, step = lit_edges(path, get_caption_style("classic").active.fill)
    errors = []
    for index, word in enumerate(words):
        own, other = _edges(boxes[index]), _edges(boxes[index - 1]) if index else (0, 0, 0, 0)
        if _apart(own, other) < 40:
            continue
        near = (
            time
            for time, lit in shown
            if lit and time > word.start - 3 * step and _apart(lit, own) < _apart(lit, other)
        )
        errors.append((next(near) - word.start) / step)
    return errors


def lit_edges(path: Path, fill: str) -> tuple[list[tuple[float, Edges | None]], float]:
    """Per frame, its time and the edges of what has the active colour; and the seconds between frames."""
    red, green, blue = (int(fill[at : at + 2], 16) for at in (1, 3, 5))
    found: list[tuple[float, Edges | None]] = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for frame in container.decode(stream):
            picture = frame.to_ndarray(format="rgb24").astype(np.int16)
            near = np.abs(picture - (red, green, blue)).max(axis=2) < 60
            rows, columns = np.flatnonzero(near.sum(axis=1) > 2), np.flatnonzero(near.sum(axis=0) > 2)
            edges = (
                (int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])) if rows.size and columns.size else None
            )
            found.append((float(frame.time), edges))
        return found, 1 / float(stream.average_rate)


def _edges(box: tuple[int, int, int, int]) -> Edges:
    x, y, width, height = box
    return x, y, x + width, y + height


def _apart(left: Edges, right: Edges) -> int:
    return sum(abs(a - b) for a, b in zip(left, right, strict=True))


def psnr_outside(source: Path, path: Path, record: CaptionLayout) -> float:
    """Luma PSNR, dB, of what no box of any group covers."""
    keep = np.ones((record.height, record.width), bool)
    for group in record.groups:
        x, y, width, height = group.box
        keep[y : y + height, x : x + width] = False
    with av.open(str(source)) as left, av.open(str(path)) as right:
        frames = zip(left.decode(video=0), right.decode(video=0), strict=True)
        errors = [np.mean((_luma(a)[keep] - _luma(b)[keep]) ** 2) for a, b in frames]
    return float(10 * np.log10(255**2 / np.mean(errors)))


def _luma(frame: av.VideoFrame) -> np.ndarray:
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width].astype(np.float32)


def packets(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        return [hashlib.md5(bytes(p)).hexdigest() for p in container.demux(audio=0) if p.size]  # noqa: S324 - no secret


def times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


def _same(name: str, left: list[object], right: list[object]) -> Row:
    return Row(name, f"{len(right)} of {len(left)}", "identical", ok=left == right)


def _silent(_stage: str, _share: float) -> None:
    """Nobody watches."""


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    size = (1080, 1920) if "--full" in sys.argv else (720, 1280)
    table = Table("captions", "value", "goal", "", title=f"captions over {size[0]}x{size[1]}, veryfast, crf 21")
    for row in rows(size):
        table.add_row(row.name, row.value, row.goal, "" if not row.goal else "ok" if row.ok else "MISSED")
    Console().print(table)


if __name__ == "__main__":
    main()
