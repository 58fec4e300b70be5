"""Composition root of the web server and the Telegram bots."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import APIRouter
from telegram import Bot as TelegramBot

from bots.app.base import LINK_PROVIDERS, App, ChannelRuntime
from bots.billing.tenants.stores import TenantStores
from bots.core.channel import Channel
from bots.core.conversation import commands, stars
from bots.core.operations.upstream_checks import UpstreamChecks, services_of
from bots.core.update_handler import UpdateHandler
from bots.locales import LANGUAGES, translate
from bots.telegram.application import builder_for
from bots.telegram.bot_manager import BotManager, OnConnected
from bots.telegram.gateway import TelegramGateway
from bots.telegram.menu import BotProfile, follow_roles
from bots.telegram.stars import StarsRefunds
from bots.web.app import WebDependencies, create_app
from bots.web.auth.session import resolve_admin_ids
from bots.web.auth.sign_in import SignIn
from bots.web.page import PageChannel
from bots.web.server import WebServer, build_web_server
from bots.web.stripe_webhook import WebhookTarget, build_stripe_router
from bots.web.uploads.upload_folder import UploadFolder
from models.identity.people import Account
from models.identity.roles import Role
from storage.identity import user_search
from storage.messaging.telegram_bots import ServedBot

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
    uploads = UploadFolder(Path(settings.data_dir).resolve() / "uploads")
    page_channel = PageChannel(root.db, account.id, uploads)
    is_own = settings.mode == "local" and not settings.has_payment_provider
    admin_ids = resolve_admin_ids(settings.admin_identities, root.secret, account.tenant_id)
    deps = WebDependencies(
        db=root.db,
        media=root.store,
        secret=root.secret,
        data_folder=Path(settings.data_dir).resolve(),
        page=page_channel,
        sink=runtime.add_channel(
            account, page_channel, admin_ids=ANY_USER if is_own else admin_ids, providers=LINK_PROVIDERS
        ),
        mode=settings.mode,
        public_url=settings.public_url,
        sign_in=build_sign_in(runtime, account),
        metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else "",
        clock=root.db.clock,
        routers=(build_webhook_router(runtime.stores),),
        services=UpstreamChecks(root.db, services_of(settings)),
    )
    app = create_app(deps)
    return build_web_server(app, page_channel.notifier, host=host, port=port, proxies=settings.forwarded_allow_ips)


def build_sign_in(runtime: ChannelRuntime, account: Account) -> SignIn | None:
    """Sign-in of the page in production; None where it is not required, or no code can be sent."""
    app, email_sender = runtime.app, runtime.email_verification.email_sender
    if app.settings.mode == "local" or email_sender is None:
        return None
    return SignIn(app.db, account, app.secret, runtime.email_verification.codes, email_sender)


def build_telegram_gateway(runtime: ChannelRuntime, token: str) -> TelegramGateway:
    """Gateway of the operator's bot with that token; call it inside the running loop."""
    return _build_gateway(runtime, ServedBot(runtime.app.ensure_account("telegram", token.partition(":")[0]), token))


def build_bot_manager(runtime: ChannelRuntime) -> BotManager:
    """Manager of the bots connected by other tenants."""
    return BotManager(runtime.app.db, runtime.app.secret, partial(_build_gateway, runtime), runtime.remove_channel)


def _build_gateway(runtime: ChannelRuntime, bot: ServedBot, connected: OnConnected | None = None) -> TelegramGateway:
    settings, account = runtime.app.settings, bot.account

    def sink_for(channel: Channel) -> UpdateHandler:
        return runtime.add_channel(
            account, channel, admin_ids=settings.admin_identities, providers=settings.telegram_payment_providers
        )

    builder = builder_for(bot.token, settings.telegram_api_url)
    payment_refusal = stars.build_payment_check(runtime.app.db, account.tenant_id, account.channel)

    initial_profile = build_profile(runtime.app, account)

    async def run_background_tasks(telegram: TelegramBot) -> None:
        if connected is not None:
            await connected(telegram)
        refunds = StarsRefunds(telegram, runtime.app.db)
        menus = follow_roles(telegram, initial_profile, lambda: build_profile(runtime.app, account))
        await asyncio.gather(refunds.run(account.id), menus)

    return TelegramGateway(
        builder, sink_for, initial_profile, find_refusal=payment_refusal, background_task=run_background_tasks
    )


def build_profile(app: App, account: Account) -> BotProfile:
    """Bot profile that Telegram shows before the first message, and command menus of users who have a role now."""
    is_operator = account.tenant_id == app.load_operator_tenant().id
    identities = (identity.partition(":") for identity in app.settings.admin_identities if is_operator)
    with app.db.read_transaction() as session:
        staff = user_search.map_staff_roles(session, account.tenant_id, "telegram")
    staff |= {external_id: Role.OWNER for channel, _, external_id in identities if channel == "telegram"}
    return BotProfile(
        commands=commands.build_menus(is_operator=is_operator),
        descriptions={tag: translate(tag, "welcome") for tag in LANGUAGES},
        short_descriptions={tag: translate(tag, "about") for tag in LANGUAGES},
        staff_roles={each: role for each, role in sorted(staff.items()) if each.isdecimal()},
    )
