"""What the processes that serve people have in common: settings, a house, chores, and an end."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path

from bots import wiring
from bots.core import logs
from bots.core.errands import Errands
from bots.core.keeper import Keeper
from models.settings import Settings
from pipeline.chores import Chore, Chores
from storage.backups.whole import Backups

BEAT = 10.0  # seconds between two signs of life
LOOK = 5.0  # seconds between two looks at whether a backup is wanted


def settings() -> Settings:
    """This process's settings; its log is written as they say from now on."""
    found = Settings()
    logs.begin(found)
    return found


async def opened(stack: AsyncExitStack, chosen: Settings) -> wiring.House:
    house = await asyncio.to_thread(wiring.House.open, chosen)
    stack.callback(house.close)
    if chosen.beacon_file is not None:
        beacon = asyncio.create_task(_shine(chosen.beacon_file))
        stack.callback(beacon.cancel)
    errands = Errands(house.db, chosen)
    await asyncio.to_thread(errands.start)
    stack.push_async_callback(asyncio.to_thread, errands.stop)
    return house


async def _shine(file: Path) -> None:
    """Touch a file again and again, so that a loop that hangs is noticed."""
    while True:
        await asyncio.to_thread(file.touch)
        await asyncio.sleep(BEAT)


async def look_after(stack: AsyncExitStack, house: wiring.House) -> None:
    """Watch the disk in a process without workers, which do it themselves."""
    chores = house.chores()
    await asyncio.to_thread(chores.start)
    stack.push_async_callback(asyncio.to_thread, chores.stop)


async def keep_backups(stack: AsyncExitStack, house: wiring.House) -> None:
    """Make backups in this process: every day unless BACKUP_DAYS is 0, and when one is asked for."""
    chosen = house.settings
    backups = Backups.of(chosen, house.db, house.secret)
    keeper = Keeper(house.db, backups, wiring.locks(chosen), regular=chosen.backup_days > 0)
    chores = Chores((Chore(keeper.look),), LOOK, "keeper")
    await asyncio.to_thread(chores.start)
    stack.push_async_callback(asyncio.to_thread, chores.stop)


async def until_stopped(*work: Coroutine[object, object, None]) -> None:
    """Run until SIGINT or SIGTERM, or until one of these ends."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    tasks = [asyncio.create_task(each) for each in (*work, _wait(stopped))]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()


async def _wait(stopped: asyncio.Event) -> None:
    await stopped.wait()
