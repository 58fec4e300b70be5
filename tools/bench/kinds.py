"""What a job of each kind costs from its file to its result: `python -m tools.bench.kinds`.

The floor is the library's own decoding of the same file, in the same run.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple

import av
from fakes import sample_files, sample_speech
from fakes.chat_models import answer_with_everything, create_chat
from fakes.groq_api import FakeGroq

from models.jobs.options import JobOptions
from models.settings import Settings
from pipeline.chat.model import ChatModel
from pipeline.jobs.local_renderer import create_local_renderer, measure_file
from pipeline.jobs.renderer import Renderer
from pipeline.kinds.registry import get_kind
from pipeline.kinds.running_job import JobSpec
from pipeline.kinds.usage import Usage
from pipeline.sandbox.client import SandboxClient, ignore, return_false


class Row(NamedTuple):
    """One figure, its goal, and whether it is reached."""

    name: str
    value: str
    goal: str
    ok: bool


def _write_picture(folder: Path) -> Path:
    return sample_files.write_picture(folder / "picture.png", size=(1280, 720))


def _write_talk(folder: Path) -> Path:
    return sample_speech.write_spoken_video(folder / "talk.mp4", seconds=10, size=(720, 1280))


def _write_voice_note(folder: Path) -> Path:
    return sample_speech.write_wav(folder / "note.wav", sample_speech.read_samples(seconds=30))


SAMPLES: Mapping[str, Callable[[Path], Path]] = {
    "sketch": _write_picture,
    "caption": _write_talk,
    "transcript": _write_voice_note,
    "summary": _write_voice_note,
    "chapters": _write_voice_note,
}
"""What is measured of each kind of job; a test asks for one of every registered kind."""


def rows(runs: int = 3) -> Iterator[Row]:
    """The figures of every kind."""
    with tempfile.TemporaryDirectory() as name, SandboxClient() as sandbox:
        for kind, write in SAMPLES.items():
            yield from _measure_kind(sandbox, kind, write(Path(name)), runs)


def _measure_kind(sandbox: SandboxClient, kind: str, sample: Path, runs: int) -> Iterator[Row]:
    costs, floors, seconds = list[float](), list[float](), 0.0
    for _ in range(runs):
        floors.append(_measure_decoding(sample))
        cost, seconds = _measure_job(sandbox, kind, sample)
        costs.append(cost)
    per_second = median(costs) / seconds
    yield Row(f"{kind}: CPU for {seconds:.0f} s", f"{median(costs):.2f} s ({per_second:.2f} a second)", "", ok=True)
    yield Row(f"{kind}: CPU beside decoding alone", f"{median(costs) / median(floors):.1f}", "", ok=True)


def _measure_job(sandbox: SandboxClient, kind: str, sample: Path) -> tuple[float, float]:
    """CPU seconds of a job with default options, and the length of its result in seconds."""
    options: JobOptions = get_kind(kind).options()
    info = measure_file(sandbox, sample)
    seconds = options.compute_seconds(info.seconds or 0)
    pixels = options.compute_pixels((info.width or 0) * (info.height or 0))
    usage = Usage()
    with tempfile.TemporaryDirectory(prefix="rabisco-") as folder:
        spec = JobSpec(kind, options, (sample,), seconds, pixels, transcript=None, folder=Path(folder))
        transcriber = create_local_renderer(Settings(groq_api_key=None), sandbox).transcriber
        Renderer(sandbox, transcriber, _create_chat()).render(spec, ignore, return_false, usage)
    return usage.costs.cpu_seconds, seconds


def _create_chat() -> ChatModel:
    """A chat model that answers at once: what it takes on its own machines is not ours."""
    groq = FakeGroq()
    groq.chat = answer_with_everything
    return create_chat(groq)


def _measure_decoding(sample: Path) -> float:
    """CPU seconds of decoding all streams of a file."""
    begun = time.process_time()
    with av.open(str(sample)) as container:
        for _frame in container.decode():
            pass
    return time.process_time() - begun


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write(f"{row.name:48} {row.value}\n")
