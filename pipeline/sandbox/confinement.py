"""Confinement of a sandboxed child: the privileges it drops before it opens a user's file.

Each layer holds alone where the kernel lacks another: Docker's default profile, for example, refuses user namespaces,
and there the seccomp filter cuts the network. `pipeline.sandbox.selfcheck` checks which of them hold on a machine.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from pipeline.sandbox import landlock, protocol, seccomp
from pipeline.sandbox.limits import ResourceLimits

PR_SET_PDEATHSIG: Final = 1
PR_SET_NO_NEW_PRIVS: Final = 38
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000
CLONE_NEWIPC: Final = 0x08000000
CAPABILITY_VERSION: Final = 0x20080522
SYSTEM_PATHS: Final = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/zero", "/dev/urandom",
    "/proc/cpuinfo", "/sys/devices/system/cpu",
)  # fmt: skip
MAX_THREADS: Final = 256  # decoders and x264 start one or two per core

_LINUX: Final = sys.platform == "linux"


def confine(request: protocol.SandboxRequest) -> None:
    """Restrict this process to its private folder, the files named in the arguments, and the resource limits.

    Runs once, in the child's only thread. The order matters: the namespace before the limit of processes, which the
    kernel counts per namespace; the death signal after the capabilities, whose change resets it; seccomp last.
    """
    directory = request.directory.resolve()
    _enter_directory(directory)
    has_own_namespace = _LINUX and unshare_namespaces()
    _set_rlimits(request.limits, has_own_namespace=has_own_namespace)
    if not _LINUX:
        return
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    landlock.restrict(
        readable=[*list_code_folders(), *protocol.find_paths(request.arguments)],
        writable=[directory],
        listable=_list_import_folders(),  # importing a module lists its folder
    )
    _drop_capabilities()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    seccomp.restrict()


def _enter_directory(directory: Path) -> None:
    os.chdir(directory)
    os.umask(0o077)
    os.environ.clear()
    os.environ.update(HOME=str(directory), TMPDIR=str(directory), LANG="C.UTF-8")
    tempfile.tempdir = str(directory)
    with contextlib.suppress(OSError):  # if memory runs out, the child is killed first
        Path("/proc/self/oom_score_adj").write_text("1000")


def unshare_namespaces() -> bool:
    """Enter empty user, network and IPC namespaces, whose only interface is a loopback that is down."""
    return bool(_load_libc().unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0)


def _set_rlimits(resource_limits: ResourceLimits, *, has_own_namespace: bool) -> None:
    cpu = max(1, round(resource_limits.cpu_seconds))
    rlimits = {
        resource.RLIMIT_AS: (_measure_mapped_bytes() + resource_limits.memory,) * 2,
        resource.RLIMIT_CPU: (cpu, cpu + 2),
        resource.RLIMIT_FSIZE: (resource_limits.file_bytes,) * 2,
        resource.RLIMIT_NOFILE: (resource_limits.open_files,) * 2,
        resource.RLIMIT_CORE: (0, 0),
    }
    if has_own_namespace:  # without a namespace it would count all processes of the user
        rlimits[resource.RLIMIT_NPROC] = (MAX_THREADS, MAX_THREADS)
    for rlimit, (soft, hard) in rlimits.items():
        with contextlib.suppress(ValueError, OSError):  # a lower limit is already set
            resource.setrlimit(rlimit, (soft, hard))


def _measure_mapped_bytes() -> int:
    """Bytes of address space mapped by the preloaded libraries: about 600 MB, most of it never touched."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    return 0


@cache
def list_code_folders() -> tuple[Path, ...]:
    """Paths of the code of this program, the interpreter and the system's libraries, without data.

    An editable install puts the whole checkout on the path, with its `data` and `.env`: of such a folder only the
    parts that hold Python are listed. Called once before any fork, as it takes a millisecond.
    """
    folders = [child for entry in _list_import_folders() for child in entry.iterdir() if _has_code(child)]
    return tuple(sorted({Path(sys.prefix), Path(sys.base_prefix), *map(Path, SYSTEM_PATHS), *folders}))


def _list_import_folders() -> list[Path]:
    entries = {Path(name) for name in sys.path if name}
    prefixes = (sys.prefix, sys.base_prefix)
    return sorted(path for path in entries if path.is_dir() and not any(map(path.is_relative_to, prefixes)))


def _has_code(path: Path) -> bool:
    if path.is_file():
        return path.suffix == ".py"
    with contextlib.suppress(OSError):
        return not path.name.startswith(".") and next(path.glob("*.py"), None) is not None
    return False


def _drop_capabilities() -> None:
    """Drop all capabilities: a new user namespace grants every one inside it, and a decoder needs none."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    _load_libc().capset(header, (ctypes.c_uint32 * 6)())


def prctl(option: int, value: int) -> None:
    """Call `prctl(2)`. Raises OSError."""
    if _load_libc().prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def _load_libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
