"""The web application: the chat page, and what every house shows to the outside."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Depends, FastAPI

from bots.core.channel import Inlet
from bots.core.rooms import Check, Thresholds, house_checks
from bots.core.services import Services
from bots.web.chat import Chat, allowance, chat_routes
from bots.web.films import media_routes
from bots.web.front import Front, add_front
from bots.web.guard import HostGuard, Strict, allowed_hosts, origin_of
from bots.web.guests import Door, OpenDoor
from bots.web.health import deep_routes, health_routes
from bots.web.links import Links
from bots.web.metrics import metrics_routes
from bots.web.page import PageChannel
from bots.web.porch import Porch
from bots.web.reception import Reception
from bots.web.signing import SignIn, sign_in_routes
from bots.web.watch import watch
from models.columns import utc_now
from storage.db import Clock, Database
from storage.media import MediaStore

WATCHED = frozenset({"/health", "/health/deep", "/metrics"})  # asked for by machines, under any name
PRUNE_EVERY = 3600.0  # seconds


@dataclass(frozen=True, slots=True)
class WebParts:
    """What the web application works with.

    `disk` is the folder whose free space is watched. `routers` are routes of others (payments, webhooks), `checks`
    further lines of `/health/deep`, `services` what we live on. In production the page is there once there is a `porch`
    to sign in at and a `public_url` it is found under; the figures are shown on the house's own network, and to who has
    `metrics_token`.
    """

    db: Database
    media: MediaStore
    secret: bytes
    disk: Path
    page: PageChannel
    inlet: Inlet
    mode: Literal["local", "production"] = "local"
    public_url: str = ""
    porch: Porch | None = None
    metrics_token: str = ""
    clock: Clock = utc_now
    thresholds: Thresholds = field(default_factory=Thresholds)
    routers: tuple[APIRouter, ...] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    services: Services | None = None

    @property
    def sign_in(self) -> SignIn | None:
        """How people sign in, where they have to and can."""
        is_open = self.mode == "production" and self.porch is not None and self.public_url
        return SignIn(self.porch, origin_of(self.public_url)) if is_open and self.porch else None


def create_app(parts: WebParts) -> FastAPI:
    """The application. In production without a way to sign in there is no page."""
    links = Links(parts.secret)
    door: Door = parts.porch or OpenDoor()
    has_page = parts.mode == "local" or parts.sign_in is not None
    reception = Reception(parts.inlet, parts.page.uploads, parts.clock)
    app = FastAPI(title="Rabisco", openapi_url=None, lifespan=_page_life(parts, reception) if has_page else None)
    _add_figures(app, parts)
    app.include_router(media_routes(parts.media, links, parts.clock, door))
    for router in parts.routers:
        app.include_router(router)
    if has_page:
        _add_page(app, parts, Chat(parts.page, reception, links, parts.clock, door, allowance(parts.page)))
    _add_guards(app, parts)
    return app


def _add_figures(app: FastAPI, parts: WebParts) -> None:
    checks = house_checks(parts.db, parts.disk, parts.thresholds, parts.services) | dict(parts.checks)
    watched = [Depends(watch(parts.metrics_token))] if parts.mode == "production" else []
    app.include_router(health_routes())
    app.include_router(deep_routes(checks, parts.thresholds), dependencies=watched)
    app.include_router(metrics_routes(parts.db), dependencies=watched)


def _add_page(app: FastAPI, parts: WebParts, chat: Chat) -> None:
    sign_in = parts.sign_in
    if sign_in is not None:
        app.include_router(sign_in_routes(sign_in))
        chat = replace(chat, origin=sign_in.origin)
    app.include_router(chat_routes(chat))
    add_front(app, Front(parts.page, chat.door, sign_in))


def _add_guards(app: FastAPI, parts: WebParts) -> None:
    is_local = parts.mode == "local"
    if is_local or parts.public_url:
        unguarded = frozenset() if is_local else WATCHED
        app.add_middleware(HostGuard, hosts=allowed_hosts(parts.public_url), but=unguarded)
    if not is_local and parts.public_url.startswith("https://"):
        app.add_middleware(Strict)


def _page_life(parts: WebParts, reception: Reception) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        await reception.recover()
        sweeping = [asyncio.create_task(reception.sweep_on())]
        if parts.porch is not None:
            sweeping.append(asyncio.create_task(_prune_on(parts.porch)))
        yield
        parts.page.bell.close()
        for task in sweeping:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await reception.close()

    return life


async def _prune_on(porch: Porch) -> None:
    """Forget sessions that are over, now and every hour."""
    while True:
        await asyncio.to_thread(porch.prune)
        await asyncio.sleep(PRUNE_EVERY)
