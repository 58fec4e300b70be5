"""The services of docker/compose.yml as local processes: the same commands, on real Redis and PostgreSQL."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from fakes.app_process import WAIT_SECONDS, AppProcess, fork_app, write_catalogue
from fakes.databases import DatabaseFactory
from fakes.redis_server import RedisServer
from fakes.telegram_api import TOKEN, FakeTelegram
from fakes.telegram_api import serve_app as telegram_served
from fakes.whatsapp.app_process import PYTHON_PATH, WhatsAppApp
from fakes.whatsapp.fake import FakeWhatsApp
from fakes.whatsapp.server import serve_whatsapp as whatsapp_served

from storage.db import Database

COMPOSE_FILE = Path(__file__).parents[2] / "docker" / "compose.yml"
WORKERS = 2
CREDITS_A_MONTH = 100  # a month for every user, so that none runs out


@dataclass
class ServiceTopology:
    """Running services by name, and the fake messengers they connect to."""

    telegram: FakeTelegram
    whatsapp: WhatsAppApp
    folder: Path
    database_url: str
    processes: dict[str, AppProcess] = field(default_factory=dict)

    def kill_service(self, name: str) -> None:
        """Kill a service without warning, as the OOM killer would."""
        process = self.processes.pop(name).process
        process.kill()
        process.wait(WAIT_SECONDS)

    def stop_services(self) -> None:
        """Stop all services as Compose does; each must exit with status 0."""
        for app in self.processes.values():
            app.process.send_signal(signal.SIGTERM)
        for name, app in self.processes.items():
            assert app.process.wait(WAIT_SECONDS) == 0, f"{name}:\n{''.join(app.output)}"

    def list_beacons(self) -> list[str]:
        """The services that have written their heartbeat file."""
        return sorted(path.name for path in (self.folder / "beacons").iterdir())


def read_commands() -> dict[str, list[str]]:
    """The command of each of the product's services, with several workers; ports are chosen by the system."""
    services = yaml.safe_load(COMPOSE_FILE.read_text())["services"]
    commands_by_name = {name: each["command"] for name, each in services.items() if "build" in each}
    worker = commands_by_name.pop("worker")
    commands_by_name |= {f"worker-{number}": worker for number in range(1, WORKERS + 1)}
    return {
        name: ["0" if word == "8000" else _bind_locally(word) for word in command]
        for name, command in commands_by_name.items()
    }


@contextmanager
def run_topology(folder: Path, databases: DatabaseFactory, redis_server: RedisServer) -> Iterator[ServiceTopology]:
    """Migrate, then start all services, as Compose does; stop them gracefully at the end."""
    telegram, whatsapp = FakeTelegram(), FakeWhatsApp()
    with ExitStack() as stack:
        url = databases.create_empty_url("postgresql")
        (folder / "beacons").mkdir()
        settings = {
            "DATABASE_URL": url,
            "REDIS_URL": redis_server.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": stack.enter_context(telegram_served(telegram.app)),
            "WHATSAPP_FFI": "fakes.whatsapp.remote:factory",
            "FAKE_WHATSAPP": stack.enter_context(whatsapp_served(whatsapp)),
            "PYTHONPATH": PYTHON_PATH,
            "CATALOGUE": str(write_catalogue(folder, CREDITS_A_MONTH)),
            "WORKERS": "1",
            "LEASE_SECONDS": "5",
            "SWEEP_SECONDS": "1",
        }
        services = read_commands()
        migration = fork_app(folder, settings, services.pop("migrate"))
        assert migration.process.wait(WAIT_SECONDS) == 0, "".join(migration.output)
        db = Database(url)
        stack.callback(db.close)
        whatsapp_app = WhatsAppApp(folder, whatsapp, settings, db)
        whatsapp_app.add_session()
        running = ServiceTopology(telegram, whatsapp_app, folder, url)
        for name, command in services.items():
            environment = {**settings, "BEACON_FILE": str(folder / "beacons" / name)}
            running.processes[name] = fork_app(folder, environment, command)
            stack.callback(running.processes[name].process.kill)
        yield running
        running.stop_services()


def _bind_locally(argument: str) -> str:
    """A container listens on all interfaces; a test only on the loopback."""
    return "127.0.0.1" if argument == "0.0.0.0" else argument  # noqa: S104 - it is replaced
