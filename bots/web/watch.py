"""Who may look at how the house is doing: somebody on its own network, or who holds the token."""

import hmac
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import HTTPException
from starlette.requests import Request

from bots.web.guard import LOCAL_HOSTS, hostname

PRIVATE = tuple(
    ip_network(name)
    for name in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via", "cf-connecting-ip")  # a proxy has let them in


def watch(token: str) -> Callable[[Request], None]:
    """A route's dependency that answers 404 to everybody else."""

    def check(request: Request) -> None:
        if not (_holds(request, token) or _is_inside(request)):
            raise HTTPException(404)

    return check


def _holds(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").encode()
    return bool(token) and hmac.compare_digest(given, f"Bearer {token}".encode())


def _is_inside(request: Request) -> bool:
    """Straight from a private address, and under a name that nobody outside could have pointed here."""
    name = hostname(request.headers.get("host", ""))
    is_local_name = name is not None and (name in LOCAL_HOSTS or "." not in name or _is_private(name))
    came_straight = not any(header in request.headers for header in FORWARDED)
    return is_local_name and came_straight and request.client is not None and _is_private(request.client.host)


def _is_private(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in PRIVATE)
