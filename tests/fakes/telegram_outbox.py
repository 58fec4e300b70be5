"""Messages put directly into the outbox of a Telegram bot: texts, and films without rendering."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fakes.telegram_api import FakeTelegram, TelegramPerson
from sqlmodel import col, select

from models.identity.people import MAIN_TENANT, Account
from models.media.facts import MediaInfo, MediaKind
from models.messaging.deliveries import Delivery, Message, TranslatedText
from storage.db import Database
from storage.identity import people
from storage.media import files
from storage.media.files import MeasuredFile
from storage.media.media_store import FolderMediaStore
from storage.media.staged_upload import StagedUpload
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

FILM = b"\x00\x00\x00\x18ftypisom" + b"film" * 500


@dataclass(slots=True)
class TelegramOutbox:
    """One bot's outbox. A user of the fake Telegram writes first, as Telegram requires before a bot may write."""

    db: Database
    store: FolderMediaStore
    fake: FakeTelegram
    account: Account = field(init=False)

    def __post_init__(self) -> None:
        with self.db.transaction() as session:
            tenant = people.get_or_create_tenant(session, MAIN_TENANT)
            self.account = people.get_or_create_account(session, tenant.id, "telegram", str(self.fake.bot["id"]))

    def enqueue_texts(self, person: TelegramPerson, *names: str) -> None:
        """A text for each name."""
        for name in names:
            self._enqueue(person, Message(paragraphs=(TranslatedText(key="name", values={"name": name}),)), name)

    def enqueue_film(self, person: TelegramPerson, folder: Path, content: bytes = FILM) -> None:
        path = folder / "film.mp4"
        path.write_bytes(content)
        facts = MediaInfo(MediaKind.VIDEO, "mp4", len(content), 640, 360, 5.0)
        with (
            StagedUpload(self.db, self.store, [MeasuredFile.from_path(path, facts)]) as (film,),
            self.db.transaction() as session,
        ):
            owner = people.get_or_create_person(session, self.account, str(person.user["id"]), name="", language="en")
            media = files.create_media(session, owner, film, expires_at=self.db.clock().replace(year=2100))
        self._enqueue(person, Message(paragraphs=(TranslatedText(key="sketch-ready"),), media_id=media.id), "film")

    def find_delivery(self, person: TelegramPerson, name: str) -> Delivery:
        with self.db.read_transaction() as session:
            return session.exec(select(Delivery).where(col(Delivery.cause) == f"{person.chat.id}:{name}")).one()

    def list_statuses(self) -> list[str]:
        """The status of every message, oldest first."""
        with self.db.read_transaction() as session:
            return list(session.exec(select(Delivery.status).order_by(col(Delivery.id))))

    def _enqueue(self, person: TelegramPerson, message: Message, name: str) -> None:
        if not person.chat.bodies:
            person.send_text("hello")
        with self.db.transaction() as session:
            owner = people.get_or_create_person(session, self.account, str(person.user["id"]), name="", language="en")
            address = people.get_or_create_address(session, self.account.id, str(person.chat.id), "")
            outbox.enqueue(
                session, address, owner.id, OutboxMessage(message, f"{person.chat.id}:{name}"), self.db.clock()
            )


@contextmanager
def open_outbox(url: str, folder: Path, fake: FakeTelegram) -> Iterator[TelegramOutbox]:
    """The outbox of an app in another process."""
    db = Database(url)
    yield TelegramOutbox(db, FolderMediaStore(folder), fake)
    db.close()
