"""A hostile file before it is written: its name, how to get its bytes, and what must become of it if that is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Specimen:
    """One file to be sent. The suffix of `name` is what the sender calls it, `mime` what the messenger does.

    `expected` are the outcomes at the gate that are right, and `seconds` the length; without them any is.
    """

    name: str
    data: Callable[[], bytes]
    mime: str = "application/octet-stream"
    expected: frozenset[str] = frozenset()
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """Files of one origin."""

    name: str
    specimens: Sequence[Specimen]
