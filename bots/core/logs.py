"""How a process that serves people writes its log: a line for each thing, as JSON where machines read it.

Lines of libraries look the same. Nothing that looks like a secret or somebody's address comes through, and what tells
of an error is kept for `/logs` too.
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
    "httpx": logging.WARNING,  # it logs URLs, and Telegram's hold the token
    "neonize.utils.ffmpeg": logging.ERROR,  # it misses what is not needed
}


def begin(settings: Settings) -> None:
    """As a process's settings say; errors go to Sentry too where it is set."""
    told = settings.sentry_dsn
    try:
        more = [sentry.begin(told.get_secret_value(), Scrub.of(settings.secrets), version("rabisco"))] if told else []
    except ModuleNotFoundError:
        configure(settings.log_form, settings.secrets)
        log.error("sentry-missing", install="uv sync --extra sentry")  # noqa: TRY400 - the trace tells nothing more
    else:
        configure(settings.log_form, settings.secrets, more)


def configure(
    form: Literal["text", "json"] | None, secrets: Iterable[str] = (), more: Iterable[Processor] = ()
) -> None:
    """From now on, to the standard output. `more` processors see each line as it was said."""
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
    """The lines of libraries, which use Python's own logging, from warnings on."""
    handler = logging.StreamHandler()
    named: list[Processor] = [structlog.stdlib.add_logger_name, *first]
    own = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[own, *last], foreign_pre_chain=named))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)


def _renderer(form: Literal["text", "json"] | None) -> Any:
    return structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer()
