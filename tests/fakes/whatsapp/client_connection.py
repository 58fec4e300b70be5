"""Connection of a client, from WhatsApp's side: the session it opened, and its callbacks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.whatsapp import events

if TYPE_CHECKING:
    from fakes.whatsapp.phones import FakePhone

DEVICE_EVENT_CODE = 0  # code of the event with the client's identity, which needs no subscription


@dataclass(frozen=True, slots=True)
class ClientHello:
    """Parameters of a client's connection. `subscribed` are the codes of the events it wants; `pid` is its process."""

    database: str
    uuid: bytes
    jid: str
    is_new_device: bool
    subscribed: frozenset[int]
    pid: int


@dataclass(frozen=True, slots=True)
class ClientCallbacks:
    """`show_code` gives a client a QR code, `send_event` an event; `confirm_connecting` ends the opening phase."""

    show_code: Callable[[str], None]
    send_event: Callable[[int, bytes], None]
    confirm_connecting: Callable[[], None] = lambda: None


@dataclass
class ClientConnection:
    """One connection. `is_connected` while messages pass; `is_closed` once the client has disconnected."""

    hello: ClientHello
    callbacks: ClientCallbacks
    phone: "FakePhone | None" = None
    jid: str = ""
    code: str = ""
    pair_code: str = ""
    is_connected: bool = False
    is_closed: bool = False
    sent_events: list[Any] = field(default_factory=list)

    def show_code(self, code: str) -> None:
        self.code = code
        self.callbacks.show_code(code)

    def send_event(self, event: Any) -> None:
        """Send an event if subscribed to; every event is serialized, and so checked, all the same."""
        body, code = event.SerializeToString(), events.event_code_of(event)
        if code == DEVICE_EVENT_CODE or code in self.hello.subscribed:
            self.sent_events.append(event)
            self.callbacks.send_event(code, body)

    def close(self) -> None:
        self.is_connected, self.is_closed, self.code = False, True, ""
