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

from bots.whatsapp.jids import GROUP_SERVER
from bots.whatsapp.quotes import MessageQuote

VOICE_MIME_TYPE = "audio/ogg; codecs=opus"  # the only type that apps show as a voice message
ELLIPSIS = "…"
DEFAULT_MIME_TYPE = "application/octet-stream"
JPEG_SIGNATURE = b"\xff\xd8\xff"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_MARKER = 0xFF
_JPEG_FRAME_HEADERS = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended and progressive
_MIME_TYPES = mimetypes.MimeTypes()  # the standard library's table, not the one of the operating system


@dataclass(frozen=True, slots=True)
class MediaAttributes:
    """Dimensions of a picture or video in pixels, its duration, and its thumbnail, a small JPEG."""

    width: int = 0
    height: int = 0
    seconds: float = 0.0
    thumbnail: bytes = b""


def encode_text(text: str, quote: MessageQuote | None = None) -> Message:
    if quote is None:
        return Message(conversation=text)
    return Message(extendedTextMessage=ExtendedTextMessage(text=text, contextInfo=build_context_info(quote)))


def build_context_info(quote: MessageQuote) -> ContextInfo:
    """The context that makes a message a reply to another."""
    return ContextInfo(stanzaID=quote.id, participant=quote.sender_jid, quotedMessage=_build_quoted_message(quote))


def encode_edit(chat_jid: str, message_id: str, new_text: str, now_ms: int) -> Message:
    """An edit of a text message that was sent. `now_ms` is milliseconds since 1970."""
    protocol_message = ProtocolMessage(
        key=MessageKey(remoteJID=chat_jid, fromMe=True, ID=message_id),
        type=ProtocolMessage.MESSAGE_EDIT,
        editedMessage=encode_text(new_text),
        timestampMS=now_ms,
    )
    return Message(editedMessage=FutureProofMessage(message=Message(protocolMessage=protocol_message)))


def encode_reaction(chat_jid: str, sender_jid: str, message_id: str, emoji: str, now_ms: int) -> Message:
    """An emoji under a user's message; in a group its key must name the sender."""
    key = MessageKey(remoteJID=chat_jid, fromMe=False, ID=message_id)
    if chat_jid.endswith(f"@{GROUP_SERVER}"):
        key.participant = sender_jid
    return Message(reactionMessage=ReactionMessage(key=key, text=emoji, senderTimestampMS=now_ms))


def encode_video(upload: UploadResponse, attributes: MediaAttributes) -> Message:
    """A video that plays in the chat."""
    return Message(
        videoMessage=VideoMessage(
            mimetype="video/mp4",
            width=attributes.width,
            height=attributes.height,
            seconds=max(1, round(attributes.seconds)),
            **_build_file_fields(upload),
            **_build_thumbnail_field(attributes),
        )
    )


def encode_image(upload: UploadResponse, attributes: MediaAttributes, mime_type: str = "image/png") -> Message:
    image = ImageMessage(
        mimetype=mime_type,
        width=attributes.width,
        height=attributes.height,
        **_build_file_fields(upload),
        **_build_thumbnail_field(attributes),
    )
    return Message(imageMessage=image)


def encode_voice(upload: UploadResponse, seconds: float) -> Message:
    """A voice message; the file must be Ogg with Opus."""
    duration = max(1, round(seconds))
    return Message(
        audioMessage=AudioMessage(mimetype=VOICE_MIME_TYPE, seconds=duration, PTT=True, **_build_file_fields(upload))
    )


def encode_document(upload: UploadResponse, name: str, attributes: MediaAttributes) -> Message:
    """A file that arrives unchanged, byte for byte."""
    return Message(
        documentMessage=DocumentMessage(
            mimetype=_MIME_TYPES.guess_type(name, strict=False)[0] or DEFAULT_MIME_TYPE,
            title=name,
            fileName=name,
            **_build_file_fields(upload),
            **_build_thumbnail_field(attributes),
        )
    )


def add_caption(media: Message, caption: str, quote: MessageQuote | None = None) -> Message:
    """A copy of a media message with its caption and quote; the original is reused for other recipients."""
    message = Message()
    message.CopyFrom(media)
    ((field, content),) = [
        (field.name, content) for field, content in message.ListFields() if field.name != "messageContextInfo"
    ]
    if caption and field != "audioMessage":
        content.caption = caption
    if quote is not None:
        content.contextInfo.CopyFrom(build_context_info(quote))
    return message


def truncate_text(text: str, max_length: int) -> str:
    """Truncate to at most `max_length` characters with an ellipsis, at a space where one is near."""
    if len(text) <= max_length:
        return text
    truncated = text[: max_length - len(ELLIPSIS)]
    space = max(truncated.rfind(" "), truncated.rfind("\n"))
    return (truncated[:space] if space >= len(truncated) * 0.8 else truncated).rstrip() + ELLIPSIS


def read_picture_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG or JPEG in pixels. Raises ValueError for anything else."""
    if content.startswith(_PNG_SIGNATURE) and len(content) >= 24:
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    at = 2 if content.startswith(JPEG_SIGNATURE) else len(content)
    while at + 9 <= len(content) and content[at] == _JPEG_MARKER:
        if content[at + 1] in _JPEG_FRAME_HEADERS:
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    raise ValueError("neither a PNG nor a JPEG")


def _build_file_fields(upload: UploadResponse) -> dict[str, Any]:
    return {
        "URL": upload.url,
        "directPath": upload.DirectPath,
        "mediaKey": upload.MediaKey,
        "fileEncSHA256": upload.FileEncSHA256,
        "fileSHA256": upload.FileSHA256,
        "fileLength": upload.FileLength,
    }


def _build_thumbnail_field(attributes: MediaAttributes) -> dict[str, bytes]:
    return {"JPEGThumbnail": attributes.thumbnail} if attributes.thumbnail else {}


def _build_quoted_message(quote: MessageQuote) -> Message:
    """The preview that apps show above a reply: the quoted text, and the kind of file."""
    match quote.kind:
        case "imageMessage":
            return Message(imageMessage=ImageMessage(mimetype="image/jpeg", caption=quote.text))
        case "videoMessage" | "ptvMessage":
            return Message(videoMessage=VideoMessage(mimetype="video/mp4", caption=quote.text))
        case "audioMessage":
            return Message(audioMessage=AudioMessage(mimetype=VOICE_MIME_TYPE, PTT=True))
        case "documentMessage":
            return Message(
                documentMessage=DocumentMessage(mimetype=DEFAULT_MIME_TYPE, title=quote.text, caption=quote.text)
            )
        case _:
            return Message(conversation=quote.text)
