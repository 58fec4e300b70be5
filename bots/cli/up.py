"""`rabisco up`: everything in one process."""

import asyncio
from typing import Annotated

import typer

from bots.app.all_in_one import run_everything
from bots.app.process import load_settings
from bots.cli.options import HostOption, PortOption

WhatsAppOption = Annotated[bool, typer.Option("--whatsapp", help="Run WhatsApp too; shows a code to scan at first.")]


def up(port: PortOption = 8000, host: HostOption = "127.0.0.1", whatsapp: WhatsAppOption = False) -> None:
    """Run everything on one machine: the chat page, the workers, Telegram when a token is set, and WhatsApp if asked.

    Example: rabisco up --port 8000
    """
    asyncio.run(run_everything(load_settings(), host, port, has_whatsapp=whatsapp))


def register(app: typer.Typer) -> None:
    app.command()(up)
