"""A film's link while the media store cannot be used."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI

from bots.web.films import media_routes
from bots.web.guests import OpenDoor
from bots.web.links import Links

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


class CutOff:
    """A store that cannot be reached."""

    def put(self, source: Path) -> str:
        raise ConnectionError(source)

    def path(self, key: str) -> Path:
        raise ConnectionError(key)

    def delete(self, key: str) -> None:
        raise ConnectionError(key)

    def older_than(self, seconds: float) -> Iterator[str]:
        raise ConnectionError(seconds)

    def trim(self, *, hard: bool = False) -> None:
        raise ConnectionError(hard)


async def test_a_film_that_cannot_be_read_now_is_not_called_missing() -> None:
    links, app = Links(b"a secret of the test"), FastAPI()
    app.include_router(media_routes(CutOff(), links, lambda: NOW, OpenDoor()))
    token = links.sign("0" * 32, "film.mp4", "video/mp4", NOW + timedelta(hours=1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://house") as client:
        answer = await client.get(f"/media/{token}")
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
