"""Deletion of a user's message that contains a secret from the chat."""

import structlog

from bots.core.channel import Channel, ChannelError, Inbound, MessageDeleter

log = structlog.get_logger(__name__)


async def delete_inbound_message(channel: Channel, inbound: Inbound) -> None:
    """Delete the message, best effort: the user was told to check, and the secret is stored encrypted by now."""
    if inbound.message_id is None or not isinstance(channel, MessageDeleter):
        return
    try:
        await channel.delete_message(inbound.chat_ref, inbound.message_id)
    except ChannelError as error:
        log.warning("message-not-deleted", error=str(error))
