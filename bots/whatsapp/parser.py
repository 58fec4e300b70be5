"""Parser of WhatsApp message contents: text, files, or types that are not supported.

The fields are those of WhatsApp's own waE2E.proto. neonize unwraps some wrapper messages; the ones it leaves, and the
ones another version may leave, are unwrapped here. Whatever is not listed as silent is content, and is answered.
"""

import mimetypes
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from google.protobuf.message import DecodeError
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import (
    ContextInfo,
    FutureProofMessage,
    Message,
    MessageAssociation,
)

from bots.core.channel import Attachment, AttachmentKind

SILENT_FIELDS = frozenset(
    {
        # keys and settings of the protocol, and parts of other messages
        "acp2SettingMessage", "associatedChildMessage", "chat", "deviceSentMessage", "editedMessage", "eventCoverImage",
        "fastRatchetKeySenderKeyDistributionMessage", "groupRootKeyShare", "limitSharingMessage", "messageContextInfo",
        "messageHistoryBundle", "messageHistoryNotice", "pollCreationOptionImageMessage", "protocolMessage",
        "rootSecretDistributeMessage", "secretEncryptedMessage", "senderKeyDistributionMessage",
        "statusLinkPreviewMetadata", "stickerSyncRmrMessage",
        # what is done to other messages: reactions, votes, pins, comments
        "cancelPaymentRequestMessage", "commentMessage", "declinePaymentRequestMessage", "encCommentMessage",
        "encEventResponseMessage", "encReactionMessage", "keepInChatMessage", "pinInChatMessage",
        "pollAddOptionMessage", "pollUpdateMessage", "reactionMessage", "scheduledCallEditMessage",
        "splitPaymentUpdateMessage",
        # calls, notices of status posts, and the announcement of an album
        "albumMessage", "bcallMessage", "botPlatformRegistrationSuccessMessage", "botTaskMessage", "call",
        "callLogMesssage", "groupStatusMentionMessage", "statusMentionMessage", "statusNotificationMessage",
        "statusStickerInteractionMessage",
    }
)  # fmt: skip
WRAPPER_FIELDS = tuple(
    field.name
    for field in Message.DESCRIPTOR.fields
    if field.message_type is FutureProofMessage.DESCRIPTOR and field.name not in SILENT_FIELDS
)
MAX_WRAPPER_DEPTH = 8  # nested wrappers; two occur in practice
TEXT_READERS: Mapping[str, Callable[[Any], Any]] = {
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
ATTACHMENT_KINDS = {
    "imageMessage": AttachmentKind.PICTURE,
    "videoMessage": AttachmentKind.VIDEO,
    "ptvMessage": AttachmentKind.VIDEO,  # a round video note
    "audioMessage": AttachmentKind.AUDIO,
    "documentMessage": AttachmentKind.FILE,
}
PLACEHOLDER_FIELD = "placeholderMessage"  # of a message that WhatsApp shows on the phone alone, or that is unreadable
DUPLICATE_ASSOCIATIONS = frozenset(
    {
        MessageAssociation.HD_VIDEO_DUAL_UPLOAD,
        MessageAssociation.HD_IMAGE_DUAL_UPLOAD,
        MessageAssociation.HEVC_VIDEO_DUAL_UPLOAD,
        MessageAssociation.MOTION_PHOTO,
    }
)
DOWNLOAD_FIELDS = ("URL", "directPath", "mediaKey", "fileEncSHA256", "fileSHA256", "fileLength", "mimetype")
_KIND_BY_MAJOR_TYPE = {"image": AttachmentKind.PICTURE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.AUDIO}
_UNKNOWN_MIME_TYPES = frozenset({"", "application/octet-stream"})
_MIME_TYPES = mimetypes.MimeTypes()  # the standard library's table, not the one of the operating system


def unwrap_message(message: Message) -> Message:
    """The innermost message inside its wrapper messages."""
    for _ in range(MAX_WRAPPER_DEPTH):
        wrapper = next((name for name in WRAPPER_FIELDS if message.HasField(name)), None)
        if wrapper is None:
            break
        message = getattr(message, wrapper).message
    return message


def field_of(message: Message) -> str | None:
    """The field that holds the content a user sent; None for protocol messages, poll votes, reactions, deletions, and
    the second copy of a file that was sent in two qualities."""
    if is_duplicate(message):
        return None
    names = [field.name for field, _ in message.ListFields() if field.name not in SILENT_FIELDS]
    return next((name for name in TEXT_READERS if name in names), names[0] if names else None)


def is_duplicate(message: Message) -> bool:
    """Whether this is the second quality of a picture or video that was sent already."""
    association = message.messageContextInfo.messageAssociation
    return bool(association.associationType in DUPLICATE_ASSOCIATIONS)


def text_of(message: Message, field: str) -> str:
    """The text or caption, without NUL, which databases cannot store."""
    text = str(TEXT_READERS[field](getattr(message, field))) if field in TEXT_READERS else ""
    return text.replace("\0", "").strip()


def context_info_of(message: Message, field: str) -> ContextInfo:
    """The quote and mentions of a message; empty for a content type that has none."""
    content = getattr(message, field)
    context = getattr(content, "contextInfo", None)
    return context if isinstance(context, ContextInfo) else ContextInfo()


def is_unreadable(message: Message, field: str) -> bool:
    """Whether it stands for content that is on the phone alone, as of a view-once message, or cannot be decrypted."""
    return field == PLACEHOLDER_FIELD or (field in ATTACHMENT_KINDS and not _has_file(getattr(message, field)))


def parse_quoted_attachments(context_info: ContextInfo) -> tuple[Attachment, ...]:
    """The file of the message replied to, if it can be downloaded."""
    message = unwrap_message(context_info.quotedMessage)
    field = field_of(message)
    return tuple(parse_attachments(message, field)) if field else ()


def parse_attachments(message: Message, field: str) -> Iterator[Attachment]:
    """The file of a message, if it can be downloaded."""
    content = getattr(message, field)
    if field not in ATTACHMENT_KINDS or not _has_file(content):
        return
    name = content.fileName.replace("\0", "") if field == "documentMessage" else ""
    attachment_kind = (
        _classify_document(content.mimetype, name) if field == "documentMessage" else ATTACHMENT_KINDS[field]
    )
    yield Attachment(attachment_kind, _encode_handle(field, content), name, content.fileLength or None)


def _has_file(content: Any) -> bool:
    return bool(content.mediaKey and (content.directPath or content.URL))


def message_from_handle(handle: str) -> Message:
    """The message to download a file with, from an attachment's handle. Raises ValueError for an invalid handle."""
    try:
        return Message.FromString(b64decode(handle, validate=True))
    except (DecodeError, BadBase64) as error:
        raise ValueError("no handle of a file") from error


def _encode_handle(source_field: str, content: Any) -> str:
    """Only the fields a download needs. A round video becomes a plain one, which neonize can download."""
    media_message = Message()
    target = getattr(media_message, "videoMessage" if source_field == "ptvMessage" else source_field)
    for field in DOWNLOAD_FIELDS:
        if content.HasField(field):
            setattr(target, field, getattr(content, field))
    return b64encode(media_message.SerializeToString()).decode()


def _classify_document(mime_type: str, name: str) -> AttachmentKind:
    known_type = (
        mime_type if mime_type not in _UNKNOWN_MIME_TYPES else _MIME_TYPES.guess_type(name, strict=False)[0] or ""
    )
    return _KIND_BY_MAJOR_TYPE.get(known_type.partition("/")[0], AttachmentKind.FILE)
