"""Lifetimes of users' files, and temporary folders."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Retention:
    """How long files are kept, and the folder for temporary files."""

    temp_folder: Path
    input_lifetime: timedelta = timedelta(hours=24)
    result_lifetime: timedelta = timedelta(days=7)

    @contextmanager
    def open_temp_folder(self) -> Iterator[Path]:
        """A private temporary folder, deleted when the block ends."""
        self.temp_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = Path(tempfile.mkdtemp(dir=self.temp_folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
