"""Translation of Telegram's errors to the channel's errors; descriptions as in Client.cpp of tdlib/telegram-bot-api."""

from collections.abc import Iterator
from contextlib import contextmanager

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bots.core.channel import (
    ChannelError,
    ChatUnreachable,
    MessageNotEditable,
    MessageNotModified,
    MessageRejected,
    RetryLater,
)
from models.errors import ConfigError

_UNCHANGED = ("message is not modified",)
_UNEDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_UNREACHABLE = (
    "chat not found",
    "user is deactivated",
    "peer_id_invalid",
    "not enough rights to send",
    "have no rights to send a message",
    "chat_write_forbidden",
    "message thread not found",
    "topic_closed",
)
_TOO_LARGE = ("request entity too large",)
NO_TEXT_TO_EDIT = "there is no text in the message to edit"
FILE_TOO_BIG = "file is too big"
WRONG_FILE = ("wrong file identifier", "wrong file_id", "wrong remote file", "file reference")


class TelegramConfigError(ConfigError):
    """Telegram cannot be used with this configuration; the message is a sentence for the operator."""


class LongRetryAfter(TelegramError):
    """Telegram's flood control asks for a wait too long to block for."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"pause of {seconds:g} s")
        self.seconds = seconds


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise Telegram's errors as ChannelError, except ChatMigrated: the caller can follow the chat."""
    try:
        yield
    except ChatMigrated:
        raise
    except TelegramError as error:
        raise to_channel_error(error) from error


def to_channel_error(error: TelegramError) -> ChannelError:
    if isinstance(error, LongRetryAfter):
        return RetryLater(error.seconds)
    if isinstance(error, RetryAfter):
        return RetryLater(retry_seconds_of(error))
    if isinstance(error, Forbidden):
        return ChatUnreachable(error.message)
    if isinstance(error, BadRequest):
        return _from_bad_request(error)
    if has_reason(error, *_TOO_LARGE):
        return MessageRejected(error.message)
    return ChannelError(f"{type(error).__name__}: {error.message}")


def retry_seconds_of(error: RetryAfter) -> float:
    """Seconds to wait; the library gives a number or a timedelta, by a setting of its own."""
    retry_after = error.retry_after
    return float(retry_after) if isinstance(retry_after, int) else retry_after.total_seconds()


def has_reason(error: TelegramError, *reasons: str) -> bool:
    """Whether the error's description contains one of these; case-insensitive, as the library changes capitals."""
    description = error.message.lower()
    return any(reason in description for reason in reasons)


def _from_bad_request(error: BadRequest) -> ChannelError:
    kinds = ((_UNCHANGED, MessageNotModified), (_UNEDITABLE, MessageNotEditable), (_UNREACHABLE, ChatUnreachable))
    for reasons, kind in kinds:
        if has_reason(error, *reasons):
            return kind(error.message)
    return MessageRejected(error.message)
