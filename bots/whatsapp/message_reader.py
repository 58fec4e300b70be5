"""Conversion of neonize's message events to inbound messages. Pure: no network calls.

The bot's own messages, edits, status posts, newsletters, broadcast lists and old history are ignored; in groups all
but messages addressed to the bot.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.message import DecodeError
from neonize.proto.Neonize_pb2 import Message as MessageEvent
from neonize.proto.Neonize_pb2 import MessageInfo
from neonize.proto.Neonize_pb2 import UndecryptableMessage as UndecryptableEvent
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ContextInfo, Message, MessageAssociation, PlaceholderMessage

from bots.core.albums import AlbumHeader
from bots.core.channel import ChatRef, Inbound, Sender
from bots.whatsapp import phones
from bots.whatsapp.jids import GROUP_SERVER, LID_SERVER, USER_SERVER, format_jid, user_part_of
from bots.whatsapp.parser import (
    PLACEHOLDER_FIELD,
    context_info_of,
    field_of,
    is_unreadable,
    parse_attachments,
    parse_quoted_attachments,
    text_of,
    unwrap_message,
)
from bots.whatsapp.quotes import MessageQuote
from models.errors import ErrorCode

MAX_MESSAGE_AGE = timedelta(hours=24)  # older messages are history, which WhatsApp sends to a newly linked device
MILLISECONDS_THRESHOLD = 10_000_000_000  # a timestamp above this is in milliseconds: neonize has used both units
_FLAGS = ("IsEphemeral", "IsViewOnce", "IsViewOnceV2", "IsViewOnceV2Extension", "IsDocumentWithCaption", "IsEdit")
_NO_FLAGS: Mapping[str, Any] = {
    **dict.fromkeys((*_FLAGS, "IsLottieSticker"), False),
    "UnavailableRequestID": "",
    "RetryCount": 0,
}


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """The bot's own phone number and LID, digits only; "" if unknown."""

    phone: str = ""
    lid: str = ""

    def is_any_of(self, jids: Iterable[str]) -> bool:
        user_parts = {self.phone, self.lid} - {""}
        return any(user_part_of(jid) in user_parts for jid in jids)


def parse_message(
    event: MessageEvent, identity: OwnIdentity, since: datetime, *, is_addressed: bool = False
) -> Inbound | None:
    """The inbound message, or None for an event that needs no reply. Messages sent before `since` are history.

    `is_addressed` marks a group message as meant for the bot although it has no mention: the rest of an album whose
    caption had one.
    """
    message = unwrap_message(event.Message)
    field = field_of(message)
    sender = sender_of(event.Info)
    if field is None or sender is None or _is_ignored(event) or get_sent_at(event.Info) < since:
        return None
    context_info, is_group = context_info_of(message, field), _get_server(event) == GROUP_SERVER
    is_forwarded = context_info.isForwarded or context_info.forwardingScore > 0
    if is_group and not (is_addressed or (_is_addressed(context_info, identity) and not is_forwarded)):
        return None
    text, is_own_quoted = text_of(message, field), identity.is_any_of([context_info.participant])
    return Inbound(
        update_ids=(update_id_of(event),),
        chat_ref=ChatRef(chat_of(event)),
        sender=sender,
        message_id=str(_build_quote(event.Info, field, text)),
        text=_strip_mention(text, identity) if is_group else text,
        attachments=tuple(parse_attachments(message, field)),
        received_at=get_sent_at(event.Info),
        is_group=is_group,
        quoted_message_id=context_info.stanzaID or None,
        is_forwarded=is_forwarded,
        quoted_attachments=() if is_own_quoted else parse_quoted_attachments(context_info),
        rejection=ErrorCode.MESSAGE_UNREADABLE if is_unreadable(message, field) else None,
        superseded_by=_build_update_id(event) if is_placeholder(event) else "",
    )


def update_id_of(event: MessageEvent) -> str:
    """The update's id, unique within the account; that of a placeholder is not that of the message it stands for."""
    return f"{_build_update_id(event)}{':placeholder' if is_placeholder(event) else ''}"


def is_placeholder(event: MessageEvent) -> bool:
    """Whether it stands for a message that may still arrive under the same id."""
    return bool(event.Message.HasField(PLACEHOLDER_FIELD))


