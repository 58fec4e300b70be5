"""SMTP server on a local socket that stores what it receives."""

import asyncio
import base64
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self


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


@dataclass
class SmtpServer:
    """Speaks enough SMTP for `smtplib`, in a thread of its own. `rejection` is the reply to every recipient; `logins`
    are the user names and passwords received."""

    rejection: str | None = None
    offers_login: bool = True
    offers_starttls: bool = False
    emails: list[ReceivedEmail] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0
    condition: threading.Condition = field(default_factory=threading.Condition)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

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

    def _serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve_client, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        email = ReceivedEmail("", [], b"")
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            verb = line.upper()
            if verb.startswith("EHLO"):
                reply = self._build_greeting()
            elif verb.startswith("AUTH PLAIN "):
                reply = self._check_login(line.split()[2])
            elif verb.startswith("MAIL FROM:"):
                email, reply = ReceivedEmail(_parse_address(line), [], b""), "250 ok"
            elif verb.startswith("RCPT TO:"):
                reply = self.rejection or "250 ok"
                email.recipients.append(_parse_address(line))
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                email.raw = await _read_body(reader)
                with self.condition:
                    self.emails.append(email)
                    self.condition.notify_all()
                reply = "250 kept"
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                reply = "250 ok" if verb in {"RSET", "NOOP"} else "502 what"
            writer.write(f"{reply}\r\n".encode())
            await writer.drain()
        writer.close()

    def _build_greeting(self) -> str:
        capabilities = ["rabisco.test", *(["STARTTLS"] if self.offers_starttls else [])]
        capabilities += ["AUTH PLAIN"] if self.offers_login else ["HELP"]
        return "\r\n".join([*(f"250-{each}" for each in capabilities[:-1]), f"250 {capabilities[-1]}"])

    def _check_login(self, credentials: str) -> str:
        _, user, password = base64.b64decode(credentials).decode().split("\0")
        self.logins.append((user, password))
        return "235 welcome"


def _parse_address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


async def _read_body(reader: asyncio.StreamReader) -> bytes:
    lines = []
    while (line := await reader.readline()) != b".\r\n":
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(lines)
