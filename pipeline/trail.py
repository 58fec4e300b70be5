"""The trail of a request: one short name on everything that is logged because of it, in every process it reaches.

A job keeps the name of the request that ordered it, since a wake-up says nothing of which job is done.
"""

import contextvars
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager

from structlog.contextvars import bound_contextvars, get_contextvars

REQUEST = "request"


def begun(cause: str) -> AbstractContextManager[None]:
    """A block that is a request of its own. Its name, which people can read out when something broke, is the same each
    time the same thing is tried."""
    return bound_contextvars(**{REQUEST: hashlib.sha256(cause.encode()).hexdigest()[:8]})


def followed(request: str, **more: str) -> AbstractContextManager[None]:
    """A block that goes on with a request, which began in another process."""
    return bound_contextvars(**{REQUEST: request, **more})


def current() -> str:
    """The request this is part of; empty outside of any."""
    return str(get_contextvars().get(REQUEST, ""))


def kept(work: Callable[[], None]) -> Callable[[], None]:
    """The same work for a thread of its own, still part of this request."""
    context = contextvars.copy_context()
    return lambda: context.run(work)
