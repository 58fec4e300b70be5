"""The command line. Exit codes: 0 done, 2 wrong usage or rejected input, 1 a bug."""

import sys

import structlog
import typer
from pydantic import ValidationError

from bots.cli import console
from bots.cli.lazy_group import LazyGroup
from models.errors import AppError, ConfigError, ErrorCode, RequestRejected

log = structlog.get_logger(__name__)

app = typer.Typer(
    cls=LazyGroup,
    name="rabisco",
    help="Pictures drawn by hand on film, and videos with animated captions, in a chat.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run a command and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command; its exit code. Unexpected exceptions are caught here and reported as a bug.

    The log of the run is shown only then, so that a rejected input prints one line.
    """
    log_buffer = console.capture_log()
    status = _run_command(arguments)
    if status == console.EXIT_BUG:
        typer.echo(log_buffer.getvalue(), err=True, nl=False)
    return status


def _run_command(arguments: list[str]) -> int:
    try:
        status = typer.main.get_group(app).main(arguments, prog_name="rabisco", standalone_mode=False)
    except AppError as error:
        return console.print_error(
            error.code,
            console.render_error(error),
            console.EXIT_USAGE if isinstance(error, RequestRejected) else console.EXIT_BUG,
        )
    except ValidationError as error:
        return console.print_error(ErrorCode.USAGE, console.format_validation_error(error), console.EXIT_USAGE)
    except ConfigError as error:
        return console.print_error(ErrorCode.USAGE, str(error), console.EXIT_USAGE)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - see the docstring
        return _report_unexpected(error)
    return status if isinstance(status, int) else 0


def _report_unexpected(error: Exception) -> int:
    message = getattr(error, "format_message", None)
    if message is not None:  # the argument parser's own errors, whose class depends on typer's version
        return console.print_error(ErrorCode.USAGE, str(message()), console.EXIT_USAGE)
    if type(error).__name__ == "Abort":
        return 130
    log.error("unexpected-error", exc_info=error)
    return console.print_error(ErrorCode.UNEXPECTED, f"{type(error).__name__}: {error}", console.EXIT_BUG)
