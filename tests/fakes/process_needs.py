"""What each process of the product is started with, whatever starts it: a command there is, and the secrets it uses."""

import typer.main

from bots.cli import app

CHAT_SERVICES = {"web", "telegram", "whatsapp"}
ALL_SERVICES = CHAT_SERVICES | {"worker"}
NEEDED_BY = {
    "SECRET_KEY": CHAT_SERVICES,
    "STRIPE_SECRET_KEY": CHAT_SERVICES,
    "SMTP_URL": CHAT_SERVICES,
    "STRIPE_WEBHOOK_SECRET": {"web"},
    "METRICS_TOKEN": {"web"},
    "TELEGRAM_BOT_TOKEN": {"telegram"},
    "GROQ_API_KEY": {"worker"},
    "AWS_SECRET_ACCESS_KEY": ALL_SERVICES,
    "REDIS_URL": ALL_SERVICES,
}
"""The services that use a secret."""


def is_understood(arguments: list[str]) -> bool:
    """Whether the command line takes these words, without carrying them out."""
    command, *options = arguments
    found = typer.main.get_group(app).commands[command]  # type: ignore[attr-defined]
    return found.make_context(command, options) is not None
