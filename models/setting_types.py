"""Types of operators' settings: texts that are checked when they are read, with a sentence that names the setting."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, SecretStr, ValidationInfo

from models.billing.payments import Provider
from models.operations.alerts import parse_alert_chat
from models.urls import is_smtp_url

_S3_URL_PATTERN: Final = (  # a bucket name by S3's rules, and a prefix
    r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w!.*'()/-]*)?"
)


def split_list(text: str) -> frozenset[str]:
    """The parts of a text with commas between them."""
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _validate_storage_url(value: str, info: ValidationInfo) -> str:
    if "://" in value and not re.fullmatch(_S3_URL_PATTERN, value):
        raise ValueError(f"{str(info.field_name).upper()} takes the path of a folder, or s3://bucket/prefix")
    return value


def _validate_endpoint_url(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("S3_ENDPOINT_URL takes an address that begins with https://")
    return value


def _validate_public_url(value: str) -> str:
    if value and not _is_http_url(value):
        raise ValueError("PUBLIC_URL takes an address such as https://films.example.com")
    return value


def _validate_whatsapp_sessions(value: str) -> str:
    if "://" in value and not value.startswith(("postgres://", "postgresql://")):
        raise ValueError("WHATSAPP_SESSIONS takes the path of a folder, or postgresql://user:password@host/name")
    return value


def _validate_whatsapp_ffi(value: str) -> str:
    if value and not re.fullmatch(r"\w+(\.\w+)*:\w+", value):
        raise ValueError("WHATSAPP_FFI takes package.module:factory")
    return value


def _validate_smtp_url(value: SecretStr) -> SecretStr:
    if not is_smtp_url(value.get_secret_value()):
        raise ValueError("SMTP_URL takes smtps://user:password@host:465/?from=films@example.com, or smtp://.. with 587")
    return value


def _validate_alert_chat(value: str) -> str:
    if value:
        parse_alert_chat(value)
    return value


def _validate_timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("TIMEZONE takes a name such as America/Sao_Paulo") from error
    return value


def _validate_callback_url(value: SecretStr) -> SecretStr:
    if value and not _is_http_url(value.get_secret_value()):
        raise ValueError("HEARTBEAT_URL and SENTRY_DSN take addresses that begin with https://")
    return value


def _validate_telegram_payments(value: str) -> str:
    if not split_list(value) <= set(Provider):
        raise ValueError("TELEGRAM_PAYMENTS takes stripe, stars, or both with a comma between them")
    return value


def _is_http_url(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


StorageUrl = Annotated[str, AfterValidator(_validate_storage_url)]
EndpointUrl = Annotated[str, AfterValidator(_validate_endpoint_url)]
PublicUrl = Annotated[str, AfterValidator(_validate_public_url)]
SessionUrl = Annotated[str, AfterValidator(_validate_whatsapp_sessions)]
FactoryName = Annotated[str, AfterValidator(_validate_whatsapp_ffi)]
SmtpUrl = Annotated[SecretStr, AfterValidator(_validate_smtp_url)]
AlertChatText = Annotated[str, AfterValidator(_validate_alert_chat)]
TimezoneName = Annotated[str, AfterValidator(_validate_timezone)]
CallbackUrl = Annotated[SecretStr, AfterValidator(_validate_callback_url)]
PaymentProviders = Annotated[str, AfterValidator(_validate_telegram_payments)]
