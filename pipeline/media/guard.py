"""What decoders raise on a file they cannot read, in one word."""

from collections.abc import Iterator
from contextlib import contextmanager

from models.errors import AppError, Code, Refused


@contextmanager
def guarded() -> Iterator[None]:
    """Let everything leave as Refused(BROKEN_FILE), but what says more and exhausted memory.

    On hostile files decoders raise IndexError, AttributeError, SyntaxError, EOFError, struct.error and more.
    """
    try:
        yield
    except (AppError, MemoryError):
        raise
    except Exception as error:
        raise Refused(Code.BROKEN_FILE) from error
