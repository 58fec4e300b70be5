"""Each wall of the sandbox alone, in a process of its own: what one kernel lacks, another wall must hold."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.sandbox import landlock

ALONE = """
import ctypes, fcntl, os, signal, socket, sys
from pathlib import Path
from pipeline.sandbox import confinement, landlock, seccomp
def call(name, *arguments):
    column, _ = seccomp.ARCHITECTURES[os.uname().machine]
    number = seccomp.FORBIDDEN_CALLS[name][column]
    if ctypes.CDLL(None, use_errno=True).syscall(*map(ctypes.c_long, (number, *arguments))) < 0:
        raise OSError(ctypes.get_errno(), "call")
confinement.prctl(confinement.PR_SET_NO_NEW_PRIVS, 1)
{wall}
try:
    {attempt}
except OSError as error:
    print(type(error).__name__)
else:
    print("done")
"""


def tried(wall: str, attempt: str) -> str:
    """What comes of an attempt behind one wall: "done", or the error's name."""
    code = ALONE.format(wall=wall, attempt=attempt)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/")
    return done.stdout.strip()


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket()",
        "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_UNIX)",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.kill(os.getppid(), 0)",
        "os.setpgid(0, 0)",
        "os.setsid()",
        "os.pidfd_open(os.getppid())",
        "fcntl.fcntl(1, fcntl.F_SETOWN, os.getppid())",
        "fcntl.fcntl(1, 15, bytes(8))",  # F_SETOWN_EX
        "fcntl.fcntl(1, 10, signal.SIGKILL)",  # F_SETSIG
        "fcntl.ioctl(1, 0x8901, bytes(4))",  # FIOSETOWN
        "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
        "os.setpriority(os.PRIO_USER, 0, 19)",
        "os.sched_setaffinity(os.getppid(), {0})",
        "os.sched_setscheduler(os.getppid(), os.SCHED_BATCH, os.sched_param(0))",
        "call('ioprio_set', 1, os.getppid(), 3 << 13)",
        "call('shmget', 0, 100_000_000, 0o1600)",
        "os.unlink('/tmp/nothing')",
        "os.chmod('/tmp/nothing', 0o600)",
        "call('fchmodat2', -100, 0, 0, 0)",
        "os.chown('/tmp/nothing', -1, -1)",
        "os.lchown('/tmp/nothing', -1, -1)",
        "os.utime('/tmp/nothing')",
        "os.setxattr('/tmp/nothing', 'user.a', b'')",
        "os.removexattr('/tmp/nothing', 'user.a')",
        "os.rename('/tmp/nothing', '/tmp/other')",
        "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
    ],
)
def test_forbidden_calls_fail_behind_the_filter(attempt: str) -> None:
    assert tried("assert seccomp.restrict()", attempt) == "PermissionError"


@pytest.mark.parametrize(
    "attempt",
    [
        "__import__('threading').Thread(target=int).start()",
        "os.kill(os.getpid(), 0)",
        "(lambda here, there: here.send(b'x'))(*socket.socketpair())",
        "__import__('resource').getrlimit(0)",
        "Path('/etc/hostname').exists()",
        "fcntl.fcntl(1, fcntl.F_GETFL)",
        "os.setpriority(os.PRIO_PROCESS, 0, 19)",
        "os.sched_setaffinity(0, os.sched_getaffinity(0))",
        "os.open('/tmp', os.O_RDONLY)",
    ],
)
def test_what_decoders_need_works_behind_the_filter(attempt: str) -> None:
    assert tried("assert seccomp.restrict()", attempt) == "done"


def test_memory_beyond_the_limit_does_not_exist_behind_the_filter() -> None:
    """As if the kernel did not know it, so that libraries take another way."""
    assert tried("assert seccomp.restrict()", "os.memfd_create('x')") == "OSError"


def test_signals_stay_inside_landlock_where_the_kernel_can_keep_them() -> None:
    has_scopes = landlock.get_abi_version() >= 6
    wall = "assert landlock.restrict(readable=[], writable=[])"
    expected = "PermissionError" if has_scopes else "done"
    assert tried(wall, "os.kill(os.getppid(), 0)") == expected
    assert tried(wall, "os.kill(os.getpid(), 0)") == "done"


def test_only_the_files_named_are_open_behind_landlock(tmp_path: Path) -> None:
    given, own, hidden = tmp_path / "given", tmp_path / "own", tmp_path / "hidden"
    for folder in (given, own, hidden):
        folder.mkdir()
        (folder / "file").write_text("x")
    wall = f"assert landlock.restrict(readable=[Path({str(given)!r})], writable=[Path({str(own)!r})])"
    assert tried(wall, f"Path({str(given / 'file')!r}).read_text()") == "done"
    assert tried(wall, f"Path({str(own / 'file')!r}).write_text('y')") == "done"
    assert tried(wall, f"Path({str(own / 'file')!r}).rename({str(own / 'renamed')!r})") == "PermissionError"
    assert tried(wall, f"Path({str(own / 'file')!r}).unlink()") == "PermissionError"
    assert tried(wall, f"Path({str(given / 'file')!r}).write_text('y')") == "PermissionError"
    assert tried(wall, f"Path({str(hidden / 'file')!r}).read_text()") == "PermissionError"
    assert tried(wall, f"list(Path({str(hidden)!r}).iterdir())") == "PermissionError"
    assert tried(wall, "Path(f'/proc/{os.getppid()}/environ').read_bytes()") == "PermissionError"


def test_no_address_is_reached_from_an_empty_namespace_or_behind_the_filter() -> None:
    wall = "assert confinement.unshare_namespaces() or seccomp.restrict()"  # some containers refuse the first
    attempt = "socket.create_connection(('127.0.0.1', 9), 1)"
    assert tried(wall, attempt) in {"OSError", "PermissionError"}  # unreachable, where outside it is refused
    assert tried("", attempt) == "ConnectionRefusedError"
