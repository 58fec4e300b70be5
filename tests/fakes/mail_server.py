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
class Mail:
    """An email as received: its envelope and content."""

    sender: str
    to: list[str]
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
class MailServer:
    """Speaks enough SMTP for `smtplib`, in a thread of its own. `rejection` is the reply to every recipient; `logins`
    are the user names and passwords received."""

    refuses: str | None = None
    offers_login: bool = True
    offers_starttls: bool = False
    mails: list[Mail] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0
    arrived: threading.Condition = field(default_factory=threading.Condition)

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

    def letter(self, to: str, number: int = 1) -> Mail:
        """Wait for the email of that number to a recipient, counted from 1."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self._to(to)) >= number, 10), f"no letter {number} to {to}"
            return self._to(to)[number - 1]

    def _to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if address in mail.to]

    def _serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mail = Mail("", [], b"")
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            verb = line.upper()
            if verb.startswith("EHLO"):
                answer = self._greeting()
            elif verb.startswith("AUTH PLAIN "):
                answer = self._login(line.split()[2])
            elif verb.startswith("MAIL FROM:"):
                mail, answer = Mail(_address(line), [], b""), "250 ok"
            elif verb.startswith("RCPT TO:"):
                answer = self.refuses or "250 ok"
                mail.to.append(_address(line))
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                mail.raw = await _body(reader)
                with self.arrived:
                    self.mails.append(mail)
                    self.arrived.notify_all()
                answer = "250 kept"
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                answer = "250 ok" if verb in {"RSET", "NOOP"} else "502 what"
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
        writer.close()

    def _greeting(self) -> str:
        said = ["rabisco.test", *(["STARTTLS"] if self.offers_starttls else [])]
        said += ["AUTH PLAIN"] if self.offers_login else ["HELP"]
        return "\r\n".join([*(f"250-{each}" for each in said[:-1]), f"250 {said[-1]}"])

    def _login(self, told: str) -> str:
        _, user, password = base64.b64decode(told).decode().split("\0")
        self.logins.append((user, password))
        return "235 welcome"


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


async def _body(reader: asyncio.StreamReader) -> bytes:
    lines = []
    while (line := await reader.readline()) != b".\r\n":
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(lines)
