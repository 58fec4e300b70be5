"""The product in production mode on this machine, in the processes an operator would start, to be attacked."""

import os
import re
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

import httpx
from fakes.app_process import WAIT_SECONDS, AppProcess, start_app
from fakes.databases import DatabaseFactory
from fakes.redis_server import RedisServer
from fakes.smtp_server import SmtpServer
from fakes.telegram_api import TOKEN, FakeTelegram, TelegramPerson
from fakes.telegram_api import serve_app as serve_telegram

from storage.db import Database
from tools.attack.target import AttackFailed, Target, choose_source

ORIGIN = "https://films.example.com"
OWNER = 900  # in Telegram
METRICS_TOKEN = "nobody-knows-this-token"
WEBHOOK_SECRET = "whsec_nobody_knows_this"
MAX_MEMORY = 1_000_000_000  # bytes of a process of the page
FREE_CREDITS = 3  # of somebody new
FREE_BYTES = 30_000_000  # that are kept of what somebody on the free plan sent
COMMANDS = {"web": ("web", "--port", "0"), "telegram": ("telegram",), "worker": ("worker",)}
READY = {"web": r"http://127\.0\.0\.1:\d+", "telegram": "Telegram: ", "worker": "workers are ready"}


@dataclass(kw_only=True)
class Installation(Target):
    """The page, a bot in Telegram's double, a worker and a mailbox; `db` is for what an attack begins with."""

    folder: Path
    db: Database
    telegram: FakeTelegram
    mailbox: SmtpServer
    settings: dict[str, str]
    start: Callable[..., AppProcess]
    processes: dict[str, AppProcess] = field(default_factory=dict)

    @property
    def owner(self) -> TelegramPerson:
        return self.telegram.get_person(OWNER)

    @property
    def data_folder(self) -> Path:
        return self.folder / "data"

    def pid_of(self, name: str) -> int:
        return self.processes[name].process.pid

    def start_process(self, name: str) -> None:
        self.processes[name] = self.start(self.folder, self.settings, COMMANDS[name])

    def wait_until_ready(self) -> None:
        for name, process in self.processes.items():
            found = process.wait_for_output(READY[name])
            self.address = found if name == "web" else self.address
        httpx.get(f"{self.address}/health", timeout=60)

    @contextmanager
    def open_page(self, **settings: str) -> Iterator["Installation"]:
        """Another page of the same installation, with other settings."""
        page = replace(self, settings=self.settings | settings, processes={}, source=choose_source())
        page.start_process("web")
        try:
            page.wait_until_ready()
            yield page
        finally:
            page.stop()

    def restart_page(self) -> None:
        """Kill the page's process and start it again, as its supervisor does."""
        process = self.processes["web"].process
        process.kill()
        process.wait(WAIT_SECONDS)
        self.start_process("web")
        self.wait_until_ready()

    def begin_measuring(self) -> None:
        """Let the page's process begin a new highest use of memory."""
        Path(f"/proc/{self.pid_of('web')}/clear_refs").write_text("5")

    def measure_memory(self) -> int:
        """Bytes of memory that the page's process held at most since then."""
        status = Path(f"/proc/{self.pid_of('web')}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0

    def list_dead(self) -> list[str]:
        """The processes that have ended."""
        return [name for name, app in self.processes.items() if app.process.poll() is not None]

    def stop(self) -> None:
        for app in self.processes.values():
            app.process.send_signal(signal.SIGTERM)
        for app in self.processes.values():
            app.process.wait(WAIT_SECONDS)


@contextmanager
def open_installation(start: Callable[..., AppProcess] = start_app) -> Iterator[Installation]:
    """An installation that was started for this, with PostgreSQL and Redis of its own; it ends with the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="attack-")))
        folder.chmod(0o755)  # PostgreSQL, started by root, becomes somebody else
        databases = DatabaseFactory(folder / "databases")
        stack.callback(databases.close)
        redis = RedisServer().start()
        stack.callback(redis.close)
        mailbox = stack.enter_context(SmtpServer())
        telegram = FakeTelegram()
        url = databases.create_postgresql()
        catalogue = folder / "catalogue.toml"
        catalogue.write_text(build_catalogue())
        settings = {"CATALOGUE": str(catalogue)}
        settings |= build_settings(url, redis.url, mailbox.url, stack.enter_context(serve_telegram(telegram.app)))
        db = Database(url)
        stack.callback(db.close)
        made = Installation(
            address="",
            origin=ORIGIN,
            folder=folder,
            db=db,
            telegram=telegram,
            mailbox=mailbox,
            settings=settings,
            start=start,
        )
        stack.callback(made.stop)
        for name in COMMANDS:
            made.start_process(name)
        made.wait_until_ready()
        yield made


def build_catalogue() -> str:
    """The product's own, with fewer credits and bytes in the free plan, so that an attack need not take hours."""
    text = files("models.billing").joinpath("catalogue.toml").read_text("utf-8")
    head, free, rest = text.partition("[plans.free]\ncredits = 10\n")
    if not free:
        raise AttackFailed("the catalogue has no free plan of ten credits")
    return f"{head}[plans.free]\ncredits = {FREE_CREDITS}\nmax_stored = {FREE_BYTES}\n{rest}"


def build_settings(database_url: str, redis_url: str, smtp_url: str, telegram_url: str) -> dict[str, str]:
    """What an operator writes into `.env`."""
    kept = {name: os.environ[name] for name in ("TMPDIR",) if name in os.environ}
    return kept | {
        "MODE": "production",
        "PUBLIC_URL": ORIGIN,
        "SECRET_KEY": "attacked-and-thrown-away-".ljust(48, "x"),
        "METRICS_TOKEN": METRICS_TOKEN,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SMTP_URL": smtp_url,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": telegram_url,
        "STRIPE_SECRET_KEY": "sk_test_nobody_knows_this",
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "STRIPE_API_URL": telegram_url,  # nobody answers as Stripe does
        "ADMIN_IDS": f"telegram:{OWNER}",
        "WORKERS": "1",
    }
