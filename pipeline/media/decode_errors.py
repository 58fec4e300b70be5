"""Conversion of decoder errors to RequestRejected(BROKEN_FILE)."""

from collections.abc import Iterator
from contextlib import contextmanager

from models.errors import AppError, ErrorCode, RequestRejected


@contextmanager
def convert_decode_errors() -> Iterator[None]:
    """Context manager that raises every error but AppError and MemoryError as RequestRejected(BROKEN_FILE).

    On hostile files decoders raise IndexError, AttributeError, SyntaxError, EOFError, struct.error and more.
    """
    try:
        yield
    except (AppError, MemoryError):
        raise
    except Exception as error:
        raise RequestRejected(ErrorCode.BROKEN_FILE) from error
