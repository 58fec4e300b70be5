"""The fake itself: the bot's phone numbers, their users, files, and recorded calls."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakes.state_condition import StateCondition
from fakes.whatsapp.chats import WAIT_SECONDS
from fakes.whatsapp.client_connection import ClientCallbacks, ClientConnection, ClientHello
from fakes.whatsapp.faults import WhatsAppFault, WhatsAppFaults
from fakes.whatsapp.media_server import MediaServer
from fakes.whatsapp.people import WhatsAppGroup, WhatsAppPerson
from fakes.whatsapp.phones import FakePhone
from fakes.whatsapp.session_files import SessionFiles


@dataclass(frozen=True, slots=True)
class WhatsAppCall:
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
        self.condition = StateCondition()
        self.media_server = MediaServer()
        self.session_files = SessionFiles()
        self.faults = WhatsAppFaults()
        self.phones: dict[str, FakePhone] = {}
        self.connections: list[ClientConnection] = []
        self.connecting_uuids: set[bytes] = set()  # clients whose connection is being opened
        self.calls: list[WhatsAppCall] = []
        self.problems: list[str] = []
        self.clock_offset = 0.0  # seconds the fake's clock is ahead
        self._people: dict[str, WhatsAppPerson] = {}
        self._codes = itertools.count(1)
        self._ids = itertools.count(1)

    def get_phone(self, number: str = "5511990000001", lid: str = "") -> FakePhone:
        """The operator's phone of that number; a new one the first time."""
        with self.condition.modify():
            if number not in self.phones:
                self.phones[number] = FakePhone(self, number, lid or f"1000{number}")
            return self.phones[number]

    def get_person(
        self, number: str = "5521980000001", *, phone: FakePhone | None = None, **about: Any
    ) -> WhatsAppPerson:
        """The user with that number, who writes to that phone; a new one the first time."""
        bot = phone or next(iter(self.phones.values()), None) or self.get_phone()
        with self.condition.modify():
            key = f"{bot.number}<{number}"
            if key not in self._people:
                known = {"lid": f"2000{number}", **about}
                self._people[key] = WhatsAppPerson(self, bot, number, **known)
            return self._people[key]

    def get_group(self, group_id: str = "120363000000000001", *, phone: FakePhone | None = None) -> WhatsAppGroup:
        return WhatsAppGroup(phone or next(iter(self.phones.values())), group_id)

    def fail_calls(self, call: str, error: str, **how: Any) -> None:
        """Let calls fail with that error text; see `WhatsAppFault` for which, when and how often."""
        with self.condition.modify():
            self.faults.add(WhatsAppFault(call, error, **how))

    def hold_call(self, call: str, **how: Any) -> Callable[[], None]:
        """Block one call; returns a function that releases it."""
        with self.condition.modify():
            fault = self.faults.add(WhatsAppFault(call, None, held=True, **how))

        def release() -> None:
            with self.condition.modify():
                fault.held = False

        return release

    def list_calls(self, name: str, kind: str | None = None) -> list[WhatsAppCall]:
        """The calls of that name so far."""
        with self.condition.read():
            return [each for each in self.calls if each.name == name and kind in {None, each.kind}]

    def get_now(self) -> float:
        """Seconds since 1970 by the clock of the fake."""
        return time.time() + self.clock_offset

    def rotate_codes(self) -> None:
        """Replace the QR code that is shown by the next one."""
        with self.condition.modify():
            for connection in self.connections:
                if connection.code:
                    connection.show_code(self.generate_code())

    def generate_code(self) -> str:
        return f"2@{next(self._codes):06d}fakeRef,fakeNoiseKey=,fakeIdentity=,fakeSecret="

    def generate_message_id(self) -> str:
        return f"3EB0{next(self._ids):016X}"

    def connection_of(self, uuid: bytes) -> ClientConnection | None:
        """The open connection of that client."""
        return next(
            (
                connection
                for connection in reversed(self.connections)
                if connection.hello.uuid == uuid and not connection.is_closed
            ),
            None,
        )

    def attach_client(
        self, phone: FakePhone, uuid: bytes, subscribed: frozenset[int], send_event: Callable[[int, bytes], None]
    ) -> ClientConnection:
        """A client that is linked and connected already, for tests that begin there."""
        with self.condition.modify():
            hello = ClientHello("elsewhere://attached", uuid, "", is_new_device=False, subscribed=subscribed, pid=0)
            connection = ClientConnection(hello, ClientCallbacks(lambda _: None, send_event))
            phone.device = phone.device or f"{phone.number}:1@s.whatsapp.net"
            connection.jid = phone.device
            self.connections.append(connection)
            phone.connect(connection)
            return connection

    def close_connection(self, connection: ClientConnection) -> None:
        """Close the connection, as when the client's process is gone."""
        with self.condition.modify():
            connection.close()

    def wait_until(self, probe: Callable[[], Any], timeout: float = WAIT_SECONDS) -> Any:
        """Block until the probe returns something true. Raises AssertionError on timeout."""
        return _require_result(self.condition.wait(probe, timeout))

    async def wait_until_async(self, probe: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
        """`wait_until` for a coroutine."""
        return _require_result(await self.condition.wait_async(probe, seconds))


def _require_result(result: Any) -> Any:
    if not result:
        raise AssertionError("it did not happen in time")
    return result
