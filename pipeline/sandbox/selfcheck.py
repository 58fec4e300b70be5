"""Self-check of the sandbox: which protections hold on this machine, tried in a child. For `rabisco doctor`."""

import os
import resource
import socket
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits


@dataclass(frozen=True, slots=True)
class SandboxProtections:
    """The protections that were found to hold; False where the child could do what it must not."""

    network_is_cut: bool
    files_are_hidden: bool
    processes_are_hidden: bool
    programs_cannot_start: bool
    group_cannot_be_left: bool
    memory_is_limited: bool
    environment_is_empty: bool

    @classmethod
    def probe(cls, sandbox: SandboxClient) -> Self:
        """Let a child try to break out. Raises `ProcessingFailed` if none can be started."""
        with TemporaryDirectory() as other_folder, TemporaryDirectory() as own_folder:
            secret = Path(other_folder, "secret")
            secret.write_text("a neighbour's")
            results = sandbox.run(
                "pipeline.sandbox.selfcheck:attempt_escapes",
                {"secret": str(secret), "starter": os.getpid()},  # as text: the sandbox would allow access to a Path
                directory=Path(own_folder),
                limits=ResourceLimits.for_measuring(0),
            )
        return cls(**{field.name: results[field.name] is True for field in fields(cls)})


def attempt_escapes(secret: str, starter: int) -> dict[str, bool]:
    """Task of the child: try what must not work."""
    memory, _ = resource.getrlimit(resource.RLIMIT_AS)
    return {
        "network_is_cut": not _can_connect(),
        "files_are_hidden": not _can_read(secret),
        "processes_are_hidden": not _can_read(f"/proc/{starter}/environ"),
        "programs_cannot_start": not _can_fork(),
        "group_cannot_be_left": not _can_leave_group(),
        "memory_is_limited": memory != resource.RLIM_INFINITY,
        "environment_is_empty": set(os.environ) <= {"HOME", "TMPDIR", "LANG"},
    }


def _can_connect() -> bool:
    """Whether a datagram socket can connect; nothing is sent. 192.0.2.1 is a documentation address (RFC 5737)."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect(("192.0.2.1", 9))
    except OSError:
        return False
    return True


def _can_read(path: str) -> bool:
    try:
        Path(path).read_bytes()
    except OSError:
        return False
    return True


def _can_fork() -> bool:
    try:
        if (child := os.fork()) == 0:
            os._exit(0)
        os.waitpid(child, 0)
    except OSError:
        return False
    return True


def _can_leave_group() -> bool:
    try:
        os.setpgid(0, 0)
    except OSError:
        return False
    return True
