"""Checks of the bot's messages: everything that WhatsApp would reject, or its apps would show wrongly."""

from collections.abc import Callable, Iterator
from typing import Any

from fakes.whatsapp.chats import Chat, content_name, words_of
from fakes.whatsapp.media import KINDS, Stored, Uploads
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ContextInfo, Message, ProtocolMessage

MAX_TEXT = 65_536
INLINE = 64 * 1024 * 1024  # bytes; a larger video goes as a document
MAX_THUMBNAIL = 64 * 1024
PICTURES = {"image/jpeg": b"\xff\xd8", "image/png": b"\x89PNG"}


def faults_of(content: Message, chat: Chat, uploads: Uploads) -> list[str]:
    """All problems of a message of the bot."""
    name = content_name(content)
    judge = JUDGES.get(name)
    if judge is None:
        return [f"a bot sends no {name or 'empty or double'} message: {content}"]
    inner = getattr(content, name)
    found = list(judge(inner, chat))
    if name in KINDS:
        found += _file(inner, name, uploads)
    if name != "conversation" and "contextInfo" in inner.DESCRIPTOR.fields_by_name:
        found += _context(inner.contextInfo, chat)
    return [f"{name}: {each}" for each in found]


def stored_of(content: Message, uploads: Uploads) -> Stored | None:
    name = content_name(content)
    return uploads.find(getattr(content, name).directPath) if name in KINDS else None


def _text(words: str, _chat: Chat) -> Iterator[str]:
    if not words.strip():
        yield "no text"
    if len(words) > MAX_TEXT:
        yield f"{len(words)} characters of text"


def _long_text(inner: Any, chat: Chat) -> Iterator[str]:
    yield from _text(inner.text, chat)
    if inner.HasField("matchedText") or inner.HasField("JPEGThumbnail"):
        yield "a link preview"


def _picture(inner: Any, _chat: Chat) -> Iterator[str]:
    yield from _shape(inner)
    if inner.mimetype not in PICTURES:
        yield f"mimetype {inner.mimetype!r}"


def _video(inner: Any, _chat: Chat) -> Iterator[str]:
    yield from _shape(inner)
    if inner.mimetype != "video/mp4":
        yield f"mimetype {inner.mimetype!r}"
    if not inner.seconds:
        yield "no length"
    if not inner.JPEGThumbnail.startswith(b"\xff\xd8") or len(inner.JPEGThumbnail) > MAX_THUMBNAIL:
        yield f"a thumbnail of {len(inner.JPEGThumbnail)} bytes beginning {inner.JPEGThumbnail[:4]!r}"
    if inner.fileLength > INLINE:
        yield f"{inner.fileLength} bytes of video"


def _audio(inner: Any, _chat: Chat) -> Iterator[str]:
    if inner.PTT and inner.mimetype != "audio/ogg; codecs=opus":
        yield f"a voice message of mimetype {inner.mimetype!r}"
    if not inner.seconds:
        yield "no length"


def _document(inner: Any, _chat: Chat) -> Iterator[str]:
    if not inner.fileName or "/" in inner.fileName:
        yield f"file name {inner.fileName!r}"
    if not inner.mimetype:
        yield "no mimetype"


def _shape(inner: Any) -> Iterator[str]:
    if not inner.width or not inner.height:
        yield f"a picture of {inner.width}x{inner.height}"


def _reaction(inner: Any, chat: Chat) -> Iterator[str]:
    if inner.key.ID not in chat.said:
        yield f"to a message there is not: {inner.key.ID!r}"
    elif inner.key.fromMe:
        yield "to a message of one's own"
    elif chat.id.endswith("@g.us") and inner.key.participant != chat.said[inner.key.ID].writer:
        yield f"to somebody else's message: {inner.key.participant!r}"
    if inner.key.remoteJID not in chat.ids:
        yield f"in another chat: {inner.key.remoteJID!r}"
    if not inner.senderTimestampMS > 10**12:
        yield f"no time in milliseconds: {inner.senderTimestampMS}"


def _edit(inner: Any, chat: Chat) -> Iterator[str]:
    change = inner.message.protocolMessage
    if change.type != ProtocolMessage.MESSAGE_EDIT or not change.HasField("editedMessage"):
        yield f"no edit: {change}"
        return
    if not change.key.fromMe or chat.find(change.key.ID) is None:
        yield f"of a message that is not the bot's: {change.key}"
    if change.key.remoteJID not in chat.ids:
        yield f"in another chat: {change.key.remoteJID!r}"
    if not change.timestampMS > 10**12:
        yield f"no time in milliseconds: {change.timestampMS}"
    yield from _text(words_of(change.editedMessage), chat)


def _revocation(inner: Any, chat: Chat) -> Iterator[str]:
    if inner.type != ProtocolMessage.REVOKE or chat.find(inner.key.ID) is None:
        yield f"no revocation of a message of the bot: {inner}"


def _file(inner: Any, name: str, uploads: Uploads) -> Iterator[str]:
    stored = uploads.find(inner.directPath)
    if stored is None:
        yield f"a file that was never uploaded: {inner.directPath!r}"
        return
    told = (inner.mediaKey, inner.fileSHA256, inner.fileEncSHA256, inner.fileLength, inner.URL)
    true = (stored.media_key, stored.sha256, stored.enc_sha256, len(stored.content), stored.url)
    if told != true:
        yield f"another file than was uploaded: {told} for {true}"
    if stored.kind != KINDS[name]:
        yield f"a file that was uploaded as kind {stored.kind}, which no app can decrypt here"


def _context(context: ContextInfo, chat: Chat) -> Iterator[str]:
    if context.mentionedJID or context.groupMentions:
        yield f"mentions {list(context.mentionedJID)}"
    if not context.stanzaID:
        return
    said = chat.said.get(context.stanzaID)
    own = chat.find(context.stanzaID)
    if said is None and own is None:
        yield f"a quote of a message there is not: {context.stanzaID!r}"
    if said is not None and context.participant != said.writer:
        yield f"a quote of {context.participant!r}, but it was {said.writer!r} who wrote"
    if not context.HasField("quotedMessage"):
        yield "a quote without what is quoted"
    nested = (getattr(value, "contextInfo", None) for _, value in context.quotedMessage.ListFields())
    if any(each is not None and each.HasField("quotedMessage") for each in nested):
        yield "a quote in a quote"


Judge = Callable[[Any, Chat], Iterator[str]]
JUDGES: dict[str, Judge] = {
    "conversation": _text,
    "extendedTextMessage": _long_text,
    "imageMessage": _picture,
    "videoMessage": _video,
    "audioMessage": _audio,
    "documentMessage": _document,
    "reactionMessage": _reaction,
    "editedMessage": _edit,
    "protocolMessage": _revocation,
}
