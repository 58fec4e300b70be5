"""Films made in a sandboxed child, which may neither rename nor delete a file, with all that is done after encoding."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from fakes import sample_speech

from models.jobs.film import EncodingOptions, Film, X264Preset
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Word
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits

FAST = EncodingOptions(preset=X264Preset.ULTRAFAST)
SECONDS = 6.0
TIGHT = 105_000  # bytes: the first attempt has more
WORDS = [Word(text=f"word{number}", start=0.5 + number, end=1.2 + number) for number in range(5)]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxClient]:
    with SandboxClient() as started:
        yield started


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("talk") / "talk.mp4"
    return sample_speech.write_spoken_video(path, seconds=SECONDS, size=(360, 640), fps=25)


def caption(sandbox: SandboxClient, video: Path, folder: Path, **options: Any) -> Film:
    arguments = {
        "video": video,
        "words": WORDS,
        "out": folder / "film.mp4",
        "options": CaptionOptions.model_validate({"encoding": FAST, **options}),
    }
    limits = ResourceLimits.for_media(SECONDS)
    film: Film = sandbox.run("pipeline.captions.film:make", arguments, directory=folder, limits=limits)
    return film


def test_a_film_is_finished_with_loudness_and_subtitles(sandbox: SandboxClient, talk: Path, tmp_path: Path) -> None:
    film = caption(sandbox, talk, tmp_path, normalise_loudness=True, subtitle_track=True)
    with av.open(str(film.path)) as container:
        assert len(container.streams.subtitles) == 1
    assert film.path.stat().st_size == film.size
    assert film.thumbnail.is_file()


def test_a_film_that_missed_its_budget_is_encoded_again(sandbox: SandboxClient, talk: Path, tmp_path: Path) -> None:
    film = caption(sandbox, talk, tmp_path, encoding=FAST.model_copy(update={"max_bytes": TIGHT}))
    assert len(list(tmp_path.glob("*.mp4"))) == 2  # it was encoded a second time
    assert film.path.stat().st_size == film.size <= TIGHT
    assert film.thumbnail.is_file()


def test_all_edits_in_one_film_keep_its_length_and_the_times_of_its_subtitles(
    sandbox: SandboxClient, talk: Path, tmp_path: Path
) -> None:
    edits = ("cut_pauses", "punch_in", "progress_bar", "title", "end_card", "normalise_loudness", "subtitle_track")
    options = {**dict.fromkeys(edits, True), "card_name": "Rabisco", "encoding": EncodingOptions()}
    film = caption(sandbox, talk, tmp_path, **options)
    with av.open(str(film.path)) as container:
        shown = [float(frame.time) for frame in container.decode(video=0)]
        assert container.duration / av.time_base == pytest.approx(max(shown), abs=0.1)  # until when players play
    with av.open(str(film.path)) as container:
        cues = [packet for packet in container.demux(container.streams.subtitles[0]) if packet.size > 2]
        ends = [float((cue.pts + cue.duration) * cue.time_base) for cue in cues]
    assert 0 < max(ends) < film.seconds
