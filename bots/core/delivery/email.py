"""Email: short plain-text messages, and the ways to send them."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from bots.locales import translate
from models.settings import Settings
from storage.identity.codes import CODE_LIFETIME

log = structlog.get_logger(__name__)

TIMEOUT = 15.0  # seconds for each step of sending
PORTS = {"smtp": 587, "smtps": 465}
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class EmailNotSent(Exception):
    """The mail server did not accept the email. The text names the kind of error, and contains no address."""


@dataclass(frozen=True, slots=True)
class Email:
    """A plain-text email. Content and recipient are private, and so not in its `repr`."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)


class EmailSender(Protocol):
    def send(self, email: Email) -> None:
        """Send an email. Blocking, with a timeout. Raises EmailNotSent."""
        ...


def build_code_email(language: str, to: str, code: str) -> Email:
    """Build the email that contains a verification code."""
    minutes = round(CODE_LIFETIME.total_seconds() / 60)
    text = translate(language, "letter-code", {"code": code, "minutes": minutes})
    return Email(to, translate(language, "letter-code-subject", {"code": code}), f"{text}\n")


@dataclass(frozen=True, slots=True)
class SmtpSender:
    """Sender through an SMTP server. TLS from the first byte (`is_encrypted`), or else STARTTLS if the server has it.
    A password is never sent to another machine unencrypted."""

    host: str
    port: int
    sender: str
    is_encrypted: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    ssl_context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    @classmethod
    def from_url(cls, url: str) -> "SmtpSender":
        """Parse an SMTP_URL: `smtps://user:password@host:465/?from=films@example.com`."""
        parts = urlsplit(url)
        user = unquote(parts.username or "")
        sender = parse_qs(parts.query).get("from", [user])[0]
        return cls(
            host=parts.hostname or "",
            port=parts.port or PORTS[parts.scheme],
            sender=sender,
            is_encrypted=parts.scheme == "smtps",
            user=user,
            password=unquote(parts.password or ""),
        )

    def send(self, email: Email) -> None:
        try:
            with self._connect() as server:
                self._authenticate(server)
                server.send_message(_build_message(self.sender, email))
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise EmailNotSent(type(error).__name__) from None  # the error's text may contain the address

    def _connect(self) -> smtplib.SMTP:
        if self.is_encrypted:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=self.ssl_context)
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)

    def _authenticate(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        if not self.is_encrypted and server.has_extn("starttls"):
            server.starttls(context=self.ssl_context)
            server.ehlo()
        elif not self.is_encrypted and self.user and self.host not in LOOPBACK_HOSTS:
            raise smtplib.SMTPNotSupportedError("no STARTTLS")
        if self.user:
            server.login(self.user, self.password)


class LoggingEmailSender:
    """Sender of local mode, which only logs the emails."""

    def send(self, email: Email) -> None:
        log.warning("email-logged", subject=email.subject)


def email_sender_for(settings: Settings) -> EmailSender | None:
    """The email sender of the settings; None in production without a mail server."""
    if settings.smtp_url is not None:
        return SmtpSender.from_url(settings.smtp_url.get_secret_value())
    return LoggingEmailSender() if settings.mode == "local" else None


def _build_message(sender: str, email: Email) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = email.to
    message["Subject"] = email.subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(email.text)
    return message
