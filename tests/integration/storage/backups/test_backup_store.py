"""Where backups lie: a folder of one's own, or a bucket."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.clock import NOON
from fakes.s3_bucket import create_bucket, serve_s3

from models.settings import Settings
from storage.backups.backup_store import BEFORE_RESTORE_PREFIX, BackupStore, name_of, open_backup_store
from storage.media.s3 import create_client


@pytest.fixture(params=["folder", "bucket"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings whose backups go to a folder, or to a bucket that has other things in it."""
    if request.param == "folder":
        yield told(tmp_path)
        return
    with serve_s3() as endpoint:
        bucket = create_bucket(endpoint, create_client(told(tmp_path, s3_endpoint_url=endpoint)))
        bucket.client.put_object(Bucket=bucket.name, Key="films/0123", Body=b"a film")
        bucket.client.put_object(Bucket=bucket.name, Key="backups/notes.txt", Body=b"of the operator")
        yield told(tmp_path, s3_endpoint_url=endpoint, backup_url=f"s3://{bucket.name}/backups")


def told(folder: Path, **values: str) -> Settings:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return Settings(_env_file=None, data_dir=folder / "data", **(keys | values))  # type: ignore[arg-type, call-arg]


def put(shelf: BackupStore, folder: Path, moment: datetime, why: str = "rabisco") -> str:
    file = folder / name_of(moment, why)
    file.write_bytes(moment.isoformat().encode())
    shelf.put(file)
    return file.name


def test_what_was_put_is_found_newest_first_and_fetched_whole(settings: Settings, tmp_path: Path) -> None:
    shelf = open_backup_store(settings)
    assert shelf.list_names() == []
    moments = [NOON, NOON + timedelta(days=2), NOON + timedelta(days=1)]
    names = [put(shelf, tmp_path, moment) for moment in moments]
    other = put(shelf, tmp_path, NOON + timedelta(hours=1), BEFORE_RESTORE_PREFIX)
    assert shelf.list_names() == [names[1], names[2], other, names[0]]
    for moment, name in zip(moments, names, strict=True):
        assert shelf.fetch(name, tmp_path).read_bytes() == moment.isoformat().encode()


def test_what_was_deleted_is_gone_and_the_rest_stays(settings: Settings, tmp_path: Path) -> None:
    shelf = open_backup_store(settings)
    first, second = put(shelf, tmp_path, NOON), put(shelf, tmp_path, NOON + timedelta(days=1))
    shelf.delete(first)
    assert shelf.list_names() == [second]
    (tmp_path / first).unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError):
        shelf.fetch(first, tmp_path)


def test_a_bucket_that_is_away_is_said_in_the_words_of_a_file_system(tmp_path: Path) -> None:
    nobody = told(tmp_path, s3_endpoint_url="http://127.0.0.1:9", backup_url="s3://some-bucket/backups")
    with pytest.raises(ConnectionError):
        open_backup_store(nobody).list_names()
