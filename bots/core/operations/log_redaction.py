"""Redaction of secrets and email addresses in log events, in case any get there."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

PLACEHOLDER = "…"
MIN_SECRET_LENGTH = 8  # characters of a secret; shorter ones are words too
PATTERNS = (
    re.compile(r"(?<!\d)\d{6,12}:[\w-]{30,}"),  # a Telegram bot token
    re.compile(r"\b(?:sk|rk|pk|gsk|whsec)_\w{8,}"),
    re.compile(r"(?<=://)[^/@\s:]*:[^/@\s]+(?=@)"),  # the user and password of a URL
    re.compile(r"(?i)\bbearer\s+[\w.~+/=-]+"),
    re.compile(r"(?<![\w.+:-])[\w.+:-]+@[\w-]+(?:\.[\w-]+)+"),  # email addresses, and WhatsApp JIDs
)


@dataclass(frozen=True, slots=True)
class Redactor:
    """Replaces `secrets` and everything that looks like one."""

    secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def from_secrets(cls, secrets: Iterable[str]) -> "Redactor":
        """Build a redactor that replaces the longest secrets first, as one may contain another."""
        return cls(tuple(sorted({each for each in secrets if len(each) >= MIN_SECRET_LENGTH}, key=len, reverse=True)))

    def redact_text(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, PLACEHOLDER)
        for pattern in PATTERNS:
            text = pattern.sub(PLACEHOLDER, text)
        return text

    def redact(self, value: Any) -> Any:
        """Redact every text in mappings and sequences; other values are converted to `str` first."""
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return self.redact_text(value)
            case Mapping():
                return {self.redact(key): self.redact(item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.redact(item) for item in value]
        return self.redact_text(str(value))

    def build_processor(self, is_kept: Callable[[str], bool] = lambda _key: False) -> Callable[[Any, str, Any], Any]:
        """Build a structlog processor; fields for which `is_kept` is true stay unchanged."""

        def redact_event(_logger: object, _method: str, event: Any) -> Any:
            return {key: value if is_kept(key) else self.redact(value) for key, value in event.items()}

        return redact_event
