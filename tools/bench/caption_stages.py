"""How long captions of a minute of video take, stage by stage: `python -m tools.bench.caption_stages [RECORDING]`.

The floor is a plain transcode of the video and the speech engine alone on its sound, one after the other, in the same
run. What both would take if they ran at once, with every core busy all the time, is their processor time by the number
of cores: no arrangement is faster. The recording is a minute of speech as a WAV file, and the language that of who
speaks; without one it is English.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import faster_whisper
import numpy as np
from fakes import sample_speech
from fakes.app_process import run_app, start_app
from fakes.simulated_users import SimulatedTelegramUser
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app

from models.jobs.film import EncodingOptions
from models.jobs.options import CaptionOptions
from models.settings import Settings
from pipeline.jobs.local_renderer import create_local_renderer, measure_file
from pipeline.jobs.renderer import Renderer
from pipeline.kinds.running_job import JobSpec
from pipeline.kinds.usage import Usage
from pipeline.sandbox.client import SandboxClient, return_false
from pipeline.speech.whisper import weights
from tools.bench.captions import floor_transcode

SECONDS = 60
SIZE = (1080, 1920)
MAX_RATIO = 1.1  # from the update to the reply, against transcode and hearing
_LONGEST = 600.0  # seconds
_VIDEO_OPTIONS = {"preset": "veryfast", "crf": "23"}  # about 7 MB: Telegram's bots are given 20 at most


class Row(NamedTuple):
    """One figure, its goal, and whether it is reached."""

    name: str
    value: str
    goal: str
    ok: bool


class Cost(NamedTuple):
    """Seconds by the clock, and of processor on all cores."""

    wall: float
    cpu: float


def rows(recording: Path | None = None) -> list[Row]:
    """The seconds of each stage, of the floors, and of the whole product from the update to the reply."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples = _read_recording(recording)
        sound = sample_speech.write_wav(folder / "sound.wav", samples)
        video = sample_speech.write_video(
            folder / "talk.mp4",
            samples,
            seconds=SECONDS,
            size=SIZE,
            fps=30,
            rate=sample_speech.RATE,
            options=_VIDEO_OPTIONS,
        )
        transcode = _measure(lambda: floor_transcode(video, folder / "floor.mp4", EncodingOptions()))
        hearing = _measure(lambda: _hear(sound))
        stages = _measure_stages(video)
        wait = _measure_reply(video, folder)
    return [*_list_floors(transcode, hearing), *_list_stages(stages, wait, transcode.wall + hearing.wall)]


def _list_floors(transcode: Cost, hearing: Cost) -> list[Row]:
    both = (transcode.cpu + hearing.cpu) / (os.cpu_count() or 1)
    return [
        Row("plain transcode, s", f"{transcode.wall:.1f}", "", ok=True),
        Row("its use of cores", f"{transcode.cpu / transcode.wall:.2f}", "", ok=True),
        Row("speech engine alone, s", f"{hearing.wall:.1f}", "", ok=True),
        Row("its use of cores", f"{hearing.cpu / hearing.wall:.2f}", "", ok=True),
        Row("one after the other, s", f"{transcode.wall + hearing.wall:.1f}", "", ok=True),
        Row("both at once, no core ever idle, s", f"{both:.1f}", "", ok=True),
    ]


def _list_stages(stages: dict[str, float], wait: float, floor: float) -> list[Row]:
    ratio = wait / floor
    return [
        *(Row(f"stage {stage}, s", f"{seconds:.1f}", "", ok=True) for stage, seconds in stages.items()),
        Row("update to the film as a reply, s", f"{wait:.1f}", "", ok=True),
        Row("against one after the other", f"{ratio:.2f}", f"<= {MAX_RATIO}", ok=ratio <= MAX_RATIO),
    ]


def _read_recording(path: Path | None) -> sample_speech.Samples:
    """A minute of 16 kHz sound: the recording, again from its beginning where it is shorter."""
    spoken = sample_speech.read_samples(str(path.resolve())) if path else sample_speech.read_samples()
    return np.resize(spoken, SECONDS * sample_speech.RATE)


def _measure(work: Callable[[], object]) -> Cost:
    begun, cpu_before = time.monotonic(), time.process_time()
    work()
    return Cost(time.monotonic() - begun, time.process_time() - cpu_before)


def _hear(sound: Path) -> None:
    """Whisper as its package calls it: the language found and the words timed, nothing else."""
    model = faster_whisper.WhisperModel(str(weights.FOLDER), device="cpu", compute_type="int8", cpu_threads=2)
    segments, _ = model.transcribe(str(sound), word_timestamps=True, condition_on_previous_text=False)
    for _segment in segments:
        pass


def _measure_stages(video: Path) -> dict[str, float]:
    """Seconds of each stage of the job itself, by when its progress begins."""
    begun: dict[str, float] = {}

    def note(stage: str, _share: float) -> None:
        begun.setdefault(stage, time.monotonic())

    with tempfile.TemporaryDirectory(prefix="rabisco-") as folder, SandboxClient() as sandbox:
        info = measure_file(sandbox, video)
        spec = JobSpec(
            "caption", CaptionOptions(), (video,), info.seconds or 0, SIZE[0] * SIZE[1], None, folder=Path(folder)
        )
        transcriber = create_local_renderer(Settings(groq_api_key=None), sandbox).transcriber
        Renderer(sandbox, transcriber).render(spec, note, return_false, Usage())
    ends = [*list(begun.values())[1:], time.monotonic()]
    return {stage: end - start for (stage, start), end in zip(begun.items(), ends, strict=True)}


def _measure_reply(video: Path, folder: Path) -> float:
    """Seconds from the update to the film as a reply in Telegram, through the whole product."""
    fake = FakeTelegram()
    with serve_app(fake.app) as address:
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address}
        with run_app(folder, settings, start=start_app) as product:
            product.wait_for_address()
            visitor = SimulatedTelegramUser(fake.get_person(1000), fake.wait_until)
            begun = time.monotonic()
            visitor.send_video(video.read_bytes())
            try:
                fake.wait_until(visitor.list_films, _LONGEST)
            except AssertionError as error:
                error.add_note(str(visitor.person.chat))
                raise
            return visitor.list_films()[0].sent_at - begun


if __name__ == "__main__":
    for row in rows(*(Path(path) for path in sys.argv[1:2])):
        sys.stdout.write(f"{row.name:40} {row.value:>8} {row.goal}\n")
