"""Console output of the command line: progress on a terminal, errors in one line."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bots.locales import detect_terminal_language, translate
from models.errors import AppError

EXIT_BUG, EXIT_USAGE = 1, 2  # exit codes


@contextmanager
def show_progress() -> Iterator[Callable[[str, float], None]]:
    """A progress bar on a terminal; nothing on a pipe."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("…", total=1.0)

        def update(stage: str, share: float) -> None:
            bar.update(task, description=stage, completed=share)

        yield update


def render_error(error: AppError) -> str:
    """The text of an error, in one line, in the language of the terminal."""
    key = f"error-{error.code.lower().replace('_', '-')}"
    return " ".join(translate(detect_terminal_language(), key, error.values).split())


def format_validation_error(error: ValidationError) -> str:
    """Invalid settings or options by name, in one line."""
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())


def print_error(code: str, text: str, status: int) -> int:
    """Print an error on stderr, in one line; the exit code."""
    typer.echo(f"error: {code}: {' '.join(text.split())}", err=True)
    return status


def capture_log() -> io.StringIO:
    """Send the command's log to a buffer from now on."""
    log_buffer = io.StringIO()
    logging.basicConfig(stream=log_buffer, level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(log_buffer),
    )
    return log_buffer
