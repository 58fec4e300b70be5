"""The product as an operator runs it: a bot and a worker, processes that share PostgreSQL, Redis and a folder."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
import redis
from fakes.databases import UNSAFE, Databases
from fakes.product import Product, catalogue, running
from fakes.redis_server import RedisServer
from fakes.telegram_api import TOKEN, FakeTelegram, served
from load.floods import FloodLimits
from load.gauges import processor, resident

from storage.db import Database

ROOMY: Final = 1000  # credits a month: nobody is to run out


@dataclass(slots=True)
class Premises:
    """A running product, with the roots of its processes by what they do."""

    fake: FakeTelegram
    limits: FloodLimits
    bot: Product
    worker: Product
    database_url: str
    roots: dict[str, int]

    def memory(self) -> float:
        """Megabytes of the bot's process."""
        return resident(self.bot.process.pid)

    def spent(self) -> dict[str, float]:
        """Processor seconds so far, by what they were spent on."""
        return {name: processor(pid) for name, pid in self.roots.items()}

    @contextmanager
    def database(self) -> Iterator[Database]:
        opened = Database(self.database_url)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def premises(folder: Path, workers: int) -> Iterator[Premises]:
    """Start everything, wait until it is ready, and end it in good order."""
    fake, limits = FakeTelegram(), FloodLimits()
    fake.faults = limits
    with ExitStack() as stack:
        databases = Databases(folder / "databases")
        stack.callback(databases.close)
        url = databases.postgresql()
        _be_careful(url)
        server = RedisServer().start()
        stack.callback(server.close)
        settings = {
            "DATABASE_URL": url,
            "REDIS_URL": server.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": stack.enter_context(served(fake.app)),
            "CATALOGUE": str(catalogue(folder, ROOMY)),
            "WORKERS": str(workers),
        }
        worker = stack.enter_context(running(folder, settings, ["worker"]))
        bot = stack.enter_context(running(folder, settings, ["telegram"]))
        worker.says("workers are ready")
        bot.says("Telegram: ")
        roots = {
            "bot": bot.process.pid,
            "worker": worker.process.pid,
            "PostgreSQL": int((folder / "databases" / "postgresql" / "postmaster.pid").read_text().split()[0]),
            "Redis": _pid(server),
        }
        yield Premises(fake, limits, bot, worker, url, roots)


def _be_careful(url: str) -> None:
    """PostgreSQL as it is delivered: a commit is on the disk, which tests otherwise do without."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in UNSAFE:
            connection.execute(f"ALTER SYSTEM RESET {setting}")
        connection.execute("SELECT pg_reload_conf()")


def _pid(server: RedisServer) -> int:
    with redis.Redis.from_url(server.url) as client:
        return int(client.info("server")["process_id"])
