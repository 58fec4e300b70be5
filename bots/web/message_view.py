"""Messages of the chat page as they are stored, and as they are sent to the browser."""

import base64
import mimetypes
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bots.core.channel import AttachmentKind, RenderedMessage, Upload
from bots.web.links import MediaLinkSigner, expiry_for
from models.messaging.deliveries import PageMessage

MAX_NAME_LENGTH = 120  # characters; the name is part of the signed link
MAX_POSTER_BYTES = 200_000  # bytes, of a film of ours
MAX_THUMBNAIL_LENGTH = 27_000  # characters of a data URL from a browser, whose picture has at most 20 kB
_IMAGE_SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}
_DATA_URL_PATTERN = re.compile(r"data:image/(?:jpeg|png|webp);base64,[A-Za-z0-9+/]+={0,2}")
_PLAYABLE_TYPES = frozenset({"video/mp4", "video/webm"})
_ID_LENGTH = 36  # characters of a UUID
_DEFAULT_TYPE = "application/octet-stream"


class _FrozenModel(BaseModel):
    model_config = ConfigDict(frozen=True)


class MessageButton(_FrozenModel):
    data: str
    label: str
    url: str | None = None


class MediaAttachment(_FrozenModel):
    """A file of the media store. Width and height in pixels, `weight` in bytes; the poster is a data URL."""

    key: str
    name: str
    mime: str
    weight: int
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    poster: str | None = None
    plays: bool = True


class SentFile(_FrozenModel):
    """A file the user sent, as the page shows it; the thumbnail is a data URL made by the browser."""

    kind: AttachmentKind
    name: str
    thumbnail: str | None = None


class MessageBody(_FrozenModel):
    """Content of a message of the page; stored as JSON."""

    text: str = ""
    buttons: tuple[tuple[MessageButton, ...], ...] = ()
    reply_to: str | None = None
    film: MediaAttachment | None = None
    sent: tuple[SentFile, ...] = ()
    picture: str | None = None  # a PNG or JPEG as a data URL
    areas: tuple[tuple[float, float, float, float], ...] = ()  # of it, for the first buttons: shares of its sides
    answers: str | None = None  # id of the newest message or press of the user's that it answers

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)

    def find_button(self, data: str) -> MessageButton | None:
        """The button that sends `data`, if there is one."""
        return next((button for row in self.buttons for button in row if button.data == data and not button.url), None)

    def replace_text(self, text: RenderedMessage) -> "MessageBody":
        """A copy with another text, picture and buttons; its media and the message it replies to stay, and what it
        answers unless the text answers something else."""
        answers = _read_answered_id(text) or self.answers
        changed = {"text": text.text, "buttons": _build_buttons(text), "picture": _encode_picture(text)}
        return self.model_copy(update={**changed, "areas": text.areas, "answers": answers})

    def is_displayed_as(self, other: "MessageBody") -> bool:
        """Whether both show the same, whatever they answer."""
        return self.model_copy(update={"answers": other.answers}) == other


def build_text_body(text: RenderedMessage) -> MessageBody:
    return MessageBody(
        text=text.text,
        buttons=_build_buttons(text),
        reply_to=text.reply_to,
        picture=_encode_picture(text),
        areas=text.areas,
        answers=_read_answered_id(text),
    )


def build_media_body(upload: Upload, *, plays: bool) -> MessageBody:
    """A message with a video, or with a file to be downloaded."""
    mime = mimetypes.guess_type(upload.name)[0] or _DEFAULT_TYPE
    attachment = MediaAttachment(
        key=upload.key,
        name=upload.name[-MAX_NAME_LENGTH:],
        mime=mime,
        weight=upload.path.stat().st_size,
        width=upload.width,
        height=upload.height,
        seconds=upload.seconds,
        poster=encode_thumbnail(upload.thumbnail),
        plays=plays and mime in _PLAYABLE_TYPES,
    )
    return build_text_body(upload.caption).model_copy(update={"film": attachment})


def encode_thumbnail(path: Path | None) -> str | None:
    """A small picture as a data URL; None where it is missing, too big, or has no picture's signature."""
    if path is None or not path.is_file() or path.stat().st_size > MAX_POSTER_BYTES:
        return None
    return _build_data_url(path.read_bytes())


def sanitize_thumbnail(url: str) -> str | None:
    """A data URL sent by the browser, if it can only be a small picture; otherwise None."""
    return url if len(url) <= MAX_THUMBNAIL_LENGTH and _DATA_URL_PATTERN.fullmatch(url) else None


def render_message(message: PageMessage, signer: MediaLinkSigner, now: datetime, owner: str = "") -> dict[str, Any]:
    """JSON of a message for the page; its media link works for `owner` alone, if one is given.

    Times are microseconds, so that the page can sort by them.
    """
    body = MessageBody.model_validate(message.body)
    rendered = body.model_dump(mode="json", exclude={"film"})
    return rendered | {
        "id": str(message.id),
        "author": message.author,
        "version": message.version,
        "at": round(message.created_at.timestamp() * 1_000_000),
        "film": _render_media(body.film, signer, now, owner) if body.film else None,
    }


def _render_media(attachment: MediaAttachment, signer: MediaLinkSigner, now: datetime, owner: str) -> dict[str, Any]:
    url = "/media/" + signer.sign(attachment.key, attachment.name, attachment.mime, expiry_for(now), owner)
    return attachment.model_dump(mode="json", exclude={"key"}) | {"url": url, "save": url + "?download=1"}


def _read_answered_id(text: RenderedMessage) -> str | None:
    """The id that the browser gave to what is answered, at the end of that of the update."""
    return text.answers[-_ID_LENGTH:] if text.answers else None


def _encode_picture(text: RenderedMessage) -> str | None:
    return _build_data_url(text.picture) if text.picture else None


def _build_data_url(raw: bytes) -> str | None:
    mime = next((mime for magic, mime in _IMAGE_SIGNATURES.items() if raw.startswith(magic)), None)
    return f"data:{mime};base64,{base64.b64encode(raw).decode()}" if mime else None


def _build_buttons(text: RenderedMessage) -> tuple[tuple[MessageButton, ...], ...]:
    return tuple(
        tuple(MessageButton(data=choice.data, label=choice.label, url=choice.url) for choice in row)
        for row in text.choices
    )
