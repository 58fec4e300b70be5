"""What `rabisco doctor` says of settings: a line for every one, and how to mend what is amiss."""

import socket
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from fakes.databases import DatabaseFactory

from bots.cli import maintenance, run
from bots.cli.config_checks import CHECKS
from models.columns import utc_now
from models.identity.people import MAIN_TENANT
from models.messaging.connections import ConnectionProcess
from models.settings import Settings
from storage.backups.backup_store import name_of
from storage.db import Database
from storage.identity import people
from storage.messaging import connection_leases

OF_THE_MACHINE = {"lettering", "faces", "drawing"}
CHECK_BY_SETTING = {
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
    "groq_chat_model": "speech",
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
OWN_LINES = {"disk", "database", "queue", "bucket", "telegram", "whatsapp", "speech", "stripe", "prices"}


@pytest.fixture(autouse=True)
def folder(folder: Path) -> Path:
    """With a database."""
    assert run(["migrate"]) == 0
    return folder


def lines(capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[bool, str]]:
    """What the doctor says: whether it is well, and what to do, by what was looked at."""
    capsys.readouterr()
    run(["doctor"])
    said = capsys.readouterr().out.splitlines()
    return {line[5:].partition(": ")[0]: (line.startswith("ok"), line.partition(": ")[2]) for line in said}


def looked_at(what: str) -> tuple[bool, str]:
    """One line of those that are about settings alone."""
    return CHECKS[what](Settings())


def test_every_setting_has_its_line() -> None:
    assert set(CHECK_BY_SETTING) == set(Settings.model_fields)
    assert set(CHECK_BY_SETTING.values()) - OWN_LINES == set(CHECKS) - OF_THE_MACHINE


def test_with_nothing_configured_every_line_is_there_and_well(capsys: pytest.CaptureFixture[str]) -> None:
    found = lines(capsys)
    assert set(CHECKS) | OWN_LINES - {"bucket"} <= set(found)
    assert [what for what, (ok, _) in found.items() if not ok] == []


@pytest.mark.parametrize(
    ("settings", "what", "how"),
    [
        ({"SECRET_KEY": "guess"}, "secret key", "openssl rand"),
        ({"MODE": "production"}, "page", "PUBLIC_URL"),
        ({"MODE": "production"}, "owners", "ADMIN_IDS"),
        ({"ADMIN_IDS": "telegram:1,somebody"}, "owners", "somebody"),
        ({"MODE": "production", "PUBLIC_URL": "https://films.example.com"}, "mail", "SMTP_URL"),
        ({"SMTP_URL": "smtp://films@127.0.0.1:9/?from=films@example.com"}, "mail", "check SMTP_URL"),
        ({"MODE": "production", "FORWARDED_ALLOW_IPS": "*"}, "proxies", "name your proxies"),
        ({"FORWARDED_ALLOW_IPS": "127.0.0.1, my-proxy"}, "proxies", "my-proxy"),
        ({"METRICS_TOKEN": "short"}, "figures", "METRICS_TOKEN"),
        ({"WORKERS": "64"}, "workers", "WORKERS"),
        ({"LEASE_SECONDS": "1", "SWEEP_SECONDS": "5"}, "patience", "LEASE_SECONDS"),
        ({"BEACON_FILE": "nowhere/beacon"}, "beacon", "BEACON_FILE"),
        ({"BACKUP_URL": "s3://backups/here", "S3_ENDPOINT_URL": "http://127.0.0.1:9"}, "backups", "BACKUP_URL"),
    ],
)
def test_what_is_amiss_is_told_with_how_to_mend_it(
    settings: dict[str, str], what: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    ok, say = looked_at(what)
    assert not ok
    assert how in say


def test_a_secret_of_webhooks_that_is_none_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_1")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "secret")
    ok, say = lines(capsys)["stripe"]
    assert not ok
    assert "whsec_" in say


def test_a_mail_server_that_answers_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("SMTP_URL", f"smtp://films@127.0.0.1:{server.getsockname()[1]}/?from=films@example.com")
        assert looked_at("mail") == (True, "the mail server answers")


@pytest.mark.parametrize(("days", "is_well"), [(0, True), (1, True), (5, False)])
def test_a_newest_backup_that_is_days_old_is_told(folder: Path, days: int, is_well: bool) -> None:
    backups = folder / "data" / "backups"
    backups.mkdir()
    (backups / name_of(utc_now() - timedelta(days=days))).touch()
    ok, say = looked_at("backups")
    assert ok is is_well
    assert is_well or "rabisco backup" in say


def test_no_secret_is_ever_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    secrets = {
        "SECRET_KEY": "a" * 30,
        "METRICS_TOKEN": "b" * 30,
        "SMTP_URL": "smtp://u:aPasswordOfMail@127.0.0.1:9/?from=a@b.c",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    run(["doctor"])
    said = "".join(capsys.readouterr())
    assert not any(part in said for part in ("a" * 30, "b" * 30, "aPasswordOfMail"))


def test_it_is_said_which_process_serves_each_bot(databases: DatabaseFactory) -> None:
    url, process_id = databases.create_url("sqlite"), uuid4()
    db = Database(url)
    until = db.clock() + timedelta(seconds=60)
    with db.transaction() as session:
        tenant = people.get_or_create_tenant(session, MAIN_TENANT)
        bot = people.get_or_create_account(session, tenant.id, "telegram", "123456")
        process = ConnectionProcess(id=process_id, channel="telegram", host="box-1", pid=77, expires_at=until)
        connection_leases.register(session, process)
        connection_leases.acquire(session, [bot.id], process_id, db.clock(), until)
    db.close()
    (found,) = maintenance.list_connections(Settings(_env_file=None, database_url=url))  # type: ignore[call-arg]
    assert (found.name, found.is_ok) == ("telegram", True)
    assert "123456 is served by process 77 on box-1" in found.message
