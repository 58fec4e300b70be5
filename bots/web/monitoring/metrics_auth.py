"""Access control of metrics and detailed health: the private network, or the bearer token."""

import hmac
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import HTTPException
from starlette.requests import Request

from bots.web.middleware import LOCAL_HOSTS, parse_hostname

PRIVATE_NETWORKS = tuple(
    ip_network(name)
    for name in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
)
FORWARDED_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip", "via", "cf-connecting-ip")  # set by a proxy


def require_metrics_access(token: str) -> Callable[[Request], None]:
    """A FastAPI dependency that answers 404 to all other clients."""

    def check_access(request: Request) -> None:
        if not (_has_token(request, token) or _is_internal(request)):
            raise HTTPException(404)

    return check_access


def _has_token(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").encode()
    return bool(token) and hmac.compare_digest(given, f"Bearer {token}".encode())


def _is_internal(request: Request) -> bool:
    """Whether the request comes directly from a private address, under a host name that public DNS cannot hold."""
    name = parse_hostname(request.headers.get("host", ""))
    is_local_name = name is not None and (name in LOCAL_HOSTS or "." not in name or _is_private(name))
    is_direct = not any(header in request.headers for header in FORWARDED_HEADERS)
    return is_local_name and is_direct and request.client is not None and _is_private(request.client.host)


def _is_private(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in PRIVATE_NETWORKS)
