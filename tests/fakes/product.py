"""The whole app as a separate process: `rabisco up` on a free port, with a folder of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60.0  # seconds to start on a busy machine
CATALOGUE = """
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
SHOP = """
[currencies]
en = "usd"

[packs.2]
credits = 2
prices = { usd = 400, xtr = 300 }
"""


@dataclass
class Product:
    """A running app; `output` is what it has printed so far."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    heard: threading.Condition = field(default_factory=threading.Condition)
    listener: threading.Thread = field(default_factory=threading.Thread)

    def address(self) -> str:
        """The chat page's address, once it is printed. Raises AssertionError with what was printed instead."""
        return self.says(r"http://127\.0\.0\.1:\d+")

    def says(self, pattern: str) -> str:
        """Wait for output that matches. Raises AssertionError with what was printed instead."""

        def printed() -> re.Match[str] | None:
            return re.search(pattern, "".join(self.said))

        with self.heard:
            self.heard.wait_for(lambda: printed() or self.process.poll() is not None, PATIENCE)
        found = printed()
        assert found, "".join(self.said)
        return found[0]

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.heard:
                self.said.append(line)
                self.heard.notify_all()
        with self.heard:
            self.heard.notify_all()


UP = ("up", "--port", "0")


def started(folder: Path, settings: Mapping[str, str], command: Sequence[str] = UP) -> Product:
    """Start `rabisco` with these settings and none of this machine's; the caller must end it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "bots.cli", *command],
        cwd=folder,
        env={**kept, "PYTHONUNBUFFERED": "1", "DATA_DIR": str(folder / "data"), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    product = Product(process)
    product.listener = threading.Thread(target=product.listen, daemon=True)
    product.listener.start()
    return product


@contextmanager
def running(folder: Path, settings: Mapping[str, str], command: Sequence[str] = UP) -> Iterator[Product]:
    """`start_app`, ended by Ctrl-C, which must end it cleanly."""
    product = started(folder, settings, command)
    process = product.process
    try:
        yield product
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        product.listener.join(5)
    assert process.returncode == 0, "".join(product.said)


def catalogue(folder: Path, credits_a_month: int) -> Path:
    """A catalogue file with that many free credits a month."""
    path = folder / "catalogue.toml"
    path.write_text(CATALOGUE.format(credits=credits_a_month))
    return path
