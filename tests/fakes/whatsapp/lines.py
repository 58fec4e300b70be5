"""Connection of a client, from WhatsApp's side: the session it opened, and its callbacks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.whatsapp import events

if TYPE_CHECKING:
    from fakes.whatsapp.phones import Phone

DEVICE = 0  # code of the event with the client's identity, which needs no subscription


@dataclass(frozen=True, slots=True)
class Hello:
    """Parameters of a client's connection. `subscribed` are the codes of the events it wants; `pid` is its process."""

    database: str
    uuid: bytes
    jid: str
    is_new_device: bool
    subscribed: frozenset[int]
    pid: int


@dataclass(frozen=True, slots=True)
class Callbacks:
    """`show_code` gives a client a QR code, `send_event` an event; `confirm_connecting` ends the opening phase."""

    shows: Callable[[str], None]
    tells: Callable[[int, bytes], None]
    dialled: Callable[[], None] = lambda: None


@dataclass
class Line:
    """One connection. `is_connected` while messages pass; `is_closed` once the client has disconnected."""

    hello: Hello
    callbacks: Callbacks
    phone: "Phone | None" = None
    jid: str = ""
    code: str = ""
    pair_code: str = ""
    is_up: bool = False
    is_over: bool = False
    told: list[Any] = field(default_factory=list)

    def shows(self, code: str) -> None:
        self.code = code
        self.callbacks.shows(code)

    def tells(self, event: Any) -> None:
        """Send an event if subscribed to; every event is serialized, and so checked, all the same."""
        body, code = event.SerializeToString(), events.code_of(event)
        if code == DEVICE or code in self.hello.subscribed:
            self.told.append(event)
            self.callbacks.tells(code, body)

    def hangs_up(self) -> None:
        self.is_up, self.is_over, self.code = False, True, ""
