"""SMTP server on a local socket that stores what it receives."""

import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class ReceivedEmail:
    """An email as received: its envelope and content."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        return str(self.message.get_content())


class FreePortController(Controller):
    """Controller on the port the system gives it, which the library's own does not support."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@dataclass
class SmtpServer:
    """SMTP server in a thread of its own. `rejection` is the reply to recipients, if all are refused; `logins` are
    the user names and passwords received.
    """

    rejection: str | None = None
    emails: list[ReceivedEmail] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    condition: threading.Condition = field(default_factory=threading.Condition)

    def __enter__(self) -> Self:
        self._controller = FreePortController(
            self, "127.0.0.1", 0, authenticator=self._authenticate, auth_require_tls=False, ready_timeout=20
        )
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}/?from=films@rabisco.test"

    def wait_for_email(self, recipient: str, number: int = 1) -> ReceivedEmail:
        """Wait for the email of that number to a recipient, counted from 1."""
        with self.condition:
            assert self.condition.wait_for(lambda: len(self._list_for(recipient)) >= number, 10), (
                f"no letter {number} to {recipient}"
            )
            return self._list_for(recipient)[number - 1]

    def _list_for(self, address: str) -> list[ReceivedEmail]:
        return [mail for mail in self.emails if address in mail.recipients]

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _method: str, auth: object
    ) -> AuthResult:
        assert isinstance(auth, LoginPassword)
        self.logins.append((auth.login.decode(), auth.password.decode()))
        return AuthResult(success=True)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rejection or "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        with self.condition:
            self.emails.append(ReceivedEmail(envelope.mail_from or "", envelope.rcpt_tos, envelope.content))
            self.condition.notify_all()
        return "250 OK"
