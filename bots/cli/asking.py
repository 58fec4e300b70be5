"""`rabisco probe` and `styles`: what the bot would say, and what there is to choose from."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bots.cli.screen import sentence
from models.caption_styles import caption_styles
from models.errors import AppError, Code, Refused
from models.hands import NO_HAND, hands
from models.media import Facts
from pipeline.child import Children
from pipeline.hearing import Hearing
from pipeline.studio import Studio


def probe(
    file: Annotated[list[Path], typer.Argument()],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a file.")] = False,
) -> None:
    """Say what the bot would say to each file.

    Example: rabisco probe photo.jpg talk.mp4 --json
    """
    with Children() as children:
        studio = Studio(children, Hearing(None))
        for path in file:
            found = examine(studio, path)
            line = json.dumps(found, ensure_ascii=False) if as_json else _line(found)
            typer.echo(line.encode("utf-8", "backslashreplace"))  # a file's name need not be text


def examine(studio: Studio, path: Path) -> dict[str, object]:
    """One file's verdict, in the form of `probe --json`."""
    verdict: dict[str, object] = dict.fromkeys(("kind", "code", "message", "width", "height", "seconds"))
    verdict = {"file": str(path), "ok": True} | verdict
    try:
        facts = asdict(_measured(studio, path))
        return verdict | {name: facts[name] for name in ("kind", "width", "height", "seconds")}
    except AppError as error:
        return verdict | {"ok": False, "code": error.code, "message": sentence(error)}


def _measured(studio: Studio, path: Path) -> Facts:
    try:
        return studio.measure(path)
    except OSError as error:
        raise Refused(Code.NOT_FOUND) from error


def _line(found: dict[str, object]) -> str:
    if not found["ok"]:
        return f"{found['file']}: {found['code']}: {found['message']}"
    size = f" {found['width']}x{found['height']}" if found["width"] else ""
    seconds = f" {found['seconds']:.2f} s" if found["seconds"] else ""
    return f"{found['file']}: {found['kind']}{size}{seconds}"


def styles() -> None:
    """Name the hands that draw and the styles of captions.

    Example: rabisco styles
    """
    typer.echo("hands: " + " ".join([*hands(), NO_HAND]))
    typer.echo("captions: " + " ".join(caption_styles()))


def register(app: typer.Typer) -> None:
    for command in (probe, styles):
        app.command()(command)
