"""Middleware and checks against requests of other sites: host, origin and HTTPS."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
HSTS_VALUE = "max-age=31536000"
CLIENT_HEADER = "x-rabisco"  # a page of another origin cannot send it without a CORS preflight


class HostCheckMiddleware:
    """Rejects requests for unknown hosts, such as another site's name that points at this machine (DNS rebinding)."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], exempt_paths: frozenset[str] = frozenset()) -> None:
        """`exempt_paths` answer under any host name, because they have checks of their own."""
        self._app = app
        self._hosts = hosts
        self._exempt_paths = exempt_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_checked = scope["type"] == "http" and scope["path"] not in self._exempt_paths
        if is_checked and parse_hostname(Headers(scope=scope).get("host", "")) not in self._hosts:
            await PlainTextResponse("Unknown host", status_code=421)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def allowed_hosts_for(public_url: str) -> frozenset[str]:
    """The local host names, and the host of the public URL."""
    configured = urlsplit(public_url).hostname
    return LOCAL_HOSTS | ({configured} if configured else set())


def parse_hostname(host: str) -> str | None:
    """The name in a Host header, without the port; None where it is not valid."""
    try:
        deps = urlsplit(f"//{host}")
    except ValueError:
        return None
    return None if deps.username is not None or deps.path else deps.hostname


class HstsMiddleware:
    """Adds the HSTS header: browsers use HTTPS alone, for a year."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_hsts(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["strict-transport-security"] = HSTS_VALUE
            await send(message)

        await self._app(scope, receive, send_with_hsts)


def origin_of(url: str) -> str:
    """The origin of a URL as browsers send it: scheme, host, and the port where it is not the default."""
    deps = urlsplit(url)
    return f"{deps.scheme}://{deps.netloc}".lower()


def is_same_origin(request: Request, allowed_origin: str = "") -> bool:
    """Whether a state-changing request comes from the chat page, or from no page at all.

    `allowed_origin` is the page's only origin; without it the origin must be that of the requested host.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return CLIENT_HEADER in request.headers
    if allowed_origin:
        return origin == allowed_origin
    host = request.headers.get("host", "")
    return bool(host) and origin in {f"http://{host}", f"https://{host}"}
