"""Secrets given to the app, and a search for them in everything it writes."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from storage.db import Database
from storage.schema import METADATA

MAIL_PASSWORD = "passwordOfTheMailServer"
SECRET_SETTINGS = {
    "SECRET_KEY": "aSecretKeyThatSignsAndEncryptsEverything",
    "METRICS_TOKEN": "aTokenForWhoReadsTheFigures",
    "GROQ_API_KEY": "gsk_aKeyOfGroqThatNobodyMayRead",
    "STRIPE_WEBHOOK_SECRET": "whsec_aSecretThatSignsTheNews",
}
"""Made up for tests, as the environment has them."""


def build_smtp_url(port: int = 25) -> str:
    """An SMTP_URL with a password, of a mail server on this machine."""
    return f"smtp://films:{MAIL_PASSWORD}@127.0.0.1:{port}/?from=films@rabisco.test"


@dataclass(frozen=True)
class WrittenOutput:
    """Everything written, by destination."""

    by_place: Mapping[str, str]

    def find_secrets(self, secrets: Mapping[str, str]) -> list[str]:
        """The secrets found, with their destination, such as "GROQ_API_KEY in logs"."""
        return sorted(
            f"{name} in {place}"
            for place, text in self.by_place.items()
            for name, secret in secrets.items()
            if any(form in text for form in list_encodings(secret))
        )


def list_encodings(secret: str) -> Iterator[str]:
    """The encodings of a secret: plain, percent-encoded, and in base64 at each of the three alignments."""
    yield secret
    yield quote(secret, safe="")
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + secret.encode()).decode()
        yield encoded[4 if offset else 0 : -4]  # its ends depend on the neighbouring bytes


def dump_database(database: Database) -> str:
    """Every row of every table, as stored."""
    with database.read_transaction() as session:
        connection = session.connection()
        rows: Iterator[Any] = (row for table in METADATA.tables.values() for row in connection.execute(table.select()))
        return "\n".join(str(tuple(row)) for row in rows)


def list_secrets(settings: Mapping[str, str]) -> dict[str, str]:
    """The secrets in a process's environment; of a bot token and an SMTP URL the secret part alone."""
    secrets = {name: settings[name] for name in (*SECRET_SETTINGS, "STRIPE_SECRET_KEY") if name in settings}
    if "TELEGRAM_BOT_TOKEN" in settings:
        secrets["TELEGRAM_BOT_TOKEN"] = settings["TELEGRAM_BOT_TOKEN"].partition(":")[2]
    if "SMTP_URL" in settings:
        secrets["SMTP_URL"] = MAIL_PASSWORD
    return secrets
