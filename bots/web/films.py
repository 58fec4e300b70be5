"""Media files, to whoever holds a signed link."""

import asyncio

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from bots.web.guests import Door
from bots.web.links import BadLink, ExpiredLink, Link, Links
from storage.db import Clock
from storage.media import MediaStore

log = structlog.get_logger(__name__)

# What a browser may show by itself. Anything else is only ever saved, so that no file can act as a page of ours.
SHOWN = frozenset({"video/mp4", "video/webm", "image/jpeg", "image/png", "image/webp"})
HEADERS = {
    "cache-control": "private, max-age=3600",
    "content-security-policy": "default-src 'none'; media-src 'self'; img-src 'self'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}
REFUSED = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def media_routes(media: MediaStore, links: Links, clock: Clock, door: Door) -> APIRouter:
    router = APIRouter()

    @router.api_route("/media/{token}", methods=["GET", "HEAD"])
    async def file(request: Request, token: str, download: bool = False) -> Response:
        try:
            link = links.verify(token, clock())
            await asyncio.to_thread(_check_owner, link, door, request)
            path = await asyncio.to_thread(media.path, link.key)
        except ExpiredLink:
            return PlainTextResponse("This link has expired.", 410, REFUSED)
        except (BadLink, FileNotFoundError):
            return PlainTextResponse("There is no such file.", 404, REFUSED)
        except OSError as error:
            log.warning("media-away", error=type(error).__name__)
            return PlainTextResponse("Files cannot be read right now. Try again in a minute.", 503, REFUSED)
        return FileResponse(
            path,
            headers=HEADERS,
            media_type=link.mime if link.mime in SHOWN else "application/octet-stream",
            filename=link.name,
            content_disposition_type=_disposition(link, download=download),
        )

    return router


def _check_owner(link: Link, door: Door, request: Request) -> None:
    """A link to somebody's film is of no use to anybody else who comes by it. Raises BadLink."""
    guest = door.guest(request) if link.owner else None
    if link.owner and (guest is None or guest.seal != link.owner):
        raise BadLink


def _disposition(link: Link, *, download: bool) -> str:
    return "attachment" if download or link.mime not in SHOWN else "inline"
