"""The channel of a number that is there, and of one that is not."""

from pathlib import Path

import pytest
from fakes.memory_channel import MemoryChannel

from bots.core.channel import Attachment, AttachmentKind, ChatRef, RenderedMessage, RetryLater, Upload
from bots.whatsapp.channel import WHATSAPP_CAPABILITIES
from bots.whatsapp.sessions.channel_proxy import OFFLINE_RETRY_SECONDS, ChannelProxy

HOME = ChatRef("5521980000001@s.whatsapp.net")
HELLO = RenderedMessage("hello")
FILM = Upload(Path("film.mp4"), "film.mp4", HELLO)


@pytest.fixture
def line() -> ChannelProxy:
    return ChannelProxy(WHATSAPP_CAPABILITIES)


async def test_a_number_that_is_not_online_asks_for_patience_and_loses_nothing(
    line: ChannelProxy, tmp_path: Path
) -> None:
    attempts = (
        line.send_text(HOME, HELLO),
        line.edit(HOME, "m1", HELLO),
        line.send_video(HOME, FILM),
        line.send_file(HOME, FILM),
        line.fetch(Attachment(AttachmentKind.FILE, "f1"), tmp_path / "file"),
    )
    for attempt in attempts:
        with pytest.raises(RetryLater) as caught:
            await attempt
        assert caught.value.seconds == OFFLINE_RETRY_SECONDS


async def test_what_a_number_says_goes_through_the_connection_it_has_now(line: ChannelProxy, tmp_path: Path) -> None:
    first, second = MemoryChannel(lambda: 0.0), MemoryChannel(lambda: 0.0)
    line.current_channel = first
    assert await line.send_text(HOME, HELLO) == "m1"
    line.current_channel = second
    await line.send_text(HOME, HELLO)
    await line.edit(HOME, "m1", RenderedMessage("hi"))
    await line.send_video(HOME, FILM)
    await line.send_file(HOME, FILM)
    second.files["f1"] = b"content"
    await line.fetch(Attachment(AttachmentKind.FILE, "f1"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"content"
    assert first.calls == ["say"]
    assert second.calls == ["say", "edit", "send_video", "send_file", "fetch"]
