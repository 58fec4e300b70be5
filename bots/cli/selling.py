"""`rabisco stripe sync`: what is sold, brought to Stripe."""

from collections.abc import Callable
from typing import Annotated

import typer

from bots.billing.stripe_client import connect, is_live
from bots.billing.stripe_sync import Aim, Sync, Synced
from bots.core.shop import title
from bots.locales import LANGUAGES, say
from models.catalogue import Item, read_catalogue
from models.settings import Settings

stripe = typer.Typer(name="stripe", help="What is sold, at Stripe. Example: rabisco stripe sync", no_args_is_help=True)


@stripe.callback()
def _group() -> None:
    """What is sold, at Stripe.

    Example: rabisco stripe sync --dry-run
    """


@stripe.command()
def sync(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    payment_links: Annotated[
        bool, typer.Option("--payment-links", help="Also make a Payment Link for each price.")
    ] = False,
    language: Annotated[str, typer.Option(help="The language products are named in.")] = "pt-BR",
) -> None:
    """Create or update products, prices and the webhook at Stripe, as the price file says.

    Example: rabisco stripe sync --dry-run
    """
    settings = Settings()
    if settings.stripe_secret_key is None:
        raise typer.BadParameter("set STRIPE_SECRET_KEY to a key from https://dashboard.stripe.com/apikeys first")
    if language not in LANGUAGES:
        raise typer.BadParameter(f"--language takes one of {', '.join(LANGUAGES)}")
    key = settings.stripe_secret_key.get_secret_value()
    typer.echo("Stripe, with real money:" if is_live(key) else "Stripe, test mode:")
    aim = Aim(read_catalogue(settings.catalogue), _named(language), webhook_of(settings), payment_links)
    done = Sync(connect(key, settings.stripe_api_url), aim, lambda line: typer.echo(f"  {line}"), dry_run).run()
    _conclude(done, settings, dry_run)


def webhook_of(settings: Settings) -> str:
    """Where Stripe tells us its news; empty while nobody can reach us."""
    return f"{settings.public_url.rstrip('/')}/stripe/webhook" if settings.public_url else ""


def _named(language: str) -> Callable[[Item], str]:
    """What customers read as the name of what they pay for."""

    def name(item: Item) -> str:
        if item.plan is None:
            return say(language, "invoice-title", {"credits": item.credits})
        return say(language, "product-plan", {"plan": title(item.plan), "credits": item.credits})

    return name


def _conclude(done: Synced, settings: Settings, dry_run: bool) -> None:
    if not done.changes:
        typer.echo("Everything is as the price file says.")
    elif dry_run:
        typer.echo(f"{done.changes} changes; nothing was done.")
    else:
        typer.echo(f"{done.changes} changes made.")
    for key, url in done.links.items():
        typer.echo(f"{key}: {url}")
    if done.secret:
        typer.echo(f"The webhook's secret, which Stripe tells only now. Put it into .env:\n\n{_secret_line(done)}\n")
    if not settings.public_url:
        typer.echo("No webhook: PUBLIC_URL is not set. Payments are then asked for every few seconds or minutes.")


def _secret_line(done: Synced) -> str:
    return f"STRIPE_WEBHOOK_SECRET={done.secret}"


def register(app: typer.Typer) -> None:
    app.add_typer(stripe)
