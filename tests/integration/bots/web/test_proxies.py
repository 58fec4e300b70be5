"""Who a request is from, behind each of the proxies in `docs/deploy.md`, by the headers each sends."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request

from bots.web.auth.client_network import client_network_of
from bots.web.notifier import Notifier
from bots.web.server import build_web_server
from models.settings import Settings

GUIDE = (Path(__file__).parents[4] / "docs" / "deploy.md").read_text("utf-8")
VISITOR, VICTIM = "203.0.113.7", "198.51.100.9"
VISITOR_6 = "2001:db8:1:2:3:4:5:6"
CADDY, NGINX, EDGE, BALANCER, GATEWAY = "172.31.57.4", "127.0.0.1", "162.158.90.12", "172.31.4.20", "172.17.0.1"


@dataclass(frozen=True)
class Hop:
    """A request as it arrives: the setting of that guide, the address it comes from, and what the proxy wrote."""

    trusted: str
    peer: str
    forwarded: str | None
    more: Mapping[str, str]


def asks(hop: Hop) -> str:
    """What the product takes the client for."""
    settings = Settings(_env_file=None, forwarded_allow_ips=hop.trusted, mode="production")  # type: ignore[call-arg]
    app = FastAPI()

    @app.get("/")
    def tell(request: Request) -> str:
        return client_network_of(request)

    server = build_web_server(app, Notifier(), proxies=settings.trusted_proxies)
    server.config.load()
    return get(server.config.loaded_app, hop)


def get(app: object, hop: Hop) -> str:
    headers = dict(hop.more) | ({"x-forwarded-for": hop.forwarded} if hop.forwarded is not None else {})

    async def request() -> str:
        transport = httpx.ASGITransport(app, client=(hop.peer, 4711))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://rabisco.test") as client:
            return str((await client.get("/", headers=headers)).json())

    return asyncio.run(request())


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


@pytest.mark.parametrize("name", PROXIES)
def test_the_client_is_who_the_nearest_proxy_that_is_not_ours_says(name: str) -> None:
    assert asks(PROXIES[name]) == VISITOR


@pytest.mark.parametrize("name", PROXIES)
def test_who_comes_around_the_proxy_is_not_believed(name: str) -> None:
    hop = PROXIES[name]
    assert asks(Hop(hop.trusted, VISITOR, VICTIM, hop.more)) == VISITOR


@pytest.mark.parametrize("forwarded", ["", "unknown", "<script>", ",", "999.1.1.1", "_hidden", f"{VICTIM}, unknown"])
def test_what_is_no_address_is_nobody_elses(forwarded: str) -> None:
    assert asks(Hop("private", CADDY, forwarded, {})) != VICTIM


@pytest.mark.parametrize("written", [VISITOR_6, f"[{VISITOR_6}]", f"[{VISITOR_6}]:443"])
def test_a_client_of_ipv6_is_its_network_however_it_is_written(written: str) -> None:
    assert asks(Hop("private", CADDY, f"{VICTIM}, {written}", {})) == "2001:db8:1:2::/64"


@pytest.mark.parametrize("trusted", sorted({hop.trusted for hop in PROXIES.values()} - {"172.31.57.0/24"}))
def test_the_guide_has_every_setting_that_is_tried_here(trusted: str) -> None:
    assert f"`{trusted}`" in GUIDE or f"={trusted}\n" in GUIDE
