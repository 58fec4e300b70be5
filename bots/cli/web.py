"""`rabisco web`: a process of the web server."""

import asyncio

import typer

from bots.app.process import load_settings
from bots.app.web import run_web
from bots.cli.options import HostOption, PortOption


def web(port: PortOption = 8000, host: HostOption = "127.0.0.1") -> None:
    """Run the web server alone.

    Example: rabisco web --port 8000
    """
    asyncio.run(run_web(load_settings(), host, port))


def register(app: typer.Typer) -> None:
    app.command()(web)
