"""What the processes that serve people have in common: settings, a house, chores, and an end."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack

from bots import wiring
from bots.core import logs
from models.settings import Settings


def settings() -> Settings:
    """This process's settings; its log is written as they say from now on."""
    found = Settings()
    logs.configure(found.log_format)
    return found


async def opened(stack: AsyncExitStack, chosen: Settings) -> wiring.House:
    house = await asyncio.to_thread(wiring.House.open, chosen)
    stack.callback(house.close)
    return house


async def look_after(stack: AsyncExitStack, house: wiring.House) -> None:
    """Watch the disk in a process without workers, which do it themselves."""
    chores = house.chores()
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
