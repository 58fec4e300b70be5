"""Messages put directly into the outbox of an app with WhatsApp: texts, and films without rendering."""

from dataclasses import dataclass

from fakes.thumbnail import create_thumbnail
from fakes.whatsapp.app_process import WhatsAppApp, wait_until
from fakes.whatsapp.people import WhatsAppPerson
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
class WhatsAppOutbox:
    """The outbox of an app in another process. Only users who have written can get messages."""

    app: WhatsAppApp

    def enqueue_text(self, person: WhatsAppPerson, text: str) -> int:
        return self._enqueue(person, Message(paragraphs=(TranslatedText(key="name", values={"name": text}),)), text)

    def enqueue_film(self, person: WhatsAppPerson, content: bytes) -> int:
        """A film of these bytes, with a thumbnail."""
        db, folder = self.app.db, self.app.folder
        film, picture = folder / "film.mp4", folder / "film.jpg"
        film.write_bytes(content)
        picture.write_bytes(create_thumbnail())
        measured = [
            MeasuredFile.from_path(film, MediaInfo(MediaKind.VIDEO, "mp4", len(content), 640, 360, 5.0)),
            MeasuredFile.from_path(picture, MediaInfo(MediaKind.IMAGE, "jpeg", picture.stat().st_size, 64, 36)),
        ]
        store = FolderMediaStore(folder / "data" / "media")
        with StagedUpload(db, store, measured) as staged, db.transaction() as session:
            owner = self._find_person(session, person)
            media = [
                files.create_media(session, owner, each, expires_at=db.clock().replace(year=2100)) for each in staged
            ]
            ids = [each.id for each in media]
        message = Message(paragraphs=(TranslatedText(key="sketch-ready"),), media_id=ids[0], thumbnail_id=ids[1])
        return self._enqueue(person, message, "film")

    def wait_until_sent(self, delivery_id: int) -> None:
        """Wait until the delivery is recorded as sent."""
        wait_until(lambda: self._load_delivery(delivery_id).status == "sent")

    def _enqueue(self, person: WhatsAppPerson, message: Message, name: str) -> int:
        with self.app.db.transaction() as session:
            owner = self._find_person(session, person)
            address = session.exec(select(Address).where(col(Address.chat) == person.address)).one()
            outbox_message = OutboxMessage(message, f"{person.number}:{name}")
            return outbox.enqueue(session, address, owner.id, outbox_message, self.app.db.clock())

    def _load_delivery(self, delivery_id: int) -> Delivery:
        with self.app.db.read_transaction() as session:
            return session.get_one(Delivery, delivery_id)

    @staticmethod
    def _find_person(session: Session, person: WhatsAppPerson) -> Somebody:
        tenant = people.get_or_create_tenant(session, MAIN_TENANT)
        identity = person.address if person.lid else person.number
        person_row = people.find_by_identity(session, tenant.id, f"whatsapp:{identity}")
        assert person_row is not None, f"{identity} has not written"
        return person_row
