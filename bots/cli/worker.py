"""`rabisco worker`: a process of workers."""

import asyncio

import typer

from bots.app.process import load_settings
from bots.app.worker import run_workers


def worker() -> None:
    """Run the workers alone; several may run on several machines.

    Example: REDIS_URL=redis://localhost rabisco worker
    """
    asyncio.run(run_workers(load_settings()))


def register(app: typer.Typer) -> None:
    app.command()(worker)
