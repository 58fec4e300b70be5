"""JSON of messages, as Telegram writes it."""

import re
import time
from typing import Any

from fakes.telegram_api.files import Files, Media, StoredFile, acceptable_thumbnail, photo_sizes

COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w+)?")
MENTION = re.compile(r"(?<!\w)@\w{4,32}")
LINK = re.compile(r"https?://\S+")


def utf16_length(text: str) -> int:
    """Telegram counts in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def entities(text: str) -> list[dict[str, Any]]:
    """Entities of the commands, mentions and links in a text."""
    kinds = ((COMMAND, "bot_command"), (MENTION, "mention"), (LINK, "url"))
    found = [(match, kind) for pattern, kind in kinds for match in pattern.finditer(text)]
    command_ends = {match.end() for match, kind in found if kind == "bot_command"}
    return [
        {"type": kind, "offset": utf16_length(text[: match.start()]), "length": utf16_length(match.group())}
        for match, kind in sorted(found, key=lambda entry: entry[0].start())
        if not (kind == "mention" and match.end() in command_ends)
    ]


def now() -> int:
    return int(time.time())


def worded(field: str, text: str) -> dict[str, Any]:
    """A text or a caption with its entities; nothing for an empty one."""
    if not text:
        return {}
    marks = entities(text)
    name = "entities" if field == "text" else "caption_entities"
    return {field: text, **({name: marks} if marks else {})}


def attached(files: Files, media: Media) -> dict[str, Any]:
    """The fields of a message with this file, which is stored."""
    if media.kind == "photo":
        return {"photo": [_sized(files.keep(size)) for size in photo_sizes(media.content)]}
    return resent(files, files.keep(media))


def resent(files: Files, stored: StoredFile) -> dict[str, Any]:
    """The fields of a message with a file that is already stored."""
    described = _described(files, stored)
    fields: dict[str, Any] = {stored.media.kind: described}
    if stored.media.kind == "animation":
        kept = {"file_id", "file_unique_id", "file_size", "file_name", "mime_type", "thumbnail"}
        fields["document"] = {name: value for name, value in described.items() if name in kept}
    return fields


def _described(files: Files, stored: StoredFile) -> dict[str, Any]:
    media = stored.media
    described = stored.described()
    if media.kind == "video_note":
        return described | {"length": media.width, "duration": media.duration} | _thumbnail(files, media)
    if media.kind == "voice":
        return described | {"duration": media.duration, "mime_type": media.mime}
    described |= {"file_name": media.name, "mime_type": media.mime}
    if media.kind == "audio":
        return described | {"duration": media.duration}
    if media.kind in {"video", "animation"}:
        described |= {"width": media.width, "height": media.height, "duration": media.duration}
    return described | _thumbnail(files, media)


def _thumbnail(files: Files, media: Media) -> dict[str, Any]:
    small = acceptable_thumbnail(media.thumbnail)
    return {"thumbnail": _sized(files.keep(small))} if small else {}


def _sized(stored: StoredFile) -> dict[str, Any]:
    return stored.described() | {"width": stored.media.width, "height": stored.media.height}
