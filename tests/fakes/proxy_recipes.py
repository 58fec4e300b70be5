"""Requests as they arrive through each of the proxies in `docs/deploy.md`, of a visitor who pretends to be another."""

from collections.abc import Mapping
from dataclasses import dataclass

VISITOR, VICTIM = "203.0.113.7", "198.51.100.9"
CADDY, NGINX, EDGE, BALANCER, GATEWAY = "172.31.57.4", "127.0.0.1", "162.158.90.12", "172.31.4.20", "172.17.0.1"


@dataclass(frozen=True)
class Hop:
    """A request as it arrives: the setting of that guide, the address it comes from, and what the proxy wrote."""

    trusted: str
    peer: str
    forwarded: str | None
    more: Mapping[str, str]


PROXIES = {
    # Caddy replaces what a stranger sent
    "caddy": Hop("172.31.57.0/24", CADDY, VISITOR, {"x-forwarded-proto": "https"}),
    # $proxy_add_x_forwarded_for appends to what a stranger sent
    "nginx": Hop("127.0.0.1,::1", NGINX, f"{VICTIM}, {VISITOR}", {"x-real-ip": VISITOR}),
    "traefik": Hop("private", "10.0.3.9", VISITOR, {"x-real-ip": VISITOR, "x-forwarded-server": "edge"}),
    # Cloudflare appends the visitor, and Caddy, which trusts it, the address of Cloudflare's edge
    "cloudflare": Hop(
        "172.31.57.0/24,cloudflare", CADDY, f"{VICTIM}, {VISITOR}, {EDGE}", {"cf-connecting-ip": VISITOR}
    ),
    # a tunnel ends beside the product
    "cloudflared": Hop("127.0.0.1,::1", "::1", f"{VICTIM},{VISITOR}", {"cf-connecting-ip": VISITOR}),
    # the balancer appends the visitor, nginx on the instance the balancer; Docker shows its own gateway
    "beanstalk": Hop("private", GATEWAY, f"{VICTIM}, {VISITOR}, {BALANCER}", {"x-forwarded-port": "443"}),
    "beanstalk, with the client's port": Hop("private", GATEWAY, f"{VISITOR}:52100, {BALANCER}", {}),
    "a socket of IPv6": Hop("172.31.57.0/24", f"::ffff:{CADDY}", VISITOR, {}),
}
