"""A film's link while the media store cannot be used."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
from fakes.clock import NOON
from fastapi import FastAPI

from bots.web.auth.session import LocalAuthenticator
from bots.web.links import MediaLinkSigner
from bots.web.media import build_media_router


class CutOff:
    """A store that cannot be reached."""

    def put(self, source: Path) -> str:
        raise ConnectionError(source)

    def get_local_path(self, key: str) -> Path:
        raise ConnectionError(key)

    def delete(self, key: str) -> None:
        raise ConnectionError(key)

    def list_older_than(self, seconds: float) -> Iterator[str]:
        raise ConnectionError(seconds)

    def trim(self, *, hard: bool = False) -> None:
        raise ConnectionError(hard)


async def test_a_film_that_cannot_be_read_now_is_not_called_missing() -> None:
    links, app = MediaLinkSigner(b"a secret of the test"), FastAPI()
    app.include_router(build_media_router(CutOff(), links, lambda: NOON, LocalAuthenticator()))
    token = links.sign("0" * 32, "film.mp4", "video/mp4", NOON + timedelta(hours=1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://house") as client:
        answer = await client.get(f"/media/{token}")
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
