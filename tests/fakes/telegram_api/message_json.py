"""JSON of messages, as Telegram writes it."""

import re
import time
from typing import Any

from fakes.telegram_api.files import (
    TelegramFile,
    TelegramFileStore,
    TelegramMedia,
    accept_thumbnail,
    render_photo_sizes,
)

COMMAND_PATTERN = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w+)?")
MENTION_PATTERN = re.compile(r"(?<!\w)@\w{4,32}")
LINK_PATTERN = re.compile(r"https?://\S+")


def count_utf16_units(text: str) -> int:
    """Telegram counts in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def find_entities(text: str) -> list[dict[str, Any]]:
    """Entities of the commands, mentions and links in a text."""
    kinds = ((COMMAND_PATTERN, "bot_command"), (MENTION_PATTERN, "mention"), (LINK_PATTERN, "url"))
    found = [(match, kind) for pattern, kind in kinds for match in pattern.finditer(text)]
    command_ends = {match.end() for match, kind in found if kind == "bot_command"}
    return [
        {"type": kind, "offset": count_utf16_units(text[: match.start()]), "length": count_utf16_units(match.group())}
        for match, kind in sorted(found, key=lambda entry: entry[0].start())
        if not (kind == "mention" and match.end() in command_ends)
    ]


def get_timestamp() -> int:
    return int(time.time())


def build_text_fields(field: str, text: str) -> dict[str, Any]:
    """A text or a caption with its entities; nothing for an empty one."""
    if not text:
        return {}
    found_entities = find_entities(text)
    name = "entities" if field == "text" else "caption_entities"
    return {field: text, **({name: found_entities} if found_entities else {})}


def build_media_fields(files: TelegramFileStore, media: TelegramMedia) -> dict[str, Any]:
    """The fields of a message with this file, which is stored."""
    if media.kind == "photo":
        return {"photo": [_describe_photo_size(files.store(size)) for size in render_photo_sizes(media.content)]}
    return build_stored_file_fields(files, files.store(media))


def build_stored_file_fields(files: TelegramFileStore, stored: TelegramFile) -> dict[str, Any]:
    """The fields of a message with a file that is already stored."""
    description = _describe_file(files, stored)
    fields: dict[str, Any] = {stored.media.kind: description}
    if stored.media.kind == "animation":
        document_fields = {"file_id", "file_unique_id", "file_size", "file_name", "mime_type", "thumbnail"}
        fields["document"] = {name: value for name, value in description.items() if name in document_fields}
    return fields


def _describe_file(files: TelegramFileStore, stored: TelegramFile) -> dict[str, Any]:
    media = stored.media
    description = stored.to_json()
    if media.kind == "video_note":
        return description | {"length": media.width, "duration": media.duration} | _build_thumbnail_field(files, media)
    if media.kind == "voice":
        return description | {"duration": media.duration, "mime_type": media.mime}
    description |= {"file_name": media.name, "mime_type": media.mime}
    if media.kind == "audio":
        return description | {"duration": media.duration}
    if media.kind in {"video", "animation"}:
        description |= {"width": media.width, "height": media.height, "duration": media.duration}
    return description | _build_thumbnail_field(files, media)


def _build_thumbnail_field(files: TelegramFileStore, media: TelegramMedia) -> dict[str, Any]:
    accepted = accept_thumbnail(media.thumbnail)
    return {"thumbnail": _describe_photo_size(files.store(accepted))} if accepted else {}


def _describe_photo_size(stored: TelegramFile) -> dict[str, Any]:
    return stored.to_json() | {"width": stored.media.width, "height": stored.media.height}
