"""How much of the machine one run in a child may take."""

from dataclasses import dataclass
from typing import Self

from models.limits import limits


@dataclass(frozen=True, slots=True)
class Allowance:
    """The limits of one run: bytes of memory, seconds of processor and of wall clock, bytes a file, open files."""

    memory: int
    cpu_seconds: float
    wall_seconds: float
    file_bytes: int
    open_files: int = 64

    @classmethod
    def for_media(cls, seconds: float, *, uhd: bool = False) -> Self:
        """To make a film of so many seconds; `uhd`: one above 1080p."""
        child = limits().child
        cpu = child.cpu_per_second * seconds + child.cpu_extra
        memory = child.memory_4k if uhd else child.memory
        return cls(memory, cpu, cpu * child.wall_per_cpu, limits().video.max_bytes)

    @classmethod
    def for_measuring(cls, size: int) -> Self:
        """To measure a file of so many bytes: every packet of it is read, few are decoded, nothing is written."""
        return cls(limits().child.memory, 12, 14 + 30 * size / 1e9, file_bytes=1_000_000)
