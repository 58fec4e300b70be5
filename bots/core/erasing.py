"""Deletion of a user's message that contains a secret from the chat."""

import structlog

from bots.core.channel import Channel, ChannelError, Eraser, Inbound

log = structlog.get_logger(__name__)


async def erase(channel: Channel, inbound: Inbound) -> None:
    """Delete the message, best effort: the user was told to check, and the secret is stored encrypted by now."""
    if inbound.message is None or not isinstance(channel, Eraser):
        return
    try:
        await channel.erase(inbound.place, inbound.message)
    except ChannelError as error:
        log.warning("message-not-erased", error=str(error))
