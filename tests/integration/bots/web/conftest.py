"""The chat page of an app without settings."""

from pathlib import Path

import pytest
from fakes.web_world import WebWorld, open_web_world


@pytest.fixture
def house(tmp_path: Path) -> WebWorld:
    return open_web_world(tmp_path)
