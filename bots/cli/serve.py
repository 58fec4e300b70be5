"""`rabisco up`, `telegram`, `web` and `worker`: the server processes."""

import asyncio
from contextlib import AsyncExitStack
from typing import Annotated

import structlog
import typer
from pydantic import SecretStr

from bots.app import base
from bots.app import web as web_app
from bots.app.process import load_settings as read_settings
from bots.app.process import open_app, run_until_stopped, start_backups, start_disk_watch
from bots.cli import whatsapp as whatsapp_command
from bots.telegram.errors import TelegramConfigError
from bots.telegram.gateway import TelegramGateway
from bots.web.server import WebServer
from models.settings import Settings
from pipeline import WorkerPool

log = structlog.get_logger(__name__)

PortOption = Annotated[int, typer.Option(min=0, max=65535)]
HostOption = Annotated[str, typer.Option(help="The page is for this machine alone unless another address is given.")]
WhatsAppOption = Annotated[bool, typer.Option("--whatsapp", help="Run WhatsApp too; shows a code to scan at first.")]
STOP_GRACE_SECONDS = 110.0  # seconds a separate worker process gives running jobs when it is stopped


def up(port: PortOption = 8000, host: HostOption = "127.0.0.1", whatsapp: WhatsAppOption = False) -> None:
    """Run everything on one machine: the chat page, the workers, Telegram when a token is set, and WhatsApp if asked.

    Example: rabisco up --port 8000
    """
    asyncio.run(_run_everything(read_settings(), host, port, whatsapp=whatsapp))


def telegram() -> None:
    """Run the Telegram bot alone, and those other businesses have brought.

    Example: TELEGRAM_BOT_TOKEN=123:abc rabisco telegram
    """
    asyncio.run(_run_telegram(read_settings()))


def web(port: PortOption = 8000, host: HostOption = "127.0.0.1") -> None:
    """Run the web server alone.

    Example: rabisco web --port 8000
    """
    asyncio.run(_run_web(read_settings(), host, port))


def worker() -> None:
    """Run the workers alone; several may run on several machines.

    Example: REDIS_URL=redis://localhost rabisco worker
    """
    asyncio.run(_run_worker(read_settings()))


async def _run_everything(settings: Settings, host: str, port: int, *, whatsapp: bool) -> None:
    async with AsyncExitStack() as stack:
        app = await open_app(stack, settings)
        runtime = base.channel_runtime_for(app)
        server = web_app.build_page_server(runtime, host=host, port=port)
        bots = [
            web_app.build_telegram_gateway(runtime, _reveal_secret(token))
            for token in [settings.telegram_bot_token]
            if token
        ]
        await _start_workers(stack, app.build_worker_pool(), grace_seconds=0.0)
        await start_backups(stack, app)
        bot_manager = web_app.build_bot_manager(runtime)
        for stop in (*(bot.stop for bot in bots), bot_manager.stop):
            stack.push_async_callback(stop)  # after the last delivery, which needs its connection
        await stack.enter_async_context(runtime.deliver_messages())
        background = [bot_manager.run(), *(_receive_or_report(bot) for bot in bots)]
        if whatsapp:
            background.append(whatsapp_command.run_supervisor_if_free(app))
        await run_until_stopped(_serve(server, settings, host), *background)


async def _run_telegram(settings: Settings) -> None:
    if settings.telegram_bot_token is None:
        raise typer.BadParameter("set it to the token of @BotFather.", param_hint="TELEGRAM_BOT_TOKEN")
    async with AsyncExitStack() as stack:
        runtime = base.channel_runtime_for(await open_app(stack, settings))
        await start_disk_watch(stack, runtime.app)
        bot = web_app.build_telegram_gateway(runtime, _reveal_secret(settings.telegram_bot_token))
        bot_manager = web_app.build_bot_manager(runtime)
        for stop in (bot.stop, bot_manager.stop):
            stack.push_async_callback(stop)  # after the last delivery, which needs its connection
        await stack.enter_async_context(runtime.deliver_messages())
        await run_until_stopped(_receive(bot), bot_manager.run())


async def _run_web(settings: Settings, host: str, port: int) -> None:
    async with AsyncExitStack() as stack:
        runtime = base.channel_runtime_for(await open_app(stack, settings))
        await start_disk_watch(stack, runtime.app)
        await start_backups(stack, runtime.app)
        server = web_app.build_page_server(runtime, host=host, port=port)
        await stack.enter_async_context(runtime.deliver_messages())
        await run_until_stopped(_serve(server, settings, host))


async def _run_worker(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        app = await open_app(stack, settings)
        await _start_workers(stack, app.build_worker_pool(), grace_seconds=STOP_GRACE_SECONDS)
        typer.echo(f"{settings.workers} workers are ready")
        await run_until_stopped()


async def _start_workers(stack: AsyncExitStack, pool: WorkerPool, *, grace_seconds: float) -> None:
    await asyncio.to_thread(pool.start)
    stack.push_async_callback(asyncio.to_thread, pool.stop, grace_seconds)


async def _receive(bot: TelegramGateway) -> None:
    """Receive until the bot stops. Raises TelegramConfigError, whose text says what the operator must do."""
    await bot.start()
    typer.echo(f"Telegram: {bot.address}")
    await bot.wait_stopped()


async def _receive_or_report(bot: TelegramGateway) -> None:
    """Receive beside other services, which continue when Telegram rejects the bot."""
    try:
        await _receive(bot)
    except TelegramConfigError as error:
        typer.echo(f"Telegram: {error}", err=True)
    await asyncio.Event().wait()


async def _serve(server: WebServer, settings: Settings, host: str) -> None:
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


def _reveal_secret(value: SecretStr) -> str:
    return value.get_secret_value()


def register(app: typer.Typer) -> None:
    for command in (up, telegram, web, worker):
        app.command()(command)
