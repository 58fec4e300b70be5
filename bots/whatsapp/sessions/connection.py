"""One connection of a session through neonize: translates its callbacks to events, and shuts it down cleanly."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from neonize.aioze.client import NewAClient
from neonize.aioze.events import (
    ClientOutdatedEv,
    ConnectedEv,
    ConnectFailureEv,
    DisconnectedEv,
    LoggedOutEv,
    MessageEv,
    PairStatusEv,
    StreamReplacedEv,
    TemporaryBanEv,
)
from neonize.events import UndecryptableMessageEv
from neonize.exc import NeonizeError
from neonize.proto import Neonize_pb2 as proto
from neonize.utils.jid import Jid2String

from bots.whatsapp.message_reader import build_placeholder
from bots.whatsapp.sessions.events import ClientStuck, ConnectionEvent, parse_ban_seconds
from bots.whatsapp.sessions.states import ConnectionEventKind

log = structlog.get_logger(__name__)

CALL_TIMEOUT_SECONDS = 20.0  # neonize itself waits forever
OnMessage = Callable[[Any], Awaitable[None]]
OnEvent = Callable[[ConnectionEvent], None]


def _read_pair_status(event: PairStatusEv) -> ConnectionEvent:
    if event.Status == PairStatusEv.ERROR or event.Error:
        return ConnectionEvent(ConnectionEventKind.PAIRING_FAILED, event.Error)
    return ConnectionEvent(ConnectionEventKind.PAIRED, Jid2String(event.ID))


def _read_logged_out(event: LoggedOutEv) -> ConnectionEvent:
    """WhatsApp reports a permanent ban as the reason "unknown logout"."""
    reason = proto.ConnectFailureReason.Name(event.Reason)
    return ConnectionEvent(
        ConnectionEventKind.BANNED if event.Reason == proto.UNKNOWN_LOGOUT else ConnectionEventKind.LOGGED_OUT, reason
    )


def _read_temporary_ban(event: TemporaryBanEv) -> ConnectionEvent:
    reason = TemporaryBanEv.TempBanReason.Name(event.Code)
    return ConnectionEvent(ConnectionEventKind.BANNED, reason, parse_ban_seconds(event.Expire))


def _read_connect_failure(event: ConnectFailureEv) -> ConnectionEvent:
    if event.Reason == proto.CLIENT_OUTDATED:
        return ConnectionEvent(ConnectionEventKind.OUTDATED)
    return ConnectionEvent(ConnectionEventKind.CLOSED, proto.ConnectFailureReason.Name(event.Reason))


EVENT_READERS: Mapping[type[Any], Callable[[Any], ConnectionEvent]] = {
    PairStatusEv: _read_pair_status,
    ConnectedEv: lambda _: ConnectionEvent(ConnectionEventKind.CONNECTED),
    DisconnectedEv: lambda _: ConnectionEvent(ConnectionEventKind.DISCONNECTED),
    LoggedOutEv: _read_logged_out,
    TemporaryBanEv: _read_temporary_ban,
    ConnectFailureEv: _read_connect_failure,
    StreamReplacedEv: lambda _: ConnectionEvent(ConnectionEventKind.REPLACED),
    ClientOutdatedEv: lambda _: ConnectionEvent(ConnectionEventKind.OUTDATED),
}


def subscribe_messages(client: NewAClient, on_message: OnMessage) -> None:
    """Receive messages, and placeholders for those that could not be decrypted; before connecting."""

    async def handle_undecryptable(_client: object, event: UndecryptableMessageEv) -> None:
        placeholder = build_placeholder(event)
        if placeholder is not None:
            await on_message(placeholder)

    client.event(MessageEv)(_log_exceptions(lambda _client, event: on_message(event)))
    client.event(UndecryptableMessageEv)(_log_exceptions(handle_undecryptable))


@dataclass(slots=True)
class NeonizeConnection:
    """`bots.whatsapp.ports.WhatsAppConnection` through one neonize client. It is opened once, and closed once.

    `call_timeout` is in seconds.
    """

    client: NewAClient
    call_timeout: float = CALL_TIMEOUT_SECONDS
    _task: asyncio.Task[None] | None = None

    async def open(self, on_event: OnEvent, on_message: OnMessage) -> None:
        """Start connecting; the outcome is reported as events. neonize needs its handlers before."""
        for event_type, reader in EVENT_READERS.items():
            self.client.event(event_type)(_log_exceptions(_build_handler(on_event, reader)))
        subscribe_messages(self.client, on_message)
        self.client.event.qr(_log_exceptions(_build_handler(on_event, _read_qr_code)))
        self._task = await self.client.connect()
        self._task.add_done_callback(lambda task: on_event(_read_task_end(task)))

    async def request_pairing_code(self, phone: str) -> str:
        """A pairing code to enter on that phone. Raises ValueError when WhatsApp refuses, and ClientStuck."""
        try:
            return str(await self._call_with_timeout(self.client.PairPhone(phone, show_push_notification=True)))
        except NeonizeError as error:
            raise ValueError(str(error)) from error

    async def get_identity(self) -> tuple[str, str | None]:
        """The JID of the session, with its device, and its LID if it has one. Raises ClientStuck."""
        device = self.client.me or await self._call_with_timeout(self.client.get_me())
        return Jid2String(device.JID), Jid2String(device.LID) if device.LID.User else None

    async def is_connected(self) -> bool:
        """Whether the client is connected now. Raises ClientStuck."""
        return bool(await self._call_with_timeout(self.client.is_connected))

    async def log_out(self) -> None:
        """Unlink the device from the phone; best effort, as it can be unlinked on the phone too."""
        try:
            await self._call_with_timeout(self.client.logout())
        except (NeonizeError, ClientStuck) as error:
            log.info("whatsapp-logout-failed", error=str(error))

    async def close(self) -> None:
        """End the connection. The task is never cancelled: neonize would be called from the event loop, and may hang.

        Raises ClientStuck when neonize does not stop; then only ending the process helps.
        """
        await self._call_with_timeout(self.client.stop())
        if self._task is not None:
            done, _ = await asyncio.wait([self._task], timeout=self.call_timeout)
            if not done:
                raise ClientStuck("it does not end")

    async def _call_with_timeout(self, call: Awaitable[Any]) -> Any:
        """Await a call with the timeout; the thread of one that hangs is lost. Raises ClientStuck."""
        try:
            async with asyncio.timeout(self.call_timeout):
                return await call
        except TimeoutError:
            raise ClientStuck("the library does not answer") from None


def _read_qr_code(code: bytes) -> ConnectionEvent:
    return ConnectionEvent(ConnectionEventKind.CODE, code.decode())


def _read_task_end(task: asyncio.Task[None]) -> ConnectionEvent:
    error = None if task.cancelled() else task.exception()
    return ConnectionEvent(ConnectionEventKind.CLOSED, str(error) if error else "")


def _build_handler(
    on_event: OnEvent, reader: Callable[[Any], ConnectionEvent]
) -> Callable[[Any, Any], Awaitable[None]]:
    async def handle_event(_client: object, event: Any) -> None:
        on_event(reader(event))

    return handle_event


def _log_exceptions(handle: Callable[[Any, Any], Awaitable[None]]) -> Callable[[Any, Any], Awaitable[None]]:
    """Wrap a handler to log its exceptions, which neonize discards silently."""

    async def wrapper(client: Any, event: Any) -> None:
        try:
            await handle(client, event)
        except Exception:
            log.exception("whatsapp-handler-failed", kind=type(event).__name__)

    return wrapper
