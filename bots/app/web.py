"""Composition root of the web server, and of the process that runs it alone."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import typer
from fastapi import APIRouter

from bots.app.channels import LINK_PROVIDERS, ChannelRuntime, channel_runtime_for
from bots.app.process import open_app, run_until_stopped, start_backups, start_disk_watch
from bots.billing.tenants.stores import TenantStores
from bots.core.operations.upstream_checks import UpstreamChecks, services_of
from bots.web.app import WebDependencies, create_app
from bots.web.auth.session import resolve_admin_ids
from bots.web.auth.sign_in import SignIn
from bots.web.leased_updates import LeasedUpdateSink
from bots.web.page import PageChannel
from bots.web.server import WebServer, build_web_server
from bots.web.stripe_webhook import WebhookTarget, build_stripe_router
from bots.web.uploads.upload_store import UploadStore
from models.identity.people import Account
from models.settings import Settings

ANY_USER = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class WebhookTargets(Mapping[str, WebhookTarget]):
    """Webhook targets of the stores that exist at the moment: tenants open theirs while the process runs."""

    stores: TenantStores

    def __getitem__(self, name: str) -> WebhookTarget:
        store = self.stores.by_name[name]
        if store.verifier is None:
            raise KeyError(name)
        return WebhookTarget(store.verifier, store.workers.event_processor.save, store.workers.wake)

    def __iter__(self) -> Iterator[str]:
        return (name for name, store in list(self.stores.by_name.items()) if store.verifier is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def build_webhook_router(stores: TenantStores) -> APIRouter:
    """Routes for the payment provider's webhooks, for stores whose signatures can be verified."""
    return build_stripe_router(WebhookTargets(stores))


def build_page_server(runtime: ChannelRuntime, *, host: str, port: int) -> WebServer:
    """The web server with the chat page. In local mode its user is the owner until something is sold."""
    root = runtime.app
    settings = root.settings
    account = root.ensure_account("page", "local")
    page_channel = PageChannel(root.db, account.id, UploadStore(root.db, root.store, account.id))
    is_own = settings.mode == "local" and not settings.has_payment_provider
    admin_ids = resolve_admin_ids(settings.admin_identities, root.secret, account.tenant_id)
    handler = runtime.add_channel(
        account, page_channel, admin_ids=ANY_USER if is_own else admin_ids, providers=LINK_PROVIDERS
    )
    deps = WebDependencies(
        db=root.db,
        media=root.store,
        secret=root.secret,
        data_folder=Path(settings.data_dir).resolve(),
        page=page_channel,
        sink=LeasedUpdateSink(handler, root.db, account.id),
        mode=settings.mode,
        public_url=settings.public_url,
        sign_in=build_sign_in(runtime, account),
        metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else "",
        clock=root.db.clock,
        routers=(build_webhook_router(runtime.stores),),
        services=UpstreamChecks(root.db, services_of(settings)),
        pipeline=root.pipeline,
    )
    app = create_app(deps)
    return build_web_server(app, page_channel.notifier, host=host, port=port, proxies=settings.trusted_proxies)


def build_sign_in(runtime: ChannelRuntime, account: Account) -> SignIn | None:
    """Sign-in of the page in production; None where it is not required, or no code can be sent."""
    app, email_sender = runtime.app, runtime.email_verification.email_sender
    if app.settings.mode == "local" or email_sender is None:
        return None
    return SignIn(app.db, account, app.secret, runtime.email_verification.codes, email_sender)


async def run_web(settings: Settings, host: str, port: int) -> None:
    """Run the web server alone."""
    async with AsyncExitStack() as stack:
        runtime = channel_runtime_for(await open_app(stack, settings))
        await start_disk_watch(stack, runtime.app)
        await start_backups(stack, runtime.app)
        server = build_page_server(runtime, host=host, port=port)
        await stack.enter_async_context(runtime.deliver_messages())
        await run_until_stopped(serve_page(server, settings, host))


async def serve_page(server: WebServer, settings: Settings, host: str) -> None:
    """Serve until cancelled. The address is printed once it is reached."""
    server_task = asyncio.create_task(server.serve())
    while not server.started and not server_task.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.05)
    if server.started:
        port = server.servers[0].sockets[0].getsockname()[1]
        typer.echo(f"{_describe_page(settings, f'http://{host}:{port}')}   (Ctrl-C ends it)")
    try:
        await asyncio.shield(server_task)
    finally:
        server.should_exit = True
        await server_task


def _describe_page(settings: Settings, local_url: str) -> str:
    """Line that says where the page is."""
    if settings.mode == "local":
        return f"The chat page: {local_url}"
    if not settings.has_chat_page:
        return f"Serving on {local_url}. There is no chat page before PUBLIC_URL and SMTP_URL are set."
    return f"The chat page: {settings.public_url}, served on {local_url}"
