"""`rabisco up`, `telegram`, `web` and `worker`: the processes that serve people."""

import asyncio
from contextlib import AsyncExitStack
from typing import Annotated

import structlog
import typer
from pydantic import SecretStr

from bots import wiring
from bots.cli import numbers
from bots.cli.processes import keep_backups, look_after, opened, until_stopped
from bots.cli.processes import settings as read_settings
from bots.telegram.errors import TelegramRefused
from bots.telegram.gateway import TelegramGateway
from bots.web.server import WebServer
from models.settings import Settings
from pipeline.worker import Crew

log = structlog.get_logger(__name__)

Port = Annotated[int, typer.Option(min=0, max=65535)]
Host = Annotated[str, typer.Option(help="The page is for this machine alone unless another address is given.")]
WhatsApp = Annotated[bool, typer.Option("--whatsapp", help="Run WhatsApp too; shows a code to scan at first.")]
PATIENCE = 110.0  # seconds a worker of its own gives running jobs when it is told to stop


def up(port: Port = 8000, host: Host = "127.0.0.1", whatsapp: WhatsApp = False) -> None:
    """Run everything on one machine: the chat page, the workers, Telegram when a token is set, and WhatsApp if asked.

    Example: rabisco up --port 8000
    """
    asyncio.run(_up(read_settings(), host, port, whatsapp=whatsapp))


def telegram() -> None:
    """Run the Telegram bot alone, and those other businesses have brought.

    Example: TELEGRAM_BOT_TOKEN=123:abc rabisco telegram
    """
    asyncio.run(_telegram(read_settings()))


def web(port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """Run the web server alone.

    Example: rabisco web --port 8000
    """
    asyncio.run(_web(read_settings(), host, port))


def worker() -> None:
    """Run the workers alone; several may run on several machines.

    Example: REDIS_URL=redis://localhost rabisco worker
    """
    asyncio.run(_worker(read_settings()))


async def _up(settings: Settings, host: str, port: int, *, whatsapp: bool) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, settings)
        chats = wiring.chats_of(house)
        server = wiring.page_server(chats, host=host, port=port)
        bots = [wiring.telegram_gateway(chats, _secret(token)) for token in [settings.telegram_bot_token] if token]
        await _employ(stack, house.crew(), patience=0.0)
        await keep_backups(stack, house)
        fleet = wiring.telegram_fleet(chats)
        for stop in (*(bot.stop for bot in bots), fleet.stop):
            stack.push_async_callback(stop)  # after the last delivery, which needs its connection
        await stack.enter_async_context(chats.delivering())
        beside = [fleet.run(), *(_receive_beside(bot) for bot in bots)]
        if whatsapp:
            beside.append(numbers.supervised_beside(house))
        await until_stopped(_serve(server, settings, host), *beside)


async def _telegram(settings: Settings) -> None:
    if settings.telegram_bot_token is None:
        raise typer.BadParameter("set it to the token of @BotFather.", param_hint="TELEGRAM_BOT_TOKEN")
    async with AsyncExitStack() as stack:
        chats = wiring.chats_of(await opened(stack, settings))
        await look_after(stack, chats.house)
        bot = wiring.telegram_gateway(chats, _secret(settings.telegram_bot_token))
        fleet = wiring.telegram_fleet(chats)
        for stop in (bot.stop, fleet.stop):
            stack.push_async_callback(stop)  # after the last delivery, which needs its connection
        await stack.enter_async_context(chats.delivering())
        await until_stopped(_receive(bot), fleet.run())


async def _web(settings: Settings, host: str, port: int) -> None:
    async with AsyncExitStack() as stack:
        chats = wiring.chats_of(await opened(stack, settings))
        await look_after(stack, chats.house)
        await keep_backups(stack, chats.house)
        server = wiring.page_server(chats, host=host, port=port)
        await stack.enter_async_context(chats.delivering())
        await until_stopped(_serve(server, settings, host))


async def _worker(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, settings)
        await _employ(stack, house.crew(), patience=PATIENCE)
        typer.echo(f"{settings.workers} workers are ready")
        await until_stopped()


async def _employ(stack: AsyncExitStack, crew: Crew, *, patience: float) -> None:
    await asyncio.to_thread(crew.start)
    stack.push_async_callback(asyncio.to_thread, crew.stop, patience)


async def _receive(bot: TelegramGateway) -> None:
    """Receive until the bot ends. Raises TelegramRefused, with what the operator is to do."""
    await bot.start()
    typer.echo(f"Telegram: {bot.address}")
    await bot.finished()


async def _receive_beside(bot: TelegramGateway) -> None:
    """Receive beside other things, which go on when Telegram refuses."""
    try:
        await _receive(bot)
    except TelegramRefused as error:
        typer.echo(f"Telegram: {error}", err=True)
    await asyncio.Event().wait()


async def _serve(server: WebServer, settings: Settings, host: str) -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.05)
    if server.started:
        port = server.servers[0].sockets[0].getsockname()[1]
        typer.echo(f"{_page(settings, f'http://{host}:{port}')}   (Ctrl-C ends it)")
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving


def _page(settings: Settings, here: str) -> str:
    """Where the page is."""
    if settings.mode == "local":
        return f"The chat page: {here}"
    if not settings.has_page:
        return f"Serving on {here}. There is no chat page before PUBLIC_URL and SMTP_URL are set."
    return f"The chat page: {settings.public_url}, served on {here}"


def _secret(value: SecretStr) -> str:
    return value.get_secret_value()


def register(app: typer.Typer) -> None:
    for command in (up, telegram, web, worker):
        app.command()(command)
