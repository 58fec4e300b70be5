"""A browser behind a load balancer: one address, whose requests go to the process that a test names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import httpx
from fakes.page_client import PageClient


class BalancingTransport(httpx.AsyncBaseTransport):
    """Sends requests for any address to `target`, as a proxy that ends TLS does: cookies and the host stay."""

    def __init__(self) -> None:
        self.target = httpx.URL()
        self._transport = httpx.AsyncHTTPTransport()

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *arguments: object) -> None:
        await self._transport.__aexit__(*arguments)  # type: ignore[arg-type]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(scheme="http", host=self.target.host, port=self.target.port)
        forwarded = httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )
        return await self._transport.handle_async_request(forwarded)


class BalancedBrowser(PageClient):
    """A browser that is not signed in. `go_to` chooses the process of the requests that follow."""

    def __init__(self, http: httpx.AsyncClient, transport: BalancingTransport) -> None:
        super().__init__(http)
        self._transport = transport

    def go_to(self, address: str) -> Self:
        self._transport.target = httpx.URL(address)
        return self


@asynccontextmanager
async def open_balanced_browser(public_url: str) -> AsyncIterator[BalancedBrowser]:
    transport = BalancingTransport()
    async with httpx.AsyncClient(transport=transport, base_url=public_url, timeout=60) as http:
        yield BalancedBrowser(http, transport)
