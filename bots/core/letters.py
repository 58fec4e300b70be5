"""Email: short plain-text messages, and the ways to send them."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from bots.locales import say
from models.settings import Settings
from storage.codes import LASTS

log = structlog.get_logger(__name__)

PATIENCE = 15.0  # seconds for each step of sending
PORTS = {"smtp": 587, "smtps": 465}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class LetterNotSent(Exception):
    """The mail server did not accept the email. The text names the kind of error, and contains no address."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain-text email. Content and recipient are private, and so not in its `repr`."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)


class Letters(Protocol):
    def send(self, letter: Letter) -> None:
        """Send an email. Blocking, with a timeout. Raises EmailNotSent."""
        ...


def code_letter(language: str, to: str, code: str) -> Letter:
    """Build the email that contains a verification code."""
    minutes = round(LASTS.total_seconds() / 60)
    text = say(language, "letter-code", {"code": code, "minutes": minutes})
    return Letter(to, say(language, "letter-code-subject", {"code": code}), f"{text}\n")


@dataclass(frozen=True, slots=True)
class Smtp:
    """Sender through an SMTP server. TLS from the first byte (`is_encrypted`), or else STARTTLS if the server has it.
    A password is never sent to another machine unencrypted."""

    host: str
    port: int
    sender: str
    encrypted: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    @classmethod
    def at(cls, url: str) -> "Smtp":
        """Parse an SMTP_URL: `smtps://user:password@host:465/?from=films@example.com`."""
        parts = urlsplit(url)
        user = unquote(parts.username or "")
        sender = parse_qs(parts.query).get("from", [user])[0]
        return cls(
            host=parts.hostname or "",
            port=parts.port or PORTS[parts.scheme],
            sender=sender,
            encrypted=parts.scheme == "smtps",
            user=user,
            password=unquote(parts.password or ""),
        )

    def send(self, letter: Letter) -> None:
        try:
            with self._connect() as server:
                self._open(server)
                server.send_message(_message(self.sender, letter))
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise LetterNotSent(type(error).__name__) from None  # the error's text may contain the address

    def _connect(self) -> smtplib.SMTP:
        if self.encrypted:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE, context=self.trust)
        return smtplib.SMTP(self.host, self.port, timeout=PATIENCE)

    def _open(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        if not self.encrypted and server.has_extn("starttls"):
            server.starttls(context=self.trust)
            server.ehlo()
        elif not self.encrypted and self.user and self.host not in LOOPBACK:
            raise smtplib.SMTPNotSupportedError("no STARTTLS")
        if self.user:
            server.login(self.user, self.password)


class LoggedLetters:
    """Sender of local mode, which only logs the emails."""

    def send(self, letter: Letter) -> None:
        log.warning("letter", subject=letter.subject)


def letters_for(settings: Settings) -> Letters | None:
    """The email sender of the settings; None in production without a mail server."""
    if settings.smtp_url is not None:
        return Smtp.at(settings.smtp_url.get_secret_value())
    return LoggedLetters() if settings.mode == "local" else None


def _message(sender: str, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
