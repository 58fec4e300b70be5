"""Checks of the bot's messages: everything that WhatsApp would reject, or its apps would show wrongly."""

from collections.abc import Callable, Iterator
from typing import Any

from fakes.whatsapp.chats import WhatsAppChat, content_field_of, text_of
from fakes.whatsapp.media_server import KIND_BY_FIELD, MediaServer, StoredMedia
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ContextInfo, Message, ProtocolMessage

MAX_TEXT = 65_536
MAX_INLINE_BYTES = 64 * 1024 * 1024  # bytes; a larger video goes as a document
MAX_THUMBNAIL = 64 * 1024
IMAGE_SIGNATURES = {"image/jpeg": b"\xff\xd8", "image/png": b"\x89PNG"}


def find_problems(content: Message, chat: WhatsAppChat, uploads: MediaServer) -> list[str]:
    """All problems of a message of the bot."""
    field = content_field_of(content)
    checker = CHECKERS.get(field)
    if checker is None:
        return [f"a bot sends no {field or 'empty or double'} message: {content}"]
    body = getattr(content, field)
    problems = list(checker(body, chat))
    if field in KIND_BY_FIELD:
        problems += _check_file(body, field, uploads)
    if field != "conversation" and "contextInfo" in body.DESCRIPTOR.fields_by_name:
        problems += _check_context(body.contextInfo, chat)
    return [f"{field}: {each}" for each in problems]


def stored_media_of(content: Message, uploads: MediaServer) -> StoredMedia | None:
    field = content_field_of(content)
    return uploads.find(getattr(content, field).directPath) if field in KIND_BY_FIELD else None


def _check_text(text: str, _chat: WhatsAppChat) -> Iterator[str]:
    if not text.strip():
        yield "no text"
    if len(text) > MAX_TEXT:
        yield f"{len(text)} characters of text"


def _check_extended_text(body: Any, chat: WhatsAppChat) -> Iterator[str]:
    yield from _check_text(body.text, chat)
    if body.HasField("matchedText") or body.HasField("JPEGThumbnail"):
        yield "a link preview"


def _check_image(body: Any, _chat: WhatsAppChat) -> Iterator[str]:
    yield from _check_dimensions(body)
    if body.mimetype not in IMAGE_SIGNATURES:
        yield f"mimetype {body.mimetype!r}"


def _check_video(body: Any, _chat: WhatsAppChat) -> Iterator[str]:
    yield from _check_dimensions(body)
    if body.mimetype != "video/mp4":
        yield f"mimetype {body.mimetype!r}"
    if not body.seconds:
        yield "no length"
    if not body.JPEGThumbnail.startswith(b"\xff\xd8") or len(body.JPEGThumbnail) > MAX_THUMBNAIL:
        yield f"a thumbnail of {len(body.JPEGThumbnail)} bytes beginning {body.JPEGThumbnail[:4]!r}"
    if body.fileLength > MAX_INLINE_BYTES:
        yield f"{body.fileLength} bytes of video"


def _check_audio(body: Any, _chat: WhatsAppChat) -> Iterator[str]:
    if body.PTT and body.mimetype != "audio/ogg; codecs=opus":
        yield f"a voice message of mimetype {body.mimetype!r}"
    if not body.seconds:
        yield "no length"


def _check_document(body: Any, _chat: WhatsAppChat) -> Iterator[str]:
    if not body.fileName or "/" in body.fileName:
        yield f"file name {body.fileName!r}"
    if not body.mimetype:
        yield "no mimetype"


def _check_dimensions(body: Any) -> Iterator[str]:
    if not body.width or not body.height:
        yield f"a picture of {body.width}x{body.height}"


def _check_reaction(body: Any, chat: WhatsAppChat) -> Iterator[str]:
    if body.key.ID not in chat.user_messages:
        yield f"to a message there is not: {body.key.ID!r}"
    elif body.key.fromMe:
        yield "to a message of one's own"
    elif chat.id.endswith("@g.us") and body.key.participant != chat.user_messages[body.key.ID].sender_jid:
        yield f"to somebody else's message: {body.key.participant!r}"
    if body.key.remoteJID not in chat.jids:
        yield f"in another chat: {body.key.remoteJID!r}"
    if not body.senderTimestampMS > 10**12:
        yield f"no time in milliseconds: {body.senderTimestampMS}"


def _check_edit(body: Any, chat: WhatsAppChat) -> Iterator[str]:
    change = body.message.protocolMessage
    if change.type != ProtocolMessage.MESSAGE_EDIT or not change.HasField("editedMessage"):
        yield f"no edit: {change}"
        return
    if not change.key.fromMe or chat.find_message(change.key.ID) is None:
        yield f"of a message that is not the bot's: {change.key}"
    if change.key.remoteJID not in chat.jids:
        yield f"in another chat: {change.key.remoteJID!r}"
    if not change.timestampMS > 10**12:
        yield f"no time in milliseconds: {change.timestampMS}"
    yield from _check_text(text_of(change.editedMessage), chat)


def _check_revocation(body: Any, chat: WhatsAppChat) -> Iterator[str]:
    if body.type != ProtocolMessage.REVOKE or chat.find_message(body.key.ID) is None:
        yield f"no revocation of a message of the bot: {body}"


def _check_file(body: Any, field: str, uploads: MediaServer) -> Iterator[str]:
    stored = uploads.find(body.directPath)
    if stored is None:
        yield f"a file that was never uploaded: {body.directPath!r}"
        return
    declared = (body.mediaKey, body.fileSHA256, body.fileEncSHA256, body.fileLength, body.URL)
    actual = (stored.media_key, stored.sha256, stored.enc_sha256, len(stored.content), stored.url)
    if declared != actual:
        yield f"another file than was uploaded: {declared} for {actual}"
    if stored.kind != KIND_BY_FIELD[field]:
        yield f"a file that was uploaded as kind {stored.kind}, which no app can decrypt here"


def _check_context(context: ContextInfo, chat: WhatsAppChat) -> Iterator[str]:
    if context.mentionedJID or context.groupMentions:
        yield f"mentions {list(context.mentionedJID)}"
    if not context.stanzaID:
        return
    user_message = chat.user_messages.get(context.stanzaID)
    bot_message = chat.find_message(context.stanzaID)
    if user_message is None and bot_message is None:
        yield f"a quote of a message there is not: {context.stanzaID!r}"
    if user_message is not None and context.participant != user_message.sender_jid:
        yield f"a quote of {context.participant!r}, but it was {user_message.sender_jid!r} who wrote"
    if not context.HasField("quotedMessage"):
        yield "a quote without what is quoted"
    nested = (getattr(value, "contextInfo", None) for _, value in context.quotedMessage.ListFields())
    if any(each is not None and each.HasField("quotedMessage") for each in nested):
        yield "a quote in a quote"


Checker = Callable[[Any, WhatsAppChat], Iterator[str]]
CHECKERS: dict[str, Checker] = {
    "conversation": _check_text,
    "extendedTextMessage": _check_extended_text,
    "imageMessage": _check_image,
    "videoMessage": _check_video,
    "audioMessage": _check_audio,
    "documentMessage": _check_document,
    "reactionMessage": _check_reaction,
    "editedMessage": _check_edit,
    "protocolMessage": _check_revocation,
}
