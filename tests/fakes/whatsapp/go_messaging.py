"""Calls of the Go library that need a connection: sending, receipts, and files."""

import time
from typing import TYPE_CHECKING, Any

from fakes.whatsapp import message_checks
from fakes.whatsapp.chats import WhatsAppBotMessage, WhatsAppChat, content_field_of, text_of
from fakes.whatsapp.client_connection import ClientConnection
from fakes.whatsapp.events import GROUP_SERVER, LID_SERVER, USER_SERVER, format_jid
from fakes.whatsapp.media_server import DOWNLOADABLE_FIELDS
from google.protobuf.message import DecodeError
from neonize.proto import Neonize_pb2 as N
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

if TYPE_CHECKING:
    from fakes.whatsapp.fake import FakeWhatsApp

EDIT_WINDOW_SECONDS = 15 * 60  # seconds after which apps reject an edit
DAY_SECONDS = 86_400.0  # seconds
NO_CLIENT_ERROR, NOT_CONNECTED_ERROR = "client is nil", "websocket not connected"


class CallRejected(Exception):
    """A call failed; the text is neonize's."""


class GoMessaging:
    """Answers the clients of one fake; every method has the parameters that neonize passes to its Go library."""

    def __init__(self, fake: "FakeWhatsApp") -> None:
        self.fake = fake

    def SendMessage(self, uuid: bytes, to: bytes, body: bytes) -> bytes:
        address = N.JID.FromString(to)
        try:
            content = Message.FromString(body)
        except DecodeError as error:
            raise CallRejected(f"proto: cannot parse invalid wire-format data: {error}") from error
        if address.Device:
            raise CallRejected("message recipient must be a user JID with no device part")
        chat = self._require_chat(self._require_connection(uuid), address)
        self.fake.problems += message_checks.find_problems(content, chat, self.fake.media_server)
        stored = message_checks.stored_media_of(content, self.fake.media_server)
        if stored is not None and stored.is_expired:
            raise CallRejected("server returned error 410")
        return _build_send_response(self._apply(content, chat))

    def _apply(self, content: Message, chat: WhatsAppChat) -> str:
        """Apply a message to the chat; returns its id."""
        field, new_id = content_field_of(content), self.fake.generate_message_id()
        if field == "editedMessage":
            self._apply_edit(content.editedMessage.message.protocolMessage, chat)
        elif field == "reactionMessage":
            chat.reactions[content.reactionMessage.key.ID] = content.reactionMessage.text
        elif field == "protocolMessage":
            chat.messages = [each for each in chat.messages if each.id != content.protocolMessage.key.ID]
        elif field in message_checks.CHECKERS:
            chat.messages.append(self._build_bot_message(content, chat, new_id))
        return new_id

    def _build_bot_message(self, content: Message, chat: WhatsAppChat, new_id: str) -> WhatsAppBotMessage:
        field = content_field_of(content)
        context = None if field == "conversation" else getattr(content, field).contextInfo
        reply_to = context.stanzaID if context and context.stanzaID else None
        stored = message_checks.stored_media_of(content, self.fake.media_server)
        return WhatsAppBotMessage(new_id, chat.id, content, text_of(content), stored, reply_to, at=self.fake.get_now())

    def _apply_edit(self, change: Any, chat: WhatsAppChat) -> None:
        message = chat.find_message(change.key.ID)
        if message is None:
            return
        if self.fake.get_now() - message.at > EDIT_WINDOW_SECONDS:
            raise CallRejected("server returned error 400")
        message.apply_edit(text_of(change.editedMessage))

    def Upload(self, uuid: bytes, content: bytes, kind: int) -> bytes:
        self._require_connection(uuid)
        stored = self.fake.media_server.store(bytes(content), kind)
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
        self._require_connection(uuid)
        content = Message.FromString(body)
        attachment = next((getattr(content, name) for name in DOWNLOADABLE_FIELDS if content.HasField(name)), None)
        if attachment is None:
            raise CallRejected("didn't find any attachments in message")
        stored = self.fake.media_server.find(attachment.directPath)
        if stored is None:
            raise CallRejected("download failed with status code 404")
        if stored.is_expired:
            raise CallRejected("download failed with status code 410")
        if (attachment.mediaKey, attachment.fileEncSHA256) != (stored.media_key, stored.enc_sha256):
            raise CallRejected("invalid media hmac")
        return bytes(N.DownloadReturnFunction(Binary=stored.content).SerializeToString())

    def SendChatPresence(self, uuid: bytes, to: bytes, state: int, _media: int) -> bytes:
        self._require_chat(self._require_connection(uuid), N.JID.FromString(to)).typing_states.append(state == 0)
        return b""

    def MarkRead(self, uuid: bytes, ids: bytes, at: int, chat: bytes, sender: bytes, _receipt: int) -> bytes:
        chat_state = self._require_chat(self._require_connection(uuid), N.JID.FromString(chat))
        sender_jid = format_jid(N.JID.FromString(sender))
        for each in ids.decode().split(" "):
            if each not in chat_state.user_messages or chat_state.user_messages[each].sender_jid != sender_jid:
                self.fake.problems.append(f"read what {sender_jid} did not write: {each!r}")
        if abs(at - time.time()) > DAY_SECONDS:
            self.fake.problems.append(f"read at {at}, which is not now in seconds")
        chat_state.read_ids |= set(ids.decode().split(" "))
        return b""

    def _require_connection(self, uuid: bytes) -> ClientConnection:
        """The client's connection, which must be up."""
        connection = self.fake.connection_of(uuid)
        if connection is None:
            raise CallRejected(NO_CLIENT_ERROR)
        if not connection.is_connected:
            raise CallRejected(NOT_CONNECTED_ERROR)
        return connection

    def _require_chat(self, connection: ClientConnection, target_jid: N.JID) -> WhatsAppChat:
        """The chat with that JID, in which a user must have written first."""
        assert connection.phone is not None
        found = connection.phone.get_chat(format_jid(target_jid))
        if target_jid.Server not in {USER_SERVER, LID_SERVER, GROUP_SERVER} or not found.user_messages:
            self.fake.problems.append(f"a message to {found.id}, who has not written")
            raise CallRejected("server returned error 463")
        return found


def _build_send_response(message_id: str) -> bytes:
    timings = dict.fromkeys((field.name for field in N.MessageDebugTimings.DESCRIPTOR.fields), 0)
    response = N.SendResponse(
        Timestamp=int(time.time()), ID=message_id, ServerID=0, DebugTimings=N.MessageDebugTimings(**timings)
    )
    return bytes(N.SendMessageReturnFunction(SendResponse=response).SerializeToString())
