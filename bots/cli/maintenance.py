"""`rabisco migrate` and `doctor`: the database schema, and checks of the installation."""

import errno
import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import redis
import typer
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bots.billing.catalogue_check import CatalogueCheck, check_catalogue
from bots.billing.provider import ProviderRejected, ProviderUnavailable
from bots.billing.stripe.provider import StripeProvider
from bots.billing.tenants.keys import list_tenant_keys
from bots.cli import config_checks, whatsapp
from bots.cli.config_checks import Finding
from models.billing.catalogue import CatalogueError, read_catalogue
from models.settings import OFFICIAL_TELEGRAM_URL, Settings
from pipeline import SandboxClient, SandboxProtections, is_whisper_installed
from storage.db import Database
from storage.messaging import connection_leases
from storage.migrate import is_current, upgrade
from storage.secret_key import KEY_FILE, WRONG_KEY_TEXT, find_fingerprint, is_fingerprint_of

MIN_DISK_BYTES = 1_000_000_000  # bytes


def migrate() -> None:
    """Bring the database to this version's schema.

    Example: rabisco migrate
    """
    settings = Settings()
    Path(settings.data_dir).mkdir(parents=True, exist_ok=True, mode=0o700)
    db = Database(settings.resolved_database_url)
    upgrade(db)
    db.close()
    typer.echo("The database is up to date.")


def doctor() -> None:
    """Look at every part of the installation and say how to mend what is not well.

    Example: rabisco doctor
    """
    findings = list(run_checks(Settings()))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.is_ok else 'MEND'} {finding.name}: {finding.message}")
    raise typer.Exit(0 if all(finding.is_ok for finding in findings) else 2)


def run_checks(settings: Settings) -> Iterator[Finding]:
    """Every check of `rabisco doctor`, in order."""
    yield Finding("python", is_ok=True, message=platform.python_version())
    yield _check_database(settings)
    yield _check_key_fingerprint(settings)
    yield _check_redis(settings)
    yield _check_disk(settings)
    if settings.media_location.startswith("s3://"):
        yield _check_bucket(settings)
    yield _check_catalogue(settings)
    yield _check_telegram(settings)
    yield from (
        Finding("whatsapp", is_ok=is_ok, message=message) for is_ok, message in whatsapp.check_numbers(settings)
    )
    yield from list_connections(settings)
    yield from _check_stripe_accounts(settings)
    yield _check_speech(settings)
    yield from config_checks.run_checks(settings)
    yield from _check_sandbox()


def _check_database(settings: Settings) -> Finding:
    db = Database(settings.resolved_database_url)
    if db.is_sqlite and not Path(db.url.database or "").exists():
        return Finding("database", is_ok=False, message="not there yet; run: rabisco migrate")
    try:
        current = is_current(db)
    except (DBAPIError, SQLAlchemyError) as error:
        reason = type(error).__name__
        return Finding("database", is_ok=False, message=f"cannot be reached ({reason}); check DATABASE_URL")
    finally:
        db.close()
    name = db.url.get_backend_name()
    return Finding("database", current, f"{name}, {'up to date' if current else 'run: rabisco migrate'}")


def list_connections(settings: Settings) -> Iterator[Finding]:
    """Which process serves each bot and number; nothing where none runs, or the database cannot be read."""
    db = Database(settings.resolved_database_url)
    try:
        if db.is_sqlite and not Path(db.url.database or "").exists():
            return
        with db.read_transaction() as session:
            owners = connection_leases.list_owners(session, db.clock())
    except SQLAlchemyError:
        return
    finally:
        db.close()
    for each in owners:
        message = (
            f"{each.name} is served by process {each.pid} on {each.host}, since {each.acquired_at:%Y-%m-%d %H:%M} UTC"
        )
        yield Finding(each.channel, is_ok=True, message=message)


def _check_key_fingerprint(settings: Settings) -> Finding:
    """Whether this machine's SECRET_KEY is the one that the database is used with."""
    name, db = "same secret key", Database(settings.resolved_database_url)
    key_file = settings.data_dir.resolve() / KEY_FILE
    try:
        with db.read_transaction() as session:
            known = find_fingerprint(session)
    except SQLAlchemyError:
        return Finding(name, is_ok=True, message="not known before the database is there")
    finally:
        db.close()
    if known is None:
        return Finding(name, is_ok=True, message="whichever process starts first decides")
    configured = settings.configured_secret_key or (key_file.read_text().strip() if key_file.exists() else "")
    is_ours = is_fingerprint_of(configured.encode(), known)
    return Finding(name, is_ours, "as on the other machines" if is_ours else WRONG_KEY_TEXT)


def _check_redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding("queue", is_ok=True, message="inside the process; set REDIS_URL to use several processes")
    try:
        redis.Redis.from_url(settings.redis_url, socket_timeout=3).ping()
    except redis.RedisError as error:
        return Finding("queue", is_ok=False, message=f"Redis does not answer ({type(error).__name__}); check REDIS_URL")
    return Finding("queue", is_ok=True, message="Redis answers")


