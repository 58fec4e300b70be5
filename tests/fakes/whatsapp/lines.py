"""A client as WhatsApp knows it: the session it opened, and how it is told things."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.whatsapp import events

if TYPE_CHECKING:
    from fakes.whatsapp.phones import Phone

DEVICE = 0  # who the client is, told to everybody


@dataclass(frozen=True, slots=True)
class Hello:
    """How a client begins. `subscribed` are the numbers of the events it wants; `pid` its process."""

    database: str
    uuid: bytes
    jid: str
    is_new_device: bool
    subscribed: frozenset[int]
    pid: int


@dataclass(frozen=True, slots=True)
class Callbacks:
    """`shows` gives a client a code to be scanned, `tells` an event; `dialled` that its connection stands."""

    shows: Callable[[str], None]
    tells: Callable[[int, bytes], None]
    dialled: Callable[[], None] = lambda: None


@dataclass
class Line:
    """One connection. `is_up` while messages pass; `is_over` once the client has hung up."""

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
        """Tell what was subscribed to; every event is checked all the same."""
        body, code = event.SerializeToString(), events.code_of(event)
        if code == DEVICE or code in self.hello.subscribed:
            self.told.append(event)
            self.callbacks.tells(code, body)

    def hangs_up(self) -> None:
        self.is_up, self.is_over, self.code = False, True, ""
