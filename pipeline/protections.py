"""Self-check of the sandbox: which protections hold on this machine, tried in a child. For `rabisco doctor`."""

import os
import resource
import socket
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from pipeline.allowance import Allowance
from pipeline.child import Children


@dataclass(frozen=True, slots=True)
class Protections:
    """The protections that were found to hold; False where the child could do what it must not."""

    network_is_cut: bool
    files_are_hidden: bool
    processes_are_hidden: bool
    programs_cannot_start: bool
    group_cannot_be_left: bool
    memory_is_limited: bool
    environment_is_empty: bool

    @classmethod
    def tried(cls, children: Children) -> Self:
        """Let a child try to break out. Raises `ProcessingFailed` if none can be started."""
        with TemporaryDirectory() as elsewhere, TemporaryDirectory() as own:
            secret = Path(elsewhere, "secret")
            secret.write_text("a neighbour's")
            found = children.run(
                "pipeline.protections:attempt",
                {"secret": str(secret), "starter": os.getpid()},  # as text: the sandbox would allow access to a Path
                directory=Path(own),
                allowance=Allowance.for_measuring(0),
            )
        return cls(**{field.name: found[field.name] is True for field in fields(cls)})

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the protections that do not hold."""
        return tuple(field.name for field in fields(self) if not getattr(self, field.name))


def attempt(secret: str, starter: int) -> dict[str, bool]:
    """Task of the child: try what must not work."""
    memory, _ = resource.getrlimit(resource.RLIMIT_AS)
    return {
        "network_is_cut": not _connects(),
        "files_are_hidden": not _reads(secret),
        "processes_are_hidden": not _reads(f"/proc/{starter}/environ"),
        "programs_cannot_start": not _forks(),
        "group_cannot_be_left": not _leaves_group(),
        "memory_is_limited": memory != resource.RLIM_INFINITY,
        "environment_is_empty": set(os.environ) <= {"HOME", "TMPDIR", "LANG"},
    }


def _connects() -> bool:
    """Whether a datagram socket can connect; nothing is sent. 192.0.2.1 is a documentation address (RFC 5737)."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.connect(("192.0.2.1", 9))
    except OSError:
        return False
    return True


def _reads(path: str) -> bool:
    try:
        Path(path).read_bytes()
    except OSError:
        return False
    return True


def _forks() -> bool:
    try:
        if (child := os.fork()) == 0:
            os._exit(0)
        os.waitpid(child, 0)
    except OSError:
        return False
    return True


def _leaves_group() -> bool:
    try:
        os.setpgid(0, 0)
    except OSError:
        return False
    return True
