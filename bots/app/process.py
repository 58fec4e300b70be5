"""Lifecycle shared by the server processes: settings, the app, periodic tasks, and shutdown."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path

from bots.app import base
from bots.core.operations import logging_config
from bots.core.operations.background_tasks import BackgroundScheduler
from bots.core.operations.backup_scheduler import BackupScheduler
from models.settings import Settings
from pipeline import ScheduledTask, Scheduler
from storage.backups.service import BackupService

BEACON_SECONDS = 10.0  # seconds between two touches of the beacon file
BACKUP_POLL_SECONDS = 5.0  # seconds between two checks for a requested backup


def load_settings() -> Settings:
    """Load this process's settings, and configure logging by them."""
    loaded = Settings()
    logging_config.configure_from_settings(loaded)
    return loaded


async def open_app(stack: AsyncExitStack, config: Settings, *, has_secret: bool = True) -> base.App:
    """Open the app with its periodic tasks; without `has_secret` in a process that does not need SECRET_KEY."""
    app = await asyncio.to_thread(base.App.open, config, has_secret=has_secret)
    stack.callback(app.close)
    if config.beacon_file is not None:
        beacon_task = asyncio.create_task(_touch_beacon(config.beacon_file))
        stack.callback(beacon_task.cancel)
    tasks = BackgroundScheduler(app.db, config)
    await asyncio.to_thread(tasks.start)
    stack.push_async_callback(asyncio.to_thread, tasks.stop)
    return app


async def _touch_beacon(file: Path) -> None:
    """Touch a file periodically, so that a hanging event loop is noticed."""
    while True:
        await asyncio.to_thread(file.touch)
        await asyncio.sleep(BEACON_SECONDS)


async def start_disk_watch(stack: AsyncExitStack, app: base.App) -> None:
    """Start the disk cleanup in a process without workers, which do it themselves."""
    scheduler = app.build_scheduler()
    await asyncio.to_thread(scheduler.start)
    stack.push_async_callback(asyncio.to_thread, scheduler.stop)


async def start_backups(stack: AsyncExitStack, app: base.App) -> None:
    """Make backups in this process: every day unless BACKUP_DAYS is 0, and when one is requested."""
    config = app.settings
    backups = BackupService.from_settings(config, app.db, app.secret)
    backup_scheduler = BackupScheduler(app.db, backups, has_daily_backups=config.backup_days > 0)
    scheduler = Scheduler("backups", (ScheduledTask(backup_scheduler.run_once, BACKUP_POLL_SECONDS),))
    await asyncio.to_thread(scheduler.start)
    stack.push_async_callback(asyncio.to_thread, scheduler.stop)


async def run_until_stopped(*work: Coroutine[object, object, None]) -> None:
    """Run until SIGINT or SIGTERM, or until one of the coroutines ends. Raises what a finished one raised."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    tasks = [asyncio.create_task(each) for each in (*work, _wait_for(stopped))]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()


async def _wait_for(stopped: asyncio.Event) -> None:
    await stopped.wait()
