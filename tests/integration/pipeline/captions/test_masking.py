"""Films in which profanity is masked: in all that is written on them and in them, and nowhere where nobody asked."""

from pathlib import Path

import av
import pytest
from fakes import sample_files

from models.jobs.film import EncodingOptions, Film, X264Preset
from models.jobs.options import CaptionOptions
from models.jobs.transcript import SubtitleLine, Translation, Word
from pipeline.captions.film import make
from pipeline.captions.layout_json import CaptionLayout

FAST = EncodingOptions(preset=X264Preset.ULTRAFAST)
WORDS = [Word(text=text, start=n / 2, end=n / 2 + 0.4) for n, text in enumerate(("que", "porra", "linda"))]
TRANSLATION = Translation(language="en", lines=(SubtitleLine(text="What pretty shit", start=0.0, end=1.4),))


def caption(folder: Path, text_language: str = "pt", **options: object) -> Film:
    source = sample_files.write_film(folder / "talk.mp4", seconds=2)
    return make(
        source,
        WORDS,
        folder / "film.mp4",
        CaptionOptions.model_validate({"encoding": FAST, "subtitle_track": True, **options}),
        lambda *_: None,
        language=text_language,
        layout=folder / "layout.json",
        translation=TRANSLATION,
    )


def read_drawn(folder: Path) -> set[str]:
    layout = CaptionLayout.model_validate_json((folder / "layout.json").read_text())
    return {word.text.lower() for group in layout.groups for word in group.words}


def read_track(film: Film, number: int) -> str:
    with av.open(str(film.path)) as container:
        packets = container.demux(container.streams.subtitles[number])
        return b" ".join(bytes(packet)[2:] for packet in packets if packet.size > 2).decode()


def test_words_lines_of_a_translation_and_both_subtitle_tracks_are_masked_on_request(tmp_path: Path) -> None:
    film = caption(tmp_path, profanity="mask")
    assert read_drawn(tmp_path) == {"que", "p***a", "linda", "what", "pretty", "s**t"}
    assert [read_track(film, number) for number in range(2)] == ["que p***a linda", "What pretty s**t"]


def test_nothing_is_masked_unless_it_is_asked_for(tmp_path: Path) -> None:
    film = caption(tmp_path)
    assert read_drawn(tmp_path) == {"que", "porra", "linda", "what", "pretty", "shit"}
    assert [read_track(film, number) for number in range(2)] == ["que porra linda", "What pretty shit"]


@pytest.mark.parametrize(
    ("known", "shown"),
    [({"own_language": "pt"}, "p***a"), ({"language": "pt", "own_language": "en"}, "p***a"), ({}, "porra")],
)
def test_words_of_an_unknown_language_are_those_of_the_spoken_or_the_users_own(
    known: dict[str, str], shown: str, tmp_path: Path
) -> None:
    caption(tmp_path, "und", profanity="mask", **known)
    assert shown in read_drawn(tmp_path)


def test_a_given_title_is_masked_as_well(tmp_path: Path) -> None:
    pictures = [
        _read_first_picture(caption(_create_folder(tmp_path / str(n)), title=True, title_text=title, profanity="mask"))
        for n, title in enumerate(("Porra nenhuma", "P***a nenhuma", "Nada disso"))
    ]
    assert pictures[0] == pictures[1] != pictures[2]


def _create_folder(path: Path) -> Path:
    path.mkdir()
    return path


def _read_first_picture(film: Film) -> bytes:
    with av.open(str(film.path)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24").tobytes()
