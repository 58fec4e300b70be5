"""Conversion of neonize's message events to inbound messages. Pure: no network calls.

The bot's own messages, edits, status posts, newsletters, broadcast lists and old history are ignored; in groups all
but messages addressed to the bot.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.protobuf.message import DecodeError
from neonize.proto.Neonize_pb2 import Message as MessageEvent
from neonize.proto.Neonize_pb2 import MessageInfo
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ContextInfo, Message, MessageAssociation

from bots.core.channel import ChatRef, Inbound, Sender
from bots.whatsapp import phones
from bots.whatsapp.jids import GROUPS, LIDS, PEOPLE, spelled, user_of
from bots.whatsapp.parser import context_of, files_of, kind_of, unwrapped, words_of
from bots.whatsapp.quotes import Quote

OLDEST = timedelta(hours=24)  # older messages are history, which WhatsApp sends to a newly linked device
MILLISECONDS = 10_000_000_000  # a timestamp above this is in milliseconds: neonize has used both units


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own phone number and LID, digits only; "" if unknown."""

    phone: str = ""
    lid: str = ""

    def is_named(self, jids: Iterable[str]) -> bool:
        names = {self.phone, self.lid} - {""}
        return any(user_of(jid) in names for jid in jids)


@dataclass(frozen=True, slots=True)
class Announcement:
    """Announcement of an album, sent before its items: its id, and how many items follow."""

    album: str
    items: int


def read(event: MessageEvent, me: Me, since: datetime, *, addressed: bool = False) -> Inbound | None:
    """The inbound message, or None for an event that needs no reply. Messages sent before `since` are history.

    `is_addressed` marks a group message as meant for the bot although it has no mention: the rest of an album whose
    caption had one.
    """
    message = unwrapped(event.Message)
    kind = kind_of(message)
    sender = sender_of(event.Info)
    if kind is None or sender is None or _is_foreign(event) or sent_at(event.Info) < since:
        return None
    context, in_group = context_of(message, kind), _server(event) == GROUPS
    if in_group and not (addressed or _is_addressed(context, me)):
        return None
    words = words_of(message, kind)
    return Inbound(
        update_ids=(name_of(event),),
        chat_ref=ChatRef(chat_of(event)),
        sender=sender,
        message_id=str(_quote(event.Info, kind, words)),
        text=_without_mention(words, me) if in_group else words,
        attachments=tuple(files_of(message, kind)),
        received_at=sent_at(event.Info),
        is_group=in_group,
        quoted_message_id=context.stanzaID or None,
    )


def name_of(event: MessageEvent) -> str:
    """The update's id, unique within the account."""
    return f"{chat_of(event)}:{event.Info.ID}"


def chat_of(event: MessageEvent) -> str:
    return spelled(event.Info.MessageSource.Chat)


def album_of(event: MessageEvent) -> str | None:
    """The id of the album the message belongs to."""
    for message in (event.Message, unwrapped(event.Message)):
        association = message.messageContextInfo.messageAssociation
        if association.associationType == MessageAssociation.MEDIA_ALBUM and association.parentMessageKey.ID:
            return f"{chat_of(event)}:{association.parentMessageKey.ID}"
    return None


def announced(event: MessageEvent) -> Announcement | None:
    """The album this message announces."""
    message: Message = unwrapped(event.Message)
    if not message.HasField("albumMessage") or _is_foreign(event):
        return None
    items = message.albumMessage.expectedImageCount + message.albumMessage.expectedVideoCount
    return Announcement(name_of(event), items) if items else None


def sender_of(info: MessageInfo) -> Sender | None:
    """The sender, identified by LID with the phone number as an alias if WhatsApp gives one, else by phone number."""
    source = info.MessageSource
    known = {jid.Server: jid.User for jid in (source.SenderAlt, source.Sender) if jid.User}
    lid, phone = known.get(LIDS), known.get(PEOPLE)
    if not lid and not phone:
        return None
    return Sender(
        external_id=f"{lid}@{LIDS}" if lid else str(phone),
        name=info.Pushname.replace("\0", "").strip(),
        language=phones.language_of(phone) if phone else None,
        aliases=(phone,) if lid and phone else (),
    )


def sent_at(info: MessageInfo) -> datetime:
    told = info.Timestamp
    return datetime.fromtimestamp(told / 1000 if told > MILLISECONDS else told, UTC)


def kept(event: MessageEvent) -> dict[str, object]:
    """An event as stored in the database, without neonize's second copy of its content."""
    copy = MessageEvent()
    copy.CopyFrom(event)
    copy.ClearField("Raw")
    copy.ClearField("SourceWebMsg")
    return {"event": b64encode(copy.SerializeToString()).decode()}


def revived(body: dict[str, object]) -> MessageEvent:
    """The event stored by `serialize_event`. Raises ValueError for an invalid body."""
    try:
        return MessageEvent.FromString(b64decode(str(body["event"])))
    except (KeyError, DecodeError) as error:
        raise ValueError("no event of the library") from error


def _server(event: MessageEvent) -> str:
    return str(event.Info.MessageSource.Chat.Server)


def _is_foreign(event: MessageEvent) -> bool:
    """Whether this is not a user's message to the bot: its own, an edit, a status, a newsletter, a broadcast list."""
    source = event.Info.MessageSource
    return bool(
        source.IsFromMe
        or event.IsEdit
        or not event.Info.ID
        or not source.Chat.User
        or source.Chat.Server not in {PEOPLE, LIDS, GROUPS}
        or event.Info.Category == "peer"
    )


def _is_addressed(context: ContextInfo, me: Me) -> bool:
    return me.is_named(context.mentionedJID) or (bool(context.stanzaID) and me.is_named([context.participant]))


def _without_mention(words: str, me: Me) -> str:
    names = "|".join(re.escape(name) for name in (me.phone, me.lid) if name)
    return re.sub(rf"@(?:{names})\b[ ,:]*", "", words).strip() if names else words


def _quote(info: MessageInfo, kind: str, words: str) -> Quote:
    """The quote of this message for a reply to it."""
    return Quote(info.ID, spelled(info.MessageSource.Sender), kind, " ".join(words.split()))
