"""`make dump`: what this version leaves behind on both databases, with data in it, for later versions to begin with.

Run it once, right before a version is tagged; what was made for an earlier one is never made again.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fakes.clock import SettableClock
from fakes.databases import DatabaseFactory
from fakes.sample_data import BACKUP_SECRET, populate

from models.settings import Settings
from storage.backups.backup_store import FolderBackupStore
from storage.backups.service import BackupService
from storage.db import Database


def main() -> None:
    """Write one backup of each kind of database, named after the version."""
    os.environ["PATH"] = "/nowhere"  # the same form everywhere, whatever tools a machine has
    with _databases() as databases:
        for kind in ("sqlite", "postgresql"):
            print(_dumped(databases, kind))  # noqa: T201 - it is what the command says


def _dumped(databases: DatabaseFactory, kind: str) -> Path:
    db = Database(databases.create_url(kind), clock=SettableClock())
    populate(db)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder), database_url=str(db.url))  # type: ignore[call-arg]
        made = BackupService(settings, db, BACKUP_SECRET, FolderBackupStore(Path(folder) / "backups")).create()
        target = Path(__file__).parent / f"{made.manifest.version}-{kind}.sealed"
        target.write_bytes((Path(folder) / "backups" / made.name).read_bytes())
    db.close()
    return target


@contextmanager
def _databases() -> Iterator[DatabaseFactory]:
    with tempfile.TemporaryDirectory(prefix="dumps-") as name:
        Path(name).chmod(0o755)  # PostgreSQL, started by root, becomes somebody else
        databases = DatabaseFactory(Path(name) / "databases")
        try:
            yield databases
        finally:
            databases.close()


if __name__ == "__main__":
    main()
