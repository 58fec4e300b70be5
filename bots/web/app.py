"""The web application: the chat page, media, health, metrics and webhooks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import structlog
from fastapi import APIRouter, Depends, FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bots.core.channel import Inbound, UpdateSink
from bots.core.inbound import InboundProcessor
from bots.core.operations.health_checks import HealthCheck, HealthThresholds, build_health_checks
from bots.core.operations.upstream_checks import UpstreamChecks
from bots.web.auth.session import Authenticator, LocalAuthenticator
from bots.web.auth.sign_in import SignIn
from bots.web.auth.sign_in_pages import SignInPages, build_sign_in_router
from bots.web.chat import ChatEndpoints, build_chat_router, build_upload_quota
from bots.web.corrections.endpoints import CorrectionEndpoints, build_corrections_router
from bots.web.inbound import PAGE_LIMITS, PageAdapter, sweep_uploads_forever
from bots.web.leased_updates import LeasedUpdateSink
from bots.web.links import MediaLinkSigner
from bots.web.media import build_media_router
from bots.web.middleware import HostCheckMiddleware, HstsMiddleware, allowed_hosts_for, origin_of
from bots.web.monitoring.health import build_deep_health_router, build_health_router
from bots.web.monitoring.metrics import build_metrics_router
from bots.web.monitoring.metrics_auth import require_metrics_access
from bots.web.page import PageChannel
from bots.web.static_pages import HomePage, add_home_page
from bots.web.uploads.upload_folder import UploadFolder
from models.columns import utc_now
from pipeline import Pipeline
from storage.clock import Clock
from storage.db import Database
from storage.media.media_store import MediaStore

MONITORING_PATHS = frozenset({"/health", "/health/deep", "/metrics"})  # requested by machines, under any host name
PRUNE_SECONDS = 3600.0  # seconds
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WebDependencies:
    """Dependencies of the web application.

    `data_folder` is the folder whose free space is checked, and where uploads arrive. `routers` are additional routes
    (payments, webhooks), `checks` additional checks of `/health/deep`, `services` the upstream services. In production
    the page is served once there are a `sign_in` and a `public_url`; metrics are served to clients that hold
    `metrics_token`. Words are corrected on the page where there is a `pipeline`.
    """

    db: Database
    media: MediaStore
    secret: bytes
    data_folder: Path
    page: PageChannel
    sink: UpdateSink
    mode: Literal["local", "production"] = "local"
    public_url: str = ""
    sign_in: SignIn | None = None
    metrics_token: str = ""
    clock: Clock = utc_now
    thresholds: HealthThresholds = field(default_factory=HealthThresholds)
    routers: tuple[APIRouter, ...] = ()
    checks: Mapping[str, HealthCheck] = field(default_factory=dict)
    services: UpstreamChecks | None = None
    pipeline: Pipeline | None = None

    @property
    def sign_in_pages(self) -> SignInPages | None:
        """Pages for signing in, where that is required and possible."""
        is_open = self.mode == "production" and self.sign_in is not None and self.public_url
        return SignInPages(self.sign_in, origin_of(self.public_url)) if is_open and self.sign_in else None


def create_app(deps: WebDependencies) -> FastAPI:
    """Build the application. In production without sign-in there is no page."""
    signer = MediaLinkSigner(deps.secret)
    authenticator: Authenticator = deps.sign_in or LocalAuthenticator()
    has_page = deps.mode == "local" or deps.sign_in_pages is not None
    folder = UploadFolder(deps.data_folder / "uploads")
    inbound = InboundProcessor(deps.sink, PageAdapter(deps.page.uploads), limits=PAGE_LIMITS)
    app = FastAPI(
        title="Rabisco", openapi_url=None, lifespan=_build_lifespan(deps, inbound, folder) if has_page else None
    )
    _add_monitoring(app, deps)
    app.include_router(build_media_router(deps.media, signer, deps.clock, authenticator))
    for router in deps.routers:
        app.include_router(router)
    if has_page:
        _add_page(
            app,
            deps,
            ChatEndpoints(
                deps.page,
                inbound,
                signer,
                deps.clock,
                authenticator,
                build_upload_quota(deps.page, folder),
                secret=deps.secret,
            ),
        )
    app.add_exception_handler(ClientDisconnect, log_aborted_request)
    _add_middleware(app, deps)
    return app


async def log_aborted_request(request: Request, error: Exception) -> Response:
    """Answer of a request whose client went away, or was too slow, while it was read: one line of the log."""
    log.info("request-aborted", path=request.url.path, error=type(error).__name__)
    return Response(status_code=408, headers={"connection": "close"})


def _add_monitoring(app: FastAPI, deps: WebDependencies) -> None:
    checks = build_health_checks(deps.db, deps.data_folder, deps.thresholds, deps.services) | dict(deps.checks)
    dependencies = [Depends(require_metrics_access(deps.metrics_token))] if deps.mode == "production" else []
    app.include_router(build_health_router())
    app.include_router(build_deep_health_router(checks, deps.thresholds), dependencies=dependencies)
    app.include_router(build_metrics_router(deps.db), dependencies=dependencies)


def _add_page(app: FastAPI, deps: WebDependencies, chat: ChatEndpoints) -> None:
    sign_in_pages = deps.sign_in_pages
    if sign_in_pages is not None:
        app.include_router(build_sign_in_router(sign_in_pages))
        chat = replace(chat, origin=sign_in_pages.origin)
    app.include_router(build_chat_router(chat))
    if deps.pipeline is not None:
        corrections = CorrectionEndpoints(
            deps.db, deps.pipeline, deps.page, chat.authenticator, chat.signer, deps.clock
        )
        app.include_router(build_corrections_router(corrections))
    add_home_page(app, HomePage(deps.page, chat.authenticator, sign_in_pages))


def _add_middleware(app: FastAPI, deps: WebDependencies) -> None:
    is_local = deps.mode == "local"
    if is_local or deps.public_url:
        exempt_paths = frozenset() if is_local else MONITORING_PATHS
        app.add_middleware(HostCheckMiddleware, hosts=allowed_hosts_for(deps.public_url), exempt_paths=exempt_paths)
    if not is_local and deps.public_url.startswith("https://"):
        app.add_middleware(HstsMiddleware)


def _build_lifespan(
    deps: WebDependencies, inbound: InboundProcessor[Inbound], folder: UploadFolder
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        background = [inbound.run(), sweep_uploads_forever(folder, deps.clock)]
        if deps.sign_in is not None:
            background.append(_prune_forever(deps.sign_in))
        with deps.sink.renew_leases() if isinstance(deps.sink, LeasedUpdateSink) else nullcontext():
            tasks = [asyncio.create_task(each) for each in background]
            yield
            deps.page.notifier.close()
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await inbound.stop()
        deps.page.uploads.executor.close()

    return lifespan


async def _prune_forever(sign_in: SignIn) -> None:
    """Delete expired sessions, now and every hour."""
    while True:
        await asyncio.to_thread(sign_in.prune_sessions)
        await asyncio.sleep(PRUNE_SECONDS)
