"""The fake itself: the bot's phone numbers, their users, files, and recorded calls."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakes.changes import Changes
from fakes.whatsapp.chats import PATIENCE
from fakes.whatsapp.faults import Fault, Faults
from fakes.whatsapp.lines import Callbacks, Hello, Line
from fakes.whatsapp.media import Uploads
from fakes.whatsapp.people import Group, Person
from fakes.whatsapp.phones import Phone
from fakes.whatsapp.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Call:
    """A call of neonize: its name, the client, the kind of message sent, and when (monotonic seconds)."""

    name: str
    uuid: bytes
    kind: str
    at: float


class FakeWhatsApp:
    """WhatsApp as clients, operators and users see it. Every method may be called from any thread.

    `problems` are actions of the bot that WhatsApp forbids or its apps would show wrongly; a test must end with none.
    """

    def __init__(self) -> None:
        self.changes = Changes()
        self.uploads = Uploads()
        self.sessions = Sessions()
        self.faults = Faults()
        self.phones: dict[str, Phone] = {}
        self.lines: list[Line] = []
        self.dialling: set[bytes] = set()  # clients whose connection is being opened
        self.calls: list[Call] = []
        self.problems: list[str] = []
        self.later = 0.0  # seconds the fake's clock is ahead
        self._people: dict[str, Person] = {}
        self._codes = itertools.count(1)
        self._ids = itertools.count(1)

    def phone(self, number: str = "5511990000001", lid: str = "") -> Phone:
        """The operator's phone of that number; a new one the first time."""
        with self.changes.changing():
            if number not in self.phones:
                self.phones[number] = Phone(self, number, lid or f"1000{number}")
            return self.phones[number]

    def person(self, number: str = "5521980000001", *, phone: Phone | None = None, **about: Any) -> Person:
        """The user with that number, who writes to that phone; a new one the first time."""
        bot = phone or next(iter(self.phones.values()), None) or self.phone()
        with self.changes.changing():
            key = f"{bot.number}<{number}"
            if key not in self._people:
                known = {"lid": f"2000{number}", **about}
                self._people[key] = Person(self, bot, number, **known)
            return self._people[key]

    def group(self, group_id: str = "120363000000000001", *, phone: Phone | None = None) -> Group:
        return Group(phone or next(iter(self.phones.values())), group_id)

    def fail(self, call: str, error: str, **how: Any) -> None:
        """Let calls fail with that error text; see `WhatsAppFault` for which, when and how often."""
        with self.changes.changing():
            self.faults.add(Fault(call, error, **how))

    def hold(self, call: str, **how: Any) -> Callable[[], None]:
        """Block one call; returns a function that releases it."""
        with self.changes.changing():
            fault = self.faults.add(Fault(call, None, held=True, **how))

        def release() -> None:
            with self.changes.changing():
                fault.held = False

        return release

    def made(self, call: str, kind: str | None = None) -> list[Call]:
        """The calls of that name so far."""
        with self.changes.looking():
            return [each for each in self.calls if each.name == call and kind in {None, each.kind}]

    def now(self) -> float:
        """Seconds since 1970 by the clock of the fake."""
        return time.time() + self.later

    def rotates(self) -> None:
        """Replace the QR code that is shown by the next one."""
        with self.changes.changing():
            for line in self.lines:
                if line.code:
                    line.shows(self.new_code())

    def new_code(self) -> str:
        return f"2@{next(self._codes):06d}fakeRef,fakeNoiseKey=,fakeIdentity=,fakeSecret="

    def new_id(self) -> str:
        return f"3EB0{next(self._ids):016X}"

    def line_of(self, uuid: bytes) -> Line | None:
        """The open connection of that client."""
        return next((line for line in reversed(self.lines) if line.hello.uuid == uuid and not line.is_over), None)

    def attach(
        self, phone: Phone, uuid: bytes, subscribed: frozenset[int], tells: Callable[[int, bytes], None]
    ) -> Line:
        """A client that is linked and connected already, for tests that begin there."""
        with self.changes.changing():
            hello = Hello("elsewhere://attached", uuid, "", is_new_device=False, subscribed=subscribed, pid=0)
            line = Line(hello, Callbacks(lambda _: None, tells))
            phone.device = phone.device or f"{phone.number}:1@s.whatsapp.net"
            line.jid = phone.device
            self.lines.append(line)
            phone.connects(line)
            return line

    def hangs_up(self, line: Line) -> None:
        """Close the connection, as when the client's process is gone."""
        with self.changes.changing():
            line.hangs_up()

    def wait_until(self, probe: Callable[[], Any], timeout: float = PATIENCE) -> Any:
        """Block until the probe returns something true. Raises AssertionError on timeout."""
        return _found(self.changes.wait(probe, timeout))

    async def arrival(self, probe: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """`wait_until` for a coroutine."""
        return _found(await self.changes.arrival(probe, seconds))


def _found(result: Any) -> Any:
    if not result:
        raise AssertionError("it did not happen in time")
    return result
