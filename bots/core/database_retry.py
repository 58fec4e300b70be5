"""Retries of a database operation whose result must not be lost."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import ParamSpec, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

from models.retries import DATABASE_BACKOFF

log = structlog.get_logger(__name__)

T = TypeVar("T")
P = ParamSpec("P")


async def retry_until_stored(operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a database operation in a thread, retrying for as long as the database is unavailable."""
    for attempt in count(1):
        try:
            return await asyncio.to_thread(operation, *args, **kwargs)
        except DBAPIError as error:
            log.warning("database-write-retried", attempt=attempt, error=type(error).__name__)
            await asyncio.sleep(DATABASE_BACKOFF.delay_for(attempt))
    raise AssertionError("unreachable")
