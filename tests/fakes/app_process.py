"""The whole app as a separate process: `rabisco up` on a free port, with a folder of its own."""

import gc
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from fakes.forked_process import ForkedProcess

from bots.cli import main

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 60.0  # seconds to start on a busy machine
CATALOGUE_TEMPLATE = """
[price]
steps = [{{ minutes = 1, credits = 1 }}]
per_minute = 1

[plans.free]
credits = {credits}
paid = false
watermark = true
waiting = 3
longest = 300

[plans.owner]
metered = false
credits = 0
paid = true
watermark = false
waiting = 20
longest = 600
"""
SALES_CATALOGUE = """
[currencies]
en = "usd"

[packs.2]
credits = 2
prices = { usd = 400, xtr = 300 }
"""


@dataclass
class AppProcess:
    """A running app; `output` is what it has printed so far."""

    process: subprocess.Popen[bytes] | ForkedProcess
    output: list[str] = field(default_factory=list)
    condition: threading.Condition = field(default_factory=threading.Condition)
    reader_thread: threading.Thread = field(default_factory=threading.Thread)

    def wait_for_address(self) -> str:
        """The chat page's address, once it is printed. Raises AssertionError with what was printed instead."""
        return self.wait_for_output(r"http://127\.0\.0\.1:\d+")

    def wait_for_output(self, pattern: str) -> str:
        """Wait for output that matches. Raises AssertionError with what was printed instead."""

        def find_output() -> re.Match[str] | None:
            return re.search(pattern, "".join(self.output))

        with self.condition:
            self.condition.wait_for(lambda: find_output() or self.process.poll() is not None, WAIT_SECONDS)
        found = find_output()
        assert found, "".join(self.output)
        return found[0]

    def read_output(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                with self.condition:
                    self.output.append(line)
                    self.condition.notify_all()
        with self.condition:
            self.condition.notify_all()


UP_COMMAND = ("up", "--port", "0")


def start_app(folder: Path, settings: Mapping[str, str], command: Sequence[str] = UP_COMMAND) -> AppProcess:
    """Start `rabisco` with these settings and none of this machine's; the caller must end it."""

    def start(output: int) -> subprocess.Popen[bytes]:
        environment = build_environment(folder, settings)
        arguments = [sys.executable, "-m", "bots.cli", *command]
        return subprocess.Popen(arguments, cwd=folder, env=environment, stdout=output, stderr=output)

    return _read_from(start)


def fork_app(folder: Path, settings: Mapping[str, str], command: Sequence[str] = UP_COMMAND) -> AppProcess:
    """`start_app` in a tenth of the time: the process is forked from one that has the product's modules loaded."""
    environment = build_environment(folder, settings)
    return _read_from(lambda output: ForkedProcess(folder, environment, output, run_command, *command))


def run_command(*command: str) -> None:
    """`rabisco`, in this process."""
    sys.argv = ["rabisco", *command]
    gc.freeze()  # as the command line does once its modules are loaded
    main()


def build_environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SSL_CERT_DIR") if name in os.environ}
    own = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "DATA_DIR": str(folder / "data")}
    return {**kept, **own, **settings}


def _read_from(start: Callable[[int], subprocess.Popen[bytes] | ForkedProcess]) -> AppProcess:
    """Start a process that writes into this file descriptor, and read what it writes."""
    reader, writer = os.pipe()
    app = AppProcess(start(writer))
    os.close(writer)
    stream = os.fdopen(reader, encoding="utf-8")
    app.reader_thread = threading.Thread(target=app.read_output, args=[stream], daemon=True)
    app.reader_thread.start()
    return app


@contextmanager
def run_app(
    folder: Path,
    settings: Mapping[str, str],
    command: Sequence[str] = UP_COMMAND,
    start: Callable[..., AppProcess] = fork_app,
) -> Iterator[AppProcess]:
    """A running app, ended by Ctrl-C, which must end it cleanly."""
    app = start(folder, settings, command)
    process = app.process
    try:
        yield app
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        app.reader_thread.join(5)
    assert process.returncode == 0, "".join(app.output)


def write_catalogue(folder: Path, credits_a_month: int) -> Path:
    """A catalogue file with that many free credits a month."""
    path = folder / "catalogue.toml"
    path.write_text(CATALOGUE_TEMPLATE.format(credits=credits_a_month))
    return path
