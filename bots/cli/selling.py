"""`rabisco stripe sync`: what is sold, brought to Stripe."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import typer

from bots.billing.shops import Keys
from bots.billing.stripe_client import connect, is_live
from bots.billing.stripe_sync import Aim, Sync, Synced
from bots.billing.tenant_keys import TenantKeys, opened
from bots.core.ways import title
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
    tenant: Annotated[str, typer.Option(help="The business whose Stripe account it is; yours when left out.")] = "",
) -> None:
    """Create or update products, prices and the webhook at Stripe, as the price file says.

    Example: rabisco stripe sync --dry-run
    """
    settings = Settings()
    _check(language)
    if tenant:
        with opened(settings, tenant) as kept:
            _sync_tenant(settings, _known(kept, tenant), language, payment_links, dry_run)
        return
    if settings.stripe_secret_key is None:
        raise typer.BadParameter("set STRIPE_SECRET_KEY to a key from https://dashboard.stripe.com/apikeys first")
    aim = Aim(read_catalogue(settings.catalogue), _named(language), webhook_of(settings), payment_links)
    done = _synced(settings, settings.stripe_secret_key.get_secret_value(), aim, dry_run)
    if done.secret:
        typer.echo(f"The webhook's secret, which Stripe tells only now. Put it into .env:\n\n{_secret_line(done)}\n")


@stripe.command(name="connect")
def connect_(
    tenant: Annotated[str, typer.Argument(help="The name of the business.")],
    language: Annotated[str, typer.Option(help="The language products are named in.")] = "pt-BR",
) -> None:
    """Let a business's customers pay into its own Stripe account. Asks for that account's secret key.

    Example: rabisco stripe connect bakery < key.txt
    """
    settings = Settings()
    _check(language)
    with opened(settings, tenant) as kept:
        keys = _known(kept, tenant)
        before = keys.read()
        told = typer.prompt(f"Secret key of {tenant}", hide_input=sys.stdin.isatty()).strip()
        keys.keep(Keys(told, before.webhook_secrets if before else ()))
        _sync_tenant(settings, keys, language, payment_links=False, dry_run=False)
    typer.echo(f"{tenant} is paid into its own account from the next start of the bots on.")


def _known(kept: TenantKeys | None, tenant: str) -> TenantKeys:
    if kept is None:
        raise typer.BadParameter(f"there is no business called {tenant}; your own keys are set in .env")
    return kept


def _sync_tenant(settings: Settings, kept: TenantKeys, language: str, payment_links: bool, dry_run: bool) -> None:
    """Bring a tenant's account to what the price file says; what Stripe tells only once is kept at once."""
    keys = kept.read()
    if keys is None:
        raise typer.BadParameter("its key is not known yet; run: rabisco stripe connect NAME")
    webhook = webhook_of(settings, str(kept.account.id))
    aim = Aim(read_catalogue(settings.catalogue), _named(language), webhook, payment_links)
    done = _synced(settings, keys.secret_key, aim, dry_run)
    if done.secret:
        kept.keep(replace(keys, webhook_secrets=(*keys.webhook_secrets, done.secret)))
    elif webhook and not keys.webhook_secrets and not dry_run:
        typer.echo(f"The webhook was there before and its secret is not told again: delete {webhook} at Stripe, and")
        typer.echo("run this again. Until then payments are asked for every few seconds or minutes.")


def _synced(settings: Settings, key: str, aim: Aim, dry_run: bool) -> Synced:
    typer.echo("Stripe, with real money:" if is_live(key) else "Stripe, test mode:")
    done = Sync(connect(key, settings.stripe_api_url), aim, lambda line: typer.echo(f"  {line}"), dry_run).run()
    _conclude(done, settings, dry_run)
    return done


def _check(language: str) -> None:
    if language not in LANGUAGES:
        raise typer.BadParameter(f"--language takes one of {', '.join(LANGUAGES)}")


def webhook_of(settings: Settings, account: str = "") -> str:
    """Where Stripe tells us its news, those of another tenant's account by its id; empty while nobody can reach us."""
    if not settings.public_url:
        return ""
    return "/".join(filter(None, (settings.public_url.rstrip("/"), "stripe/webhook", account)))


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
    if not settings.public_url:
        typer.echo("No webhook: PUBLIC_URL is not set. Payments are then asked for every few seconds or minutes.")


def _secret_line(done: Synced) -> str:
    return f"STRIPE_WEBHOOK_SECRET={done.secret}"


def register(app: typer.Typer) -> None:
    app.add_typer(stripe)
