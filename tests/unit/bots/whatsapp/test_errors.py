"""What the library's words mean to the conversation."""

import pytest

from bots.core.channel import ChannelError, ChatUnreachable, MessageRejected, RetryLater
from bots.whatsapp.errors import MediaExpired, to_channel_error


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("server returned error 479", MessageRejected),
        ("server returned error 463", RetryLater),
        ("server returned error 429: rate-overlimit", RetryLater),
        ("download failed with status code 410", MediaExpired),
        ("download failed with status code 404", MediaExpired),
        ("upload failed with status code 403", MediaExpired),
        ("server returned error 410", MediaExpired),
        ("you're not participating in that group", ChatUnreachable),
        ("client is nil", ChannelError),
        ("websocket not connected", ChannelError),
        ("failed to send message node: websocket: close sent", ChannelError),
        ("server returned error 500", ChannelError),
        ("something nobody has ever heard of", ChannelError),
        ("", ChannelError),
    ],
)
def test_an_error_means_what_helps(words: str, kind: type[ChannelError]) -> None:
    assert type(to_channel_error(words)) is kind


def test_a_number_that_may_not_begin_conversations_is_left_alone_for_an_hour() -> None:
    error = to_channel_error("server returned error 463")
    assert isinstance(error, RetryLater)
    assert error.seconds == 3600
