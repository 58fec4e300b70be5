"""Calls of the Go library that need a connection: sending, receipts, and files."""

import time
from typing import TYPE_CHECKING, Any

from fakes.whatsapp import judging
from fakes.whatsapp.chats import BotMessage, Chat, content_name, words_of
from fakes.whatsapp.events import GROUPS, LIDS, PEOPLE, spelled
from fakes.whatsapp.lines import Line
from fakes.whatsapp.media import DOWNLOADED
from google.protobuf.message import DecodeError
from neonize.proto import Neonize_pb2 as N
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

if TYPE_CHECKING:
    from fakes.whatsapp.fake import FakeWhatsApp

EDITABLE = 15 * 60  # seconds after which apps reject an edit
A_DAY = 86_400.0  # seconds
NO_CLIENT, AWAY = "client is nil", "websocket not connected"


class Refused(Exception):
    """A call failed; the text is neonize's."""


class Posting:
    """Answers the clients of one fake; every method has the parameters that neonize passes to its Go library."""

    def __init__(self, fake: "FakeWhatsApp") -> None:
        self.fake = fake

    def SendMessage(self, uuid: bytes, to: bytes, body: bytes) -> bytes:
        address = N.JID.FromString(to)
        try:
            content = Message.FromString(body)
        except DecodeError as error:
            raise Refused(f"proto: cannot parse invalid wire-format data: {error}") from error
        if address.Device:
            raise Refused("message recipient must be a user JID with no device part")
        chat = self._chat(self._line(uuid), address)
        self.fake.problems += judging.faults_of(content, chat, self.fake.uploads)
        stored = judging.stored_of(content, self.fake.uploads)
        if stored is not None and stored.is_gone:
            raise Refused("server returned error 410")
        return _sent(self._take(content, chat))

    def _take(self, content: Message, chat: Chat) -> str:
        """Apply a message to the chat; returns its id."""
        name, new_id = content_name(content), self.fake.new_id()
        if name == "editedMessage":
            self._edit(content.editedMessage.message.protocolMessage, chat)
        elif name == "reactionMessage":
            chat.reactions[content.reactionMessage.key.ID] = content.reactionMessage.text
        elif name == "protocolMessage":
            chat.messages = [each for each in chat.messages if each.id != content.protocolMessage.key.ID]
        elif name in judging.JUDGES:
            chat.messages.append(self._shown(content, chat, new_id))
        return new_id

    def _shown(self, content: Message, chat: Chat, new_id: str) -> BotMessage:
        name = content_name(content)
        context = None if name == "conversation" else getattr(content, name).contextInfo
        reply_to = context.stanzaID if context and context.stanzaID else None
        stored = judging.stored_of(content, self.fake.uploads)
        return BotMessage(new_id, chat.id, content, words_of(content), stored, reply_to, at=self.fake.now())

    def _edit(self, change: Any, chat: Chat) -> None:
        message = chat.find(change.key.ID)
        if message is None:
            return
        if self.fake.now() - message.at > EDITABLE:
            raise Refused("server returned error 400")
        message.change(words_of(change.editedMessage))

    def Upload(self, uuid: bytes, content: bytes, kind: int) -> bytes:
        self._line(uuid)
        stored = self.fake.uploads.keep(bytes(content), kind)
        response = N.UploadResponse(
            url=stored.url,
            DirectPath=stored.direct_path,
            Handle="",
            MediaKey=stored.media_key,
            FileEncSHA256=stored.enc_sha256,
            FileSHA256=stored.sha256,
            FileLength=len(content),
        )
        return bytes(N.UploadReturnFunction(UploadResponse=response).SerializeToString())

    def DownloadAny(self, uuid: bytes, body: bytes) -> bytes:
        self._line(uuid)
        content = Message.FromString(body)
        inner = next((getattr(content, name) for name in DOWNLOADED if content.HasField(name)), None)
        if inner is None:
            raise Refused("didn't find any attachments in message")
        stored = self.fake.uploads.find(inner.directPath)
        if stored is None:
            raise Refused("download failed with status code 404")
        if stored.is_gone:
            raise Refused("download failed with status code 410")
        if (inner.mediaKey, inner.fileEncSHA256) != (stored.media_key, stored.enc_sha256):
            raise Refused("invalid media hmac")
        return bytes(N.DownloadReturnFunction(Binary=stored.content).SerializeToString())

    def SendChatPresence(self, uuid: bytes, to: bytes, state: int, _media: int) -> bytes:
        self._chat(self._line(uuid), N.JID.FromString(to)).typing.append(state == 0)
        return b""

    def MarkRead(self, uuid: bytes, ids: bytes, at: int, chat: bytes, sender: bytes, _receipt: int) -> bytes:
        place = self._chat(self._line(uuid), N.JID.FromString(chat))
        writer = spelled(N.JID.FromString(sender))
        for each in ids.decode().split(" "):
            if each not in place.said or place.said[each].writer != writer:
                self.fake.problems.append(f"read what {writer} did not write: {each!r}")
        if abs(at - time.time()) > A_DAY:
            self.fake.problems.append(f"read at {at}, which is not now in seconds")
        place.read |= set(ids.decode().split(" "))
        return b""

    def _line(self, uuid: bytes) -> Line:
        """The client's connection, which must be up."""
        line = self.fake.line_of(uuid)
        if line is None:
            raise Refused(NO_CLIENT)
        if not line.is_up:
            raise Refused(AWAY)
        return line

    def _chat(self, line: Line, address: N.JID) -> Chat:
        """The chat with that JID, in which a user must have written first."""
        assert line.phone is not None
        found = line.phone.chat(spelled(address))
        if address.Server not in {PEOPLE, LIDS, GROUPS} or not found.said:
            self.fake.problems.append(f"a message to {found.id}, who has not written")
            raise Refused("server returned error 463")
        return found


def _sent(message_id: str) -> bytes:
    timings = dict.fromkeys((field.name for field in N.MessageDebugTimings.DESCRIPTOR.fields), 0)
    response = N.SendResponse(
        Timestamp=int(time.time()), ID=message_id, ServerID=0, DebugTimings=N.MessageDebugTimings(**timings)
    )
    return bytes(N.SendMessageReturnFunction(SendResponse=response).SerializeToString())
