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

from bots.core.channel import (
    ChannelError,
    ChatUnreachable,
    MessageNotEditable,
    MessageNotModified,
    MessageRejected,
    RetryLater,
)
from bots.telegram.errors import LongRetryAfter, to_channel_error, translate_errors


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RetryAfter(3), RetryLater),
        (LongRetryAfter(90), RetryLater),
        (Forbidden("Forbidden: bot was blocked by the user"), ChatUnreachable),
        (Forbidden("Forbidden: user is deactivated"), ChatUnreachable),
        (BadRequest("Bad Request: chat not found"), ChatUnreachable),
        (BadRequest("Bad Request: message is not modified: specified new message content and..."), MessageNotModified),
        (BadRequest("Bad Request: message to edit not found"), MessageNotEditable),
        (BadRequest("Bad Request: message can't be edited"), MessageNotEditable),
        (BadRequest("Bad Request: BUTTON_DATA_INVALID"), MessageRejected),
        (NetworkError("Request Entity Too Large (413)"), MessageRejected),
        (InvalidToken("Unauthorized"), ChannelError),
        (NetworkError("Bad Gateway (502)"), ChannelError),
        (TimedOut(), ChannelError),
    ],
)
def test_each_error_of_telegram_is_what_the_contract_calls_it(error: TelegramError, kind: type[ChannelError]) -> None:
    assert type(to_channel_error(error)) is kind


@pytest.mark.parametrize(("error", "seconds"), [(RetryAfter(3), 3), (LongRetryAfter(90), 90)])
def test_a_pause_keeps_its_length(error: TelegramError, seconds: float) -> None:
    later = to_channel_error(error)
    assert isinstance(later, RetryLater)
    assert later.seconds == seconds


def test_a_moved_chat_is_left_to_whoever_can_follow_it() -> None:
    with pytest.raises(ChatMigrated), translate_errors():
        raise ChatMigrated(-5)
