"""The settings: what holds with nothing configured, and what is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from models.settings import Settings

NAMES = [name.upper() for name in Settings.model_fields]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment that sets nothing."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_with_nothing_configured_everything_stands_in_the_data_folder() -> None:
    settings = Settings()
    assert settings.resolved_database_url == "sqlite:///data/rabisco.db"
    assert settings.media_location == "data/media"
    assert (settings.redis_url, settings.mode, settings.workers) == ("", "local", 2)
    assert (settings.input_hours, settings.result_days) == (24, 7)
    assert (settings.telegram_bot_token, settings.groq_api_key, settings.has_payment_provider) == (None, None, False)
    assert settings.admin_identities == frozenset()


@pytest.mark.parametrize("address", ["films.example.com", "ftp://films.example.com", "https://"])
def test_an_address_nobody_can_open_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("PUBLIC_URL", address)
    with pytest.raises(ValidationError, match=r"https://films\.example\.com"):
        Settings()


@pytest.mark.parametrize(
    ("address", "is_fine"),
    [
        ("https://films.example.com", True),
        ("http://localhost:8000", True),
        ("", True),
        ("http://films.example.com", False),
    ],
)
def test_in_production_the_page_is_reached_by_https(
    monkeypatch: pytest.MonkeyPatch, address: str, is_fine: bool
) -> None:
    monkeypatch.setenv("PUBLIC_URL", address)
    assert Settings().public_url == address
    monkeypatch.setenv("MODE", "production")
    if is_fine:
        assert Settings().public_url == address
    else:
        with pytest.raises(ValidationError, match="https://"):
            Settings()


@pytest.mark.parametrize(("key", "is_fine"), [("a" * 31, False), ("a" * 32, True), ("", True)])
def test_in_production_a_key_that_can_be_guessed_is_refused(
    monkeypatch: pytest.MonkeyPatch, key: str, is_fine: bool
) -> None:
    monkeypatch.setenv("SECRET_KEY", key)
    assert Settings().mode == "local"
    monkeypatch.setenv("MODE", "production")
    if is_fine:
        assert Settings().mode == "production"
    else:
        with pytest.raises(ValidationError, match="openssl rand") as refused:
            Settings()
        assert key not in str(refused.value)


def test_there_is_a_page_where_people_can_get_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().has_chat_page
    monkeypatch.setenv("MODE", "production")
    assert not Settings().has_chat_page
    monkeypatch.setenv("PUBLIC_URL", "https://films.example.com")
    assert not Settings().has_chat_page
    monkeypatch.setenv("SMTP_URL", "smtps://films@example.com:secret@mail.example.com")
    assert Settings().has_chat_page


def test_a_setting_that_is_empty_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INPUT_HOURS", "")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "")
    assert Settings() == Settings(_env_file=None)
    assert Settings().telegram_bot_token is None


def test_the_environment_wins_over_the_file(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / ".env").write_text("WORKERS=3\nRESULT_DAYS=2\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("WORKERS", "5")
    assert (Settings().workers, Settings().result_days) == (5, 2)


def test_administrators_are_named_in_a_list() -> None:
    assert Settings(admin_ids=" telegram:1, whatsapp:55,, ").admin_identities == {"telegram:1", "whatsapp:55"}


@pytest.mark.parametrize("url", ["s3://bucket", "s3://my.bucket-1/", "s3://bucket/a/b", "/srv/media", "media"])
def test_media_lie_in_a_folder_or_in_a_bucket(url: str) -> None:
    assert Settings(media_url=url).media_location == url


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = Settings(
        telegram_bot_token="123:abc",
        stripe_secret_key="sk_live",
        groq_api_key="gsk_x",
        secret_key="quiet",
        aws_secret_access_key="aws",
        aws_session_token="lent",
    )
    shown = f"{settings!r} {settings}"
    assert not any(secret in shown for secret in ("123:abc", "sk_live", "gsk_x", "quiet", "aws'", "lent"))
    assert settings.has_payment_provider


@pytest.mark.parametrize(
    "wrong",
    [
        {"workers": 0},
        {"workers": 65},
        {"mode": "test"},
        {"input_hours": 0},
        {"lease_seconds": 0},
        {"media_url": "https://bucket"},
        {"media_url": "s3://"},
        {"media_url": "s3://bucket?region=x"},
        {"s3_endpoint_url": "account.r2.example"},
        {"whatsapp_sessions": "mysql://host/name"},
        {"whatsapp_ffi": "fakes.whatsapp.remote"},
        {"whatsapp_ffi": "os; import sys:x"},
        {"whatsapp_ffi": "fakes.whatsapp.remote:factory", "mode": "production"},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]


@pytest.mark.usefixtures("bare")
def test_whatsapps_keys_lie_in_the_data_folder_unless_told_otherwise() -> None:
    assert Settings().session_location == str(Path("data") / "whatsapp")
    assert Settings(whatsapp_sessions="/keys").session_location == "/keys"
    assert Settings(whatsapp_sessions="postgresql://host/name").session_location == "postgresql://host/name"
    assert Settings(whatsapp_ffi="fakes.whatsapp.remote:factory").whatsapp_ffi == "fakes.whatsapp.remote:factory"


def test_every_secret_is_known_to_be_one_with_its_parts_and_the_passwords_in_addresses() -> None:
    settings = Settings(
        telegram_bot_token="123456:ABC",
        stripe_webhook_secret="whsec_a,whsec_b",
        smtp_url="smtps://me:p%40ss@host:465/?from=me@example.com",
        database_url="postgresql://rabisco:hunter2@db/rabisco",
        redis_url="redis://:letmein@redis:6379/0",
    )
    assert {"123456:ABC", "whsec_a", "whsec_b", "p@ss", "hunter2", "letmein"} <= settings.secrets
    assert "" not in settings.secrets


def test_a_house_is_watched_where_somebody_wants_to_hear_of_it() -> None:
    assert not Settings().is_monitored
    assert Settings(admin_ids="telegram:1").is_monitored
    assert Settings(alert_chat="telegram:-100123").is_monitored
    assert Settings(mode="production", public_url="https://films.example.com").is_monitored


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALERT_CHAT", "-100123"),
        ("TIMEZONE", "Brasilia"),
        ("TIMEZONE", "../etc/passwd"),
        ("HEARTBEAT_URL", "hc-ping.com/x"),
        ("SENTRY_DSN", "key@sentry.io/1"),
    ],
)
def test_what_cannot_be_watched_with_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name):
        Settings()
