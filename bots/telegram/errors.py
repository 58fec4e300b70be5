"""Translation of Telegram's errors to the channel's errors; descriptions as in Client.cpp of tdlib/telegram-bot-api."""

from collections.abc import Iterator
from contextlib import contextmanager

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bots.core.channel import ChannelError, Rejected, RetryLater, Unchanged, Uneditable, Unreachable
from models.errors import Explained

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
NOT_A_TEXT = "there is no text in the message to edit"
FILE_TOO_BIG = "file is too big"
WRONG_FILE = ("wrong file identifier", "wrong file_id", "wrong remote file", "file reference")


class TelegramRefused(Explained):
    """Telegram cannot be used with this configuration; the message is a sentence for the operator."""


class LongPause(TelegramError):
    """Telegram's flood control asks for a wait too long to block for."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"pause of {seconds:g} s")
        self.seconds = seconds


@contextmanager
def translated() -> Iterator[None]:
    """Raise Telegram's errors as ChannelError, except ChatMigrated: the caller can follow the chat."""
    try:
        yield
    except ChatMigrated:
        raise
    except TelegramError as error:
        raise channel_error(error) from error


def channel_error(error: TelegramError) -> ChannelError:
    if isinstance(error, LongPause):
        return RetryLater(error.seconds)
    if isinstance(error, RetryAfter):
        return RetryLater(pause_of(error))
    if isinstance(error, Forbidden):
        return Unreachable(error.message)
    if isinstance(error, BadRequest):
        return _bad_request(error)
    if says(error, *_TOO_LARGE):
        return Rejected(error.message)
    return ChannelError(f"{type(error).__name__}: {error.message}")


def pause_of(error: RetryAfter) -> float:
    """Seconds to wait; the library gives a number or a timedelta, by a setting of its own."""
    pause = error.retry_after
    return float(pause) if isinstance(pause, int) else pause.total_seconds()


def says(error: TelegramError, *reasons: str) -> bool:
    """Whether the error's description contains one of these; case-insensitive, as the library changes capitals."""
    description = error.message.lower()
    return any(reason in description for reason in reasons)


def _bad_request(error: BadRequest) -> ChannelError:
    kinds = ((_UNCHANGED, Unchanged), (_UNEDITABLE, Uneditable), (_UNREACHABLE, Unreachable))
    for reasons, kind in kinds:
        if says(error, *reasons):
            return kind(error.message)
    return Rejected(error.message)
