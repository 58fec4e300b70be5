"""HTTP client for Telegram: long uploads, and streamed downloads that are never held in memory."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

UPLOAD_SECONDS = 300.0  # 50 MB at 1.3 Mbit/s; the library's default of 20 s aborts uploads that would succeed
READ_SECONDS = 30.0
PROCESSING_SECONDS = 120.0  # Telegram's time to process a video after the upload; a shorter timeout sends it twice
MAX_CONNECTIONS = 64


class StreamingRequest(HTTPXRequest):
    """The library's client with an additional streaming download."""

    def __init__(self, **options: Any) -> None:
        defaults: dict[str, Any] = {
            "connection_pool_size": MAX_CONNECTIONS,
            "connect_timeout": 10.0,
            "pool_timeout": READ_SECONDS,
            "read_timeout": READ_SECONDS,
            "write_timeout": READ_SECONDS,
            "media_write_timeout": UPLOAD_SECONDS,
        }
        super().__init__(**(defaults | options))

    async def stream(self, url: str) -> AsyncIterator[bytes]:
        """Yield the bytes at a URL in chunks. Raises NetworkError when the request fails."""
        try:
            async with self._client.stream("GET", url) as response:
                if response.status_code != httpx.codes.OK:
                    raise NetworkError(f"the file's address answers {response.status_code}")
                async for chunk in response.aiter_bytes():
                    yield chunk
        except httpx.HTTPError as error:
            raise NetworkError(f"httpx.{type(error).__name__}") from error
