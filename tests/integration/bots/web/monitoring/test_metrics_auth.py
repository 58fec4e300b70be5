"""Figures of a house in production are for who holds the token, whatever else a request says of itself."""

from pathlib import Path

import pytest
from fakes.world.web import WebApp, open_web_app

from storage.db import Database

TOKEN = "a token of the test"


@pytest.fixture
def house(tmp_path: Path, sqlite: Database) -> WebApp:
    return open_web_app(tmp_path, sqlite, has_sign_in=True, metrics_token=TOKEN)


async def seen(house: WebApp, base: str, client: str, path: str, **headers: str) -> bool:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with house.open_browser(base, client) as browser:
        answer = await browser.http.get(path, headers=named)
    assert answer.status_code in {200, 404, 503}
    return answer.status_code != 404


@pytest.mark.parametrize("path", ["/metrics", "/health/deep"])
@pytest.mark.parametrize(
    ("base", "client", "headers"),
    [
        ("https://rabisco.example", "203.0.113.7", {}),
        ("http://127.0.0.1:8000", "203.0.113.7", {}),  # straight from outside, under a name of ours
        ("http://127.0.0.1:8000", "127.0.0.1", {}),  # through a proxy beside us that tells nothing and keeps the Host
        ("http://localhost:8000", "::1", {}),
        ("http://web:8000", "172.18.0.4", {}),  # through a proxy in a container, for who sends `Host: web`
        ("http://10.0.0.5:8000", "10.0.0.9", {}),
        ("http://127.0.0.1:8000", "127.0.0.1", {"x_forwarded_for": "203.0.113.7"}),
        ("http://rebound.example", "10.0.0.9", {}),  # a page of another site, in a browser of our network
        ("https://rabisco.example", "203.0.113.7", {"authorization": "Bearer wrong"}),
        ("https://rabisco.example", "203.0.113.7", {"authorization": "Bearer "}),
        ("https://rabisco.example", "203.0.113.7", {"authorization": TOKEN}),
    ],
)
async def test_nobody_sees_them_without_the_token(
    house: WebApp, path: str, base: str, client: str, headers: dict[str, str]
) -> None:
    assert not await seen(house, base, client, path, **headers)


@pytest.mark.parametrize("path", ["/metrics", "/health/deep"])
@pytest.mark.parametrize(
    ("base", "client"), [("https://rabisco.example", "203.0.113.7"), ("http://web:8000", "172.18.0.4")]
)
async def test_who_holds_the_token_sees_them_from_anywhere(house: WebApp, path: str, base: str, client: str) -> None:
    assert await seen(house, base, client, path, authorization=f"Bearer {TOKEN}")


@pytest.mark.parametrize("given", ["Bearer ", "Bearer None", ""])
async def test_where_no_token_is_set_none_opens_them(tmp_path: Path, sqlite: Database, given: str) -> None:
    house = open_web_app(tmp_path, sqlite, has_sign_in=True)
    assert not await seen(house, "http://127.0.0.1:8000", "127.0.0.1", "/metrics", authorization=given)


async def test_health_is_for_everybody(house: WebApp) -> None:
    assert await seen(house, "http://203.0.113.1", "203.0.113.7", "/health")
