"""What the processes share, and what some of them do without."""

from pathlib import Path

import pytest

from bots.app.base import App
from models.settings import Settings


@pytest.mark.parametrize("has_secret", [True, False])
def test_a_process_that_signs_nothing_neither_reads_nor_makes_the_secret_key(tmp_path: Path, has_secret: bool) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    app = App.open(settings, has_secret=has_secret)
    try:
        assert bool(app.secret) is has_secret
        assert (tmp_path / "secret.key").exists() is has_secret
    finally:
        app.close()
