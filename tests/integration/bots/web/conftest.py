"""The chat page of an app without settings."""

from pathlib import Path

import pytest
from fakes.world.web import WebApp, open_web_app

from storage.db import Database


@pytest.fixture
def house(tmp_path: Path, sqlite: Database) -> WebApp:
    return open_web_app(tmp_path, sqlite)
