"""The web application: the chat page in local mode, and what every house shows to the outside."""

import asyncio
import html
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bots.core.channel import Inlet
from bots.web.chat import Chat, chat_routes, form_limits
from bots.web.films import media_routes
from bots.web.guard import HostGuard, allowed_hosts
from bots.web.health import Check, Thresholds, health_routes, house_checks
from bots.web.links import Links
from bots.web.metrics import metrics_routes
from bots.web.page import PageChannel
from bots.web.reception import Reception
from bots.web.texts import for_page, preferred, spoken
from models.columns import utc_now
from storage.db import Clock, Database
from storage.media import MediaStore

PAGE_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "vary": "accept-language",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class WebParts:
    """What the web application works with.

    `disk` is the folder whose free space is watched. `routers` are routes of others (payments, webhooks), `checks`
    further lines of `/health/deep`.
    """

    db: Database
    media: MediaStore
    secret: bytes
    disk: Path
    page: PageChannel
    inlet: Inlet
    mode: Literal["local", "production"] = "local"
    public_url: str = ""
    clock: Clock = utc_now
    thresholds: Thresholds = field(default_factory=Thresholds)
    routers: tuple[APIRouter, ...] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)


def create_app(parts: WebParts) -> FastAPI:
    """The application. In production there is no page yet: nobody could sign in to it."""
    links = Links(parts.secret)
    reception = Reception(parts.inlet, parts.page.uploads, parts.clock)
    local = parts.mode == "local"
    app = FastAPI(
        title="Rabisco",
        openapi_url=None,
        lifespan=_page_life(parts.page, reception) if local else None,
    )
    checks = house_checks(parts.db, parts.disk, parts.thresholds) | dict(parts.checks)
    app.include_router(health_routes(checks, parts.thresholds))
    app.include_router(metrics_routes(parts.db))
    app.include_router(media_routes(parts.media, links, parts.clock))
    for router in parts.routers:
        app.include_router(router)
    if local:
        app.include_router(chat_routes(Chat(parts.page, reception, links, parts.clock)))
        _add_page(app, parts.page)
        app.add_middleware(HostGuard, hosts=allowed_hosts(parts.public_url))
    return app


def _page_life(page: PageChannel, reception: Reception) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        await reception.recover()
        sweeping = asyncio.create_task(reception.sweep_on())
        yield
        page.bell.close()
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping
        await reception.close()

    return life


def _add_page(app: FastAPI, page: PageChannel) -> None:
    static = files("bots.web").joinpath("static")
    template = files("bots.web").joinpath("page.html").read_text("utf-8")
    limits = form_limits(page)
    bounds = {"max_bytes": limits.max_bytes, "max_files": limits.max_files, "max_text": page.can.max_text}

    @app.get("/")
    async def show(request: Request) -> Response:
        language = spoken(preferred(request.headers.get("accept-language", "")))
        return HTMLResponse(render(template, language, bounds), headers=PAGE_HEADERS)

    app.mount("/static", _Static(directory=str(static)))


def render(template: str, language: str, bounds: Mapping[str, int]) -> str:
    """The page in one language: `{{name}}` becomes that sentence, and the script gets all of them as data."""
    words = for_page(language)
    data = json.dumps({"language": language, "limits": bounds, "texts": words}).replace("<", "\\u003c")
    filled = template.replace("{{language}}", language).replace("{{data}}", data)
    for name, text in words.items():
        filled = filled.replace("{{" + name + "}}", html.escape(text))
    return filled


class _Static(StaticFiles):
    """The page's files, asked for anew each time: after an update nobody runs an old script."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response
