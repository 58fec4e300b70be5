"""Proxy for the channel of a phone number, whose connection changes or may be absent."""

from pathlib import Path

from bots.core.channel import Attachment, Capabilities, Channel, ChatRef, RenderedMessage, RetryLater, Upload

PAUSE = 10.0  # seconds until a message for an offline number is retried


class Line:
    """`bots.core.channel.Channel` that raises RetryLater while the number is offline, so that nothing is lost."""

    name = "whatsapp"

    def __init__(self, can: Capabilities) -> None:
        self.capabilities = can
        self.current: Channel | None = None

    async def send_text(self, place: ChatRef, text: RenderedMessage) -> str:
        return await self._channel().send_text(place, text)

    async def edit(self, place: ChatRef, message: str, text: RenderedMessage) -> None:
        await self._channel().edit(place, message, text)

    async def send_video(self, place: ChatRef, upload: Upload) -> str:
        return await self._channel().send_video(place, upload)

    async def send_file(self, place: ChatRef, upload: Upload) -> str:
        return await self._channel().send_file(place, upload)

    async def fetch(self, attachment: Attachment, path: Path) -> None:
        await self._channel().fetch(attachment, path)

    def _channel(self) -> Channel:
        if self.current is None:
            raise RetryLater(PAUSE)
        return self.current
