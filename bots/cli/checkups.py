"""What the doctor says of settings that need no service of their own to be looked at, one line each."""

import importlib.util
import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from PIL import features

from bots.core.letters import PORTS
from models.columns import utc_now
from models.settings import Settings
from storage.backups.shelf import made_at, shelf_at

SHORTEST_SECRET: Final = 16  # characters
A_FILM: Final = 1.5e9  # bytes one film may take
STALE: Final = timedelta(days=2)  # after which a backup is too old
HASTE: Final = 5.0  # seconds
Verdict = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, whether it is well, and what to do if not."""

    what: str
    ok: bool
    say: str


def examine(settings: Settings) -> Iterator[Finding]:
    """A line for each thing looked at."""
    for what, check in CHECKS.items():
        ok, say = check(settings)
        yield Finding(what, ok, say)


def _key(settings: Settings) -> Verdict:
    if settings.secret_key is None:
        path = settings.data_dir / "secret.key"
        return True, f"made by itself, in {path}; keep a copy elsewhere as SECRET_KEY: backups open with it alone"
    if len(settings.secret_key.get_secret_value()) < SHORTEST_SECRET:
        return False, "SECRET_KEY can be guessed; take a long random one, as openssl rand -hex 32 makes"
    return True, "SECRET_KEY is set; keep a copy elsewhere: backups open with it alone"


def _page(settings: Settings) -> Verdict:
    if settings.mode == "local":
        return True, "MODE=local: the page has no login and is for this machine; MODE=production is for everybody"
    if not settings.public_url:
        return False, "set PUBLIC_URL to the address people reach this server at, like https://films.example.com"
    return True, f"{settings.public_url}, for everybody who signs in"


def _mail(settings: Settings) -> Verdict:
    if settings.smtp_url is None:
        wanted = settings.mode == "production" and bool(settings.public_url)
        return not wanted, "off; set SMTP_URL so that people get the codes they sign in with"
    parts = urlsplit(settings.smtp_url.get_secret_value())
    try:
        socket.create_connection((parts.hostname or "", parts.port or PORTS[parts.scheme]), HASTE).close()
    except OSError as error:
        return False, f"the mail server does not answer ({type(error).__name__}); check SMTP_URL"
    return True, "the mail server answers"


def _proxies(settings: Settings) -> Verdict:
    told = [part.strip() for part in settings.forwarded_allow_ips.split(",") if part.strip()]
    if "*" in told and settings.mode == "production":
        return False, "FORWARDED_ALLOW_IPS=* believes everybody who they are; name your proxies"
    odd = [part for part in told if not _is_network(part)]
    if odd:
        return False, f"FORWARDED_ALLOW_IPS takes addresses or networks with commas between them, not {odd[0]}"
    return True, f"believed: {', '.join(told) or 'none'}"


def _is_network(part: str) -> bool:
    try:
        ipaddress.ip_network(part)
    except ValueError:
        return part == "*"
    return True


def _figures(settings: Settings) -> Verdict:
    if settings.metrics_token is None:
        return True, "for this machine and its network; METRICS_TOKEN lets others read them"
    well = len(settings.metrics_token.get_secret_value()) >= SHORTEST_SECRET
    return well, "for who has METRICS_TOKEN" if well else "METRICS_TOKEN can be guessed; take a long random one"


def _owners(settings: Settings) -> Verdict:
    if not settings.admins:
        return settings.mode == "local", "nobody; set ADMIN_IDS, as telegram:123456789, or page:me@example.com"
    odd = sorted(each for each in settings.admins if not all(each.partition(":")))
    return not odd, f"not an identity in ADMIN_IDS: {', '.join(odd)}" if odd else f"{len(settings.admins)} named"


def _alerts(settings: Settings) -> Verdict:
    to = "the chat of ALERT_CHAT" if settings.alert_chat else "each owner; ALERT_CHAT names a chat for them"
    return True, f"to {to}; the day begins in {settings.timezone}"


def _heartbeat(settings: Settings) -> Verdict:
    if settings.heartbeat_url is None:
        return True, "off; with HEARTBEAT_URL somebody else notices when this server is gone"
    return (
        True,
        f"{urlsplit(settings.heartbeat_url.get_secret_value()).hostname} is called every minute while all is well",
    )


def _errors(settings: Settings) -> Verdict:
    if settings.sentry_dsn is None:
        return True, "kept here, for /logs; SENTRY_DSN sends them to Sentry too"
    there = importlib.util.find_spec("sentry_sdk") is not None
    return there, "kept here, and sent to Sentry" if there else "sentry-sdk is missing; run: uv sync --extra sentry"


def _log(settings: Settings) -> Verdict:
    return True, f"written as {settings.log_form}; LOG_FORMAT changes it"


def _backups(settings: Settings) -> Verdict:
    try:
        names = shelf_at(settings).names()
    except ModuleNotFoundError:
        return False, "boto3 is missing; run: uv sync --extra s3"
    except OSError as error:
        return False, f"{error}; check BACKUP_URL"
    if not names:
        return True, f"none yet in {settings.backups}; one is made every day, or now: rabisco backup"
    newest = made_at(names[0])
    if settings.backup_days and newest < utc_now() - STALE:
        return False, f"the newest in {settings.backups} is of {newest:%Y-%m-%d}; run: rabisco backup"
    return True, f"{len(names)} in {settings.backups}, the newest of {newest:%Y-%m-%d %H:%M} UTC"


def _workers(settings: Settings) -> Verdict:
    cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if settings.workers > 2 * cores:
        return False, f"WORKERS={settings.workers} on {cores} cores only makes every film slower; take {cores}"
    if settings.workers > 1 and settings.workers * A_FILM > memory:
        return False, f"WORKERS={settings.workers} films at once may take more memory than there is; take fewer"
    return True, f"{settings.workers} films at once in a process, on {cores} cores"


def _patience(settings: Settings) -> Verdict:
    lease, sweep = settings.lease_seconds, settings.sweep_seconds
    if lease < sweep:
        return False, "LEASE_SECONDS must be longer than SWEEP_SECONDS, or the dead are found later than they could be"
    return True, f"a dead worker's job is taken up after {lease:g} to {lease + sweep:g} s"


def _keeping(settings: Settings) -> Verdict:
    return True, f"what people send for {settings.input_hours:g} hours, what they get for {settings.result_days:g} days"


def _beacon(settings: Settings) -> Verdict:
    file = settings.beacon_file
    if file is None:
        return True, "off; BEACON_FILE is for containers"
    well = file.parent.is_dir()
    return well, str(file) if well else f"BEACON_FILE lies in {file.parent}, which is no folder"


def _lettering(_settings: Settings) -> Verdict:
    well = bool(features.check("raqm"))
    return well, "every script is shaped" if well else (
        "letters are set one by one, and only Latin ones look right so; run: apt-get install libfribidi0"
    )


CHECKS: Final[dict[str, Callable[[Settings], Verdict]]] = {
    "secret key": _key,
    "page": _page,
    "mail": _mail,
    "proxies": _proxies,
    "figures": _figures,
    "owners": _owners,
    "alerts": _alerts,
    "heartbeat": _heartbeat,
    "errors": _errors,
    "log": _log,
    "backups": _backups,
    "workers": _workers,
    "patience": _patience,
    "keeping": _keeping,
    "beacon": _beacon,
    "lettering": _lettering,
}
COVERED: Final[dict[str, str]] = {
    "data_dir": "disk",
    "database_url": "database",
    "redis_url": "queue",
    "media_url": "bucket",
    "s3_endpoint_url": "bucket",
    "aws_access_key_id": "bucket",
    "aws_secret_access_key": "bucket",
    "aws_session_token": "bucket",
    "backup_url": "backups",
    "backup_days": "backups",
    "telegram_bot_token": "telegram",
    "telegram_api_url": "telegram",
    "telegram_payments": "telegram",
    "whatsapp_sessions": "whatsapp",
    "whatsapp_ffi": "whatsapp",
    "groq_api_key": "speech",
    "groq_base_url": "speech",
    "stripe_secret_key": "stripe",
    "stripe_webhook_secret": "stripe",
    "stripe_api_url": "stripe",
    "catalogue": "prices",
    "smtp_url": "mail",
    "secret_key": "secret key",
    "mode": "page",
    "public_url": "page",
    "forwarded_allow_ips": "proxies",
    "metrics_token": "figures",
    "admin_ids": "owners",
    "alert_chat": "alerts",
    "timezone": "alerts",
    "heartbeat_url": "heartbeat",
    "sentry_dsn": "errors",
    "log_format": "log",
    "workers": "workers",
    "lease_seconds": "patience",
    "sweep_seconds": "patience",
    "input_hours": "keeping",
    "result_days": "keeping",
    "beacon_file": "beacon",
}
"""The line each setting is told in."""
