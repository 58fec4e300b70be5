"""Messages put directly into the outbox of an app with WhatsApp: texts, and films without rendering."""

from dataclasses import dataclass

from fakes.whatsapp.contents import sample_thumbnail
from fakes.whatsapp.people import Person
from fakes.whatsapp.premises import Premises, until
from sqlmodel import Session, col, select

from models.identity.people import MAIN_TENANT, Address
from models.identity.people import Person as Somebody
from models.media.facts import MediaInfo, MediaKind
from models.messaging.deliveries import Delivery, Message, TranslatedText
from storage.identity import people
from storage.media import files
from storage.media.files import MeasuredFile
from storage.media.media_store import FolderMediaStore
from storage.media.staged_upload import StagedUpload
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage


@dataclass(slots=True)
class Drawer:
    """The outbox of an app in another process. Only users who have written can get messages."""

    premises: Premises

    def owes(self, person: Person, words: str) -> int:
        return self._owe(person, Message(paragraphs=(TranslatedText(key="name", values={"name": words}),)), words)

    def owes_film(self, person: Person, content: bytes) -> int:
        """A film of these bytes, with a thumbnail."""
        db, folder = self.premises.db, self.premises.folder
        film, picture = folder / "film.mp4", folder / "film.jpg"
        film.write_bytes(content)
        picture.write_bytes(sample_thumbnail())
        measured = [
            MeasuredFile.from_path(film, MediaInfo(MediaKind.VIDEO, "mp4", len(content), 640, 360, 5.0)),
            MeasuredFile.from_path(picture, MediaInfo(MediaKind.IMAGE, "jpeg", picture.stat().st_size, 64, 36)),
        ]
        store = FolderMediaStore(folder / "data" / "media")
        with StagedUpload(db, store, measured) as deposited, db.transaction() as session:
            owner = self._owner(session, person)
            kept = [
                files.create_media(session, owner, each, expires_at=db.clock().replace(year=2100)) for each in deposited
            ]
            ids = [each.id for each in kept]
        message = Message(paragraphs=(TranslatedText(key="sketch-ready"),), media_id=ids[0], thumbnail_id=ids[1])
        return self._owe(person, message, "film")

    def is_sent(self, delivery: int) -> None:
        """Wait until the delivery is recorded as sent."""
        until(lambda: self._row(delivery).status == "sent")

    def _owe(self, person: Person, message: Message, name: str) -> int:
        with self.premises.db.transaction() as session:
            owner = self._owner(session, person)
            address = session.exec(select(Address).where(col(Address.chat) == person.address)).one()
            owed = OutboxMessage(message, f"{person.number}:{name}")
            return outbox.enqueue(session, address, owner.id, owed, self.premises.db.clock())

    def _row(self, delivery: int) -> Delivery:
        with self.premises.db.read_transaction() as session:
            return session.get_one(Delivery, delivery)

    @staticmethod
    def _owner(session: Session, person: Person) -> Somebody:
        tenant = people.get_or_create_tenant(session, MAIN_TENANT)
        identity = person.address if person.lid else person.number
        found = people.find_by_identity(session, tenant.id, f"whatsapp:{identity}")
        assert found is not None, f"{identity} has not written"
        return found
