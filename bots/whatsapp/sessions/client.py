"""Client for sending and files: the five neonize calls that are used once connected, each with a timeout.

neonize has no timeouts of its own, and does not report the progress of an upload.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from google.protobuf.message import DecodeError
from neonize.aioze.client import NewAClient
from neonize.exc import NeonizeError
from neonize.proto.Neonize_pb2 import UploadResponse
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message
from neonize.utils.enum import ChatPresence, ChatPresenceMedia, MediaType, ReceiptType

from bots.core.channel import ChannelError
from bots.whatsapp.errors import to_channel_error
from bots.whatsapp.jids import parse_jid

MAX_CONCURRENT_FILES = 2  # each is held in memory whole, several times


@dataclass(frozen=True, slots=True)
class CallTimeouts:
    """Timeouts of calls in seconds; an upload has more time the larger it is."""

    send: float = 90.0  # neonize's Go side waits 75 for the response, and a sent message must not be sent again
    best_effort: float = 15.0  # typing indicators and read receipts
    download: float = 600.0
    upload: float = 60.0
    upload_bytes_per_second: float = 100_000.0


class WhatsAppClient:
    """Calls of one session's client. Every method raises ChannelError; addresses are JIDs such as
    `5511987654321@s.whatsapp.net`."""

    def __init__(self, client: NewAClient, timeouts: CallTimeouts | None = None) -> None:
        self._client = client
        self._timeouts = timeouts or CallTimeouts()
        self._file_semaphore = asyncio.Semaphore(MAX_CONCURRENT_FILES)

    async def send(self, chat_jid: str, message: Message) -> str:
        """Send a message, an edit or a reaction; returns its id."""
        async with _translate_errors(self._timeouts.send):
            response = await self._client.send_message(parse_jid(chat_jid), message)
        return str(response.ID)

    async def upload(self, content: bytes, media_type: MediaType) -> UploadResponse:
        """Upload a file, encrypted for that media type; the message that refers to it is sent afterwards."""
        async with (
            self._file_semaphore,
            _translate_errors(self._timeouts.upload + len(content) / self._timeouts.upload_bytes_per_second),
        ):
            return await self._client.upload(content, media_type)

    async def download(self, message: Message) -> bytes:
        """Download the file of a media message. Raises MediaExpired when WhatsApp no longer has it."""
        async with self._file_semaphore, _translate_errors(self._timeouts.download):
            return bytes(await self._client.download_any(message))

    async def send_typing(self, chat_jid: str, *, on: bool) -> None:
        """Show or hide the typing indicator; phones hide it by themselves after half a minute."""
        state = ChatPresence.CHAT_PRESENCE_COMPOSING if on else ChatPresence.CHAT_PRESENCE_PAUSED
        async with _translate_errors(self._timeouts.best_effort):
            await self._client.send_chat_presence(
                parse_jid(chat_jid), state, ChatPresenceMedia.CHAT_PRESENCE_MEDIA_TEXT
            )

    async def mark_read(self, chat_jid: str, sender_jid: str, message_ids: Sequence[str]) -> None:
        """Mark messages as read (blue ticks)."""
        async with _translate_errors(self._timeouts.best_effort):
            await self._client.mark_read(
                *message_ids, chat=parse_jid(chat_jid), sender=parse_jid(sender_jid), receipt=ReceiptType.READ
            )


@asynccontextmanager
async def _translate_errors(seconds: float) -> AsyncIterator[None]:
    """Limit the time of a call, and translate its failures to ChannelError."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise ChannelError(f"no answer within {seconds:g} s") from error
    except NeonizeError as error:
        raise to_channel_error(str(error)) from error
    except DecodeError as error:
        raise ChannelError("an answer that cannot be read") from error
