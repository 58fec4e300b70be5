"""Resource limits of one run in a sandboxed child process."""

from dataclasses import dataclass
from typing import Self

from models.limits import load_limits


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """Limits of one run: memory in bytes, CPU and wall-clock seconds, bytes per file, number of open files."""

    memory: int
    cpu_seconds: float
    wall_seconds: float
    file_bytes: int
    open_files: int = 64
    files: int = 1_000  # written into the run's folder

    @property
    def folder_bytes(self) -> int:
        """Most bytes written into the run's folder: a film as large as allowed, and what it is made of."""
        return 2 * self.file_bytes

    @classmethod
    def for_media(cls, seconds: float, *, uhd: bool = False) -> Self:
        """Limits for rendering a film of `seconds`; `uhd` means larger than 1080p."""
        child = load_limits().child
        cpu = child.cpu_per_second * seconds + child.cpu_extra
        memory = child.memory_4k if uhd else child.memory
        return cls(memory, cpu, cpu * child.wall_per_cpu, load_limits().video.max_bytes)

    @classmethod
    def for_measuring(cls, size: int) -> Self:
        """Limits for measuring a file of `size` bytes: all packets are read, few are decoded, nothing is written."""
        return cls(load_limits().child.memory, 12, 14 + 30 * size / 1e9, file_bytes=1_000_000)
