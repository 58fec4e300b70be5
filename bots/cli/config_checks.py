"""Configuration checks of `rabisco doctor` for settings that need no external service, one line each."""

import importlib.util
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from bots.core.delivery.email import PORTS
from models.columns import utc_now
from models.errors import ConfigError
from models.settings import MIN_SECRET_KEY_LENGTH, Settings
from pipeline import (
    is_face_detection_installed,
    list_missing_nets,
    list_scripts,
    list_undrawn_scripts,
    list_unreadable_fonts,
)
from storage.backups.backup_store import open_backup_store, parse_creation_time

MIN_SECRET_LENGTH: Final = 16  # characters
MEMORY_PER_FILM: Final = 1.5e9  # bytes of memory one film may take
MAX_BACKUP_AGE: Final = timedelta(days=2)  # maximum age of the newest backup
CONNECT_TIMEOUT: Final = 5.0  # seconds
CheckResult = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `rabisco doctor`: what was checked, whether it is right, and what to do if not."""

    name: str
    is_ok: bool
    message: str


def run_checks(settings: Settings) -> Iterator[Finding]:
    """Run every check."""
    for name, check in CHECKS.items():
        is_ok, message = check(settings)
        yield Finding(name, is_ok, message)


def _check_secret_key(settings: Settings) -> CheckResult:
    if settings.secret_key is None:
        path = settings.data_dir / "secret.key"
        return True, f"made by itself, in {path}; keep a copy elsewhere as SECRET_KEY: backups open with it alone"
    if len(settings.secret_key.get_secret_value()) < MIN_SECRET_KEY_LENGTH:
        return False, "SECRET_KEY can be guessed; take a long random one, as openssl rand -hex 32 makes"
    return True, "SECRET_KEY is set; keep a copy elsewhere: backups open with it alone"


def _check_page(settings: Settings) -> CheckResult:
    if settings.mode == "local":
        return True, "MODE=local: the page has no login and is for this machine; MODE=production is for everybody"
    if not settings.public_url:
        return False, "set PUBLIC_URL to the address people reach this server at, like https://films.example.com"
    return True, f"{settings.public_url}, for everybody who signs in"


def _check_mail(settings: Settings) -> CheckResult:
    if settings.smtp_url is None:
        is_required = settings.mode == "production" and bool(settings.public_url)
        return not is_required, "off; set SMTP_URL so that people get the codes they sign in with"
    deps = urlsplit(settings.smtp_url.get_secret_value())
    try:
        socket.create_connection((deps.hostname or "", deps.port or PORTS[deps.scheme]), CONNECT_TIMEOUT).close()
    except OSError as error:
        return False, f"the mail server does not answer ({type(error).__name__}); check SMTP_URL"
    return True, "the mail server answers"


def _check_proxies(settings: Settings) -> CheckResult:
    try:
        has_proxies = bool(settings.trusted_proxies)
    except ConfigError as error:
        return False, str(error)
    return True, f"believed: {settings.forwarded_allow_ips if has_proxies else 'none'}"


def _check_metrics(settings: Settings) -> CheckResult:
    if settings.metrics_token is None:
        return True, "for nobody in production; METRICS_TOKEN lets Prometheus read them"
    is_strong = len(settings.metrics_token.get_secret_value()) >= MIN_SECRET_LENGTH
    return (
        is_strong,
        "for who has METRICS_TOKEN" if is_strong else "METRICS_TOKEN can be guessed; take a long random one",
    )


def _check_admin_ids(settings: Settings) -> CheckResult:
    if not settings.admin_identities:
        return settings.mode == "local", "nobody; set ADMIN_IDS, as telegram:123456789, or page:me@example.com"
    invalid = sorted(each for each in settings.admin_identities if not all(each.partition(":")))
    return (
        not invalid,
        f"not an identity in ADMIN_IDS: {', '.join(invalid)}" if invalid else f"{len(settings.admin_identities)} named",
    )


def _check_alerts(settings: Settings) -> CheckResult:
    destination = "the chat of ALERT_CHAT" if settings.alert_chat else "each owner; ALERT_CHAT names a chat for them"
    return True, f"to {destination}; the day begins in {settings.timezone}"


def _check_heartbeat(settings: Settings) -> CheckResult:
    if settings.heartbeat_url is None:
        return True, "off; with HEARTBEAT_URL somebody else notices when this server is gone"
    return (
        True,
        f"{urlsplit(settings.heartbeat_url.get_secret_value()).hostname} is called every minute while all is well",
    )


def _check_errors(settings: Settings) -> CheckResult:
    if settings.sentry_dsn is None:
        return True, "kept here, for /logs; SENTRY_DSN sends them to Sentry too"
    is_installed = importlib.util.find_spec("sentry_sdk") is not None
    return (
        is_installed,
        "kept here, and sent to Sentry" if is_installed else "sentry-sdk is missing; run: uv sync --extra sentry",
    )


def _check_log(settings: Settings) -> CheckResult:
    return True, f"written as {settings.effective_log_format}; LOG_FORMAT changes it"


def _check_backups(settings: Settings) -> CheckResult:
    try:
        names = open_backup_store(settings).list_names()
    except ModuleNotFoundError:
        return False, "boto3 is missing; run: uv sync --extra s3"
    except OSError as error:
        return False, f"{error}; check BACKUP_URL"
    if not names:
        return True, f"none yet in {settings.backup_location}; one is made every day, or now: rabisco backup"
    newest = parse_creation_time(names[0])
    if settings.backup_days and newest < utc_now() - MAX_BACKUP_AGE:
        return False, f"the newest in {settings.backup_location} is of {newest:%Y-%m-%d}; run: rabisco backup"
    return True, f"{len(names)} in {settings.backup_location}, the newest of {newest:%Y-%m-%d %H:%M} UTC"


def _check_workers(settings: Settings) -> CheckResult:
    cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if settings.workers > 2 * cores:
        return False, f"WORKERS={settings.workers} on {cores} cores only makes every film slower; take {cores}"
    if settings.workers > 1 and settings.workers * MEMORY_PER_FILM > memory:
        return False, f"WORKERS={settings.workers} films at once may take more memory than there is; take fewer"
    return True, f"{settings.workers} films at once in a process, on {cores} cores"


def _check_lease(settings: Settings) -> CheckResult:
    lease, sweep = settings.lease_seconds, settings.sweep_seconds
    if lease < sweep:
        return False, "LEASE_SECONDS must be longer than SWEEP_SECONDS, or the dead are found later than they could be"
    return True, f"a dead worker's job is taken up after {lease:g} to {lease + sweep:g} s"


def _check_retention(settings: Settings) -> CheckResult:
    return True, f"what people send for {settings.input_hours:g} hours, what they get for {settings.result_days:g} days"


def _check_beacon(settings: Settings) -> CheckResult:
    file = settings.beacon_file
    if file is None:
        return True, "off; BEACON_FILE is for containers"
    folder_exists = file.parent.is_dir()
    return folder_exists, str(file) if folder_exists else f"BEACON_FILE lies in {file.parent}, which is no folder"


def _check_text_shaping(_settings: Settings) -> CheckResult:
    undrawn, unreadable = list_undrawn_scripts(), list_unreadable_fonts()
    if undrawn or unreadable:
        return False, _describe_undrawn(undrawn, unreadable)
    return True, f"{', '.join(list_scripts())} are shaped and drawn; captions in other scripts are refused"


def _describe_undrawn(scripts: list[str], fonts: list[str]) -> str:
    faults = [f"not drawn: {', '.join(scripts)}"] if scripts else []
    faults += [f"fonts missing or broken: {', '.join(fonts)}"] if fonts else []
    return f"{'; '.join(faults)}; docs/deploy.md (Fonts and emoji) says what to do"


def _check_faces(_settings: Settings) -> CheckResult:
    is_installed = is_face_detection_installed()
    return is_installed, "captions step aside for them" if is_installed else (
        "captions lie where the style puts them, over faces too; run: uv sync"
    )


def _check_drawing(_settings: Settings) -> CheckResult:
    missing = list_missing_nets()
    if missing:
        return False, f"not found in pictures: {', '.join(missing)}; drawings are plainer; run: make install"
    return True, "contours, people, faces, irises and objects are found in pictures"


CHECKS: Final[dict[str, Callable[[Settings], CheckResult]]] = {
    "secret key": _check_secret_key,
    "page": _check_page,
    "mail": _check_mail,
    "proxies": _check_proxies,
    "figures": _check_metrics,
    "owners": _check_admin_ids,
    "alerts": _check_alerts,
    "heartbeat": _check_heartbeat,
    "errors": _check_errors,
    "log": _check_log,
    "backups": _check_backups,
    "workers": _check_workers,
    "patience": _check_lease,
    "keeping": _check_retention,
    "beacon": _check_beacon,
    "lettering": _check_text_shaping,
    "faces": _check_faces,
    "drawing": _check_drawing,
}
