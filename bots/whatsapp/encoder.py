"""Encoder of outgoing messages into WhatsApp's protobufs. Pure: no network calls.

neonize's own builders turn "@12345" into mentions, know no widths and heights and call ffmpeg; these do not.
"""

import mimetypes
from dataclasses import dataclass
from typing import Any

from neonize.proto.Neonize_pb2 import UploadResponse
from neonize.proto.waCommon.WACommon_pb2 import MessageKey
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import (
    AudioMessage,
    ContextInfo,
    DocumentMessage,
    ExtendedTextMessage,
    FutureProofMessage,
    ImageMessage,
    Message,
    ProtocolMessage,
    ReactionMessage,
    VideoMessage,
)

from bots.whatsapp.jids import GROUPS
from bots.whatsapp.quotes import Quote

VOICE = "audio/ogg; codecs=opus"  # the only type that apps show as a voice message
ELLIPSIS = "…"
UNKNOWN = "application/octet-stream"
_PNG = b"\x89PNG\r\n\x1a\n"
_TYPES = mimetypes.MimeTypes()  # the standard library's table, not the one of the operating system


@dataclass(frozen=True, slots=True)
class Shape:
    """Dimensions of a picture or video in pixels, its duration, and its thumbnail, a small JPEG."""

    width: int = 0
    height: int = 0
    seconds: float = 0.0
    thumbnail: bytes = b""


def text(words: str, quote: Quote | None = None) -> Message:
    if quote is None:
        return Message(conversation=words)
    return Message(extendedTextMessage=ExtendedTextMessage(text=words, contextInfo=context(quote)))


def context(quote: Quote) -> ContextInfo:
    """The context that makes a message a reply to another."""
    return ContextInfo(stanzaID=quote.id, participant=quote.writer, quotedMessage=_quoted(quote))


def edit(chat: str, message_id: str, words: str, now_ms: int) -> Message:
    """An edit of a text message that was sent. `now_ms` is milliseconds since 1970."""
    change = ProtocolMessage(
        key=MessageKey(remoteJID=chat, fromMe=True, ID=message_id),
        type=ProtocolMessage.MESSAGE_EDIT,
        editedMessage=text(words),
        timestampMS=now_ms,
    )
    return Message(editedMessage=FutureProofMessage(message=Message(protocolMessage=change)))


def reaction(chat: str, writer: str, message_id: str, emoji: str, now_ms: int) -> Message:
    """An emoji under a user's message; in a group its key must name the sender."""
    key = MessageKey(remoteJID=chat, fromMe=False, ID=message_id)
    if chat.endswith(f"@{GROUPS}"):
        key.participant = writer
    return Message(reactionMessage=ReactionMessage(key=key, text=emoji, senderTimestampMS=now_ms))


def video(upload: UploadResponse, shape: Shape) -> Message:
    """A video that plays in the chat."""
    return Message(
        videoMessage=VideoMessage(
            mimetype="video/mp4",
            width=shape.width,
            height=shape.height,
            seconds=max(1, round(shape.seconds)),
            **_file(upload),
            **_thumbnail(shape),
        )
    )


def picture(upload: UploadResponse, shape: Shape, mime: str = "image/png") -> Message:
    image = ImageMessage(mimetype=mime, width=shape.width, height=shape.height, **_file(upload), **_thumbnail(shape))
    return Message(imageMessage=image)


def voice(upload: UploadResponse, seconds: float) -> Message:
    """A voice message; the file must be Ogg with Opus."""
    length = max(1, round(seconds))
    return Message(audioMessage=AudioMessage(mimetype=VOICE, seconds=length, PTT=True, **_file(upload)))


def document(upload: UploadResponse, name: str, shape: Shape) -> Message:
    """A file that arrives unchanged, byte for byte."""
    return Message(
        documentMessage=DocumentMessage(
            mimetype=_TYPES.guess_type(name, strict=False)[0] or UNKNOWN,
            title=name,
            fileName=name,
            **_file(upload),
            **_thumbnail(shape),
        )
    )


def captioned(media: Message, words: str, quote: Quote | None = None) -> Message:
    """A copy of a media message with its caption and quote; the original is reused for other recipients."""
    message = Message()
    message.CopyFrom(media)
    ((field, body),) = [
        (field.name, body) for field, body in message.ListFields() if field.name != "messageContextInfo"
    ]
    if words and field != "audioMessage":
        body.caption = words
    if quote is not None:
        body.contextInfo.CopyFrom(context(quote))
    return message


def cut(words: str, longest: int) -> str:
    """Truncate to at most `max_length` characters with an ellipsis, at a space where one is near."""
    if len(words) <= longest:
        return words
    kept = words[: longest - len(ELLIPSIS)]
    space = max(kept.rfind(" "), kept.rfind("\n"))
    return (kept[:space] if space >= len(kept) * 0.8 else kept).rstrip() + ELLIPSIS


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels. Raises ValueError for anything else."""
    if not content.startswith(_PNG) or len(content) < 24:
        raise ValueError("not a PNG")
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _file(upload: UploadResponse) -> dict[str, Any]:
    return {
        "URL": upload.url,
        "directPath": upload.DirectPath,
        "mediaKey": upload.MediaKey,
        "fileEncSHA256": upload.FileEncSHA256,
        "fileSHA256": upload.FileSHA256,
        "fileLength": upload.FileLength,
    }


def _thumbnail(shape: Shape) -> dict[str, bytes]:
    return {"JPEGThumbnail": shape.thumbnail} if shape.thumbnail else {}


def _quoted(quote: Quote) -> Message:
    """The preview that apps show above a reply: the quoted text, and the kind of file."""
    match quote.kind:
        case "imageMessage":
            return Message(imageMessage=ImageMessage(mimetype="image/jpeg", caption=quote.text))
        case "videoMessage" | "ptvMessage":
            return Message(videoMessage=VideoMessage(mimetype="video/mp4", caption=quote.text))
        case "audioMessage":
            return Message(audioMessage=AudioMessage(mimetype=VOICE, PTT=True))
        case "documentMessage":
            return Message(documentMessage=DocumentMessage(mimetype=UNKNOWN, title=quote.text, caption=quote.text))
        case _:
            return Message(conversation=quote.text)
