"""Parser of WhatsApp message contents: text, files, or types that are not supported.

The fields are those of WhatsApp's own waE2E.proto. neonize unwraps most wrapper messages; the ones it leaves, and the
ones another version may leave, are unwrapped here.
"""

import mimetypes
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from google.protobuf.message import DecodeError
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ContextInfo, Message, MessageAssociation

from bots.core.channel import Attachment, AttachmentKind

WRAPPINGS = (
    "ephemeralMessage",
    "viewOnceMessage",
    "viewOnceMessageV2",
    "viewOnceMessageV2Extension",
    "documentWithCaptionMessage",
    "groupMentionedMessage",
    "botInvokeMessage",
    "lottieStickerMessage",
)
DEEPEST = 8  # nested wrappers; two occur in practice
WORDS: Mapping[str, Callable[[Any], Any]] = {
    "conversation": str,
    "extendedTextMessage": attrgetter("text"),
    "imageMessage": attrgetter("caption"),
    "videoMessage": attrgetter("caption"),
    "ptvMessage": attrgetter("caption"),
    "audioMessage": lambda _body: "",
    "documentMessage": attrgetter("caption"),
    "listResponseMessage": attrgetter("title"),
    "buttonsResponseMessage": attrgetter("selectedDisplayText"),
    "templateButtonReplyMessage": attrgetter("selectedDisplayText"),
    "interactiveResponseMessage": attrgetter("body.text"),
}
FILES = {
    "imageMessage": AttachmentKind.PICTURE,
    "videoMessage": AttachmentKind.VIDEO,
    "ptvMessage": AttachmentKind.VIDEO,  # a round video note
    "audioMessage": AttachmentKind.AUDIO,
    "documentMessage": AttachmentKind.FILE,
}
ODDITIES = (
    "stickerMessage",
    "stickerPackMessage",
    "locationMessage",
    "liveLocationMessage",
    "contactMessage",
    "contactsArrayMessage",
    "pollCreationMessage",
    "pollCreationMessageV2",
    "pollCreationMessageV3",
    "pollCreationMessageV4",
    "pollCreationMessageV5",
    "pollCreationMessageV6",
    "eventMessage",
    "eventInviteMessage",
    "groupInviteMessage",
    "productMessage",
    "orderMessage",
    "invoiceMessage",
    "sendPaymentMessage",
    "requestPaymentMessage",
)
COPIES = frozenset(
    {
        MessageAssociation.HD_VIDEO_DUAL_UPLOAD,
        MessageAssociation.HD_IMAGE_DUAL_UPLOAD,
        MessageAssociation.HEVC_VIDEO_DUAL_UPLOAD,
        MessageAssociation.MOTION_PHOTO,
    }
)
LOCATORS = ("URL", "directPath", "mediaKey", "fileEncSHA256", "fileSHA256", "fileLength", "mimetype")
_FAMILIES = {"image": AttachmentKind.PICTURE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.AUDIO}
_UNTOLD = frozenset({"", "application/octet-stream"})
_TYPES = mimetypes.MimeTypes()  # the standard library's table, not the one of the operating system


def unwrapped(message: Message) -> Message:
    """The innermost message inside its wrapper messages."""
    for _ in range(DEEPEST):
        wrapping = next((name for name in WRAPPINGS if message.HasField(name)), None)
        if wrapping is None:
            break
        message = getattr(message, wrapping).message
    return message


def kind_of(message: Message) -> str | None:
    """The field that holds the content a user sent; None for protocol messages, poll votes, reactions, deletions, and
    the second copy of a file that was sent in two qualities."""
    if is_copy(message):
        return None
    known = (*WORDS, *ODDITIES)
    return next((name for name in known if message.HasField(name)), None)


def is_copy(message: Message) -> bool:
    """Whether this is the second quality of a picture or video that was sent already."""
    association = message.messageContextInfo.messageAssociation
    return bool(association.associationType in COPIES)


def words_of(message: Message, kind: str) -> str:
    """The text or caption, without NUL, which databases cannot store."""
    said = str(WORDS[kind](getattr(message, kind))) if kind in WORDS else ""
    return said.replace("\0", "").strip()


def context_of(message: Message, kind: str) -> ContextInfo:
    """The quote and mentions of a message; empty for a content type that has none."""
    body = getattr(message, kind)
    context = getattr(body, "contextInfo", None)
    return context if isinstance(context, ContextInfo) else ContextInfo()


def files_of(message: Message, kind: str) -> Iterator[Attachment]:
    """The file of a message, if it can be downloaded."""
    body = getattr(message, kind)
    if kind not in FILES or not body.mediaKey or not (body.directPath or body.URL):
        return
    name = body.fileName.replace("\0", "") if kind == "documentMessage" else ""
    family = _document_kind(body.mimetype, name) if kind == "documentMessage" else FILES[kind]
    yield Attachment(family, _handle(kind, body), name, body.fileLength or None)


def file_of(handle: str) -> Message:
    """The message to download a file with, from an attachment's handle. Raises ValueError for an invalid handle."""
    try:
        return Message.FromString(b64decode(handle, validate=True))
    except (DecodeError, BadBase64) as error:
        raise ValueError("no handle of a file") from error


def _handle(kind: str, body: Any) -> str:
    """Only the fields a download needs. A round video becomes a plain one, which neonize can download."""
    located = Message()
    target = getattr(located, "videoMessage" if kind == "ptvMessage" else kind)
    for field in LOCATORS:
        if body.HasField(field):
            setattr(target, field, getattr(body, field))
    return b64encode(located.SerializeToString()).decode()


def _document_kind(mime: str, name: str) -> AttachmentKind:
    told = mime if mime not in _UNTOLD else _TYPES.guess_type(name, strict=False)[0] or ""
    return _FAMILIES.get(told.partition("/")[0], AttachmentKind.FILE)
