"""The product itself in production mode, on this machine, to be attacked."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from fakes.app_process import run_app, start_app

from tools.attack.target import Target

ORIGIN = "https://films.example.com"


@contextmanager
def open_page() -> Iterator[Target]:
    """A page that was started for this, with a folder of its own; it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="attack-") as name:
        folder = Path(name)
        settings = {
            "MODE": "production",
            "PUBLIC_URL": ORIGIN,
            "SECRET_KEY": "attacked-and-thrown-away-" + folder.name.ljust(32, "x"),
            "METRICS_TOKEN": "nobody-knows-this-token",
            "SMTP_URL": "smtp://films:nobody-reads-it@127.0.0.1:587/?from=films@example.com",
        }
        with run_app(folder, settings, start=start_app) as app:
            address = app.wait_for_output(r"http://127\.0\.0\.1:\d+")
            httpx.get(f"{address}/health", timeout=60)
            yield Target(address, ORIGIN)
