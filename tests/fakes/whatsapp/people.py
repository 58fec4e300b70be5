"""Users of the fake WhatsApp: what they send to the bot's number."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakes.whatsapp import contents, events
from fakes.whatsapp.chats import BotMessage, Chat, Said
from fakes.whatsapp.media import AUDIO, DOCUMENT, IMAGE, VIDEO, Stored
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

if TYPE_CHECKING:
    from fakes.whatsapp.fake import FakeWhatsApp
    from fakes.whatsapp.phones import Phone

DEVICE = 7  # users write from a linked device: its number is no part of their identity
_ids = itertools.count(0x3EB0_0000_0000_0001)


def message_id() -> str:
    return f"{next(_ids):016X}"


@dataclass
class Group:
    """A group with the bot in it."""

    phone: "Phone"
    id: str

    @property
    def chat(self) -> Chat:
        return self.phone.chat(f"{self.id}@{events.GROUPS}")


@dataclass
class Person:
    """A user with a phone number, and optionally a LID.

    `writes_as` selects which of the two is the sender in events; the other one is the alternate sender, if any.
    """

    fake: "FakeWhatsApp"
    phone: "Phone"
    number: str
    lid: str = ""
    name: str = "Person"
    writes_as: str = events.LIDS

    @property
    def chat(self) -> Chat:
        """The private chat; it stays the same when the user gets a LID."""
        lids = [f"{self.lid}@{events.LIDS}"] if self.lid else []
        return self.phone.chat(f"{self.number}@{events.PEOPLE}", *lids)

    @property
    def address(self) -> str:
        """The sender's JID in events, `user@server`."""
        return f"{self.lid}@{events.LIDS}" if self._as_lid else f"{self.number}@{events.PEOPLE}"

    @property
    def _as_lid(self) -> bool:
        return bool(self.lid) and self.writes_as == events.LIDS

    def says(self, words: str, **how: Any) -> str:
        return self.sends(contents.text(words), **how)

    def sends_picture(self, content: bytes, caption: str = "", **how: Any) -> str:
        return self.sends(contents.picture(self.uploads(content, IMAGE), caption), **how)

    def sends_video(self, content: bytes, caption: str = "", **how: Any) -> str:
        return self.sends(contents.video(self.uploads(content, VIDEO), caption), **how)

    def sends_document(self, content: bytes, name: str, mime: str, caption: str = "", **how: Any) -> str:
        how |= {"IsDocumentWithCaption": True} if caption else {}
        return self.sends(contents.document(self.uploads(content, DOCUMENT), name, mime, caption), **how)

    def sends_voice(self, content: bytes, **how: Any) -> str:
        return self.sends(contents.voice(self.uploads(content, AUDIO)), **how)

    def sends_album(self, pictures: Sequence[bytes], **how: Any) -> list[str]:
        """Send a message that announces the album, then one for each item."""
        parent = self.sends(contents.album(len(pictures)), **how)
        parts = [contents.picture(self.uploads(each, IMAGE)) for each in pictures]
        return [self.sends(contents.in_album(part, parent, self.address), **how) for part in parts]

    def answers(self, quoted: BotMessage, words: str, **how: Any) -> str:
        """Reply to a message of the bot."""
        writer = f"{self.phone.number}@{events.PEOPLE}"
        return self.sends(contents.quoting(contents.text(words), quoted.id, writer, quoted.content), **how)

    def edits(self, message: str, words: str) -> None:
        self.sends(contents.edit(message, self.address, words), IsEdit=True)

    def sends(
        self,
        content: Message,
        *,
        group: Group | None = None,
        at: float | None = None,
        new_id: str | None = None,
        **flags: bool,
    ) -> str:
        """Send any content; returns the message id. `flags` are the wrappers it had."""
        said = new_id or message_id()
        origin = self.origin(group)
        chat = group.chat if group else self.chat
        when = self.fake.now() if at is None else at
        event = events.message(content, origin, said, when, **flags)
        with self.fake.changes.changing():
            chat.said[said] = Said(event, self.address)
            self.phone.hears(event)
        return said

    def origin(self, group: Group | None = None) -> events.Origin:
        own = (self.lid, events.LIDS) if self._as_lid else (self.number, events.PEOPLE)
        other = (self.number, events.PEOPLE) if self._as_lid else (self.lid, events.LIDS)
        chat = events.jid(group.id, events.GROUPS) if group else events.jid(*own)
        beside = events.jid(*other) if other[0] else events.EMPTY
        return events.Origin(chat, events.jid(*own, device=DEVICE), beside, self.name)

    def uploads(self, content: bytes, kind: int) -> Stored:
        """Upload a file to WhatsApp's servers, to be used in a message."""
        return self.fake.uploads.keep(content, kind)
