"""What the walk through the Dockerfile has made, started as its image would be."""

import http.client
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

from fakes.simulated_users import create_photograph

from tools import ROOT
from tools.deploy.recipe import read
from tools.deploy.walk import WORK, Place

PATIENCE: Final = 90.0  # seconds


def started(place: Place) -> None:
    """A film is drawn on its command line; then its page answers, its health check agrees, and it ends when it is told.

    Raises AssertionError.
    """
    data = WORK / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    shutil.chown(data, int(place.user), int(place.user))
    _draws(place, data)
    process = place.sealed(data, [*_entry(), "up", "--port", "0"])
    try:
        _answers(process)
        _ends(process)
    finally:
        process.kill()
        process.wait()


def _entry() -> list[str]:
    (entry,) = read(ROOT / "docker" / "Dockerfile").last.all("ENTRYPOINT")
    return entry.words


def _draws(place: Place, data: Path) -> None:
    (data / "photo.jpg").write_bytes(create_photograph())
    sketch = ["sketch", "/data/photo.jpg", "-o", "/data/film.mp4", "--seconds", "3"]
    said = _said(place.sealed(data, [*_entry(), *sketch]))
    assert (data / "film.mp4").is_file(), said
    assert "ok   lettering" in _said(place.sealed(data, [*_entry(), "doctor"]))


def _answers(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    heard, deadline = "", time.monotonic() + PATIENCE
    while (found := re.search(r"http://127\.0\.0\.1:(\d+)", heard)) is None:
        line = process.stdout.readline()
        assert line, heard
        assert time.monotonic() < deadline, heard
        heard += line
    connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=PATIENCE)
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200


def _ends(process: "subprocess.Popen[str]") -> None:
    """As `docker stop` ends it: the signal goes to the command alone, which is the first child of its own PID space."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    begun = time.monotonic()
    subprocess.run(["kill", f"-{signal.SIGTERM.value}", *children], check=True)
    assert process.wait(PATIENCE) == 0
    assert time.monotonic() - begun < 25


def _said(process: "subprocess.Popen[str]") -> str:
    out, _ = process.communicate(timeout=PATIENCE)
    return out
