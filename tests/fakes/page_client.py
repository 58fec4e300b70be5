"""Client of the web app, which runs in the test's own event loop."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

PAGE_HEADERS = {"x-rabisco": "page"}


class PageClient:
    """What a browser tab does, without the browser."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def send(
        self,
        text: str = "",
        *,
        files: Sequence[tuple[str, bytes, str]] = (),
        thumbnails: Sequence[str] = (),
        headers: dict[str, str] | None = None,
        **fields: str,
    ) -> httpx.Response:
        """Post a message; each file is its name, its bytes and its type."""
        parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items() if name != "id"]
        parts += [("id", (None, fields.get("id") or str(uuid.uuid4()))), ("text", (None, text))]
        parts += [("thumbnails", (None, url)) for url in thumbnails] + [("files", file) for file in files]
        return await self.http.post(
            "/chat/messages", files=parts, headers=headers if headers is not None else PAGE_HEADERS
        )

    async def fetch_messages(self, after: int = 0, wait: float = 0) -> dict[str, Any]:
        response = await self.http.get("/chat/messages", params={"after": after, "wait": wait})
        response.raise_for_status()
        return dict(response.json())

    async def wait_for_text(self, text: str) -> list[dict[str, Any]]:
        """Wait for a message with that text; returns all messages."""
        async with asyncio.timeout(20):
            version = 0
            while True:
                response = await self.fetch_messages(version, 5)
                if any(text in message["text"] for message in response["messages"]):
                    return list((await self.fetch_messages())["messages"])
                version = response["version"]


@asynccontextmanager
async def open_page_client(app: FastAPI, base: str = "http://127.0.0.1:8000") -> AsyncIterator[PageClient]:
    """The application, started, and a client of it; it is stopped when the block ends."""
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=base) as http:
        yield PageClient(http)
