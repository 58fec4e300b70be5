"""Proxy for the channel of a phone number, whose connection changes or may be absent."""

from pathlib import Path

from bots.core.channel import Attachment, Capabilities, Channel, ChatRef, RenderedMessage, RetryLater, Upload

OFFLINE_RETRY_SECONDS = 10.0  # seconds until a message for an offline number is retried


class ChannelProxy:
    """`bots.core.channel.Channel` that raises RetryLater while the number is offline, so that nothing is lost."""

    name = "whatsapp"

    def __init__(self, capabilities: Capabilities) -> None:
        self.capabilities = capabilities
        self.current_channel: Channel | None = None

    async def send_text(self, chat_ref: ChatRef, text: RenderedMessage) -> str:
        return await self._require_channel().send_text(chat_ref, text)

    async def edit(self, chat_ref: ChatRef, message_id: str, text: RenderedMessage) -> None:
        await self._require_channel().edit(chat_ref, message_id, text)

    async def send_video(self, chat_ref: ChatRef, upload: Upload) -> str:
        return await self._require_channel().send_video(chat_ref, upload)

    async def send_file(self, chat_ref: ChatRef, upload: Upload) -> str:
        return await self._require_channel().send_file(chat_ref, upload)

    async def fetch(self, attachment: Attachment, path: Path) -> None:
        await self._require_channel().fetch(attachment, path)

    def _require_channel(self) -> Channel:
        if self.current_channel is None:
            raise RetryLater(OFFLINE_RETRY_SECONDS)
        return self.current_channel
