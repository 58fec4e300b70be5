"""The whole app as a process, with sessions linked to the fake WhatsApp."""

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psycopg
from fakes.app_process import ROOT, WAIT_SECONDS, AppProcess, run_app
from fakes.whatsapp.fake import FakeWhatsApp
from fakes.whatsapp.phones import FakePhone
from fakes.whatsapp.server import serve_whatsapp

from models.identity.people import MAIN_TENANT
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState
from storage.db import Database
from storage.identity import people
from storage.messaging import whatsapp
from storage.messaging.whatsapp_keys import open_key_store
from storage.migrate import upgrade

PYTHON_PATH = os.pathsep.join([str(ROOT), str(ROOT / "tests")])  # the app and its double of the library
UP_COMMAND = ("up", "--port", "0", "--whatsapp")
SESSION_AGE = timedelta(days=60)  # of a number past its warm-up, with the full send quota


@dataclass
class WhatsAppApp:
    """An app's folder, its database, and the phones of its sessions. `process` is the one started last."""

    folder: Path
    fake: FakeWhatsApp
    settings: dict[str, str]
    db: Database
    phones: list[FakePhone] = field(default_factory=list)
    process: AppProcess | None = None

    @property
    def phone(self) -> FakePhone:
        return self.phones[0]

    def add_session(self, number: str = "5511990000001") -> FakePhone:
        """Add a session that was paired long ago, with its key file where the app expects it."""
        phone = self.fake.get_phone(number)
        with self.db.transaction() as session:
            tenant = people.get_or_create_tenant(session, MAIN_TENANT)
            now = self.db.clock()
            row = whatsapp.create_session(session, tenant.id, now)
            phone.device = f"{number}:1@s.whatsapp.net"
            assert whatsapp.complete_pairing(session, row, phone.device, f"{phone.lid}:1@lid", now)
            row.state, row.first_online_at = WhatsAppState.RECONNECTING, now - SESSION_AGE
        self._add_keys(row.id, phone.device)
        self.phones.append(phone)
        return phone

    def _add_keys(self, session_id: uuid.UUID, device: str) -> None:
        keys = open_key_store(self.settings.get("WHATSAPP_SESSIONS", str(self.folder / "data" / "whatsapp")))
        keys.prepare(session_id)
        if keys.is_shared:
            with psycopg.connect(keys.location_of(session_id), autocommit=True) as connection:
                connection.execute("CREATE TABLE whatsmeow_device (jid text)")
        self.fake.session_files.add_device(keys.location_of(session_id), device)

    def key_file_of(self, session_id: uuid.UUID) -> Path:
        return self.folder / "data" / "whatsapp" / f"{session_id.hex}.db"

    def find_session(self, phone: FakePhone | None = None) -> WhatsAppSession:
        """The row of a phone's session."""
        with self.db.read_transaction() as session:
            found = whatsapp.find_session(session, (phone or self.phone).number)
            assert found is not None
            return found.row

    def wait_until_online(self, phone: FakePhone | None = None) -> None:
        """Wait until a phone's session is connected."""
        self.fake.wait_until(lambda: (phone or self.phone).is_online, WAIT_SECONDS)

    @contextmanager
    def run(self, command: Sequence[str] = UP_COMMAND) -> Iterator[AppProcess]:
        with run_app(self.folder, self.settings, command) as self.process:
            try:
                yield self.process
            except BaseException as error:
                error.add_note("".join(self.process.output))
                raise


@contextmanager
def open_whatsapp_app(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[WhatsAppApp]:
    """An app that is not running yet, without sessions. At the end the bot must have done nothing forbidden."""
    fake = FakeWhatsApp()
    with ExitStack() as stack:
        (folder / "data").mkdir(exist_ok=True, mode=0o700)
        db = Database(f"sqlite:///{folder / 'data' / 'rabisco.db'}")
        stack.callback(db.close)
        upgrade(db)
        address = stack.enter_context(serve_whatsapp(fake))
        environment = {
            "WHATSAPP_FFI": "fakes.whatsapp.remote:factory",
            "FAKE_WHATSAPP": address,
            "PYTHONPATH": PYTHON_PATH,
        }
        yield WhatsAppApp(folder, fake, {**environment, **(settings or {})}, db)


def wait_until(probe: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
    """Poll until the probe is true, for state that is only in a database. Raises AssertionError on timeout."""
    deadline = time.monotonic() + seconds
    while not probe():
        assert time.monotonic() < deadline, "it did not happen in time"
        threading.Event().wait(0.05)
