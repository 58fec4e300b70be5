"""Files on the chat page of the whole app: what they are, whatever the browser says."""

import re
from pathlib import Path

import pytest
from fakes.clock import TICK, SettableClock
from fakes.world.described_files import ASS_SUBTITLES
from fakes.world.full_app import open_full_app

from storage.db import Database

NAMES = (("legendas.ass", "audio/aac"), ("legendas", "application/octet-stream"), ("notes.txt", "text/plain"))


@pytest.mark.parametrize("named", NAMES, ids=lambda named: named[1])
async def test_subtitles_are_subtitles_whatever_the_browser_calls_them(
    sqlite: Database, tmp_path: Path, named: tuple[str, str]
) -> None:
    name, mime_type = named
    async with open_full_app(sqlite, SettableClock(tick=TICK), tmp_path) as app, app.open_page_buyer() as buyer:
        await buyer.client.send(files=[(name, ASS_SUBTITLES, mime_type)])
        await buyer.wait_for_text("I have the subtitles, but no video")


async def test_the_page_offers_files_of_every_type_that_subtitles_are_given(sqlite: Database, tmp_path: Path) -> None:
    async with open_full_app(sqlite, SettableClock(tick=TICK), tmp_path) as app, app.open_page_buyer() as buyer:
        page = (await buyer.client.http.get("/")).text
    (accepted,) = re.findall(r'type="file"[^>]* accept="([^"]*)"', page)
    assert {"text/*", "application/octet-stream", "audio/*", ".srt", ".ass", ".txt"} <= set(accepted.split(","))
