import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.clock import NOON
from fakes.page_client import open_page_client
from fakes.world.web import SECRET, WebApp, open_web_app

from bots.web.links import MediaLinkSigner
from storage.db import Database

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def house(tmp_path: Path, sqlite: Database) -> WebApp:
    return open_web_app(tmp_path, sqlite, clock=lambda: NOON)


def link(house: WebApp, name: str = "film.mp4", mime: str = "video/mp4", hours: float = 1) -> str:
    source = house.parts.data_folder / uuid.uuid4().hex
    source.write_bytes(CONTENT)
    key = house.media.put(source)
    return "/media/" + MediaLinkSigner(SECRET).sign(key, name, mime, NOON + timedelta(hours=hours))


async def test_a_film_comes_whole_and_stays_out_of_shared_caches(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.http.get(link(house))
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=255000-", 255000, 255999), ("bytes=-1", 255999, 255999)],
)
async def test_a_film_comes_in_pieces_so_that_it_can_be_sought(
    house: WebApp, wanted: str, first: int, last: int
) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.http.get(link(house), headers={"range": wanted})
    assert (answer.status_code, answer.content) == (206, CONTENT[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"


async def test_a_piece_beyond_the_end_is_refused(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.http.get(link(house), headers={"range": "bytes=999999-"})
    assert answer.status_code == 416


async def test_the_head_of_a_film_is_told_without_the_film(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.http.head(link(house))
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", str(len(CONTENT)))


async def test_a_film_is_saved_under_its_name(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.http.get(link(house, "meu café.mp4") + "?download=1")
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''meu%20caf%C3%A9.mp4"


@pytest.mark.parametrize(
    ("name", "mime"), [("x.html", "text/html"), ("x.svg", "image/svg+xml"), ("a.srt", "text/plain")]
)
async def test_nothing_that_could_act_as_a_page_is_shown(house: WebApp, name: str, mime: str) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.http.get(link(house, name, mime))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_a_name_cannot_break_the_headers(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.http.get(link(house, 'a"\r\nSet-Cookie: x=1\r\n.mp4'))
    assert "set-cookie" not in answer.headers
    assert answer.status_code == 200


async def test_links_end_and_cannot_be_made_up(house: WebApp) -> None:
    good = link(house)
    async with open_page_client(house.app) as client:
        assert (await client.http.get(link(house, hours=0))).status_code == 410
        changed = good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1]  # the last has bits that mean nothing
        assert (await client.http.get(changed)).status_code == 404
        assert (await client.http.get("/media/rubbish")).status_code == 404
        assert (await client.http.get("/media/" + "0" * 32)).status_code == 404


async def test_a_file_that_was_deleted_is_not_there(house: WebApp) -> None:
    address = link(house)
    key = MediaLinkSigner(SECRET).verify(address.removeprefix("/media/"), NOON).key
    house.media.delete(key)
    async with open_page_client(house.app) as client:
        assert (await client.http.get(address)).status_code == 404
