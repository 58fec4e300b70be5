"""The product as an operator runs it: a bot and a worker, processes that share PostgreSQL, Redis and a folder."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
import redis
from fakes.app_process import AppProcess, run_app, start_app, write_catalogue
from fakes.databases import UNSAFE_SETTINGS, DatabaseFactory
from fakes.redis_server import RedisServer
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app
from fakes.topology import run_topology

from storage.db import Database
from tools.load.floods import FloodLimits
from tools.load.gauges import processor, resident

ROOMY: Final = 1000  # credits a month: nobody is to run out


@dataclass(slots=True)
class Premises:
    """A running product, with the roots of its processes by what they do."""

    fake: FakeTelegram
    limits: FloodLimits
    bot: AppProcess
    database_url: str
    roots: dict[str, tuple[int, ...]]

    def memory(self) -> float:
        """Megabytes of the bot's process."""
        return resident(self.bot.process.pid)

    def spent(self) -> dict[str, float]:
        """Processor seconds so far, by what they were spent on."""
        return {name: sum(map(processor, pids)) for name, pids in self.roots.items()}

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
        databases = DatabaseFactory(folder / "databases")
        stack.callback(databases.close)
        url = databases.create_postgresql()
        _be_careful(url)
        server = RedisServer().start()
        stack.callback(server.close)
        settings = {
            "DATABASE_URL": url,
            "REDIS_URL": server.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": stack.enter_context(serve_app(fake.app)),
            "CATALOGUE": str(write_catalogue(folder, ROOMY)),
            "WORKERS": str(workers),
        }
        worker = stack.enter_context(run_app(folder, settings, ["worker"], start_app))
        bot = stack.enter_context(run_app(folder, settings, ["telegram"], start_app))
        worker.wait_for_output("workers are ready")
        bot.wait_for_output("Telegram: ")
        yield Premises(fake, limits, bot, url, _roots(folder, server, bot=[bot], worker=[worker]))


@contextmanager
def whole_premises(folder: Path) -> Iterator[Premises]:
    """All of docker/compose.yml: the page and WhatsApp with a number online beside Telegram, and two workers that draw
    one film each.
    """
    with ExitStack() as stack:
        databases = DatabaseFactory(folder / "databases")
        stack.callback(databases.close)
        server = RedisServer().start()
        stack.callback(server.close)
        place = stack.enter_context(run_topology(folder, databases, server))
        _be_careful(place.database_url)
        limits = place.telegram.faults = FloodLimits()
        products, workers = place.processes, [place.processes["worker-1"], place.processes["worker-2"]]
        for worker in workers:
            worker.wait_for_output("workers are ready")
        products["telegram"].wait_for_output("Telegram: ")
        place.whatsapp.wait_until_online()
        beside = {name: [products[name]] for name in ("web", "whatsapp")}
        roots = _roots(folder, server, bot=[products["telegram"]], worker=workers, **beside)
        yield Premises(place.telegram, limits, products["telegram"], place.database_url, roots)


def _roots(folder: Path, server: RedisServer, **products: Sequence[AppProcess]) -> dict[str, tuple[int, ...]]:
    """The processes by what they do; what they start belongs to them."""
    postmaster = (folder / "databases" / "postgresql" / "postmaster.pid").read_text().split()[0]
    ours = {name: tuple(each.process.pid for each in several) for name, several in products.items()}
    return {**ours, "PostgreSQL": (int(postmaster),), "Redis": (_pid(server),)}


def _be_careful(url: str) -> None:
    """PostgreSQL as it is delivered: a commit is on the disk, which tests otherwise do without."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in UNSAFE_SETTINGS:
            connection.execute(f"ALTER SYSTEM RESET {setting}")
        connection.execute("SELECT pg_reload_conf()")


def _pid(server: RedisServer) -> int:
    with redis.Redis.from_url(server.url) as client:
        return int(client.info("server")["process_id"])
