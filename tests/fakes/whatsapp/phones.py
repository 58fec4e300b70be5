"""The operator's phone, which a client is linked to, and everything that can happen to the link."""

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.whatsapp import events
from fakes.whatsapp.chats import WhatsAppChat
from fakes.whatsapp.client_connection import ClientConnection
from neonize.proto import Neonize_pb2 as N

if TYPE_CHECKING:
    from fakes.whatsapp.fake import FakeWhatsApp


@dataclass
class FakePhone:
    """A phone number with its chats. Messages are queued while no client is connected, as WhatsApp does."""

    fake: "FakeWhatsApp"
    number: str
    lid: str
    connection: ClientConnection | None = None
    device: str = ""  # JID of the linked device
    rejection_event: Any = None  # the event sent to a client that tries to connect, instead of connecting it
    chats: dict[str, WhatsAppChat] = field(default_factory=dict)
    pending_events: list[Any] = field(default_factory=list)
    _devices: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def is_online(self) -> bool:
        return self.connection is not None and self.connection.is_connected

    def get_chat(self, *jids: str) -> WhatsAppChat:
        """The chat with these JIDs."""
        found = next((self.chats[each] for each in jids if each in self.chats), None)
        chat = found or WhatsAppChat(jids[0], self.fake.condition)
        chat.jids |= set(jids)
        self.chats |= dict.fromkeys(jids, chat)
        return chat

    def scan_code(self, code: str = "") -> ClientConnection:
        """Scan that QR code, or any that is shown, once there is one."""
        connection: ClientConnection = self.fake.wait_until(
            lambda: next((each for each in self.fake.connections if each.code and code in {"", each.code}), None)
        )
        return self._link_device(connection)

    def enter_code(self, pair_code: str) -> ClientConnection:
        """Enter the pairing code that was requested for this number."""
        wanted = pair_code.replace("-", "")
        connection: ClientConnection = self.fake.wait_until(
            lambda: next((each for each in self.fake.connections if each.pair_code.replace("-", "") == wanted), None)
        )
        return self._link_device(connection)

    def refuse_pairing(self, error: str = "pairing was refused") -> None:
        """Let the pairing fail."""
        connection: ClientConnection = self.fake.wait_until(
            lambda: next((each for each in self.fake.connections if each.code), None)
        )
        with self.fake.condition.modify():
            connection.code = ""
            connection.send_event(events.build_pair_error(self._build_jid(next(self._devices)), error))

    def _link_device(self, connection: ClientConnection) -> ClientConnection:
        with self.fake.condition.modify():
            own_jid = self._build_jid(next(self._devices))
            self.device = connection.jid = f"{own_jid.User}:{own_jid.Device}@{own_jid.Server}"
            self.fake.session_files.add_device(connection.hello.database, connection.jid)
            connection.send_event(self._build_device(own_jid))
            connection.send_event(events.build_pair_status(own_jid))
            self.connect(connection)
        return connection

    def connect(self, connection: ClientConnection) -> None:
        """Connect a linked client. A second one with the same keys disconnects the first one."""
        previous, (user, _, device) = self.connection, connection.jid.partition("@")[0].partition(":")
        connection.phone, connection.code, connection.pair_code = self, "", ""
        if connection.sent_events == []:
            connection.send_event(self._build_device(events.build_jid(user, device=int(device))))
        if connection.jid != self.device:
            self.fake.session_files.remove_device(connection.hello.database, connection.jid)
            self._disconnect_with(connection, events.build_logged_out(on_connect=True))
        elif self.rejection_event is not None:
            self._disconnect_with(connection, self.rejection_event)
        else:
            self.connection, connection.is_connected = connection, True
            connection.send_event(events.build_connected())
            connection.send_event(events.build_offline_sync(len(self.pending_events)))
            if previous is not None and previous is not connection and previous.is_connected:
                self._disconnect_with(previous, events.build_stream_replaced())
            self._flush()

    def receive(self, event: Any) -> None:
        """Deliver a message to the client now, or when it is connected again."""
        self.pending_events.append(event)
        if self.is_online:
            self._flush()

    def log_out(self) -> None:
        """Unlink the device on the phone."""
        with self.fake.condition.modify():
            connection = self._require_connection()
            self.fake.session_files.remove_device(connection.hello.database, connection.jid)
            self.device = ""
            self._disconnect_with(connection, events.build_logged_out())

    def replace_client(self) -> None:
        """Disconnect the client, as when another process uses the same keys."""
        with self.fake.condition.modify():
            self._disconnect_with(self._require_connection(), events.build_stream_replaced())

    def ban(self, seconds: int = 3600) -> None:
        """Ban the number: every client that tries to connect is rejected, until `lift_ban`."""
        self._reject_clients(events.build_temporary_ban(seconds))

    def reject_as_outdated(self) -> None:
        """Reject clients because neonize is too old."""
        self._reject_clients(events.build_client_outdated())

    def lift_ban(self) -> None:
        with self.fake.condition.modify():
            self.rejection_event = None

    def go_offline(self) -> None:
        """Break the connection; neonize tries to restore it until `come_back`."""
        with self.fake.condition.modify():
            connection = self._require_connection()
            connection.is_connected = False
            connection.send_event(events.build_disconnected())

    def come_back(self) -> None:
        with self.fake.condition.modify():
            assert self.connection is not None
            self.connection.is_connected = True
            self.connection.send_event(events.build_connected())
            self._flush()

    def _reject_clients(self, event: Any) -> None:
        with self.fake.condition.modify():
            self.rejection_event = event
            self._disconnect_with(self._require_connection(), event)

    def _disconnect_with(self, connection: ClientConnection, event: Any) -> None:
        """Send the event, and end the connection; the client's blocking call goes on until it is stopped."""
        connection.is_connected = False
        connection.send_event(event)

    def _flush(self) -> None:
        assert self.connection is not None
        while self.pending_events:
            self.connection.send_event(self.pending_events.pop(0))

    def _require_connection(self) -> ClientConnection:
        assert self.connection is not None, f"nobody is linked to {self.number}"
        return self.connection

    def _build_device(self, own_jid: N.JID) -> N.Device:
        return events.build_device(own_jid, events.build_jid(self.lid, events.LID_SERVER, own_jid.Device))

    def _build_jid(self, device: int) -> N.JID:
        return events.build_jid(self.number, device=device)
