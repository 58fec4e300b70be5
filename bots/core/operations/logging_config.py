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

from bots.core.operations import sentry
from bots.core.operations.log_redaction import Redactor
from models.settings import Settings
from pipeline import ERROR_LOG

log = structlog.get_logger(__name__)

LIBRARY_LEVELS = {
    "httpx": logging.WARNING,  # it logs URLs, and Telegram's contain the token
    "neonize.utils.ffmpeg": logging.ERROR,  # it warns about missing tools that are not needed
}


def configure_from_settings(settings: Settings) -> None:
    """Configure logging from the settings; errors are also reported to Sentry where a DSN is set."""
    dsn = settings.sentry_dsn
    try:
        extra_processors = (
            [
                sentry.configure_sentry(
                    dsn.get_secret_value(), Redactor.from_secrets(settings.secrets), version("rabisco")
                )
            ]
            if dsn
            else []
        )
    except ModuleNotFoundError:
        configure(settings.effective_log_format, settings.secrets)
        log.error("sentry-not-installed", install="uv sync --extra sentry")  # noqa: TRY400 - the traceback adds nothing
    else:
        configure(settings.effective_log_format, settings.secrets, extra_processors)


def configure(
    log_format: Literal["text", "json"] | None, secrets: Iterable[str] = (), extra_processors: Iterable[Processor] = ()
) -> None:
    """Configure logging to the standard output. `extra_processors` see each event before redaction."""
    redactor = Redactor.from_secrets(secrets)
    first_processors: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        ERROR_LOG.record_event,
        *extra_processors,
    ]
    last_processors: list[Processor] = [
        structlog.processors.format_exc_info,
        redactor.build_processor(),
        _build_renderer(log_format),
    ]
    structlog.configure(
        processors=[*first_processors, *last_processors],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    _configure_libraries(first_processors, last_processors)


def _configure_libraries(first_processors: list[Processor], last_processors: list[Processor]) -> None:
    """Route the libraries' standard `logging` records through the same processors, from level WARNING up."""
    handler = logging.StreamHandler()
    library_processors: list[Processor] = [structlog.stdlib.add_logger_name, *first_processors]
    remove_metadata = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[remove_metadata, *last_processors], foreign_pre_chain=library_processors
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name, level in LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(level)


def _build_renderer(log_format: Literal["text", "json"] | None) -> Any:
    return structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer()
