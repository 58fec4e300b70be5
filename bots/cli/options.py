"""Options that commands share, and validation of them: known names, possible sizes, and writable folders."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from models.jobs.options import NO_TRANSLATION
from models.languages import load_languages
from models.limits import load_limits

MIN_SIDE = 64  # pixels

PortOption = Annotated[int, typer.Option(min=0, max=65535)]
HostOption = Annotated[str, typer.Option(help="The page is for this machine alone unless another address is given.")]


def build_choice_check(names: Callable[[], Iterable[str]]) -> Callable[[str], str]:
    """A callback that rejects all other names."""

    def check(name: str) -> str:
        known = list(names())
        if name not in known:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(known)}.")
        return name

    return check


def parse_language(language: str) -> str:
    """The code of a language given as "auto", a code such as "pt" or a name such as "portuguese"."""
    code = "auto" if language == "auto" else load_languages().find_code(language)
    if code is None:
        raise typer.BadParameter(f"{language!r} is no language we know; take auto, or a code such as pt.")
    return code


def parse_translation(language: str) -> str:
    """The code of a language to translate to; "off" for none."""
    return NO_TRANSLATION if language == NO_TRANSLATION else parse_language(language)


def parse_size(size: str) -> tuple[int | None, int | None]:
    """Width and height of "1280x720"; None for "auto"."""
    if size == "auto":
        return None, None
    width, cross, height = size.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal() and len(size) < 12):
        raise typer.BadParameter(f"{size!r} is not of the form 1280x720.", param_hint="size")
    shorter, longer = sorted((int(width), int(height)))
    film = load_limits().film
    if shorter < MIN_SIDE or longer > film.max_width or shorter > film.max_height:
        max_size = f"{film.max_width}x{film.max_height}"
        raise typer.BadParameter(f"a film has {MIN_SIDE}x{MIN_SIDE} to {max_size} pixels.", param_hint="size")
    return int(width), int(height)


def parse_assignment(text: str) -> tuple[str, str]:
    """Name and value of "name=value"."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise typer.BadParameter(f"{text!r} is not of the form name=value.", param_hint="--set")
    return name, value


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[Path | None]) -> None:
    """Check that no output is an input, which it would replace, or another output, and that all can be written."""
    taken = {path.resolve() for path in inputs if path is not None}
    for path in filter(None, outputs):
        check_writable(path)
        if path.resolve() in taken or any(_is_same_file(path, other) for other in taken):
            raise typer.BadParameter(
                f"{str(path)!r} is read or written already; give another name.", param_hint="output"
            )
        taken.add(path.resolve())


def _is_same_file(path: Path, other: Path) -> bool:
    """Whether two names are links to one file, or differ in case where that does not matter."""
    return path.exists() and other.exists() and path.samefile(other)


def check_writable(path: Path | None) -> Path | None:
    """Check that a file can be written there, before long work begins."""
    if path is not None and path.is_dir():
        raise typer.BadParameter(f"{str(path)!r} is a folder.")
    if path is not None and path.exists() and not path.is_file():  # a device, whose mode would be changed, or a pipe
        raise typer.BadParameter(f"{str(path)!r} is no file.")
    if path is not None and not (path.parent.is_dir() and os.access(path.parent, os.W_OK)):
        raise typer.BadParameter(f"nothing can be written into the folder {str(path.parent)!r}.")
    return path
