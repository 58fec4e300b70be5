"""Logging configuration of the server processes: one line per event, as text or as JSON.

Lines of libraries have the same format. Secrets, and text that looks like a secret or an email address, are redacted;
errors are also recorded for the `/logs` command.
"""

import logging
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, Literal

import structlog
from structlog.typing import Processor

from bots.core import sentry
from bots.core.scrub import Scrub
from models.settings import Settings
from pipeline.faults import JOURNAL

log = structlog.get_logger(__name__)

QUIET = {
    "httpx": logging.WARNING,  # it logs URLs, and Telegram's contain the token
    "neonize.utils.ffmpeg": logging.ERROR,  # it warns about missing tools that are not needed
}


def begin(settings: Settings) -> None:
    """Configure logging from the settings; errors are also reported to Sentry where a DSN is set."""
    told = settings.sentry_dsn
    try:
        more = [sentry.begin(told.get_secret_value(), Scrub.of(settings.secrets), version("rabisco"))] if told else []
    except ModuleNotFoundError:
        configure(settings.log_form, settings.secrets)
        log.error("sentry-missing", install="uv sync --extra sentry")  # noqa: TRY400 - the traceback adds nothing
    else:
        configure(settings.log_form, settings.secrets, more)


def configure(
    form: Literal["text", "json"] | None, secrets: Iterable[str] = (), more: Iterable[Processor] = ()
) -> None:
    """Configure logging to the standard output. `extra_processors` see each event before redaction."""
    scrub = Scrub.of(secrets)
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        JOURNAL.note,
        *more,
    ]
    last: list[Processor] = [structlog.processors.format_exc_info, scrub.processor(), _renderer(form)]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    _configure_libraries(first, last)


def _configure_libraries(first: list[Processor], last: list[Processor]) -> None:
    """Route the libraries' standard `logging` records through the same processors, from level WARNING up."""
    handler = logging.StreamHandler()
    named: list[Processor] = [structlog.stdlib.add_logger_name, *first]
    own = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[own, *last], foreign_pre_chain=named))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)


def _renderer(form: Literal["text", "json"] | None) -> Any:
    return structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer()
