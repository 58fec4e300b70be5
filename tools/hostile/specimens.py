"""A hostile file before it is written: its name, and how to get its bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Specimen:
    """One file to be sent. The suffix of `name` is what the sender calls it."""

    name: str
    data: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Files of one origin."""

    name: str
    specimens: Sequence[Specimen]