def _check_disk(settings: Settings) -> Finding:
    folder = next(path for path in (settings.data_dir.resolve(), *settings.data_dir.resolve().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    return Finding("disk", free > MIN_DISK_BYTES, f"{free / 1e9:.1f} GB free; films need at least 1 GB")


def _check_bucket(settings: Settings) -> Finding:
    step = "open"
    try:
        from storage.media.s3 import FAIL_FAST_CONFIG, S3MediaStore  # boto3 is an extra, and slow to load

        for step in S3MediaStore.open(settings, FAIL_FAST_CONFIG).check_access():  # noqa: B007 - the last one is the one that failed
            pass
    except ModuleNotFoundError:
        return Finding("bucket", is_ok=False, message="boto3 is missing; run: uv sync --extra s3")
    except (OSError, ValueError) as error:
        return Finding("bucket", is_ok=False, message=f"cannot {step}: {error}; {_suggest_fix(error)}")
    return Finding("bucket", is_ok=True, message="can write, read, list and delete")


def _suggest_fix(error: OSError | ValueError) -> str:
    """Advice for an error of the bucket."""
    if isinstance(error, PermissionError):
        return "check the AWS keys, and let them put, get, list and delete its objects"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "make room in it"
    return "check MEDIA_URL and S3_ENDPOINT_URL, and that it is there"


def _check_catalogue(settings: Settings) -> Finding:
    try:
        plans = ", ".join(read_catalogue(settings.catalogue).plans)
    except CatalogueError as error:
        return Finding("prices", is_ok=False, message=" ".join(str(error).split()))
    return Finding("prices", is_ok=True, message=f"plans: {plans}")


def _check_telegram(settings: Settings) -> Finding:
    token = settings.telegram_bot_token
    if token is None:
        return Finding("telegram", is_ok=True, message="off; set TELEGRAM_BOT_TOKEN to the token of @BotFather")
    if not token.get_secret_value().partition(":")[0].isdecimal():
        return Finding("telegram", is_ok=False, message="TELEGRAM_BOT_TOKEN is not of the form 123456:ABC")
    api_note = "" if settings.telegram_api_url == OFFICIAL_TELEGRAM_URL else f", at {settings.telegram_api_url}"
    return Finding(
        "telegram", is_ok=True, message=f"a token is set{api_note}; people pay by {settings.telegram_payments}"
    )


def _check_stripe_accounts(settings: Settings) -> Iterator[Finding]:
    """The operator's own Stripe account, and those of other tenants."""
    if settings.stripe_secret_key is None:
        yield Finding("stripe", is_ok=True, message="off; set STRIPE_SECRET_KEY to sell credits")
    elif not all(secret.startswith("whsec_") for secret in settings.webhook_secrets):
        yield Finding("stripe", is_ok=False, message="STRIPE_WEBHOOK_SECRET is not of the form whsec_..")
    else:
        yield _check_stripe("stripe", settings.stripe_secret_key.get_secret_value(), settings)
    for name, keys in list_tenant_keys(settings):
        if keys is None:
            yield Finding(
                f"stripe of {name}", is_ok=False, message="its key cannot be opened; run: rabisco stripe connect"
            )
        else:
            yield _check_stripe(f"stripe of {name}", keys.secret_key, settings)


def _check_stripe(name: str, key: str, settings: Settings) -> Finding:
    provider = StripeProvider.from_key(key, settings.stripe_api_url)
    mode = "real money" if provider.livemode else "test mode"
    try:
        found = check_catalogue(provider, read_catalogue(settings.catalogue))
    except CatalogueError:
        return Finding(name, is_ok=False, message="the price file comes first")
    except (ProviderUnavailable, ProviderRejected) as error:
        return Finding(name, is_ok=False, message=f"{error} ({mode})")
    if not found.is_ok:
        return Finding(name, is_ok=False, message=f"{_describe_mismatch(found)}; run: rabisco stripe sync")
    return Finding(name, is_ok=True, message=f"{mode}, all {len(found.expected)} prices are there")


def _describe_mismatch(found: CatalogueCheck) -> str:
    if count := len(found.missing) + len(found.mismatched):
        return f"{count} of {len(found.expected)} prices differ"
    return f"plans in {', '.join(found.currencies_without_portal)} cannot be changed in the customer portal"


def _check_speech(settings: Settings) -> Finding:
    if not is_whisper_installed():
        return Finding("speech", is_ok=False, message="the model that hears is not installed; run: make install")
    if settings.groq_api_key:
        return Finding("speech", is_ok=True, message="Groq hears, and this machine where Groq does not answer")
    return Finding("speech", is_ok=True, message="this machine hears 99 languages")


def _check_sandbox() -> Iterator[Finding]:
    with SandboxClient() as sandbox:
        protections = asdict(SandboxProtections.probe(sandbox))
    for name, is_active in protections.items():
        message = "holds" if is_active else "this kernel does not offer it; films are made all the same"
        yield Finding(f"sandbox, {name.replace('_', ' ')}", is_ok=True, message=message)


def register(app: typer.Typer) -> None:
    for command in (migrate, doctor):
        app.command()(command)
