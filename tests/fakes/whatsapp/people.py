"""Users of the fake WhatsApp: what they send to the bot's number."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakes.whatsapp import contents, events
from fakes.whatsapp.chats import UserMessage, WhatsAppBotMessage, WhatsAppChat
from fakes.whatsapp.media_server import AUDIO, DOCUMENT, IMAGE, VIDEO, StoredMedia
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

if TYPE_CHECKING:
    from fakes.whatsapp.fake import FakeWhatsApp
    from fakes.whatsapp.phones import FakePhone

DEVICE_NUMBER = 7  # users write from a linked device: its number is no part of their identity
_ids = itertools.count(0x3EB0_0000_0000_0001)


def generate_message_id() -> str:
    return f"{next(_ids):016X}"


@dataclass
class WhatsAppGroup:
    """A group with the bot in it."""

    phone: "FakePhone"
    id: str

    @property
    def chat(self) -> WhatsAppChat:
        return self.phone.get_chat(f"{self.id}@{events.GROUP_SERVER}")


@dataclass
class WhatsAppPerson:
    """A user with a phone number, and optionally a LID.

    `writes_as` selects which of the two is the sender in events; the other one is the alternate sender, if any.
    """

    fake: "FakeWhatsApp"
    phone: "FakePhone"
    number: str
    lid: str = ""
    name: str = "WhatsAppPerson"
    writes_as: str = events.LID_SERVER

    @property
    def chat(self) -> WhatsAppChat:
        """The private chat; it stays the same when the user gets a LID."""
        lids = [f"{self.lid}@{events.LID_SERVER}"] if self.lid else []
        return self.phone.get_chat(f"{self.number}@{events.USER_SERVER}", *lids)

    @property
    def address(self) -> str:
        """The sender's JID in events, `user@server`."""
        return f"{self.lid}@{events.LID_SERVER}" if self._as_lid else f"{self.number}@{events.USER_SERVER}"

    @property
    def _as_lid(self) -> bool:
        return bool(self.lid) and self.writes_as == events.LID_SERVER

    def send_text(self, text: str, **how: Any) -> str:
        return self.send(contents.build_text(text), **how)

    def send_picture(self, content: bytes, caption: str = "", **how: Any) -> str:
        return self.send(contents.build_image(self.upload(content, IMAGE), caption), **how)

    def send_video(self, content: bytes, caption: str = "", **how: Any) -> str:
        return self.send(contents.build_video(self.upload(content, VIDEO), caption), **how)

    def send_document(self, content: bytes, name: str, mime: str, caption: str = "", **how: Any) -> str:
        how |= {"IsDocumentWithCaption": True} if caption else {}
        return self.send(contents.build_document(self.upload(content, DOCUMENT), name, mime, caption), **how)

    def send_voice(self, content: bytes, **how: Any) -> str:
        return self.send(contents.build_voice(self.upload(content, AUDIO)), **how)

    def send_album(self, pictures: Sequence[bytes], **how: Any) -> list[str]:
        """Send a message that announces the album, then one for each item."""
        album_id = self.send(contents.build_album(len(pictures)), **how)
        parts = [contents.build_image(self.upload(each, IMAGE)) for each in pictures]
        return [self.send(contents.add_to_album(part, album_id, self.address), **how) for part in parts]

    def send_reply(self, quoted: WhatsAppBotMessage, text: str, **how: Any) -> str:
        """Reply to a message of the bot."""
        sender_jid = f"{self.phone.number}@{events.USER_SERVER}"
        return self.send(contents.add_quote(contents.build_text(text), quoted.id, sender_jid, quoted.content), **how)

    def send_quoting(self, quoted_id: str, content: Message, **how: Any) -> str:
        """Reply to a message of a user in the same chat, with the bot mentioned where it is a group."""
        group = how.get("group")
        quoted = (group.chat if group else self.chat).user_messages[quoted_id]
        mentions = [f"{self.phone.number}@{events.USER_SERVER}"] if group else []
        reply = contents.add_quote(content, quoted_id, quoted.sender_jid, quoted.event.Message, mentions)
        return self.send(reply, **how)

    def edit_text(self, edited_id: str, text: str) -> None:
        self.send(contents.build_edit(edited_id, self.address, text), IsEdit=True)

    def send(
        self,
        content: Message,
        *,
        group: WhatsAppGroup | None = None,
        at: float | None = None,
        new_id: str | None = None,
        **flags: bool,
    ) -> str:
        """Send any content; returns the message id. `flags` are the wrappers it had."""
        sent_id = new_id or generate_message_id()
        origin = self.build_origin(group)
        chat = group.chat if group else self.chat
        sent_at = self.fake.get_now() if at is None else at
        event = events.build_message(content, origin, sent_id, sent_at, **flags)
        with self.fake.condition.modify():
            chat.user_messages[sent_id] = UserMessage(event, self.address)
            self.phone.receive(event)
        return sent_id

    def send_undecryptable(self, *, new_id: str | None = None, is_hidden: bool = False, **kind: bool) -> str:
        """Send something that the client cannot read, in the private chat; returns the message id."""
        sent_id, sent_at = new_id or generate_message_id(), self.fake.get_now()
        origin = self.build_origin()
        event = events.build_undecryptable(origin, sent_id, sent_at, is_hidden=is_hidden, **kind)
        with self.fake.condition.modify():
            written = events.build_message(Message(), origin, sent_id, sent_at)
            self.chat.user_messages[sent_id] = UserMessage(written, self.address)
            self.phone.receive(event)
        return sent_id

    def build_origin(self, group: WhatsAppGroup | None = None) -> events.MessageOrigin:
        own = (self.lid, events.LID_SERVER) if self._as_lid else (self.number, events.USER_SERVER)
        other = (self.number, events.USER_SERVER) if self._as_lid else (self.lid, events.LID_SERVER)
        chat = events.build_jid(group.id, events.GROUP_SERVER) if group else events.build_jid(*own)
        alternate = events.build_jid(*other) if other[0] else events.EMPTY_JID
        return events.MessageOrigin(chat, events.build_jid(*own, device=DEVICE_NUMBER), alternate, self.name)

    def upload(self, content: bytes, kind: int) -> StoredMedia:
        """Upload a file to WhatsApp's servers, to be used in a message."""
        return self.fake.media_server.store(content, kind)
