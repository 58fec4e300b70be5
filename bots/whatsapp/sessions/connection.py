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
from neonize.exc import NeonizeError
from neonize.proto import Neonize_pb2 as proto
from neonize.utils.jid import Jid2String

from bots.whatsapp.sessions.events import Signal, Stuck, ban_seconds
from bots.whatsapp.sessions.states import Happened

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 20.0  # neonize itself waits forever
OnMessage = Callable[[Any], Awaitable[None]]
Tell = Callable[[Signal], None]


def _paired(event: PairStatusEv) -> Signal:
    if event.Status == PairStatusEv.ERROR or event.Error:
        return Signal(Happened.REFUSED, event.Error)
    return Signal(Happened.PAIRED, Jid2String(event.ID))


def _logged_out(event: LoggedOutEv) -> Signal:
    """WhatsApp reports a permanent ban as the reason "unknown logout"."""
    reason = proto.ConnectFailureReason.Name(event.Reason)
    return Signal(Happened.BANNED if event.Reason == proto.UNKNOWN_LOGOUT else Happened.LOGGED_OUT, reason)


def _banned(event: TemporaryBanEv) -> Signal:
    reason = TemporaryBanEv.TempBanReason.Name(event.Code)
    return Signal(Happened.BANNED, reason, ban_seconds(event.Expire))


def _failed(event: ConnectFailureEv) -> Signal:
    if event.Reason == proto.CLIENT_OUTDATED:
        return Signal(Happened.OUTDATED)
    return Signal(Happened.ENDED, proto.ConnectFailureReason.Name(event.Reason))


READERS: Mapping[type[Any], Callable[[Any], Signal]] = {
    PairStatusEv: _paired,
    ConnectedEv: lambda _: Signal(Happened.CONNECTED),
    DisconnectedEv: lambda _: Signal(Happened.DISCONNECTED),
    LoggedOutEv: _logged_out,
    TemporaryBanEv: _banned,
    ConnectFailureEv: _failed,
    StreamReplacedEv: lambda _: Signal(Happened.REPLACED),
    ClientOutdatedEv: lambda _: Signal(Happened.OUTDATED),
}


@dataclass(slots=True)
class Connection:
    """`bots.whatsapp.ports.WhatsAppConnection` through one neonize client. It is opened once, and closed once.

    `call_timeout` is in seconds.
    """

    client: NewAClient
    patience: float = ANSWER_SECONDS
    _task: asyncio.Task[None] | None = None

    async def open(self, tell: Tell, on_message: OnMessage) -> None:
        """Start connecting; the outcome is reported as events. neonize needs its handlers before."""
        for kind, read in READERS.items():
            self.client.event(kind)(_guarded(_teller(tell, read)))
        self.client.event(MessageEv)(_guarded(lambda _client, event: on_message(event)))
        self.client.event.qr(_guarded(_teller(tell, _code)))
        self._task = await self.client.connect()
        self._task.add_done_callback(lambda task: tell(_ended(task)))

    async def ask_code(self, phone: str) -> str:
        """A pairing code to enter on that phone. Raises ValueError when WhatsApp refuses, and ClientStuck."""
        try:
            return str(await self._answered(self.client.PairPhone(phone, show_push_notification=True)))
        except NeonizeError as error:
            raise ValueError(str(error)) from error

    async def who(self) -> tuple[str, str | None]:
        """The JID of the session, with its device, and its LID if it has one. Raises ClientStuck."""
        device = self.client.me or await self._answered(self.client.get_me())
        return Jid2String(device.JID), Jid2String(device.LID) if device.LID.User else None

    async def is_connected(self) -> bool:
        """Whether the client is connected now. Raises ClientStuck."""
        return bool(await self._answered(self.client.is_connected))

    async def log_out(self) -> None:
        """Unlink the device from the phone; best effort, as it can be unlinked on the phone too."""
        try:
            await self._answered(self.client.logout())
        except (NeonizeError, Stuck) as error:
            log.info("whatsapp-not-logged-out", error=str(error))

    async def close(self) -> None:
        """End the connection. The task is never cancelled: neonize would be called from the event loop, and may hang.

        Raises ClientStuck when neonize does not stop; then only ending the process helps.
        """
        await self._answered(self.client.stop())
        if self._task is not None:
            done, _ = await asyncio.wait([self._task], timeout=self.patience)
            if not done:
                raise Stuck("it does not end")

    async def _answered(self, call: Awaitable[Any]) -> Any:
        """Await a call with the timeout; the thread of one that hangs is lost. Raises ClientStuck."""
        try:
            async with asyncio.timeout(self.patience):
                return await call
        except TimeoutError:
            raise Stuck("the library does not answer") from None


def _code(code: bytes) -> Signal:
    return Signal(Happened.CODE, code.decode())


def _ended(task: asyncio.Task[None]) -> Signal:
    error = None if task.cancelled() else task.exception()
    return Signal(Happened.ENDED, str(error) if error else "")


def _teller(tell: Tell, read: Callable[[Any], Signal]) -> Callable[[Any, Any], Awaitable[None]]:
    async def handler(_client: object, event: Any) -> None:
        tell(read(event))

    return handler


def _guarded(handle: Callable[[Any, Any], Awaitable[None]]) -> Callable[[Any, Any], Awaitable[None]]:
    """Wrap a handler to log its exceptions, which neonize discards silently."""

    async def guarded(client: Any, event: Any) -> None:
        try:
            await handle(client, event)
        except Exception:
            log.exception("whatsapp-handler-failed", kind=type(event).__name__)

    return guarded
