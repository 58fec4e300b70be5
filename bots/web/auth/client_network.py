"""Networks of clients: what is counted where one client could have many addresses."""

import hashlib
import hmac
from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.requests import Request


def client_network_of(request: Request) -> str:
    """The client's IP address, or its /64 network for IPv6, since one client usually holds all of it."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return str(address)


def network_digest_of(request: Request, secret: bytes) -> str:
    """A digest that tells networks apart, and from which nobody without the secret learns an address."""
    key = hmac.digest(secret, b"rabisco networks", hashlib.sha256)
    return hmac.new(key, client_network_of(request).encode(), hashlib.sha256).hexdigest()[:16]
