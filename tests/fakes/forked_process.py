"""Functions in forks of a process that has the product's modules loaded, which is nine tenths of what a start costs."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path

FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["bots.cli", "bots.cli.up", "tools.chaos.staff"])
# Dramatiq reads it when it is loaded: milliseconds before it asks a broker that was away again, else 3,000
os.environ.setdefault("dramatiq_restart_delay", "500")


class ForkedProcess:
    """A function in a fork, with those methods of `subprocess.Popen` that tests use.

    `output` is the file descriptor that it writes its output and its errors into.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        output: int,
        function: Callable[..., None],
        *arguments: str,
    ) -> None:
        with Connection(os.dup(output), readable=False) as stream:  # which can be sent to another process
            given = (folder, dict(environment), stream, function, arguments)
            self._process = FORKSERVER.Process(target=_run, args=given, daemon=True)
            self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises TimeoutExpired after so many seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def _run(
    folder: Path,
    environment: dict[str, str],
    output: Connection,
    function: Callable[..., None],
    arguments: tuple[str, ...],
) -> None:
    """Become what a start in this folder and with this environment would be."""
    for standard in (sys.stdout, sys.stderr):
        os.dup2(output.fileno(), standard.fileno())
    output.close()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)
    function(*arguments)
