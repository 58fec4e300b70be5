"""What the command line shows: progress on a terminal, errors in one line."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bots.locales import best_language, say
from models.errors import AppError

BUG, WRONG = 1, 2  # exit codes


@contextmanager
def progress_bar() -> Iterator[Callable[[str, float], None]]:
    """A progress bar on a terminal; nothing on a pipe."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("…", total=1.0)

        def tell(stage: str, share: float) -> None:
            bar.update(task, description=stage, completed=share)

        yield tell


def sentence(error: AppError) -> str:
    """What a failure says, in one line, in the language of the terminal."""
    key = f"error-{error.code.lower().replace('_', '-')}"
    return " ".join(say(best_language(os.environ.get("LANG")), key, error.values).split())


def fail(code: str, text: str, status: int) -> int:
    """Say on stderr what is wrong; the exit code."""
    typer.echo(f"error: {code}: {text}", err=True)
    return status
