"""Composition root of the Telegram bots, and of the process that serves them alone."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

import typer
from telegram import Bot as TelegramBot

from bots.app.base import App, lock_folder_for
from bots.app.channels import ChannelRuntime, channel_runtime_for
from bots.app.process import open_app, run_until_stopped, start_disk_watch
from bots.core.channel import Channel
from bots.core.connections.leases import ConnectionLeases
from bots.core.conversation import commands, stars
from bots.core.update_handler import UpdateHandler
from bots.locales import LANGUAGES, translate
from bots.telegram.application import builder_for
from bots.telegram.gateway import TelegramGateway
from bots.telegram.menu import BotProfile, follow_roles
from bots.telegram.ownership.bot_manager import BotManager, OnConnected
from bots.telegram.ownership.operator_bot import OperatorBot
from bots.telegram.stars import StarsRefunds
from models.identity.people import Account
from models.identity.roles import Role
from models.settings import Settings
from storage.identity import user_search
from storage.messaging.telegram_bots import ServedBot


def build_telegram_gateway(runtime: ChannelRuntime, token: str) -> TelegramGateway:
    """Gateway of the operator's bot with that token; call it inside the running loop."""
    return _build_gateway(runtime, ServedBot(runtime.app.ensure_account("telegram", token.partition(":")[0]), token))


def build_operator_bot(runtime: ChannelRuntime, leases: ConnectionLeases, token: str) -> OperatorBot:
    """The operator's bot with that token, served while this process has its lease."""
    return OperatorBot(
        leases,
        runtime.app.ensure_account("telegram", token.partition(":")[0]).id,
        partial(build_telegram_gateway, runtime, token),
        runtime.remove_channel,
        typer.echo,
    )


def build_bot_manager(runtime: ChannelRuntime, leases: ConnectionLeases) -> BotManager:
    """Manager of the bots connected by other tenants."""
    app = runtime.app
    return BotManager(app.db, app.secret, partial(_build_gateway, runtime), runtime.remove_channel, leases)


def open_leases(stack: AsyncExitStack, app: App) -> ConnectionLeases:
    """Leases of the Telegram bots this process serves, given up at its end."""
    leases = ConnectionLeases(app.db, "telegram", lock_folder_for(app.settings))
    stack.push_async_callback(asyncio.to_thread, leases.close)
    return leases


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
        commands=commands.build_menus(is_operator=is_operator, has_chat_model=app.settings.has_chat_model),
        descriptions={tag: translate(tag, "welcome") for tag in LANGUAGES},
        short_descriptions={tag: translate(tag, "about") for tag in LANGUAGES},
        staff_roles={each: role for each, role in sorted(staff.items()) if each.isdecimal()},
    )


async def run_telegram(settings: Settings, token: str) -> None:
    """Run the operator's bot with that token, and those connected by other tenants. Raises TelegramConfigError."""
    async with AsyncExitStack() as stack:
        runtime = channel_runtime_for(await open_app(stack, settings))
        await start_disk_watch(stack, runtime.app)
        leases = open_leases(stack, runtime.app)
        bot, bot_manager = build_operator_bot(runtime, leases, token), build_bot_manager(runtime, leases)
        for stop in (bot.stop, bot_manager.stop):
            stack.push_async_callback(stop)  # after the last delivery, which needs its connection
        await stack.enter_async_context(runtime.deliver_messages())
        await run_until_stopped(bot.run(), bot_manager.run())
