"""Who may talk to the local page: its own browser tab, and nobody who only borrows the browser."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
OWN_HEADER = "x-rabisco"  # no page of another origin can send it without being asked first


class HostGuard:
    """Turns away requests for a host that is not ours: another site's name that was pointed at this machine."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and hostname(Headers(scope=scope).get("host", "")) not in self._hosts:
            await PlainTextResponse("Unknown host", status_code=421)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def allowed_hosts(public_url: str) -> frozenset[str]:
    """Names this machine goes by, and that of the address people reach it under."""
    configured = urlsplit(public_url).hostname
    return LOCAL_HOSTS | ({configured} if configured else set())


def hostname(host: str) -> str | None:
    """The name in a Host header, without the port; None where it is not one."""
    try:
        parts = urlsplit(f"//{host}")
    except ValueError:
        return None
    return None if parts.username is not None or parts.path else parts.hostname


def is_own(request: Request) -> bool:
    """Whether a request that changes something comes from our page, or from no page at all."""
    origin = request.headers.get("origin")
    if origin is None:
        return OWN_HEADER in request.headers
    host = request.headers.get("host", "")
    return bool(host) and origin in {f"http://{host}", f"https://{host}"}
