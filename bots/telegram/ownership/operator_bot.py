"""The operator's own bot, served by the process that has its lease; the others wait to take it over."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.core.connections.leases import ConnectionLeases
from bots.telegram.errors import TelegramConfigError
from bots.telegram.gateway import TelegramGateway

log = structlog.get_logger(__name__)

ACQUIRE_SECONDS = 1.0  # seconds between two attempts to take the lease
CHECK_SECONDS = 0.2  # seconds between two looks at whether it is still held
WAITING = "Telegram: another process serves this bot. This one waits, and takes over when it ends."


@dataclass(slots=True)
class OperatorBot:
    """One per process. `on_release` is called when the bot stops, as its chats get no deliveries from here any more;
    `echo` prints a line on the terminal.
    """

    leases: ConnectionLeases
    account_id: UUID
    build_gateway: Callable[[], TelegramGateway]
    on_release: Callable[[UUID], None]
    echo: Callable[[str], None]
    _gateway: TelegramGateway | None = None
    _is_waiting: bool = False

    async def run(self) -> None:
        """Serve the bot whenever its lease is held, until cancelled. Raises TelegramConfigError, whose text says what
        the operator must do.
        """
        while True:
            await self._wait_for_lease()
            self._gateway = self.build_gateway()
            serving = asyncio.create_task(self._serve(self._gateway))
            try:
                await self._wait_for_loss(serving)
            except TelegramConfigError:
                await self.stop()
                raise
            finally:
                serving.cancel()
            log.warning("bot-lease-lost", account=str(self.account_id))
            await self._close_gateway()

    async def stop(self) -> None:
        """Stop the bot, and give up its lease."""
        await self._close_gateway()
        await asyncio.to_thread(self.leases.release, [self.account_id])

    async def _wait_for_lease(self) -> None:
        while not await self._try_acquire():
            if not self._is_waiting:
                self.echo(WAITING)
            self._is_waiting = True
            await asyncio.sleep(ACQUIRE_SECONDS)
        self._is_waiting = False

    async def _try_acquire(self) -> bool:
        try:
            return await asyncio.to_thread(self.leases.acquire, self.account_id)
        except SQLAlchemyError as error:
            log.warning("bot-manager-database-unavailable", error=type(error).__name__)
            return False

    async def _serve(self, gateway: TelegramGateway) -> None:
        await gateway.start()
        self.echo(f"Telegram: {gateway.address}")
        await gateway.wait_stopped()

    async def _wait_for_loss(self, serving: asyncio.Task[None]) -> None:
        """Wait until the lease is lost. Raises what ended the bot before."""
        while self.leases.is_held(self.account_id):
            done, _ = await asyncio.wait([serving], timeout=CHECK_SECONDS)
            if done:
                return serving.result()
        return None

    async def _close_gateway(self) -> None:
        gateway, self._gateway = self._gateway, None
        if gateway is not None:
            self.on_release(self.account_id)
            await gateway.stop()
