"""A bucket as the media store: a real S3 endpoint, local copies, and what happens when the bucket is away."""

import errno
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.s3_bucket import S3Bucket, create_bucket, serve_s3
from fakes.sample_customers import create_customer
from fakes.world.jobs import open_job_world

from bots.cli.maintenance import _check_bucket
from models.jobs.job import JobStatus
from models.media.facts import MediaInfo, MediaKind
from models.settings import Settings
from storage.db import Database
from storage.jobs.outcomes import LeaseLost
from storage.media import files
from storage.media.files import MeasuredFile
from storage.media.media_store import open_media_store
from storage.media.s3 import CLIENT_CONFIG, COPY_TRUST_SECONDS, S3MediaStore
from storage.media.staged_upload import StagedUpload

HASTY = CLIENT_CONFIG.merge(Config(connect_timeout=1, retries={"mode": "standard", "total_max_attempts": 1}))
BIG = 20 * 2**20  # bytes; more than is sent in one piece


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with serve_s3() as address:
        yield address


@pytest.fixture(scope="module")
def client(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("client")
    return S3MediaStore.open(S3Bucket(endpoint, "any-bucket", None).build_settings(folder)).client


@pytest.fixture
def bucket(endpoint: str, client: Any) -> S3Bucket:
    return create_bucket(endpoint, client)


@pytest.fixture
def store(bucket: S3Bucket, tmp_path: Path) -> S3MediaStore:
    return bucket.open_store(tmp_path / "here")


@pytest.fixture
def elsewhere(bucket: S3Bucket, tmp_path: Path) -> S3MediaStore:
    """The same bucket on another machine."""
    return bucket.open_store(tmp_path / "there")


def source(folder: Path, content: bytes = b"bytes") -> Path:
    path = folder / "in.bin"
    path.write_bytes(content)
    return path


def later(store: S3MediaStore, seconds: float) -> S3MediaStore:
    """The store when so much time has passed for this machine."""

    def moved() -> float:
        return time.time() + seconds

    return replace(store, time=moved, cache=replace(store.cache, time=moved))


def copies(store: S3MediaStore) -> list[str]:
    return sorted(path.name for path in store.cache.root.glob("*"))


def refusing(bucket: S3Bucket, folder: Path, code: str) -> S3MediaStore:
    """A store when the bucket answers everything with that error."""
    store = S3MediaStore.open(bucket.build_settings(folder))
    refusal = ClientError({"Error": {"Code": code}}, "Any")

    def refuse(**_: object) -> None:
        raise refusal

    store.client.meta.events.register("before-send.s3", refuse)
    return store


def test_settings_that_name_a_bucket_open_it(bucket: S3Bucket, tmp_path: Path) -> None:
    store = open_media_store(bucket.build_settings(tmp_path))
    key = store.put(source(tmp_path))
    assert store.get_local_path(key).read_bytes() == b"bytes"
    assert bucket.list_keys() == [f"films/{key}"]


def test_a_bucket_without_a_prefix_holds_bare_keys(bucket: S3Bucket, tmp_path: Path) -> None:
    key = open_media_store(bucket.build_settings(tmp_path, prefix="")).put(source(tmp_path))
    assert bucket.list_keys() == [key]


def test_what_one_machine_puts_another_reads(store: S3MediaStore, elsewhere: S3MediaStore, tmp_path: Path) -> None:
    path = source(tmp_path)
    key = store.put(path)
    assert not path.exists()
    assert elsewhere.get_local_path(key).read_bytes() == b"bytes"
    assert elsewhere.get_local_path(key) != store.get_local_path(key)
    assert len(key) == 32
    assert set(key) <= set("0123456789abcdef")


def test_a_big_file_goes_in_pieces_and_comes_back_whole(
    store: S3MediaStore, elsewhere: S3MediaStore, bucket: S3Bucket, tmp_path: Path
) -> None:
    content = bytes(range(256)) * (BIG // 256)
    key = store.put(source(tmp_path, content))
    assert elsewhere.get_local_path(key).read_bytes() == content
    assert bucket.list_unfinished_uploads() == []
    assert bucket.client.head_object(Bucket=bucket.name, Key=f"films/{key}")["ETag"].endswith('-2"')


def test_a_copy_is_fetched_once(store: S3MediaStore, elsewhere: S3MediaStore, bucket: S3Bucket, tmp_path: Path) -> None:
    key = store.put(source(tmp_path))
    first = elsewhere.get_local_path(key)
    bucket.client.put_object(
        Bucket=bucket.name, Key=f"films/{key}", Body=b"other"
    )  # nobody does; a fetch would show it
    assert elsewhere.get_local_path(key) == first
    assert later(elsewhere, COPY_TRUST_SECONDS + 1).get_local_path(key).read_bytes() == b"bytes"


def test_many_who_want_a_file_at_once_all_get_it_whole(
    store: S3MediaStore, elsewhere: S3MediaStore, tmp_path: Path
) -> None:
    content = b"x" * 3_000_000
    key = store.put(source(tmp_path, content))
    found = run_concurrently([lambda: elsewhere.get_local_path(key).read_bytes() == content] * 8)
    assert all(found)
    assert copies(elsewhere) == [key]


@pytest.mark.parametrize("key", ["", "..", "../../etc/passwd", "a" * 31, "a" * 15 + "/" + "a" * 16, "0" * 32])
def test_what_is_not_there_is_not_found(store: S3MediaStore, key: str) -> None:
    with pytest.raises(FileNotFoundError):
        store.get_local_path(key)
    assert copies(store) == []


def test_deleted_is_deleted_on_every_machine(
    store: S3MediaStore, elsewhere: S3MediaStore, bucket: S3Bucket, tmp_path: Path
) -> None:
    key = store.put(source(tmp_path))
    elsewhere.get_local_path(key)
    store.delete(key)
    store.delete(key)
    assert bucket.list_keys() == []
    with pytest.raises(FileNotFoundError):
        store.get_local_path(key)
    with pytest.raises(FileNotFoundError):
        later(elsewhere, COPY_TRUST_SECONDS + 1).get_local_path(key)
    assert copies(elsewhere) == []


def test_a_file_that_cannot_be_read_leaves_nothing_in_the_bucket(
    store: S3MediaStore, bucket: S3Bucket, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        store.put(tmp_path / "never-there")
    assert bucket.list_keys() == []


def test_what_is_old_is_told_and_what_others_put_is_left_out(
    store: S3MediaStore, bucket: S3Bucket, tmp_path: Path
) -> None:
    keys = {store.put(source(tmp_path)) for _ in range(3)}
    bucket.client.put_object(Bucket=bucket.name, Key="films/notes.txt", Body=b"not ours")
    bucket.client.put_object(Bucket=bucket.name, Key="0" * 32, Body=b"under another prefix")
    assert list(store.list_older_than(60)) == []
    assert set(later(store, 120).list_older_than(60)) == keys


def test_an_upload_that_was_never_finished_is_given_up(store: S3MediaStore, bucket: S3Bucket) -> None:
    begun = [f"films/{'0' * 32}", "films/somebody-elses.bin"]
    for name in begun:
        bucket.client.create_multipart_upload(Bucket=bucket.name, Key=name)
    assert list(store.list_older_than(60)) == []  # this endpoint says of every upload that it began in 2010
    assert bucket.list_unfinished_uploads() == begun[1:]


def test_a_bucket_that_is_away_is_a_lost_connection_and_no_missing_file(bucket: S3Bucket, tmp_path: Path) -> None:
    store = S3MediaStore.open(bucket.to_unreachable().build_settings(tmp_path), HASTY)
    path = source(tmp_path)
    for ask in (lambda: store.get_local_path("0" * 32), lambda: store.put(path), lambda: store.delete("0" * 32)):
        with pytest.raises(ConnectionError):
            ask()
    with pytest.raises(ConnectionError):
        list(store.list_older_than(60))
    assert path.exists()
    assert copies(store) == []


def test_while_the_bucket_is_away_a_copy_serves(store: S3MediaStore, bucket: S3Bucket, tmp_path: Path) -> None:
    key = store.put(source(tmp_path))
    cut_off = S3MediaStore.open(bucket.to_unreachable().build_settings(tmp_path / "here"), HASTY)
    assert later(cut_off, COPY_TRUST_SECONDS + 1).get_local_path(key).read_bytes() == b"bytes"


def test_a_missing_bucket_is_no_missing_file(bucket: S3Bucket, tmp_path: Path) -> None:
    store = replace(bucket, name="bucket-of-nobody").open_store(tmp_path)
    with pytest.raises(ConnectionError):
        store.get_local_path("0" * 32)


def test_a_bucket_that_vanished_takes_no_copy_with_it(store: S3MediaStore, bucket: S3Bucket, tmp_path: Path) -> None:
    key = store.put(source(tmp_path))
    bucket.client.delete_object(Bucket=bucket.name, Key=f"films/{key}")
    bucket.client.delete_bucket(Bucket=bucket.name)
    assert later(store, COPY_TRUST_SECONDS + 1).get_local_path(key).read_bytes() == b"bytes"


def test_a_bucket_that_refuses_us_says_so(bucket: S3Bucket, tmp_path: Path) -> None:
    with pytest.raises(PermissionError):
        refusing(bucket, tmp_path, "AccessDenied").put(source(tmp_path))


def test_a_full_bucket_is_a_full_disk(bucket: S3Bucket, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full") as caught:
        refusing(bucket, tmp_path, "XMinioStorageFull").put(source(tmp_path, b"x" * BIG))
    assert caught.value.errno == errno.ENOSPC


def test_a_film_is_made_from_and_into_a_bucket_and_goes_with_its_time(
    sqlite: Database, clock: SettableClock, bucket: S3Bucket, tmp_path: Path
) -> None:
    shop = open_job_world(sqlite, clock, tmp_path)
    shop.pipeline.store = shop.job_runner.store = bucket.open_store(tmp_path / "web")
    job = shop.submit_job()
    shop.job_runner.store = bucket.open_store(tmp_path / "worker")
    assert shop.job_runner.run_next_job()
    assert shop.reload_job(job).status == JobStatus.DONE
    assert len(bucket.list_keys()) == 5  # the picture, the film, its thumbnail, and the drawing as picture and as lines
    bucket.client.put_object(Bucket=bucket.name, Key=f"films/{'a' * 32}", Body=b"known to no row")
    shop.sweeper.delete_orphans(older_than=-5)
    assert len(bucket.list_keys()) == 5
    clock.advance(days=1)
    shop.sweeper.release_expired_files()
    assert len(bucket.list_keys()) == 4


def test_what_a_transaction_that_was_undone_brought_leaves_the_bucket(
    sqlite: Database, bucket: S3Bucket, store: S3MediaStore, tmp_path: Path
) -> None:
    ana = create_customer(sqlite)
    measured = MeasuredFile.from_path(source(tmp_path), MediaInfo(MediaKind.IMAGE, "png", 5, 64, 64))
    with suppress(LeaseLost), StagedUpload(sqlite, store, [measured]) as (file,), sqlite.transaction() as session:
        assert bucket.list_keys() == [f"films/{file.key}"]
        files.create_media(session, ana.person, file, expires_at=sqlite.clock())
        raise LeaseLost
    assert bucket.list_keys() == []


def test_what_others_keep_in_the_bucket_is_never_cleared_away(
    sqlite: Database, clock: SettableClock, bucket: S3Bucket, tmp_path: Path
) -> None:
    shop = open_job_world(sqlite, clock, tmp_path)
    shop.job_runner.store = replace(bucket.open_store(tmp_path / "worker"), prefix="")
    others = [f"films/{'a' * 32}", f"backup/{'b' * 32}", "c" * 31, "notes.txt"]
    for name in [*others, "d" * 32]:
        bucket.client.put_object(Bucket=bucket.name, Key=name, Body=b"bytes")
    shop.sweeper.delete_orphans(older_than=-5)
    assert sorted(bucket.list_keys()) == sorted(others)


def examined(settings: Settings) -> tuple[bool, str]:
    finding = _check_bucket(settings)
    assert finding.name == "bucket"
    return finding.is_ok, finding.message


def test_the_doctor_finds_a_bucket_well_and_leaves_nothing_in_it(bucket: S3Bucket, tmp_path: Path) -> None:
    assert examined(bucket.build_settings(tmp_path)) == (True, "can write, read, list and delete")
    assert bucket.list_keys() == []


def test_the_doctor_says_how_to_mend_a_bucket_that_is_away_or_missing(bucket: S3Bucket, tmp_path: Path) -> None:
    for broken in (bucket.to_unreachable(), replace(bucket, name="never-made")):
        ok, say = examined(broken.build_settings(tmp_path))
        assert not ok
        assert say.startswith("cannot write: ")
        assert say.endswith("check MEDIA_URL and S3_ENDPOINT_URL, and that it is there")


@pytest.mark.parametrize(
    ("operation", "steps"),
    [
        ("PutObject", ["write"]),
        ("GetObject", ["write", "read"]),
        ("ListObjectsV2", ["write", "read", "list"]),
        ("DeleteObject", ["write", "read", "list", "delete"]),
    ],
)
def test_a_rehearsal_ends_at_what_the_bucket_does_not_allow(
    bucket: S3Bucket, tmp_path: Path, operation: str, steps: list[str]
) -> None:
    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, operation)

    store = S3MediaStore.open(bucket.build_settings(tmp_path))
    store.client.meta.events.register(f"before-call.s3.{operation}", refuse)
    rehearsal = store.check_access()
    assert [next(rehearsal) for _ in steps] == steps
    with pytest.raises(PermissionError):
        next(rehearsal)


def test_an_endpoint_elsewhere_is_in_no_region_of_amazons(
    bucket: S3Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    assert S3MediaStore.open(bucket.build_settings(tmp_path)).client.meta.region_name == "auto"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert S3MediaStore.open(bucket.build_settings(tmp_path)).client.meta.region_name == "eu-west-1"
