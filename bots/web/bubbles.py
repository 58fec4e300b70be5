"""A message as the page keeps it, and as it is shown."""

import base64
import mimetypes
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bots.core.channel import AttachmentKind, Text, Upload
from bots.web.links import Links, expiry
from models.deliveries import PageMessage

MAX_NAME = 120  # characters; it travels in the link
MAX_THUMBNAIL = 200_000  # bytes
_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}
_DATA_URL = re.compile(r"data:image/(?:jpeg|png|webp);base64,[A-Za-z0-9+/]+={0,2}")
_PLAYABLE = frozenset({"video/mp4", "video/webm"})
_MIME = "application/octet-stream"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Button(_Part):
    data: str
    label: str
    url: str | None = None


class Film(_Part):
    """A file of the media store. Size in pixels, length in seconds, weight in bytes; the poster is a data URL."""

    key: str
    name: str
    mime: str
    weight: int
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    poster: str | None = None
    plays: bool = True


class Sent(_Part):
    """A file the person sent, as they remember it; the thumbnail is a data URL their browser made."""

    kind: AttachmentKind
    name: str
    thumbnail: str | None = None


class Body(_Part):
    """The content of a page's message."""

    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    reply_to: str | None = None
    film: Film | None = None
    sent: tuple[Sent, ...] = ()
    picture: str | None = None  # a PNG as a data URL

    def kept(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)

    def button(self, data: str) -> Button | None:
        """The button that sends `data`, if there is one."""
        return next((button for row in self.buttons for button in row if button.data == data and not button.url), None)

    def reworded(self, text: Text) -> "Body":
        """The same message with another text, picture and other buttons; its film, and what it answers, stay."""
        return self.model_copy(update={"text": text.text, "buttons": _buttons(text), "picture": _picture(text)})


def said(text: Text) -> Body:
    return Body(text=text.text, buttons=_buttons(text), reply_to=text.reply_to, picture=_picture(text))


def shown_film(upload: Upload, *, plays: bool) -> Body:
    """A message with a film, or with a file to be saved."""
    mime = mimetypes.guess_type(upload.name)[0] or _MIME
    film = Film(
        key=upload.key,
        name=upload.name[-MAX_NAME:],
        mime=mime,
        weight=upload.path.stat().st_size,
        width=upload.width,
        height=upload.height,
        seconds=upload.seconds,
        poster=thumbnail(upload.thumbnail),
        plays=plays and mime in _PLAYABLE,
    )
    return said(upload.caption).model_copy(update={"film": film})


def thumbnail(path: Path | None) -> str | None:
    """A small picture as a data URL; None where it is missing, too big, or not a picture by its first bytes."""
    if path is None or not path.is_file() or path.stat().st_size > MAX_THUMBNAIL:
        return None
    raw = path.read_bytes()
    mime = next((mime for magic, mime in _PICTURES.items() if raw.startswith(magic)), None)
    return f"data:{mime};base64,{base64.b64encode(raw).decode()}" if mime else None


def safe_thumbnail(url: str) -> str | None:
    """A data URL that came from outside, if it can only be a small picture."""
    return url if len(url) <= MAX_THUMBNAIL and _DATA_URL.fullmatch(url) else None


def shown(message: PageMessage, links: Links, now: datetime, owner: str = "") -> dict[str, Any]:
    """What the page is told about a message; its film opens for `owner` alone, if one is named.

    Times are microseconds, so that the page can sort by them.
    """
    body = Body.model_validate(message.body)
    told = body.model_dump(mode="json", exclude={"film"})
    return told | {
        "id": str(message.id),
        "author": message.author,
        "version": message.version,
        "at": round(message.created_at.timestamp() * 1_000_000),
        "film": _told(body.film, links, now, owner) if body.film else None,
    }


def _told(film: Film, links: Links, now: datetime, owner: str) -> dict[str, Any]:
    address = "/media/" + links.sign(film.key, film.name, film.mime, expiry(now), owner)
    return film.model_dump(mode="json", exclude={"key"}) | {"url": address, "save": address + "?download=1"}


def _picture(text: Text) -> str | None:
    return f"data:image/png;base64,{base64.b64encode(text.picture).decode()}" if text.picture else None


def _buttons(text: Text) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(Button(data=one.data, label=one.label, url=one.url) for one in row) for row in text.choices)
