"""What messengers say of a file: its name and its type must not keep any channel from reading it."""

from datetime import UTC, datetime
from pathlib import Path

import telegram
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import DocumentMessage, Message

from bots.core.channel import AttachmentKind
from bots.telegram.attachments import attachments_of
from bots.web.chat import kind_of
from bots.web.uploads.multipart import FormFile
from bots.whatsapp import parser


def list_blind_channels(name: str, mime: str) -> list[str]:
    """The channels that make no attachment of a file with this name and type."""
    readers = {"telegram": _is_read_by_telegram, "whatsapp": _is_read_by_whatsapp, "page": _is_read_by_page}
    return [channel for channel, is_read in readers.items() if not is_read(name, mime)]


def _is_read_by_telegram(name: str, mime: str) -> bool:
    document = telegram.Document("id", "unique", file_name=name or None, mime_type=mime or None, file_size=1)
    message = telegram.Message(1, datetime.now(UTC), telegram.Chat(1, "private"), document=document)
    return [attachment.name for attachment in attachments_of(message)] == [name]


def _is_read_by_whatsapp(name: str, mime: str) -> bool:
    document = DocumentMessage(fileName=name, mimetype=mime, mediaKey=b"key", directPath="/x", fileLength=1)
    message = Message(documentMessage=document)
    found = parser.parse_attachments(message, parser.field_of(message) or "")
    return [attachment.name for attachment in found] == [name]


def _is_read_by_page(name: str, mime: str) -> bool:
    return isinstance(kind_of(FormFile(Path(), name, mime)), AttachmentKind)
