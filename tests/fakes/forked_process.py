"""`rabisco` forked from a process that has its modules loaded, which is nine tenths of what a start costs."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from bots.cli import main

FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["bots.cli", "bots.cli.up"])


class ForkedProcess:
    """A command in a fork, with those methods of `subprocess.Popen` that tests use.

    `output` is the file descriptor that it writes its output and its errors into.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], command: Sequence[str], output: int) -> None:
        with Connection(os.dup(output), readable=False) as stream:  # which can be sent to another process
            arguments = (folder, dict(environment), list(command), stream)
            self._process = FORKSERVER.Process(target=_run, args=arguments, daemon=True)
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
            raise subprocess.TimeoutExpired("rabisco", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def _run(folder: Path, environment: dict[str, str], command: list[str], output: Connection) -> None:
    """Become what a start with this folder, environment and command would be."""
    for standard in (sys.stdout, sys.stderr):
        os.dup2(output.fileno(), standard.fileno())
    output.close()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)
    sys.argv = ["rabisco", *command]
    gc.freeze()  # as the command line does once its modules are loaded
    main()
