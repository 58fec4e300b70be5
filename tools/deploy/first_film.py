"""How long a new operator waits: from `git clone` to the first film, in a clean directory, with nothing downloaded yet.

python -m tools.deploy.first_film [REPOSITORY]
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Final

import httpx
from fakes.page_client import PAGE_HEADERS
from fakes.simulated_users import create_photograph

from tools.deploy.walk import snapshot

PATIENCE: Final = 600.0  # seconds


def main() -> None:
    """Print the moments, in seconds since the beginning."""
    begun = time.monotonic()

    def tell(what: str) -> None:
        sys.stdout.write(f"{time.monotonic() - begun:6.1f} s  {what}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory(prefix="first-film-") as name:
        folder = Path(name)
        repository = sys.argv[1] if len(sys.argv) > 1 else str(snapshot(folder / "origin"))
        subprocess.run(["git", "clone", "--quiet", repository, folder / "rabisco"], check=True)
        tell("cloned")
        kept = {key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "PYTHONPATH"}}
        told = {**kept, "UV_CACHE_DIR": str(folder / "cache"), "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            ["make", "up", "PORT=0"],
            cwd=folder / "rabisco",
            env=told,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            address = _address(process)
            tell("the page is there")
            _film(address)
            tell("the first film is there")
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(60)


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError(said)


def _film(address: str) -> None:
    """Send a picture as the page does, and wait until a film is among the messages. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    with httpx.Client(base_url=address, timeout=60, headers=PAGE_HEADERS) as client:
        picture = ("photo.png", create_photograph(size=(1280, 720)), "image/png")
        client.post(
            "/chat/messages", data={"id": str(uuid.uuid4()), "text": ""}, files={"files": picture}
        ).raise_for_status()
        while time.monotonic() < deadline:
            messages = client.get("/chat/messages", params={"after": 0, "wait": 0}).json()["messages"]
            found = [message["film"] for message in messages if message.get("film")]
            if found and client.get(found[0]["url"]).content[4:8] == b"ftyp":
                return
            time.sleep(0.2)
    raise TimeoutError


if __name__ == "__main__":
    main()
