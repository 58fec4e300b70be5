"""A folder for commands, as on a machine where nothing is configured."""

from pathlib import Path

import pytest

from models.settings import Settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, empty; the environment has no settings and no language."""
    monkeypatch.chdir(tmp_path)
    for name in ("LANG", *Settings.model_fields):
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path
