"""Media files, served by signed link."""

import asyncio

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from bots.web.auth.session import Authenticator
from bots.web.links import BadLink, ExpiredLink, MediaLink, MediaLinkSigner
from storage.clock import Clock
from storage.media.media_store import MediaStore

log = structlog.get_logger(__name__)

# Types a browser may render. Anything else is only downloaded, so that no file can act as a page of this site.
INLINE_TYPES = frozenset({"video/mp4", "video/webm", "image/jpeg", "image/png", "image/webp"})
MEDIA_HEADERS = {
    "cache-control": "private, max-age=3600",
    "content-security-policy": "default-src 'none'; media-src 'self'; img-src 'self'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}
ERROR_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def build_media_router(
    media: MediaStore, signer: MediaLinkSigner, clock: Clock, authenticator: Authenticator
) -> APIRouter:
    router = APIRouter()

    @router.api_route("/media/{token}", methods=["GET", "HEAD"])
    async def get_file(request: Request, token: str, download: bool = False) -> Response:
        try:
            link = signer.verify(token, clock())
            await asyncio.to_thread(_check_owner, link, authenticator, request)
            path = await asyncio.to_thread(media.get_local_path, link.key)
        except ExpiredLink:
            return PlainTextResponse("This link has expired.", 410, ERROR_HEADERS)
        except (BadLink, FileNotFoundError):
            return PlainTextResponse("There is no such file.", 404, ERROR_HEADERS)
        except OSError as error:
            log.warning("media-store-unavailable", error=type(error).__name__)
            return PlainTextResponse("Files cannot be read right now. Try again in a minute.", 503, ERROR_HEADERS)
        return FileResponse(
            path,
            headers=MEDIA_HEADERS,
            media_type=link.mime if link.mime in INLINE_TYPES else "application/octet-stream",
            filename=link.name,
            content_disposition_type=_disposition_of(link, download=download),
        )

    return router


def _check_owner(link: MediaLink, authenticator: Authenticator, request: Request) -> None:
    """Reject a link with an owner for every other user. Raises BadLink."""
    user = authenticator.authenticate(request) if link.owner else None
    if link.owner and (user is None or user.link_owner != link.owner):
        raise BadLink


def _disposition_of(link: MediaLink, *, download: bool) -> str:
    return "attachment" if download or link.mime not in INLINE_TYPES else "inline"
