"""Request id: one short id on every log line caused by a request, in every process it reaches.

A job's row keeps the id of the request that submitted it, since a wake-up does not name the job that is run.
"""

import contextvars
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager

from structlog.contextvars import bound_contextvars, get_contextvars

REQUEST_FIELD = "request"


def bind_new_request(cause: str) -> AbstractContextManager[None]:
    """Context manager that starts a new request. Its id, which users can quote in a report, is the same for every
    attempt at the same cause."""
    return bound_contextvars(**{REQUEST_FIELD: hashlib.sha256(cause.encode()).hexdigest()[:8]})


def bind_request(request: str, **fields: str) -> AbstractContextManager[None]:
    """Context manager that continues a request started in another process."""
    return bound_contextvars(**{REQUEST_FIELD: request, **fields})


def get_request_id() -> str:
    """The id of the current request, empty outside of one."""
    return str(get_contextvars().get(REQUEST_FIELD, ""))


def wrap_for_thread(work: Callable[[], None]) -> Callable[[], None]:
    """Wrap a function so that it stays part of this request when called in another thread."""
    context = contextvars.copy_context()
    return lambda: context.run(work)
