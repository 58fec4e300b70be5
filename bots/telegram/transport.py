"""HTTP to Telegram: long uploads, and downloads that never lie in memory."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

UPLOAD_SECONDS = 300.0  # 50 MB at 1.3 Mbit/s; the library's own 20 s cut uploads that arrive
ANSWER_SECONDS = 30.0
PROCESSING_SECONDS = 120.0  # what Telegram may take over a film once it has it; giving up early sends it twice
CONNECTIONS = 64


class StreamingRequest(HTTPXRequest):
    """The library's client, which can also hand a file over piece by piece."""

    def __init__(self, **options: Any) -> None:
        patient: dict[str, Any] = {
            "connection_pool_size": CONNECTIONS,
            "connect_timeout": 10.0,
            "pool_timeout": ANSWER_SECONDS,
            "read_timeout": ANSWER_SECONDS,
            "write_timeout": ANSWER_SECONDS,
            "media_write_timeout": UPLOAD_SECONDS,
        }
        super().__init__(**(patient | options))

    async def stream(self, url: str) -> AsyncIterator[bytes]:
        """The bytes at an address. Raises NetworkError when they cannot be had."""
        try:
            async with self._client.stream("GET", url) as response:
                if response.status_code != httpx.codes.OK:
                    raise NetworkError(f"the file's address answers {response.status_code}")
                async for piece in response.aiter_bytes():
                    yield piece
        except httpx.HTTPError as error:
            raise NetworkError(f"httpx.{type(error).__name__}") from error
