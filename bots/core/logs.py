"""How a process that serves people writes its log."""

import logging
from typing import Literal

import structlog


def configure(form: Literal["text", "json"]) -> None:
    """From now on, to the standard output."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs URLs, and Telegram's hold the token
    logging.getLogger("neonize.utils.ffmpeg").setLevel(logging.ERROR)  # it misses what is not needed
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
    )
