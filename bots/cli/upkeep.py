"""`rabisco migrate` and `doctor`: keeping an installation well."""

import errno
import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import redis
import typer
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bots.billing.checkup import Checkup, check_up
from bots.billing.port import ProviderAway, ProviderRefused
from bots.billing.stripe import StripeProvider
from bots.billing.tenant_keys import tenants_keys
from bots.cli import checkups, numbers
from bots.cli.checkups import Finding
from models.catalogue import CatalogueError, read_catalogue
from models.settings import OFFICIAL_TELEGRAM, Settings
from pipeline.child import Children
from pipeline.protections import Protections
from storage.db import Database
from storage.migrate import is_current, upgrade

LEAST_DISK = 1_000_000_000  # bytes


def migrate() -> None:
    """Bring the database to this version's schema.

    Example: rabisco migrate
    """
    settings = Settings()
    Path(settings.data_dir).mkdir(parents=True, exist_ok=True, mode=0o700)
    db = Database(settings.database)
    upgrade(db)
    db.close()
    typer.echo("The database is up to date.")


def doctor() -> None:
    """Look at every part of the installation and say how to mend what is not well.

    Example: rabisco doctor
    """
    findings = list(examine(Settings()))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.ok else 'MEND'} {finding.what}: {finding.say}")
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 2)


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything the doctor looks at, in order."""
    yield Finding("python", ok=True, say=platform.python_version())
    yield _database(settings)
    yield _redis(settings)
    yield _disk(settings)
    if settings.media.startswith("s3://"):
        yield _bucket(settings)
    yield _catalogue(settings)
    yield _telegram(settings)
    yield from (Finding("whatsapp", ok=ok, say=say) for ok, say in numbers.examined(settings))
    yield from _shops(settings)
    yield _speech(settings)
    yield from checkups.examine(settings)
    yield from _sandbox()


def _database(settings: Settings) -> Finding:
    db = Database(settings.database)
    if db.is_sqlite and not Path(db.url.database or "").exists():
        return Finding("database", ok=False, say="not there yet; run: rabisco migrate")
    try:
        current = is_current(db)
    except (DBAPIError, SQLAlchemyError) as error:
        reason = type(error).__name__
        return Finding("database", ok=False, say=f"cannot be reached ({reason}); check DATABASE_URL")
    finally:
        db.close()
    name = db.url.get_backend_name()
    return Finding("database", current, f"{name}, {'up to date' if current else 'run: rabisco migrate'}")


def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding("queue", ok=True, say="inside the process; set REDIS_URL to use several processes")
    try:
        redis.Redis.from_url(settings.redis_url, socket_timeout=3).ping()
    except redis.RedisError as error:
        return Finding("queue", ok=False, say=f"Redis does not answer ({type(error).__name__}); check REDIS_URL")
    return Finding("queue", ok=True, say="Redis answers")


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in (settings.data_dir.resolve(), *settings.data_dir.resolve().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    return Finding("disk", free > LEAST_DISK, f"{free / 1e9:.1f} GB free; films need at least 1 GB")


def _bucket(settings: Settings) -> Finding:
    step = "open"
    try:
        from storage.s3 import HASTY, S3Media  # boto3 is an extra, and slow to load

        for step in S3Media.open(settings, HASTY).rehearse():  # noqa: B007 - the last one is the one that failed
            pass
    except ModuleNotFoundError:
        return Finding("bucket", ok=False, say="boto3 is missing; run: uv sync --extra s3")
    except (OSError, ValueError) as error:
        return Finding("bucket", ok=False, say=f"cannot {step}: {error}; {_mended(error)}")
    return Finding("bucket", ok=True, say="can write, read, list and delete")


def _mended(error: OSError | ValueError) -> str:
    """What to do about a bucket."""
    if isinstance(error, PermissionError):
        return "check the AWS keys, and let them put, get, list and delete its objects"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "make room in it"
    return "check MEDIA_URL and S3_ENDPOINT_URL, and that it is there"


def _catalogue(settings: Settings) -> Finding:
    try:
        plans = ", ".join(read_catalogue(settings.catalogue).plans)
    except CatalogueError as error:
        return Finding("prices", ok=False, say=" ".join(str(error).split()))
    return Finding("prices", ok=True, say=f"plans: {plans}")


def _telegram(settings: Settings) -> Finding:
    token = settings.telegram_bot_token
    if token is None:
        return Finding("telegram", ok=True, say="off; set TELEGRAM_BOT_TOKEN to the token of @BotFather")
    if not token.get_secret_value().partition(":")[0].isdecimal():
        return Finding("telegram", ok=False, say="TELEGRAM_BOT_TOKEN is not of the form 123456:ABC")
    elsewhere = "" if settings.telegram_api_url == OFFICIAL_TELEGRAM else f", at {settings.telegram_api_url}"
    return Finding("telegram", ok=True, say=f"a token is set{elsewhere}; people pay by {settings.telegram_payments}")


def _shops(settings: Settings) -> Iterator[Finding]:
    """The operator's own Stripe account, and those of other tenants."""
    if settings.stripe_secret_key is None:
        yield Finding("stripe", ok=True, say="off; set STRIPE_SECRET_KEY to sell credits")
    elif not all(secret.startswith("whsec_") for secret in settings.webhook_secrets):
        yield Finding("stripe", ok=False, say="STRIPE_WEBHOOK_SECRET is not of the form whsec_..")
    else:
        yield _stripe("stripe", settings.stripe_secret_key.get_secret_value(), settings)
    for name, keys in tenants_keys(settings):
        if keys is None:
            yield Finding(f"stripe of {name}", ok=False, say="its key cannot be opened; run: rabisco stripe connect")
        else:
            yield _stripe(f"stripe of {name}", keys.secret_key, settings)


def _stripe(what: str, key: str, settings: Settings) -> Finding:
    provider = StripeProvider.of(key, settings.stripe_api_url)
    mode = "real money" if provider.livemode else "test mode"
    try:
        found = check_up(provider, read_catalogue(settings.catalogue))
    except CatalogueError:
        return Finding(what, ok=False, say="the price file comes first")
    except (ProviderAway, ProviderRefused) as error:
        return Finding(what, ok=False, say=f"{error} ({mode})")
    if not found.is_well:
        return Finding(what, ok=False, say=f"{_amiss(found)}; run: rabisco stripe sync")
    return Finding(what, ok=True, say=f"{mode}, all {len(found.wanted)} prices are there")


def _amiss(found: Checkup) -> str:
    if differ := len(found.missing) + len(found.wrong):
        return f"{differ} of {len(found.wanted)} prices differ"
    return f"plans in {', '.join(found.portals)} cannot be changed in the customer portal"


def _speech(settings: Settings) -> Finding:
    if settings.groq_api_key:
        return Finding("speech", ok=True, say="Groq hears every language")
    return Finding("speech", ok=True, say="this machine hears English alone; set GROQ_API_KEY for other languages")


def _sandbox() -> Iterator[Finding]:
    with Children() as children:
        held = asdict(Protections.tried(children))
    for name, holds in held.items():
        say = "holds" if holds else "this kernel does not offer it; films are made all the same"
        yield Finding(f"sandbox, {name.replace('_', ' ')}", ok=True, say=say)


def register(app: typer.Typer) -> None:
    for command in (migrate, doctor):
        app.command()(command)
