"""Translation of neonize's errors, which are texts from its Go side, to the channel contract's exceptions."""

import re

from bots.core.channel import ChannelError, ChatUnreachable, MessageRejected, RetryLater

TIMELOCK_SECONDS = 3600.0  # pause of a number that WhatsApp does not allow to start conversations
FLOOD_WAIT_SECONDS = 60.0
_STATUS_PATTERN = re.compile(r"\b(?:error|code):? (\d{3})\b")
_EXPIRED_STATUSES = frozenset({"403", "404", "410"})
_NOT_A_MEMBER_TEXTS = ("not participating in that group", "group does not exist", "not in group")


class MediaExpired(MessageRejected):
    """WhatsApp no longer has the file of a message."""


def to_channel_error(text: str) -> ChannelError:
    """The exception for an error text of neonize; an unknown text counts as a connection failure."""
    status = status_match.group(1) if (status_match := _STATUS_PATTERN.search(text)) else ""
    if any(reason in text for reason in _NOT_A_MEMBER_TEXTS):
        return ChatUnreachable(text)
    if status in _EXPIRED_STATUSES:
        return MediaExpired(text)
    match status:
        case "479":  # the device list of the recipient is outdated: neonize fetches it again for the next attempt
            return MessageRejected(text)
        case "463":
            return RetryLater(TIMELOCK_SECONDS)
        case "429":
            return RetryLater(FLOOD_WAIT_SECONDS)
        case _:
            return ChannelError(text)
