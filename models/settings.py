"""Settings of the operator, read from the environment and `.env`."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.billing.payments import Provider
from models.errors import ConfigError
from models.operations.alerts import AlertChat, parse_alert_chat
from models.proxies import ANY_PROXY, expand_proxies, split_proxies
from models.setting_types import (
    AlertChatText,
    CallbackUrl,
    EndpointUrl,
    FactoryName,
    PaymentProviders,
    PublicUrl,
    SessionUrl,
    SmtpUrl,
    StorageUrl,
    TimezoneName,
    split_list,
)
from models.urls import parse_password

OFFICIAL_TELEGRAM_URL = "https://api.telegram.org"
OFFICIAL_STRIPE_URL = "https://api.stripe.com"
MIN_SECRET_KEY_LENGTH = 32  # characters, in production
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class Settings(BaseSettings):
    """Read once, by each process's composition root. Every field is documented in `.env.example`."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    data_dir: Path = Path("data")
    database_url: str = ""
    redis_url: str = ""
    media_url: StorageUrl = ""
    backup_url: StorageUrl = ""
    backup_days: int = Field(default=7, ge=0)  # 0: no automatic backups
    s3_endpoint_url: EndpointUrl = ""
    aws_access_key_id: str | None = None
    aws_secret_access_key: SecretStr | None = None
    aws_session_token: SecretStr | None = None
    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = OFFICIAL_TELEGRAM_URL
    telegram_payments: PaymentProviders = "stripe,stars"
    whatsapp_sessions: SessionUrl = ""
    whatsapp_ffi: FactoryName = ""
    groq_api_key: SecretStr | None = None
    groq_base_url: str = ""
    groq_chat_model: str = "openai/gpt-oss-120b"
    stripe_secret_key: SecretStr | None = None
    stripe_webhook_secret: SecretStr | None = None
    stripe_api_url: str = OFFICIAL_STRIPE_URL
    smtp_url: SmtpUrl | None = None
    catalogue: Path | None = None
    secret_key: SecretStr | None = None
    mode: Literal["local", "production"] = "local"
    public_url: PublicUrl = ""
    forwarded_allow_ips: str = "127.0.0.1,::1"
    metrics_token: SecretStr | None = None
    admin_ids: str = ""
    alert_chat: AlertChatText = ""
    timezone: TimezoneName = "UTC"
    heartbeat_url: CallbackUrl | None = None
    sentry_dsn: CallbackUrl | None = None
    log_format: Literal["text", "json"] | None = None
    input_hours: float = Field(default=24, gt=0)
    result_days: float = Field(default=7, gt=0)
    workers: int = Field(default=2, ge=1, le=64)
    # how soon a job whose worker died is claimed again
    lease_seconds: float = Field(default=30, gt=0)
    sweep_seconds: float = Field(default=3, gt=0)
    beacon_file: Path | None = None

    @model_validator(mode="after")
    def _reject_test_ffi_in_production(self) -> Self:
        if self.mode == "production" and self.whatsapp_ffi:
            raise ValueError("WHATSAPP_FFI is for tests: in production messages go to WhatsApp")
        return self

    @model_validator(mode="after")
    def _require_strong_secret_key_in_production(self) -> Self:
        is_weak = self.secret_key is not None and len(self.secret_key.get_secret_value()) < MIN_SECRET_KEY_LENGTH
        if self.mode == "production" and is_weak:
            raise ValueError(
                f"SECRET_KEY takes at least {MIN_SECRET_KEY_LENGTH} characters in production, as openssl rand -hex 32"
                " makes them: whoever guesses it signs in as anybody"
            )
        return self

    @model_validator(mode="after")
    def _require_https_in_production(self) -> Self:
        parts = urlsplit(self.public_url)
        if self.mode == "production" and parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
            raise ValueError("PUBLIC_URL must begin with https:// in production: browsers keep no session without it")
        return self

    @property
    def secrets(self) -> frozenset[str]:
        """All values to redact from logs: keys, and passwords in URLs."""
        values = [getattr(self, name) for name in type(self).model_fields]
        secret_values = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        passwords = [
            parse_password(url) for url in (*secret_values, self.database_url, self.redis_url, self.whatsapp_sessions)
        ]
        return frozenset(part for each in (*secret_values, *passwords) for part in (each, *split_list(each)) if part)

    @property
    def configured_secret_key(self) -> str | None:
        """SECRET_KEY; None where the data folder's is used."""
        return self.secret_key.get_secret_value() if self.secret_key else None

    @property
    def effective_log_format(self) -> Literal["text", "json"]:
        """Log format: JSON in production, text elsewhere, unless set."""
        return self.log_format or ("json" if self.mode == "production" else "text")

    @property
    def parsed_alert_chat(self) -> AlertChat | None:
        """The chat that receives alerts instead of the owners."""
        return parse_alert_chat(self.alert_chat) if self.alert_chat else None

    @property
    def has_chat_model(self) -> bool:
        """Whether texts can be translated, summarised and divided into chapters."""
        return self.groq_api_key is not None

    @property
    def is_monitored(self) -> bool:
        """Whether alerts and reports have a recipient: always in production, locally with admins or an alert chat."""
        return self.mode == "production" or bool(self.alert_chat or self.admin_ids)

    @property
    def resolved_database_url(self) -> str:
        """SQLAlchemy URL of the database; SQLite in the data folder unless one is set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'rabisco.db'}"

    @property
    def media_location(self) -> str:
        """The path of the media folder, or `s3://bucket/prefix`."""
        return self.media_url or str(self.data_dir / "media")

    @property
    def backup_location(self) -> str:
        """The path of the backup folder, or `s3://bucket/prefix`."""
        return self.backup_url or str(self.data_dir / "backups")

    @property
    def session_location(self) -> str:
        """Location of WhatsApp's session keys: the path of a folder, or a PostgreSQL URL."""
        return self.whatsapp_sessions or str(self.data_dir / "whatsapp")

    @property
    def admin_identities(self) -> frozenset[str]:
        """Identities such as `telegram:123`."""
        return split_list(self.admin_ids)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Secrets that sign Stripe's webhooks, several while one is being rotated."""
        joined_secrets = self.stripe_webhook_secret.get_secret_value() if self.stripe_webhook_secret else ""
        return tuple(sorted(split_list(joined_secrets)))

    @property
    def has_chat_page(self) -> bool:
        """Whether the chat page is served: in production it needs a public URL, and SMTP for sign-in codes."""
        return self.mode == "local" or bool(self.public_url and self.smtp_url)

    @property
    def public_page_url(self) -> str:
        """URL of the chat page, if there is a public one; else empty."""
        return self.public_url if self.mode == "production" and self.has_chat_page else ""

    @property
    def trusted_proxies(self) -> tuple[str, ...]:
        """Networks whose forwarded headers are believed. Raises ConfigError for what is no network, and in production
        for one that believes everybody.
        """
        entries = split_proxies(self.forwarded_allow_ips)
        if ANY_PROXY in entries and self.mode == "production":
            raise ConfigError("FORWARDED_ALLOW_IPS=* believes everybody who they are; name your proxies")
        try:
            return expand_proxies(entries)
        except ValueError as error:
            raise ConfigError(
                "FORWARDED_ALLOW_IPS takes addresses, networks, `private` and `cloudflare` with commas between them,"
                f" not {error}"
            ) from error

    @property
    def telegram_payment_providers(self) -> frozenset[Provider]:
        """Payment providers offered in Telegram."""
        return frozenset(Provider(part) for part in split_list(self.telegram_payments))

    @property
    def has_payment_provider(self) -> bool:
        """Whether a payment provider is set; until then the local page's user is the owner."""
        return self.stripe_secret_key is not None
