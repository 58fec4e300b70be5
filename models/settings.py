"""What the operator sets, from the environment and `.env`."""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

S3_URL = r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w!.*'()/-]*)?"  # a bucket by S3's rules of naming, and a prefix
OFFICIAL_TELEGRAM = "https://api.telegram.org"


class Settings(BaseSettings):
    """Read once, by each process's composition root. Every field is told in `.env.example`."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore")

    data_dir: Path = Path("data")
    database_url: str = ""
    redis_url: str = ""
    media_url: str = ""
    s3_endpoint_url: str = ""
    aws_access_key_id: str | None = None
    aws_secret_access_key: SecretStr | None = None
    aws_session_token: SecretStr | None = None
    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = OFFICIAL_TELEGRAM
    groq_api_key: SecretStr | None = None
    groq_base_url: str = ""
    stripe_secret_key: SecretStr | None = None
    catalogue: Path | None = None
    secret_key: SecretStr | None = None
    mode: Literal["local", "production"] = "local"
    public_url: str = ""
    admin_ids: str = ""
    log_format: Literal["text", "json"] = "text"
    input_hours: float = Field(default=24, gt=0)
    result_days: float = Field(default=7, gt=0)
    workers: int = Field(default=2, ge=1, le=64)
    # how soon a job whose worker died is taken up again
    lease_seconds: float = Field(default=30, gt=0)
    sweep_seconds: float = Field(default=3, gt=0)

    @field_validator("media_url")
    @classmethod
    def _is_a_folder_or_a_bucket(cls, value: str) -> str:
        if "://" in value and not re.fullmatch(S3_URL, value):
            raise ValueError("MEDIA_URL takes the path of a folder, or s3://bucket/prefix")
        return value

    @field_validator("s3_endpoint_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("S3_ENDPOINT_URL takes an address that begins with https://")
        return value

    @property
    def database(self) -> str:
        """SQLAlchemy's URL of the database; SQLite in the data folder unless one is set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'rabisco.db'}"

    @property
    def media(self) -> str:
        """The path of the media folder, or `s3://bucket/prefix`."""
        return self.media_url or str(self.data_dir / "media")

    @property
    def admins(self) -> frozenset[str]:
        """Identities such as `telegram:123`."""
        return frozenset(part.strip() for part in self.admin_ids.split(",") if part.strip())

    @property
    def sells(self) -> bool:
        """Whether a payment provider is set; until then the local page's person is the owner."""
        return self.stripe_secret_key is not None