def build_placeholder(event: UndecryptableEvent) -> MessageEvent | None:
    """The placeholder for a message that could not be decrypted, as of a view-once message, which WhatsApp gives to the
    phone alone; None for one that apps do not show either, such as a reaction."""
    if event.DecryptFailMode == UndecryptableEvent.DECRYPT_FAIL_HIDE:
        return None
    content = Message(placeholderMessage=PlaceholderMessage(type=PlaceholderMessage.MASK_LINKED_DEVICES))
    return MessageEvent(Info=event.Info, Message=content, **_NO_FLAGS)


def chat_of(event: MessageEvent) -> str:
    return format_jid(event.Info.MessageSource.Chat)


def album_id_of(event: MessageEvent) -> str | None:
    """The id of the album the message belongs to."""
    for message in (event.Message, unwrap_message(event.Message)):
        association = message.messageContextInfo.messageAssociation
        if association.associationType == MessageAssociation.MEDIA_ALBUM and association.parentMessageKey.ID:
            return f"{chat_of(event)}:{association.parentMessageKey.ID}"
    return None


def parse_album_header(event: MessageEvent) -> AlbumHeader | None:
    """The album this message announces."""
    message: Message = unwrap_message(event.Message)
    if not message.HasField("albumMessage") or _is_ignored(event):
        return None
    item_count = message.albumMessage.expectedImageCount + message.albumMessage.expectedVideoCount
    return AlbumHeader(update_id_of(event), item_count) if item_count else None


def sender_of(info: MessageInfo) -> Sender | None:
    """The sender, identified by LID with the phone number as an alias if WhatsApp gives one, else by phone number."""
    source = info.MessageSource
    user_by_server = {jid.Server: jid.User for jid in (source.SenderAlt, source.Sender) if jid.User}
    lid, phone = user_by_server.get(LID_SERVER), user_by_server.get(USER_SERVER)
    if not lid and not phone:
        return None
    return Sender(
        external_id=f"{lid}@{LID_SERVER}" if lid else str(phone),
        name=info.Pushname.replace("\0", "").strip(),
        language=phones.language_of(phone) if phone else None,
        aliases=(phone,) if lid and phone else (),
    )


def get_sent_at(info: MessageInfo) -> datetime:
    timestamp = info.Timestamp
    return datetime.fromtimestamp(timestamp / 1000 if timestamp > MILLISECONDS_THRESHOLD else timestamp, UTC)


def serialize_event(event: MessageEvent) -> dict[str, object]:
    """An event as stored in the database, without neonize's second copy of its content."""
    copy = MessageEvent()
    copy.CopyFrom(event)
    copy.ClearField("Raw")
    copy.ClearField("SourceWebMsg")
    return {"event": b64encode(copy.SerializeToString()).decode()}


def deserialize_event(body: dict[str, object]) -> MessageEvent:
    """The event stored by `serialize_event`. Raises ValueError for an invalid body."""
    try:
        return MessageEvent.FromString(b64decode(str(body["event"])))
    except (KeyError, DecodeError) as error:
        raise ValueError("no event of the library") from error


def _build_update_id(event: MessageEvent) -> str:
    return f"{chat_of(event)}:{event.Info.ID}"


def _get_server(event: MessageEvent) -> str:
    return str(event.Info.MessageSource.Chat.Server)


def _is_ignored(event: MessageEvent) -> bool:
    """Whether this is not a user's message to the bot: its own, an edit, a status, a newsletter, a broadcast list."""
    source = event.Info.MessageSource
    return bool(
        source.IsFromMe
        or event.IsEdit
        or not event.Info.ID
        or not source.Chat.User
        or source.Chat.Server not in {USER_SERVER, LID_SERVER, GROUP_SERVER}
        or event.Info.Category == "peer"
    )


def _is_addressed(context_info: ContextInfo, identity: OwnIdentity) -> bool:
    return identity.is_any_of(context_info.mentionedJID) or (
        bool(context_info.stanzaID) and identity.is_any_of([context_info.participant])
    )


def _strip_mention(text: str, identity: OwnIdentity) -> str:
    user_parts = "|".join(re.escape(name) for name in (identity.phone, identity.lid) if name)
    return re.sub(rf"@(?:{user_parts})\b[ ,:]*", "", text).strip() if user_parts else text


def _build_quote(info: MessageInfo, field: str, text: str) -> MessageQuote:
    """The quote of this message for a reply to it."""
    return MessageQuote(info.ID, format_jid(info.MessageSource.Sender), field, " ".join(text.split()))
