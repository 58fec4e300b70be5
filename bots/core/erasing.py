"""Deleting from a chat what was sent there and should not stay: somebody's secret."""

import structlog

from bots.core.channel import Channel, ChannelError, Eraser, Inbound

log = structlog.get_logger(__name__)


async def erase(channel: Channel, inbound: Inbound) -> None:
    """Best effort: who sent it was told to look, and the secret is kept sealed by now."""
    if inbound.message is None or not isinstance(channel, Eraser):
        return
    try:
        await channel.erase(inbound.place, inbound.message)
    except ChannelError as error:
        log.warning("message-not-erased", error=str(error))
