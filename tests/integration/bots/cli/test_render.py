"""The command line where it makes something: the files it promises, and nothing else."""

import json
import os
from pathlib import Path

import av
import pytest
from fakes import sample_files
from fakes.command_line import CommandResult, run_rabisco
from fakes.sample_speech import BECKETT, BECKETT_WORDS, TWO_CITIES, write_spoken_video

from bots.cli import run
from models.jobs.transcript import Transcript, Word
from pipeline.jobs.local_renderer import TRANSCRIPT_SUFFIXES, write_transcript

WORDS = {
    "language": "en",
    "words": [{"text": text, "start": 0.5 * n, "end": 0.5 * n + 0.4} for n, text in enumerate(["one", "two", "three"])],
}


def facts(path: Path) -> tuple[int, int, int, set[str]]:
    """Width, height, frames and codecs of a film."""
    with av.open(str(path)) as film:
        pictures = film.streams.video[0]
        codecs = {stream.codec_context.name for stream in film.streams}
        return pictures.width, pictures.height, sum(1 for _ in film.decode(video=0)), codecs


def test_sketch_writes_the_film_and_where_the_pen_was_in_every_frame(tmp_path: Path) -> None:
    sample_files.write_picture(tmp_path / "house.png")
    asked = ("--seconds", "3", "--fps", "10", "--size", "320x240", "--preset", "ultrafast", "--track", "track.json")
    ended = run_rabisco("sketch", "house.png", "-o", "film.mp4", *asked, folder=tmp_path)
    assert (ended.exit_code, ended.out, ended.err) == (0, "film.mp4\n", "")
    assert facts(tmp_path / "film.mp4") == (320, 240, 30, {"h264"})
    track = json.loads((tmp_path / "track.json").read_text())
    assert (track["fps"], track["width"], track["height"], len(track["frames"])) == (10, 320, 240, 30)
    assert {frame["phase"] for frame in track["frames"]} == {"lines", "colour", "hold"}
    assert any(frame["down"] for frame in track["frames"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "house.png", "track.json"]


def test_sketch_says_which_named_thing_is_not_known_and_draws_all_the_same(tmp_path: Path) -> None:
    sample_files.write_picture(tmp_path / "house.png")
    asked = ("--seconds", "3", "--fps", "10", "--size", "320x240", "--preset", "ultrafast", "--order", "sky, castle")
    ended = run_rabisco("sketch", "house.png", "-o", "film.mp4", *asked, folder=tmp_path)
    assert (ended.exit_code, ended.out) == (0, "film.mp4\n")
    assert ended.err == "note: 'castle' is nothing that is found in pictures; the rest keeps its order\n"


def test_caption_writes_the_film_and_where_every_word_stands(tmp_path: Path) -> None:
    sample_files.write_film(tmp_path / "talk.mp4")
    (tmp_path / "words.json").write_text(json.dumps(WORDS))
    width, height, frames, codecs = facts(tmp_path / "talk.mp4")
    asked = ("--words", "words.json", "--layout", "layout.json", "--preset", "ultrafast")
    ended = run_rabisco("caption", "talk.mp4", *asked, folder=tmp_path)
    assert (ended.exit_code, ended.out, ended.err) == (0, "talk-captions.mp4\n", "")
    assert facts(tmp_path / "talk-captions.mp4") == (width, height, frames, codecs)
    layout = json.loads((tmp_path / "layout.json").read_text())
    assert (layout["width"], layout["height"]) == (width, height)
    words = [word for group in layout["groups"] for word in group["words"]]
    assert words
    assert all(x >= 0 and x + w <= width and y >= 0 and y + h <= height for x, y, w, h in (w["box"] for w in words))


def test_caption_masks_profanity_on_request(tmp_path: Path) -> None:
    sample_files.write_film(tmp_path / "talk.mp4")
    (tmp_path / "talk.srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nque porra\n")
    asked = ("--subtitles", "talk.srt", "--language", "pt", "--layout", "layout.json", "--preset", "ultrafast")
    shown = {}
    for switch in ((), ("--mask-profanity",)):
        assert run_rabisco("caption", "talk.mp4", *asked, *switch, folder=tmp_path).exit_code == 0
        groups = json.loads((tmp_path / "layout.json").read_text())["groups"]
        shown[switch] = " ".join(word["text"].lower() for group in groups for word in group["words"])
    assert list(shown.values()) == ["que porra", "que p***a"]


def test_transcribe_writes_down_what_is_said(tmp_path: Path) -> None:
    write_spoken_video(tmp_path / "talk.mp4", seconds=9.5, name=BECKETT)
    ended = run_rabisco("transcribe", "talk.mp4", "-o", "words.json", folder=tmp_path)
    assert (ended.exit_code, ended.out, ended.err) == (0, "words.json\n", "")
    words = json.loads((tmp_path / "words.json").read_text())
    assert words["language"] == "en"
    heard = [word["text"].strip(".,").lower() for word in words["words"]]
    assert len(set(heard) & set(BECKETT_WORDS)) >= 6
    assert all(word["start"] <= word["end"] <= 9.6 for word in words["words"])


@pytest.mark.parametrize("suffix", TRANSCRIPT_SUFFIXES)
def test_a_transcript_can_be_any_kind_of_subtitles(tmp_path: Path, suffix: str) -> None:
    write_transcript(Transcript(language="en", words=(Word(text="Hello", start=1, end=2),)), tmp_path / f"a{suffix}")
    assert "Hello" in (tmp_path / f"a{suffix}").read_text()


def test_without_a_file_to_write_to_the_words_are_printed(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_spoken_video(folder / "talk.mp4", seconds=5, name=TWO_CITIES)
    ended = CommandResult(run(["transcribe", "talk.mp4", "--engine", "local"]), *capfd.readouterr())
    assert (ended.exit_code, ended.err) == (0, "")
    assert "best of times" in ended.out.lower()


@pytest.mark.parametrize(
    ("command", "make", "code"),
    [
        (("sketch", "a.mp4"), sample_files.write_film, "NOT_MEDIA"),
        (("caption", "a.png"), sample_files.write_picture, "NO_PICTURE"),
        (("caption", "a.mp4", "--language", "pt"), sample_files.write_film, "NO_SPEECH"),
        (("caption", "a.mp4", "--words", "a.mp4"), sample_files.write_film, "SUBTITLES_UNREADABLE"),
        (("transcribe", "a.png"), sample_files.write_picture, "NO_AUDIO"),
        (("sketch", "a.png"), sample_files.write_empty_file, "EMPTY_FILE"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_made_is_refused_in_one_line_and_leaves_nothing_behind(
    folder: Path, capfd: pytest.CaptureFixture[str], command: tuple[str, ...], make: object, code: str
) -> None:
    make(folder / command[1])  # type: ignore[operator]
    ended = CommandResult(run([*command]), *capfd.readouterr())
    assert (ended.exit_code, ended.out, ended.error_code) == (2, "", code)
    assert [path.name for path in folder.iterdir()] == [command[1]]


@pytest.mark.parametrize(
    "command",
    [
        ("sketch", "a.png", "-o", "a.png"),
        ("sketch", "a.png", "-o", "../{folder}/a.png"),
        ("sketch", "a.png", "-o", "linked.png"),
        ("sketch", "a.png", "-o", "film.mp4", "--track", "a.png"),
        ("sketch", "a.png", "-o", "film.mp4", "--track", "film.mp4"),
        ("caption", "a.png", "-o", "a.png"),
        ("caption", "a.png", "--words", "words.json", "-o", "words.json"),
        ("caption", "a.png", "--words", "words.json", "--layout", "words.json"),
        ("caption", "a.png", "--layout", "a-captions.mp4"),
        ("transcribe", "a.srt", "-o", "a.srt"),
        ("render", "sketch", "a.png", "-o", "a.png"),
    ],
    ids=" ".join,
)
def test_an_output_never_replaces_an_input_or_another_output(
    folder: Path, capfd: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    sample_files.write_picture(folder / "a.png")
    (folder / "linked.png").hardlink_to(folder / "a.png")
    (folder / "words.json").write_text(json.dumps(WORDS))
    (folder / "a.srt").write_text("no media")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    arguments = [argument.format(folder=folder.name) for argument in command]
    ended = CommandResult(run(arguments), *capfd.readouterr())
    assert (ended.exit_code, ended.out, ended.error_code) == (2, "", "USAGE")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_result_is_written_over_no_folder_device_or_pipe(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    sample_files.write_picture(folder / "a.png")
    (folder / "a-sketch.mp4").mkdir()  # where the result goes without a name
    os.mkfifo(folder / "pipe.mp4")
    mode = Path(os.devnull).stat().st_mode
    for arguments in (["sketch", "a.png"], *(["sketch", "a.png", "-o", name] for name in ("pipe.mp4", os.devnull))):
        ended = CommandResult(run(arguments), *capfd.readouterr())
        assert (ended.exit_code, ended.out, ended.error_code) == (2, "", "USAGE")
    assert Path(os.devnull).stat().st_mode == mode
