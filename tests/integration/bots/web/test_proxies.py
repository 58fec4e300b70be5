"""Who a request is from, behind each of the proxies in `docs/deploy.md`, by the headers each sends."""

import asyncio
from pathlib import Path

import httpx
import pytest
from fakes.proxy_recipes import CADDY, PROXIES, VICTIM, VISITOR, Hop
from fastapi import FastAPI
from starlette.requests import Request

from bots.web.auth.client_network import client_network_of
from bots.web.notifier import Notifier
from bots.web.server import build_web_server
from models.settings import Settings

GUIDE = (Path(__file__).parents[4] / "docs" / "deploy.md").read_text("utf-8")
VISITOR_6 = "2001:db8:1:2:3:4:5:6"


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
