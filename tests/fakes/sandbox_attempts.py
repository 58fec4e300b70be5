"""What a child that somebody has taken over would try on the machine, run inside the sandbox.

Nothing here does harm where a wall does not hold: real files are only opened to be read, processes get no signal but
0, and what is written, linked and limited is the attack's own.
"""

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

F_SETOWN_EX, F_SETSIG, FIOSETOWN, SIOCSPGRP = 15, 10, 0x8901, 0x8902
LARGE = 8 << 30  # bytes, more than any child may hold


def try_everything(victim: int, files: Mapping[str, str], own_file: str, port: int) -> list[str]:
    """The names of the attempts that succeeded: on another process, which is the attack's own, to read these files, to
    change a file of the attack's own outside of the child's folder, and on a port of this machine.
    """
    attempts = {
        **_on_process(victim),
        **_on_files(files),
        **_on_own_file(own_file),
        **_on_network(port),
        **_on_memory(),
    }
    return [name for name, attempt in attempts.items() if _succeeds(attempt)]


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, ValueError, MemoryError, RuntimeError, subprocess.SubprocessError, AttributeError):
        return False
    return True


def _call(number: int, *arguments: int) -> None:
    """A system call by its number on x86-64."""
    if ctypes.CDLL(None, use_errno=True).syscall(*map(ctypes.c_long, (number, *arguments))) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def _on_process(victim: int) -> dict[str, Callable[[], object]]:
    own, parent = socket.socketpair(), os.getppid()
    line = own[0].fileno()
    return {
        "signal by kill": lambda: os.kill(victim, 0),
        "signal to a group": lambda: os.killpg(victim, 0),
        "signal to everybody": lambda: os.kill(-1, 0),
        "signal by tgkill": lambda: _call(234, victim, victim, 0),
        "signal with a value": lambda: _call(129, victim, signal.SIGUSR1, 0),
        "signal by pidfd": lambda: os.pidfd_open(victim),
        "signal by F_SETOWN": lambda: fcntl.fcntl(line, fcntl.F_SETOWN, victim),
        "signal by F_SETOWN_EX": lambda: fcntl.fcntl(line, F_SETOWN_EX, bytes(8)),
        "signal by F_SETSIG": lambda: fcntl.fcntl(line, F_SETSIG, signal.SIGKILL),
        "signal by FIOSETOWN": lambda: fcntl.ioctl(line, FIOSETOWN, victim.to_bytes(4, "little")),
        "signal by SIOCSPGRP": lambda: fcntl.ioctl(line, SIOCSPGRP, victim.to_bytes(4, "little")),
        "priority": lambda: os.setpriority(os.PRIO_PROCESS, victim, 19),
        "priority of the starter": lambda: os.setpriority(os.PRIO_PROCESS, parent, 19),
        "priority on the disk": lambda: _call(251, 1, victim, 3 << 13),
        "affinity": lambda: os.sched_setaffinity(victim, {0}),
        "scheduler": lambda: os.sched_setscheduler(victim, os.SCHED_BATCH, os.sched_param(0)),
        "limits of others": lambda: resource.prlimit(victim, resource.RLIMIT_NOFILE, (4, 4)),
        "memory of others": lambda: Path(f"/proc/{victim}/mem").open("rb"),
        "environment of others": lambda: Path(f"/proc/{victim}/environ").read_bytes(),
        "memory by ptrace": lambda: _call(101, 16, victim, 0, 0),
        "memory by process_vm_readv": lambda: _call(310, victim, 0, 0, 0, 0, 0),
        "a process": lambda: os.fork() or os._exit(0),
        "a program": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),  # noqa: S606 - is to fail
        "a program by posix_spawn": lambda: os.posix_spawn(sys.executable, [sys.executable], {}),
        "a namespace": lambda: _call(272, 0x10000000),
        "a mount": lambda: _call(165, 0, 0, 0, 0, 0),
        "a bigger limit": lambda: resource.setrlimit(resource.RLIMIT_AS, (LARGE * 4, LARGE * 4)),
        "io_uring": lambda: _call(425, 1, 0),
        "bpf": lambda: _call(321, 0, 0, 0),
        "keys": lambda: _call(250, 0, -3, 1),
    }


def _on_files(files: Mapping[str, str]) -> dict[str, Callable[[], object]]:
    return {f"reading {name}": partial(os.open, path, os.O_RDONLY) for name, path in files.items()}


def _on_own_file(path: str) -> dict[str, Callable[[], object]]:
    return {
        "reading a file": lambda: os.open(path, os.O_RDONLY),
        "writing a file": lambda: os.open(path, os.O_WRONLY),
        "emptying a file": lambda: os.truncate(path, 0),
        "a link to a file": lambda: os.link(path, "link"),
        "the mode of a file": lambda: os.chmod(path, 0o640),  # noqa: PTH101 - as the others
        "the owner of a file": lambda: os.chown(path, -1, -1),
        "the times of a file": lambda: os.utime(path),
        "an attribute of a file": lambda: os.setxattr(path, "user.attacked", b""),
        "a file beside it": lambda: os.open(f"{path}-more", os.O_CREAT | os.O_WRONLY),
    }


def _on_network(port: int) -> dict[str, Callable[[], object]]:
    return {
        "a connection": lambda: socket.create_connection(("127.0.0.1", port), 1),
        "a datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)),
        "an abstract socket": lambda: socket.socket(socket.AF_UNIX).connect("\0rabisco"),
        "a raw socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
        "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        "a vsock": lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM),
    }


def _on_memory() -> dict[str, Callable[[], object]]:
    return {
        "memory of a file without a name": lambda: os.ftruncate(os.memfd_create("x"), LARGE),
        "shared memory of System V": lambda: _call(29, 0, 100_000_000, 0o1600),
        "a queue of messages": lambda: _call(68, 0, 0o1600),
        "memory": lambda: mmap.mmap(-1, LARGE),
        "a file without a name": lambda: os.open(".", os.O_TMPFILE | os.O_RDWR),
        "a large file": lambda: Path("large").open("wb").truncate(LARGE),
    }
