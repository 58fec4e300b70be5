"""The operator's phone, which a client is linked to, and everything that can happen to the link."""

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.whatsapp import events
from fakes.whatsapp.chats import Chat
from fakes.whatsapp.lines import Line
from neonize.proto import Neonize_pb2 as N

if TYPE_CHECKING:
    from fakes.whatsapp.fake import FakeWhatsApp


@dataclass
class Phone:
    """A phone number with its chats. Messages are queued while no client is connected, as WhatsApp does."""

    fake: "FakeWhatsApp"
    number: str
    lid: str
    line: Line | None = None
    device: str = ""  # JID of the linked device
    is_forbidden: Any = None  # the event sent to a client that tries to connect, instead of connecting it
    chats: dict[str, Chat] = field(default_factory=dict)
    waiting: list[Any] = field(default_factory=list)
    _devices: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def is_online(self) -> bool:
        return self.line is not None and self.line.is_up

    def chat(self, *ids: str) -> Chat:
        """The chat with these JIDs."""
        found = next((self.chats[each] for each in ids if each in self.chats), None)
        chat = found or Chat(ids[0], self.fake.changes)
        chat.ids |= set(ids)
        self.chats |= dict.fromkeys(ids, chat)
        return chat

    def scans(self, code: str = "") -> Line:
        """Scan that QR code, or any that is shown, once there is one."""
        line: Line = self.fake.wait_until(
            lambda: next((each for each in self.fake.lines if each.code and code in {"", each.code}), None)
        )
        return self._links(line)

    def enters(self, pair_code: str) -> Line:
        """Enter the pairing code that was requested for this number."""
        wanted = pair_code.replace("-", "")
        line: Line = self.fake.wait_until(
            lambda: next((each for each in self.fake.lines if each.pair_code.replace("-", "") == wanted), None)
        )
        return self._links(line)

    def refuses(self, error: str = "pairing was refused") -> None:
        """Let the pairing fail."""
        line: Line = self.fake.wait_until(lambda: next((each for each in self.fake.lines if each.code), None))
        with self.fake.changes.changing():
            line.code = ""
            line.tells(events.not_paired(self._jid(next(self._devices)), error))

    def _links(self, line: Line) -> Line:
        with self.fake.changes.changing():
            me = self._jid(next(self._devices))
            self.device = line.jid = f"{me.User}:{me.Device}@{me.Server}"
            self.fake.sessions.add(line.hello.database, line.jid)
            line.tells(self._who(me))
            line.tells(events.paired(me))
            self.connects(line)
        return line

    def connects(self, line: Line) -> None:
        """Connect a linked client. A second one with the same keys disconnects the first one."""
        before, (user, _, device) = self.line, line.jid.partition("@")[0].partition(":")
        line.phone, line.code, line.pair_code = self, "", ""
        if line.told == []:
            line.tells(self._who(events.jid(user, device=int(device))))
        if line.jid != self.device:
            self.fake.sessions.remove(line.hello.database, line.jid)
            self._is_refused(line, events.logged_out(on_connect=True))
        elif self.is_forbidden is not None:
            self._is_refused(line, self.is_forbidden)
        else:
            self.line, line.is_up = line, True
            line.tells(events.connected())
            line.tells(events.offline_sync(len(self.waiting)))
            if before is not None and before is not line and before.is_up:
                self._is_refused(before, events.replaced())
            self._flush()

    def hears(self, event: Any) -> None:
        """Deliver a message to the client now, or when it is connected again."""
        self.waiting.append(event)
        if self.is_online:
            self._flush()

    def logs_out(self) -> None:
        """Unlink the device on the phone."""
        with self.fake.changes.changing():
            line = self._taken()
            self.fake.sessions.remove(line.hello.database, line.jid)
            self.device = ""
            self._is_refused(line, events.logged_out())

    def is_replaced(self) -> None:
        """Disconnect the client, as when another process uses the same keys."""
        with self.fake.changes.changing():
            self._is_refused(self._taken(), events.replaced())

    def is_banned(self, seconds: int = 3600) -> None:
        """Ban the number: every client that tries to connect is rejected, until `lift_ban`."""
        self._is_shut_out(events.temporary_ban(seconds))

    def is_outdated(self) -> None:
        """Reject clients because neonize is too old."""
        self._is_shut_out(events.outdated())

    def is_pardoned(self) -> None:
        with self.fake.changes.changing():
            self.is_forbidden = None

    def goes_offline(self) -> None:
        """Break the connection; neonize tries to restore it until `come_back`."""
        with self.fake.changes.changing():
            line = self._taken()
            line.is_up = False
            line.tells(events.disconnected())

    def comes_back(self) -> None:
        with self.fake.changes.changing():
            assert self.line is not None
            self.line.is_up = True
            self.line.tells(events.connected())
            self._flush()

    def _is_shut_out(self, event: Any) -> None:
        with self.fake.changes.changing():
            self.is_forbidden = event
            self._is_refused(self._taken(), event)

    def _is_refused(self, line: Line, event: Any) -> None:
        """Send the event, and end the connection; the client's blocking call goes on until it is stopped."""
        line.is_up = False
        line.tells(event)

    def _flush(self) -> None:
        assert self.line is not None
        while self.waiting:
            self.line.tells(self.waiting.pop(0))

    def _taken(self) -> Line:
        assert self.line is not None, f"nobody is linked to {self.number}"
        return self.line

    def _who(self, me: N.JID) -> N.Device:
        return events.device(me, events.jid(self.lid, events.LIDS, me.Device))

    def _jid(self, device: int) -> N.JID:
        return events.jid(self.number, device=device)
