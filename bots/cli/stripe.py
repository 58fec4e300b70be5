"""`rabisco stripe sync` and `connect`: the price catalogue at Stripe, and tenants' Stripe accounts."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import typer

from bots.billing.stripe.client import connect, is_live
from bots.billing.stripe.sync import CatalogueSync, SyncResult, SyncTarget
from bots.billing.tenants.keys import TenantKeys, open_tenant_keys
from bots.billing.tenants.stores import StripeKeys
from bots.core.conversation.payment_methods import format_plan_title
from bots.locales import LANGUAGES, translate
from models.billing.catalogue import CatalogueItem, read_catalogue
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
    _check_language(language)
    if tenant:
        with open_tenant_keys(settings, tenant) as tenant_keys:
            _sync_tenant(settings, _require_keys(tenant_keys, tenant), language, payment_links, dry_run)
        return
    if settings.stripe_secret_key is None:
        raise typer.BadParameter("set STRIPE_SECRET_KEY to a key from https://dashboard.stripe.com/apikeys first")
    target = SyncTarget(
        read_catalogue(settings.catalogue), _list_product_names(language), webhook_url_of(settings), payment_links
    )
    outcome = _run_sync(settings, settings.stripe_secret_key.get_secret_value(), target, dry_run)
    if outcome.webhook_secret:
        typer.echo(
            f"The webhook's secret, which Stripe tells only now. Put it into .env:\n\n{_format_secret(outcome)}\n"
        )


@stripe.command(name="connect")
def connect_(
    tenant: Annotated[str, typer.Argument(help="The name of the business.")],
    language: Annotated[str, typer.Option(help="The language products are named in.")] = "pt-BR",
) -> None:
    """Let a business's customers pay into its own Stripe account. Asks for that account's secret key.

    Example: rabisco stripe connect bakery < key.txt
    """
    settings = Settings()
    _check_language(language)
    with open_tenant_keys(settings, tenant) as tenant_keys:
        keys = _require_keys(tenant_keys, tenant)
        previous_keys = keys.read()
        secret_key = typer.prompt(f"Secret key of {tenant}", hide_input=sys.stdin.isatty()).strip()
        keys.save(StripeKeys(secret_key, previous_keys.webhook_secrets if previous_keys else ()))
        _sync_tenant(settings, keys, language, payment_links=False, dry_run=False)
    typer.echo(f"{tenant} is paid into its own account from the next start of the bots on.")


def _require_keys(keys: TenantKeys | None, tenant: str) -> TenantKeys:
    if keys is None:
        raise typer.BadParameter(f"there is no business called {tenant}; your own keys are set in .env")
    return keys


def _sync_tenant(
    settings: Settings, tenant_keys: TenantKeys, language: str, payment_links: bool, dry_run: bool
) -> None:
    """Sync a tenant's account with the price file; the webhook's secret, which Stripe shows only once, is stored at
    once.
    """
    keys = tenant_keys.read()
    if keys is None:
        raise typer.BadParameter("its key is not known yet; run: rabisco stripe connect NAME")
    webhook = webhook_url_of(settings, str(tenant_keys.account.id))
    target = SyncTarget(read_catalogue(settings.catalogue), _list_product_names(language), webhook, payment_links)
    outcome = _run_sync(settings, keys.secret_key, target, dry_run)
    if outcome.webhook_secret:
        tenant_keys.save(replace(keys, webhook_secrets=(*keys.webhook_secrets, outcome.webhook_secret)))
    elif webhook and not keys.webhook_secrets and not dry_run:
        typer.echo(f"The webhook was there before and its secret is not told again: delete {webhook} at Stripe, and")
        typer.echo("run this again. Until then payments are asked for every few seconds or minutes.")


def _run_sync(settings: Settings, key: str, target: SyncTarget, dry_run: bool) -> SyncResult:
    typer.echo("Stripe, with real money:" if is_live(key) else "Stripe, test mode:")
    outcome = CatalogueSync(
        connect(key, settings.stripe_api_url), target, lambda line: typer.echo(f"  {line}"), dry_run
    ).run()
    _print_summary(outcome, settings, dry_run)
    return outcome


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise typer.BadParameter(f"--language takes one of {', '.join(LANGUAGES)}")


def webhook_url_of(settings: Settings, account: str = "") -> str:
    """URL of the Stripe webhook, with the account's id for other tenants; empty while there is no public URL."""
    if not settings.public_url:
        return ""
    return "/".join(filter(None, (settings.public_url.rstrip("/"), "stripe/webhook", account)))


def _list_product_names(language: str) -> Callable[[CatalogueItem], str]:
    """Function that names a product as customers see it, in that language."""

    def name_item(item: CatalogueItem) -> str:
        if item.plan is None:
            return translate(language, "invoice-title", {"credits": item.credits})
        return translate(language, "product-plan", {"plan": format_plan_title(item.plan), "credits": item.credits})

    return name_item


def _print_summary(outcome: SyncResult, settings: Settings, dry_run: bool) -> None:
    if not outcome.changes:
        typer.echo("Everything is as the price file says.")
    elif dry_run:
        typer.echo(f"{outcome.changes} changes; nothing was done.")
    else:
        typer.echo(f"{outcome.changes} changes made.")
    for key, url in outcome.payment_links.items():
        typer.echo(f"{key}: {url}")
    if not settings.public_url:
        typer.echo("No webhook: PUBLIC_URL is not set. Payments are then asked for every few seconds or minutes.")


def _format_secret(outcome: SyncResult) -> str:
    return f"STRIPE_WEBHOOK_SECRET={outcome.webhook_secret}"


def register(app: typer.Typer) -> None:
    app.add_typer(stripe)
