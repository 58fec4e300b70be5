"""The command line where it looks and answers: what it says, where it says it, and how it ends."""

import json
import os
from pathlib import Path
from typing import get_args

import pytest
from fakes import sample_files
from fakes.command_line import ERROR_PATTERN, run_rabisco

from bots.cli import run
from models.jobs.boards import load_boards
from models.jobs.caption_styles import load_caption_styles
from models.jobs.finishes import load_finishes
from models.jobs.hands import DrawingTool, load_hands

COMMANDS = [
    "up",
    "telegram",
    "whatsapp",
    "web",
    "worker",
    "sketch",
    "caption",
    "transcribe",
    "probe",
    "styles",
    "migrate",
    "doctor",
    "backup",
    "restore",
    "stripe",
]


pytestmark = pytest.mark.usefixtures("folder")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    """The code and the sentence of a command that is refused, in one line on stderr and with nothing on stdout."""
    status = run(list(arguments))
    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    found = ERROR_PATTERN.fullmatch(said.err)
    assert found, said.err
    return found[1], found[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    assert f"rabisco {command}" in capsys.readouterr().out.partition("Example:")[2]


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    assert set(COMMANDS) <= set(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frob"], "frob"),
        (["sketch"], "image"),
        (["sketch", "missing.png"], "missing.png"),
        (["sketch", "p.png", "--hand", "robot"], "medium"),
        (["sketch", "p.png", "--finish", "glitter"], "colour"),
        (["sketch", "p.png", "--board", "sand"], "kraft"),
        (["sketch", "p.png", "--size", "640"], "1280x720"),
        (["sketch", "p.png", "--size", "axb"], "1280x720"),
        (["sketch", "p.png", "--size", "10x10"], "64x64"),
        (["sketch", "p.png", "--size", "3840x3840"], "3840x2160"),
        (["sketch", "p.png", "--size", "99999999999x2"], "1280x720"),
        (["sketch", "p.png", "--seconds", "2"], "3"),
        (["sketch", "p.png", "--seconds", "61"], "60"),
        (["sketch", "p.png", "--seconds", "nan"], "seconds"),
        (["sketch", "p.png", "--seconds", "soon"], "number"),
        (["sketch", "p.png", "--fps", "0"], "fps"),
        (["sketch", "p.png", "--crf", "52"], "crf"),
        (["sketch", "p.png", "--preset", "fastest"], "fastest"),
        (["sketch", "p.png", "--loud"], "--loud"),
        (["sketch", "p.png", "-o", "nowhere/film.mp4"], "nowhere"),
        (["sketch", "p.png", "-o", "."], "folder"),
        (["sketch", "p.png", "--track", "nowhere/track.json"], "nowhere"),
        (["caption", "p.png", "--style", "vapour"], "classic"),
        (["caption", "p.png", "--engine", "parrot"], "groq"),
        (["caption", "p.png", "--translate-to", "klingon"], "no language"),
        (["caption", "p.png", "--language", "klingon"], "klingon"),
        (["caption", "p.png", "--words", "p.png", "--subtitles", "p.png"], "--subtitles"),
        (["caption", "p.png", "--words", "missing.json"], "missing.json"),
        (["caption", "p.png", "--max-bytes", "1"], "max-bytes"),
        (["transcribe", "p.png", "-o", "words.pdf"], ".srt"),
        (["transcribe", "p.png", "--engine", "loud"], "local"),
        (["telegram"], "TELEGRAM_BOT_TOKEN"),
        (["up", "--port", "70000"], "port"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_that_says_what_would_be_right(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    (folder / "p.png").touch()
    code, sentence = refused(capsys, *arguments)
    assert code == "USAGE"
    assert words in sentence


def test_a_setting_that_cannot_be_is_wrong_usage_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKERS", "none")
    code, sentence = refused(capsys, "migrate")
    assert code == "USAGE"
    assert "workers" in sentence
    assert "http" not in sentence


def test_styles_names_every_hand_finish_board_and_caption_style(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["styles"]) == 0
    assert set(capsys.readouterr().out.split()) == {
        "hands:",
        "finishes:",
        "boards:",
        "tools:",
        *get_args(DrawingTool),
        "captions:",
        "none",
        *load_hands(),
        *load_finishes(),
        *load_boards(),
        *load_caption_styles(),
    }


def test_a_database_is_migrated_and_migrated_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert run(["migrate"]) == 0
    said = capsys.readouterr()
    assert said.out == "The database is up to date.\n" * 2
    assert said.err == ""
    assert (folder / "data" / "rabisco.db").is_file()


def test_the_doctor_finds_nothing_wrong_where_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    run(["migrate"])
    capsys.readouterr()
    assert run(["doctor"]) == 0
    said = capsys.readouterr()
    assert all(line.startswith("ok ") for line in said.out.splitlines())
    assert {"python", "database", "queue", "disk", "prices", "telegram", "speech"} <= {
        line[5:].partition(":")[0] for line in said.out.splitlines()
    }


def test_the_doctor_says_how_to_mend_what_is_not_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "nonsense")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("CATALOGUE", "missing.toml")
    assert run(["doctor"]) == 2
    said = capsys.readouterr()
    wrong = {line[5:].partition(":")[0] for line in said.out.splitlines() if line.startswith("MEND")}
    assert wrong == {"database", "queue", "prices", "telegram"}
    assert "rabisco migrate" in said.out
    assert "nonsense" not in said.out + said.err


def test_probe_says_of_every_file_what_the_bot_would_say(folder: Path) -> None:
    sample_files.write_picture(folder / "photo.jpg", size=(240, 160))
    sample_files.write_film(folder / "talk.mp4")
    sample_files.write_recording(folder / "song.mp3", codec="libmp3lame")
    sample_files.write_empty_file(folder / "empty.png")
    sample_files.write_text_file(folder / "text.mp4")
    sample_files.write_svg(folder / "drawing.svg")
    sample_files.write_hls(folder / "list.mp4")
    sample_files.write_png_bomb(folder / "bomb.png")
    sample_files.write_truncated(folder / "half.png", sample_files.write_picture(folder / "whole.png"))
    (folder / "folder.png").mkdir()
    os.mkfifo(folder / "pipe.png")
    names = ["photo.jpg", "talk.mp4", "song.mp3", "empty.png", "text.mp4", "drawing.svg", "list.mp4", "bomb.png"]
    names += ["half.png", "folder.png", "pipe.png", "missing.png", os.fsdecode(b"not-\xff-text.png")]
    ended = run_rabisco("probe", *names, "--json", folder=folder)
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert (ended.exit_code, ended.err) == (0, "")
    assert [line["file"] for line in lines] == names
    assert [list(line) for line in lines] == [
        ["file", "ok", "kind", "code", "message", "width", "height", "seconds"]
    ] * len(names)
    assert [line["kind"] for line in lines] == ["image", "video", "audio", *[None] * 10]
    assert [line["code"] for line in lines[:3]] == [None] * 3
    assert [line["code"] for line in lines[3:]] == [
        "EMPTY_FILE",
        "NOT_MEDIA",
        "NOT_MEDIA",
        "NOT_MEDIA",
        "TOO_MANY_PIXELS",
        "BROKEN_FILE",
        "NOT_MEDIA",
        "EMPTY_FILE",
        "NOT_FOUND",
        "NOT_FOUND",
    ]
    assert (lines[0]["width"], lines[0]["height"], lines[0]["seconds"]) == (240, 160, None)
    assert all(line["message"] for line in lines[3:])


def test_probe_without_json_is_for_reading(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample_files.write_picture(folder / "photo.jpg", size=(240, 160))
    assert run(["probe", "photo.jpg", "missing.jpg"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "photo.jpg: image 240x160"


def test_an_error_is_said_in_the_language_of_the_terminal(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "text.mp4").write_text("hello")
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    code, sentence = refused(capsys, "transcribe", "text.mp4")
    assert code == "NOT_MEDIA"
    assert "Mande" in sentence
