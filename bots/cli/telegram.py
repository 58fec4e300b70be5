"""`rabisco telegram`: a process of Telegram bots."""

import asyncio

import typer

from bots.app.process import load_settings
from bots.app.telegram import run_telegram


def telegram() -> None:
    """Run the Telegram bot alone, and those other businesses have brought.

    Example: TELEGRAM_BOT_TOKEN=123:abc rabisco telegram
    """
    settings = load_settings()
    if settings.telegram_bot_token is None:
        raise typer.BadParameter("set it to the token of @BotFather.", param_hint="TELEGRAM_BOT_TOKEN")
    asyncio.run(run_telegram(settings, settings.telegram_bot_token.get_secret_value()))


def register(app: typer.Typer) -> None:
    app.command()(telegram)
