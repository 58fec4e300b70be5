"""Captioned films made in a child, which may neither rename nor delete files."""

from pathlib import Path

import av
import pytest
from fakes import sample_speech

from models.jobs.options import CaptionOptions, EncodingOptions, Film, X264Preset
from models.jobs.transcript import Word
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits

WORDS = [
    Word(text=text, start=0.5 + at * 0.4, end=0.8 + at * 0.4) for at, text in enumerate(["it", "was", "the", "best"])
]


def make_in_child(folder: Path, options: CaptionOptions) -> Film:
    with SandboxClient() as sandbox:
        arguments = {
            "video": sample_speech.write_spoken_video(folder / "talk.mp4", seconds=4),
            "words": WORDS,
            "out": folder / "film.mp4",
            "options": options,
        }
        film = sandbox.run(
            "pipeline.captions.film:make", arguments, directory=folder, limits=ResourceLimits.for_media(4)
        )
        assert isinstance(film, Film)
        return film


@pytest.mark.parametrize("changes", [{"subtitle_track": True, "normalise_loudness": True, "cut_pauses": True}, {}])
def test_a_film_is_finished_and_made_to_fit(tmp_path: Path, changes: dict[str, object]) -> None:
    encoding = EncodingOptions(preset=X264Preset.ULTRAFAST, max_bytes=120_000)
    film = make_in_child(tmp_path, CaptionOptions.model_validate({"encoding": encoding, **changes}))
    with av.open(str(film.path)) as container:
        assert [stream.type for stream in container.streams if stream.type != "data"] == [
            "video",
            "audio",
            *["subtitle"] * bool(changes),
        ]
    assert film.size == film.path.stat().st_size <= 120_000
