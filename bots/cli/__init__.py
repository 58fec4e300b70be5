"""The command line. Exit codes: 0 done, 2 wrong usage or refused input, 1 a bug."""

import sys

import structlog
import typer
from pydantic import ValidationError

from bots.cli import screen
from bots.cli.commands import Group
from models.errors import AppError, Code, Explained, Refused

log = structlog.get_logger(__name__)

app = typer.Typer(
    cls=Group,
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
    """Run a command; its exit code. The outermost edge: whatever is not expected ends here as a bug.

    What is logged on the way is shown only then, so that a refusal is one line.
    """
    journal = screen.keep_journal()
    status = _run(arguments)
    if status == screen.BUG:
        typer.echo(journal.getvalue(), err=True, nl=False)
    return status


def _run(arguments: list[str]) -> int:
    try:
        status = typer.main.get_group(app).main(arguments, prog_name="rabisco", standalone_mode=False)
    except AppError as error:
        return screen.fail(
            error.code, screen.sentence(error), screen.WRONG if isinstance(error, Refused) else screen.BUG
        )
    except ValidationError as error:
        return screen.fail(Code.USAGE, screen.wrong_values(error), screen.WRONG)
    except Explained as error:
        return screen.fail(Code.USAGE, str(error), screen.WRONG)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - see the docstring
        return _surprise(error)
    return status if isinstance(status, int) else 0


def _surprise(error: Exception) -> int:
    message = getattr(error, "format_message", None)
    if message is not None:  # the argument parser's own errors, whose class depends on typer's version
        return screen.fail(Code.USAGE, str(message()), screen.WRONG)
    if type(error).__name__ == "Abort":
        return 130
    log.error("bug", exc_info=error)
    return screen.fail(Code.UNEXPECTED, f"{type(error).__name__}: {error}", screen.BUG)
