"""What Telegram's errors mean to the conversation."""

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bots.core.channel import ChannelError, Rejected, RetryLater, Unchanged, Uneditable, Unreachable
from bots.core.memory import Memory
from bots.telegram.errors import LongPause, channel_error, translated


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RetryAfter(3), RetryLater),
        (LongPause(90), RetryLater),
        (Forbidden("Forbidden: bot was blocked by the user"), Unreachable),
        (Forbidden("Forbidden: user is deactivated"), Unreachable),
        (BadRequest("Bad Request: chat not found"), Unreachable),
        (BadRequest("Bad Request: message is not modified: specified new message content and..."), Unchanged),
        (BadRequest("Bad Request: message to edit not found"), Uneditable),
        (BadRequest("Bad Request: message can't be edited"), Uneditable),
        (BadRequest("Bad Request: BUTTON_DATA_INVALID"), Rejected),
        (NetworkError("Request Entity Too Large (413)"), Rejected),
        (InvalidToken("Unauthorized"), ChannelError),
        (NetworkError("Bad Gateway (502)"), ChannelError),
        (TimedOut(), ChannelError),
    ],
)
def test_each_error_of_telegram_is_what_the_contract_calls_it(error: TelegramError, kind: type[ChannelError]) -> None:
    assert type(channel_error(error)) is kind


@pytest.mark.parametrize(("error", "seconds"), [(RetryAfter(3), 3), (LongPause(90), 90)])
def test_a_pause_keeps_its_length(error: TelegramError, seconds: float) -> None:
    later = channel_error(error)
    assert isinstance(later, RetryLater)
    assert later.seconds == seconds


def test_a_moved_chat_is_left_to_whoever_can_follow_it() -> None:
    with pytest.raises(ChatMigrated), translated():
        raise ChatMigrated(-5)


def test_a_memory_forgets_what_was_used_longest_ago() -> None:
    memory: Memory[int] = Memory(2)
    memory.keep("a", 1)
    memory.keep("b", 2)
    memory.get("a")
    memory.keep("c", 3)
    assert (memory.get("a"), memory.get("b"), memory.get("c")) == (1, None, 3)
