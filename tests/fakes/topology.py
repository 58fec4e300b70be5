"""The services of docker/compose.yml as local processes: the same commands, on real Redis and PostgreSQL."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from fakes.databases import Databases
from fakes.product import PATIENCE, Product, catalogue, started
from fakes.redis_server import RedisServer
from fakes.telegram_api import TOKEN, FakeTelegram
from fakes.telegram_api import served as telegram_served
from fakes.whatsapp.fake import FakeWhatsApp
from fakes.whatsapp.premises import TESTS, Premises
from fakes.whatsapp.server import served as whatsapp_served

from storage.db import Database

COMPOSE = Path(__file__).parents[2] / "docker" / "compose.yml"
WORKERS = 2
CREDITS = 100  # a month for every user, so that none runs out


@dataclass
class Topology:
    """Running services by name, and the fake messengers they connect to."""

    telegram: FakeTelegram
    whatsapp: Premises
    folder: Path
    database_url: str
    products: dict[str, Product] = field(default_factory=dict)

    def kill(self, name: str) -> None:
        """Kill a service without warning, as the OOM killer would."""
        process = self.products.pop(name).process
        process.kill()
        process.wait(PATIENCE)

    def end(self) -> None:
        """Stop all services as Compose does; each must exit with status 0."""
        for product in self.products.values():
            product.process.send_signal(signal.SIGTERM)
        for name, product in self.products.items():
            assert product.process.wait(PATIENCE) == 0, f"{name}:\n{''.join(product.said)}"

    def beacons(self) -> list[str]:
        """The services that have written their heartbeat file."""
        return sorted(path.name for path in (self.folder / "beacons").iterdir())


def commands() -> dict[str, list[str]]:
    """The command of each of the product's services, with several workers; ports are chosen by the system."""
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    found = {name: each["command"] for name, each in services.items() if "build" in each}
    worker = found.pop("worker")
    found |= {f"worker-{number}": worker for number in range(1, WORKERS + 1)}
    return {name: ["0" if word == "8000" else _here(word) for word in command] for name, command in found.items()}


@contextmanager
def topology(folder: Path, databases: Databases, redis_server: RedisServer) -> Iterator[Topology]:
    """Migrate, then start all services, as Compose does; stop them gracefully at the end."""
    telegram, whatsapp = FakeTelegram(), FakeWhatsApp()
    with ExitStack() as stack:
        url = databases.empty_url("postgresql")
        (folder / "beacons").mkdir()
        settings = {
            "DATABASE_URL": url,
            "REDIS_URL": redis_server.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": stack.enter_context(telegram_served(telegram.app)),
            "WHATSAPP_FFI": "fakes.whatsapp.remote:factory",
            "FAKE_WHATSAPP": stack.enter_context(whatsapp_served(whatsapp)),
            "PYTHONPATH": str(TESTS),
            "CATALOGUE": str(catalogue(folder, CREDITS)),
            "WORKERS": "1",
            "LEASE_SECONDS": "5",
            "SWEEP_SECONDS": "1",
        }
        services = commands()
        migrating = started(folder, settings, services.pop("migrate"))
        assert migrating.process.wait(PATIENCE) == 0, "".join(migrating.said)
        db = Database(url)
        stack.callback(db.close)
        premises = Premises(folder, whatsapp, settings, db)
        premises.has_number()
        place = Topology(telegram, premises, folder, url)
        for name, command in services.items():
            told = {**settings, "BEACON_FILE": str(folder / "beacons" / name)}
            place.products[name] = started(folder, told, command)
            stack.callback(place.products[name].process.kill)
        yield place
        place.end()


def _here(word: str) -> str:
    """A container listens on all interfaces; a test only on the loopback."""
    return "127.0.0.1" if word == "0.0.0.0" else word  # noqa: S104 - it is replaced
