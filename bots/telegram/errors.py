"""Telegram's errors in the words of the channel contract; descriptions as in Client.cpp of tdlib/telegram-bot-api."""

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
    """Telegram cannot be used as it is set up; the message is a sentence for the operator."""


class LongPause(TelegramError):
    """Telegram asks for a pause too long to be sat out."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"pause of {seconds:g} s")
        self.seconds = seconds


@contextmanager
def translated() -> Iterator[None]:
    """Let Telegram's errors leave as ChannelError. A moved chat leaves as ChatMigrated: its sender can follow it."""
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
    """Seconds; Telegram's library gives a number or a duration, by a setting of its own."""
    pause = error.retry_after
    return float(pause) if isinstance(pause, int) else pause.total_seconds()


def says(error: TelegramError, *reasons: str) -> bool:
    """Whether the error's description holds one of these; the library changes capitals."""
    description = error.message.lower()
    return any(reason in description for reason in reasons)


def _bad_request(error: BadRequest) -> ChannelError:
    kinds = ((_UNCHANGED, Unchanged), (_UNEDITABLE, Uneditable), (_UNREACHABLE, Unreachable))
    for reasons, kind in kinds:
        if says(error, *reasons):
            return kind(error.message)
    return Rejected(error.message)
