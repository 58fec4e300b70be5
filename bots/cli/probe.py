"""`rabisco probe` and `styles`: the validation of files, and the available hands and caption styles."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, get_args

import typer

from bots.cli.console import render_error
from models.errors import AppError, ErrorCode, RequestRejected
from models.jobs.boards import load_boards
from models.jobs.caption_styles import load_caption_styles
from models.jobs.finishes import load_finishes
from models.jobs.hands import NO_HAND, DrawingTool, load_hands
from models.media.facts import MediaInfo
from pipeline import SandboxClient, measure_file


def probe(
    file: Annotated[list[Path], typer.Argument()],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a file.")] = False,
) -> None:
    """Say what the bot would say to each file.

    Example: rabisco probe photo.jpg talk.mp4 --json
    """
    with SandboxClient() as sandbox:
        for path in file:
            verdict = check_file(sandbox, path)
            line = json.dumps(verdict, ensure_ascii=False) if as_json else _format_verdict(verdict)
            typer.echo(line.encode("utf-8", "backslashreplace"))  # a file's name need not be text


def check_file(sandbox: SandboxClient, path: Path) -> dict[str, object]:
    """Validate one file; the result in the form of `probe --json`. Rejections are part of it, not raised."""
    verdict: dict[str, object] = dict.fromkeys(("kind", "code", "message", "width", "height", "seconds"))
    verdict = {"file": str(path), "ok": True} | verdict
    try:
        facts = asdict(_measure(sandbox, path))
        return verdict | {name: facts[name] for name in ("kind", "width", "height", "seconds")}
    except AppError as error:
        return verdict | {"ok": False, "code": error.code, "message": render_error(error)}


def _measure(sandbox: SandboxClient, path: Path) -> MediaInfo:
    try:
        return measure_file(sandbox, path)
    except OSError as error:
        raise RequestRejected(ErrorCode.NOT_FOUND) from error


def _format_verdict(verdict: dict[str, object]) -> str:
    if not verdict["ok"]:
        return f"{verdict['file']}: {verdict['code']}: {verdict['message']}"
    size = f" {verdict['width']}x{verdict['height']}" if verdict["width"] else ""
    seconds = f" {verdict['seconds']:.2f} s" if verdict["seconds"] else ""
    return f"{verdict['file']}: {verdict['kind']}{size}{seconds}"


def styles() -> None:
    """Name the hands, tools, finishes and boards of drawings, and the styles of captions.

    Example: rabisco styles
    """
    typer.echo("hands: " + " ".join([*load_hands(), NO_HAND]))
    typer.echo("finishes: " + " ".join(load_finishes()))
    typer.echo("boards: " + " ".join(load_boards()))
    typer.echo("tools: " + " ".join(get_args(DrawingTool)))
    typer.echo("captions: " + " ".join(load_caption_styles()))


def register(app: typer.Typer) -> None:
    for command in (probe, styles):
        app.command()(command)
