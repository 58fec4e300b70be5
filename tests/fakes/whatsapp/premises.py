"""The whole app as a process, with sessions linked to the fake WhatsApp."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from fakes.product import PATIENCE, Product, running
from fakes.whatsapp.fake import FakeWhatsApp
from fakes.whatsapp.phones import Phone
from fakes.whatsapp.server import served

from models.identity.people import MAIN_TENANT
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState
from storage.db import Database
from storage.identity import people
from storage.messaging import whatsapp
from storage.migrate import upgrade

TESTS = Path(__file__).resolve().parents[2]
UP = ("up", "--port", "0", "--whatsapp")
AGE = timedelta(days=60)  # of a number past its warm-up, with the full send quota


@dataclass
class Premises:
    """An app's folder, its database, and the phones of its sessions. `process` is the one started last."""

    folder: Path
    fake: FakeWhatsApp
    settings: dict[str, str]
    db: Database
    phones: list[Phone] = field(default_factory=list)
    product: Product | None = None

    @property
    def phone(self) -> Phone:
        return self.phones[0]

    def has_number(self, number: str = "5511990000001") -> Phone:
        """Add a session that was paired long ago, with its key file where the app expects it."""
        phone = self.fake.phone(number)
        with self.db.transaction() as session:
            tenant = people.get_or_create_tenant(session, MAIN_TENANT)
            now = self.db.clock()
            row = whatsapp.create_session(session, tenant.id, now)
            phone.device = f"{number}:1@s.whatsapp.net"
            assert whatsapp.complete_pairing(session, row, phone.device, f"{phone.lid}:1@lid", now)
            row.state, row.first_online_at = WhatsAppState.RECONNECTING, now - AGE
            name = self.keys_of(row.id)
        name.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.fake.sessions.add(str(name), phone.device)
        name.chmod(0o600)
        self.phones.append(phone)
        return phone

    def keys_of(self, number: uuid.UUID) -> Path:
        return self.folder / "data" / "whatsapp" / f"{number.hex}.db"

    def row(self, phone: Phone | None = None) -> WhatsAppSession:
        """The row of a phone's session."""
        with self.db.read_transaction() as session:
            found = whatsapp.find_session(session, (phone or self.phone).number)
            assert found is not None
            return found.row

    def is_online(self, phone: Phone | None = None) -> None:
        """Wait until a phone's session is connected."""
        self.fake.wait_until(lambda: (phone or self.phone).is_online, PATIENCE)

    @contextmanager
    def running(self, command: Sequence[str] = UP) -> Iterator[Product]:
        with running(self.folder, self.settings, command) as self.product:
            try:
                yield self.product
            except BaseException as error:
                error.add_note("".join(self.product.said))
                raise


@contextmanager
def opened(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Premises]:
    """An app that is not running yet, without sessions. At the end the bot must have done nothing forbidden."""
    fake = FakeWhatsApp()
    with ExitStack() as stack:
        (folder / "data").mkdir(exist_ok=True, mode=0o700)
        db = Database(f"sqlite:///{folder / 'data' / 'rabisco.db'}")
        stack.callback(db.close)
        upgrade(db)
        address = stack.enter_context(served(fake))
        told = {"WHATSAPP_FFI": "fakes.whatsapp.remote:factory", "FAKE_WHATSAPP": address, "PYTHONPATH": str(TESTS)}
        yield Premises(folder, fake, {**told, **(settings or {})}, db)


@contextmanager
def settled(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Premises]:
    """A running app with a session that was paired long ago."""
    with opened(folder, settings) as premises:
        premises.has_number()
        with premises.running():
            premises.is_online()
            yield premises


def until(probe: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Poll until the probe is true, for state that is only in a database. Raises AssertionError on timeout."""
    deadline = time.monotonic() + seconds
    while not probe():
        assert time.monotonic() < deadline, "it did not happen in time"
        threading.Event().wait(0.05)
