"""Reader of the files of Telegram's messages. Pure: makes no requests."""

import mimetypes
from collections.abc import Iterator, Sequence

from telegram import (
    Animation,
    Document,
    ExternalReplyInfo,
    Message,
    PaidMedia,
    PaidMediaLivePhoto,
    PaidMediaPhoto,
    PaidMediaVideo,
    PhotoSize,
    Video,
    Voice,
)

from bots.core.channel import Attachment, AttachmentKind

_KINDS_BY_FAMILY = {"image": AttachmentKind.PICTURE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.AUDIO}
_GENERIC_MIME_TYPES = {None, "", "application/octet-stream"}
_MIME_TYPES = mimetypes.MimeTypes()  # the standard library's table, not the machine's own


def attachments_of(message: Message | ExternalReplyInfo) -> tuple[Attachment, ...]:
    """The files of a message, or of one replied to in another chat; of a photo the largest size. Only of paid media
    there can be several."""
    return tuple(_read_files(message))


def _read_files(message: Message | ExternalReplyInfo) -> Iterator[Attachment]:
    """An animation also has a `document` of the same file, so `document` is checked last."""
    if message.photo:
        yield _read_photo(message.photo)
    elif video := message.video or message.animation:
        yield _read_video(video)
    elif message.video_note:
        yield Attachment(AttachmentKind.VIDEO, message.video_note.file_id, size=message.video_note.file_size)
    elif sound := message.voice or message.audio:
        name = "" if isinstance(sound, Voice) else sound.file_name or ""
        yield Attachment(AttachmentKind.AUDIO, sound.file_id, name, sound.file_size)
    elif message.document:
        yield _read_document(message.document)
    elif message.paid_media:
        for media in message.paid_media.paid_media:
            yield from _read_paid_media(media)


def _read_paid_media(media: PaidMedia) -> Iterator[Attachment]:
    """The file, where Telegram gives it: for whoever has not paid there is only a preview."""
    if isinstance(media, PaidMediaPhoto):
        yield _read_photo(media.photo)
    elif isinstance(media, PaidMediaVideo):
        yield _read_video(media.video)
    elif isinstance(media, PaidMediaLivePhoto) and media.live_photo.photo:
        yield _read_photo(media.live_photo.photo)


def _read_photo(sizes: Sequence[PhotoSize]) -> Attachment:
    size = max(sizes, key=lambda size: size.width * size.height)
    return Attachment(AttachmentKind.PICTURE, size.file_id, size=size.file_size)


def _read_video(video: Video | Animation) -> Attachment:
    return Attachment(AttachmentKind.VIDEO, video.file_id, video.file_name or "", video.file_size)


def _read_document(document: Document) -> Attachment:
    name = document.file_name or ""
    declared = document.mime_type
    mime = declared if declared not in _GENERIC_MIME_TYPES else _MIME_TYPES.guess_type(name, strict=False)[0]
    kind = _KINDS_BY_FAMILY.get((mime or "").split("/")[0], AttachmentKind.FILE)
    return Attachment(kind, document.file_id, name, document.file_size)
