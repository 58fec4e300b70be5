"""Composition root of the one process that runs everything on a small machine."""

import asyncio
from contextlib import AsyncExitStack

import typer

from bots.app.base import App
from bots.app.channels import channel_runtime_for
from bots.app.process import open_app, run_until_stopped, start_backups
from bots.app.telegram import build_bot_manager, build_operator_bot, open_leases
from bots.app.web import build_page_server, serve_page
from bots.app.whatsapp import run_supervisor
from bots.app.worker import start_workers
from bots.telegram.errors import TelegramConfigError
from bots.telegram.ownership.operator_bot import OperatorBot
from models.errors import ConfigError
from models.settings import Settings


async def run_everything(settings: Settings, host: str, port: int, *, has_whatsapp: bool) -> None:
    """Run the chat page, the workers, Telegram when a token is set, and WhatsApp if asked."""
    async with AsyncExitStack() as stack:
        app = await open_app(stack, settings)
        runtime = channel_runtime_for(app)
        server = build_page_server(runtime, host=host, port=port)
        token = settings.telegram_bot_token
        leases = open_leases(stack, app)
        bots = [build_operator_bot(runtime, leases, token.get_secret_value())] if token else []
        await start_workers(stack, app, grace_seconds=0.0)
        await start_backups(stack, app)
        bot_manager = build_bot_manager(runtime, leases)
        for stop in (*(bot.stop for bot in bots), bot_manager.stop):
            stack.push_async_callback(stop)  # after the last delivery, which needs its connection
        await stack.enter_async_context(runtime.deliver_messages())
        background = [bot_manager.run(), *(_receive_or_report(bot) for bot in bots)]
        if has_whatsapp:
            background.append(_run_supervisor_if_free(app))
        await run_until_stopped(serve_page(server, settings, host), *background)


async def _receive_or_report(bot: OperatorBot) -> None:
    """Receive beside other services, which continue when Telegram rejects the bot."""
    try:
        await bot.run()
    except TelegramConfigError as error:
        typer.echo(f"Telegram: {error}", err=True)
    await asyncio.Event().wait()


async def _run_supervisor_if_free(app: App) -> None:
    """Run the numbers beside other services, which continue when another process already runs the numbers, or their
    keys cannot be stored as configured.
    """
    try:
        await run_supervisor(app, typer.echo)
    except ConfigError as error:
        typer.echo(f"WhatsApp: {error}", err=True)
    await asyncio.Event().wait()
