"""Composition root of the workers, and of the process that runs them alone."""

import asyncio
from contextlib import AsyncExitStack

import typer

from bots.app.base import App
from bots.app.process import open_app, run_until_stopped
from models.settings import Settings
from pipeline import create_worker_pool

STOP_GRACE_SECONDS = 110.0  # seconds a separate worker process gives running jobs when it is stopped


async def run_workers(settings: Settings) -> None:
    """Run the workers alone."""
    async with AsyncExitStack() as stack:
        app = await open_app(stack, settings, has_secret=False)
        await start_workers(stack, app, grace_seconds=STOP_GRACE_SECONDS)
        typer.echo(f"{settings.workers} workers are ready")
        await run_until_stopped()


async def start_workers(stack: AsyncExitStack, app: App, *, grace_seconds: float) -> None:
    """Start the workers; when the stack is closed, running jobs get `grace_seconds` to end."""
    pool = create_worker_pool(app.db, app.store, app.queue, app.sandbox, app.settings)
    await asyncio.to_thread(pool.start)
    stack.push_async_callback(asyncio.to_thread, pool.stop, grace_seconds)
