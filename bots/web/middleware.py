"""Who may talk to the page: its own browser tab, and nobody who only borrows the browser."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
HSTS_VALUE = "max-age=31536000"
CLIENT_HEADER = "x-rabisco"  # no page of another origin can send it without being asked first


class HostCheckMiddleware:
    """Turns away requests for a host that is not ours: another site's name that was pointed at this machine."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], exempt_paths: frozenset[str] = frozenset()) -> None:
        """`but` are paths that answer under any name, because they ask for more than a name."""
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
    """Names this machine goes by, and that of the address people reach it under."""
    configured = urlsplit(public_url).hostname
    return LOCAL_HOSTS | ({configured} if configured else set())


def parse_hostname(host: str) -> str | None:
    """The name in a Host header, without the port; None where it is not one."""
    try:
        deps = urlsplit(f"//{host}")
    except ValueError:
        return None
    return None if deps.username is not None or deps.path else deps.hostname


class HstsMiddleware:
    """Tells browsers to come by https alone, for a year."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_hsts(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["strict-transport-security"] = HSTS_VALUE
            await send(message)

        await self._app(scope, receive, send_with_hsts)


def origin_of(url: str) -> str:
    """What a browser calls the page of that address: scheme, name, and the port where it is not the usual one."""
    deps = urlsplit(url)
    return f"{deps.scheme}://{deps.netloc}".lower()


def is_same_origin(request: Request, allowed_origin: str = "") -> bool:
    """Whether a request that changes something comes from our page, or from no page at all.

    `only` is the one origin our page has; without it the page has that of the host that was asked.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return CLIENT_HEADER in request.headers
    if allowed_origin:
        return origin == allowed_origin
    host = request.headers.get("host", "")
    return bool(host) and origin in {f"http://{host}", f"https://{host}"}
