"""Files: equal bytes kept once for each tenant, counted, spared while somebody needs them, gone when nobody does."""

import errno
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.databases import rolled_back_transaction_of
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from fakes.world.jobs import open_job_world
from sqlalchemy import QueuePool
from sqlalchemy.exc import OperationalError
from sqlmodel import func, select

from models.jobs.job import JobInput, JobStatus
from models.media.facts import MediaInfo, MediaKind
from models.media.files import Media, StoredFile
from models.messaging.deliveries import Delivery, Message, TranslatedText
from storage.db import Database
from storage.jobs import jobs
from storage.jobs.outcomes import LeaseLost
from storage.media import files
from storage.media.files import MeasuredFile
from storage.media.media_store import FolderMediaStore
from storage.media.staged_upload import StagedUpload
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> FolderMediaStore:
    return FolderMediaStore(tmp_path / "media")


def keep(
    database: Database, store: FolderMediaStore, customer: SampleCustomer, content: bytes = b"a video", name: str = "in"
) -> Media:
    path = store.root.parent / f"{customer.person.id}-{name}"
    path.write_bytes(content)
    facts = MediaInfo(MediaKind.VIDEO, "mp4", len(content), 640, 360, 12.5, 25.0, has_audio=True)
    measured = MeasuredFile.from_path(path, facts, name)
    with StagedUpload(database, store, [measured]) as (deposited,), database.transaction() as session:
        media = files.create_media(session, customer.person, deposited, expires_at=database.clock() + DAY)
    assert not path.exists()
    return media


def release(database: Database, media: Media) -> str | None:
    with database.transaction() as session:
        return files.release(session, session.get_one(Media, media.id))


def stored(database: Database) -> list[int]:
    with database.read_transaction() as session:
        return sorted(session.exec(select(StoredFile.references)))


def expired(database: Database) -> list[object]:
    with database.transaction() as session:
        return [media.id for media in files.list_expired(session, database.clock())]


def test_a_kept_file_is_found_again_with_its_facts(database: Database, store: FolderMediaStore) -> None:
    media = keep(database, store, create_customer(database), name="holiday.mp4")
    with database.read_transaction() as session:
        found = session.get_one(Media, media.id)
        assert store.get_local_path(files.key_of(session, found)).read_bytes() == b"a video"
        assert (found.kind, found.format, found.size) == (MediaKind.VIDEO, "mp4", 7)
        assert (found.width, found.height, found.seconds, found.fps, found.has_audio) == (640, 360, 12.5, 25.0, True)
        assert (found.name, files.key_of(session, found) in found.name) == ("holiday.mp4", False)


def test_equal_bytes_of_a_tenant_are_kept_once_and_counted(database: Database, store: FolderMediaStore) -> None:
    ana, ben = create_customer(database, "ana"), create_customer(database, "ben")
    medias = [keep(database, store, ana), keep(database, store, ben), keep(database, store, ana)]
    assert len({media.file_id for media in medias}) == 1
    assert stored(database) == [3]
    assert len([path for path in store.root.rglob("*") if path.is_file()]) == 1


def test_equal_bytes_of_two_tenants_are_kept_apart(database: Database, store: FolderMediaStore) -> None:
    one, two = create_customer(database, tenant="one"), create_customer(database, tenant="two")
    assert keep(database, store, one).file_id != keep(database, store, two).file_id
    assert stored(database) == [1, 1]


def test_other_bytes_are_another_file(database: Database, store: FolderMediaStore) -> None:
    ana = create_customer(database)
    assert keep(database, store, ana).file_id != keep(database, store, ana, b"another").file_id


def test_letting_go_of_one_persons_file_keeps_the_others(database: Database, store: FolderMediaStore) -> None:
    mine, theirs = (keep(database, store, create_customer(database, name)) for name in ("ana", "ben"))
    assert release(database, mine) is None
    assert release(database, mine) is None
    with database.read_transaction() as session:
        assert store.get_local_path(files.key_of(session, session.get_one(Media, theirs.id))).exists()
        with pytest.raises(FileNotFoundError):
            files.key_of(session, session.get_one(Media, mine.id))
    key = release(database, theirs)
    assert key is not None
    store.delete(key)
    assert (stored(database), [path for path in store.root.rglob("*") if path.is_file()]) == ([], [])


def test_a_reference_released_by_two_at_once_is_counted_down_once(
    postgresql: Database, store: FolderMediaStore
) -> None:
    mine, theirs = (keep(postgresql, store, create_customer(postgresql, name)) for name in ("ana", "ben"))
    with postgresql.transaction() as first, postgresql.transaction() as second:
        seen_by_both = [session.get_one(Media, mine.id) for session in (first, second)]
        assert files.release(first, seen_by_both[0]) is None
        first.commit()
        assert files.release(second, seen_by_both[1]) is None
    assert stored(postgresql) == [1]
    with postgresql.read_transaction() as session:
        assert store.get_local_path(files.key_of(session, session.get_one(Media, theirs.id))).exists()


def test_many_tidying_at_once_delete_each_file_once(database: Database, clock: SettableClock, tmp_path: Path) -> None:
    shop = open_job_world(database, clock, tmp_path)
    ben = create_customer(database, "ben")
    contents = [b"%d" % number for number in range(6)]
    for content in contents:
        shop.receive_media(content)
    clock.advance(hours=12)
    store = shop.job_runner.store
    assert isinstance(store, FolderMediaStore)
    theirs = [keep(database, store, ben, content) for content in contents]
    clock.advance(hours=13)
    run_concurrently([shop.sweeper.release_expired_files] * 6)
    assert stored(database) == [1] * 6
    with database.read_transaction() as session:
        assert all(
            store.get_local_path(files.key_of(session, session.get_one(Media, media.id))).exists() for media in theirs
        )


def test_a_file_that_comes_back_while_it_is_let_go_is_kept(database: Database, store: FolderMediaStore) -> None:
    ana = create_customer(database)
    for number in range(8):
        old = keep(database, store, ana)

        def let_go(old: Media = old) -> Media | None:
            key = release(database, old)
            if key:
                store.delete(key)
            return None

        def come_back(number: int = number) -> Media | None:
            return keep(database, store, ana, name=str(number))

        race: list[Callable[[], Media | None]] = [let_go, come_back]
        found = run_concurrently(race)
        fresh = next(media for media in found if media)
        with database.read_transaction() as session:
            assert (
                store.get_local_path(files.key_of(session, session.get_one(Media, fresh.id))).read_bytes() == b"a video"
            )
        release(database, fresh)


def test_files_whose_time_is_over_are_found_and_others_not(
    database: Database, store: FolderMediaStore, clock: SettableClock
) -> None:
    old = keep(database, store, create_customer(database))
    assert expired(database) == []
    clock.advance(days=1)
    keep(database, store, create_customer(database), b"newer")
    assert expired(database) == [old.id]
    release(database, old)
    assert expired(database) == []


def test_the_input_of_a_waiting_job_is_spared(
    database: Database, store: FolderMediaStore, clock: SettableClock
) -> None:
    ana = create_customer(database)
    media = keep(database, store, ana)
    with database.transaction() as session:
        job = add_job(session, ana, clock())
        session.add(JobInput(job_id=job.id, position=0, media_id=media.id))
    clock.advance(days=2)
    for status, found in ((JobStatus.QUEUED, []), (JobStatus.RUNNING, []), (JobStatus.DONE, [media.id])):
        with database.transaction() as session:
            session.merge(job).status = status
        assert expired(database) == found


def test_the_result_of_a_message_that_was_not_delivered_is_spared(
    database: Database, store: FolderMediaStore, clock: SettableClock
) -> None:
    ana = create_customer(database)
    media = keep(database, store, ana)
    with database.transaction() as session:
        job = add_job(session, ana, clock(), status=JobStatus.DONE)
        jobs.add_output(session, job.id, "film", media.id)
        message = Message(paragraphs=(TranslatedText(key="ready"),), media_id=media.id)
        outbox.enqueue(session, ana.address, ana.person.id, OutboxMessage(message, "job:1", job_id=job.id), clock())
    clock.advance(days=9)
    assert expired(database) == []
    with database.transaction() as session:
        (row,) = outbox.claim_due(session, [ana.account.id], clock(), DAY)
    assert expired(database) == []
    with database.transaction() as session:
        outbox.mark_sent(session, session.get_one(Delivery, row.id), "tg-1", clock())
    assert expired(database) == [media.id]


def test_the_last_video_is_the_newest_that_was_sent_and_is_still_there(
    database: Database, store: FolderMediaStore, clock: SettableClock
) -> None:
    ana = create_customer(database)

    def last() -> object:
        with database.read_transaction() as session:
            found = files.find_last_sent(session, ana.person.id, {MediaKind.VIDEO}, clock())
            return found and found.id

    assert last() is None
    first = keep(database, store, ana, b"first")
    second = keep(database, store, ana, b"second")
    film = keep(database, store, ana, b"made by us")
    with database.transaction() as session:
        job = add_job(session, ana, clock(), status=JobStatus.DONE)
        jobs.add_output(session, job.id, "film", film.id)
    assert last() == second.id
    release(database, second)
    assert last() == first.id
    clock.advance(days=1)
    assert last() is None


def test_bytes_no_row_knows_and_folders_of_dead_workers_are_cleared_away(
    database: Database, clock: SettableClock, tmp_path: Path
) -> None:
    shop = open_job_world(database, clock, tmp_path)
    kept, undone_one = shop.receive_media(b"kept"), tmp_path / "undone"
    undone_one.write_bytes(b"undone")
    shop.job_runner.store.put(undone_one)
    root = tmp_path / "media"
    (root / "ab").mkdir(exist_ok=True)
    (root / "ab" / f"ab{'0' * 30}.part").write_bytes(b"half")
    (root / "ab" / "notes.txt").write_text("not ours")
    left = shop.job_runner.retention.temp_folder / "left"
    left.mkdir(parents=True)
    (left / "film.mp4").write_bytes(b"half a film")
    shop.sweeper.delete_orphans()
    assert len([path for path in root.rglob("*") if path.is_file()]) == 4
    assert left.exists()
    shop.sweeper.delete_orphans(older_than=-1)
    assert {path.read_bytes() for path in root.rglob("*") if path.is_file()} == {b"kept", b"not ours"}
    assert shop.list_leftovers() == []
    with database.read_transaction() as session:
        assert shop.job_runner.store.get_local_path(files.key_of(session, session.get_one(Media, kept.id))).exists()


class SlowStore(FolderMediaStore):
    """A store that waits, while it takes a file, for every connection to the database to be given back."""

    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__(folder)
        self.database = database
        self.was_free: list[bool] = []

    def put(self, source: Path) -> str:
        pool = self.database.engine.pool
        assert isinstance(pool, QueuePool)
        deadline = time.monotonic() + 2  # a lease may be renewed this very moment
        while pool.checkedout() and time.monotonic() < deadline:
            threading.Event().wait(0.005)
        self.was_free.append(pool.checkedout() == 0)
        return super().put(source)


def test_no_connection_waits_for_bytes_that_travel(database: Database, clock: SettableClock, tmp_path: Path) -> None:
    shop = open_job_world(database, clock, tmp_path)
    store = SlowStore(database, tmp_path / "media")
    shop.pipeline.store = shop.job_runner.store = store
    job = shop.submit_job()
    assert shop.job_runner.run_next_job()
    assert shop.reload_job(job).status == JobStatus.DONE
    assert store.was_free == [True] * 5  # the picture, the film, its thumbnail, and the drawing as picture and as lines


def files_in(store: FolderMediaStore) -> list[bytes]:
    return sorted(path.read_bytes() for path in store.root.glob("??/*"))


def measured(folder: Path, content: bytes) -> MeasuredFile:
    path = folder / f"{content.hex()}.in"
    path.write_bytes(content)
    return MeasuredFile.from_path(path, MediaInfo(MediaKind.IMAGE, "png", len(content), 64, 64))


def test_equal_bytes_that_were_brought_again_are_not_kept_twice(database: Database, store: FolderMediaStore) -> None:
    ana = create_customer(database)
    first, second = keep(database, store, ana), keep(database, store, ana)
    assert (first.file_id, files_in(store)) == (second.file_id, [b"a video"])
    assert stored(database) == [2]


def test_a_file_that_lies_in_the_store_is_taken_over_as_it_is_and_stays_for_another_attempt(
    database: Database, store: FolderMediaStore, tmp_path: Path
) -> None:
    ana, here = create_customer(database), measured(tmp_path, b"an upload")
    key = store.put(here.path)
    upload = replace(here, key=key)
    with suppress(LeaseLost), StagedUpload(database, store, [upload]):
        raise LeaseLost
    assert files_in(store) == [b"an upload"]
    with StagedUpload(database, store, [upload]) as (staged,), database.transaction() as session:
        media = files.create_media(session, ana.person, staged, expires_at=database.clock() + DAY)
        assert files.key_of(session, media) == key
    assert files_in(store) == [b"an upload"]


def test_what_a_transaction_that_was_undone_brought_is_gone(
    database: Database, store: FolderMediaStore, tmp_path: Path
) -> None:
    ana = create_customer(database)
    keep(database, store, ana)
    brought = [measured(tmp_path, b"undone"), measured(tmp_path, b"a video")]
    with suppress(LeaseLost), StagedUpload(database, store, brought) as deposited, database.transaction() as session:
        for file in deposited:
            files.create_media(session, ana.person, file, expires_at=database.clock() + DAY)
        raise LeaseLost
    assert (files_in(store), stored(database)) == ([b"a video"], [1])


def test_while_nobody_knows_what_the_database_did_bytes_stay(
    database: Database, store: FolderMediaStore, tmp_path: Path
) -> None:
    cut_off = OperationalError("COMMIT", {}, Exception("the connection is lost"))
    with pytest.raises(OperationalError), StagedUpload(database, store, [measured(tmp_path, b"in doubt")]):
        raise cut_off
    assert files_in(store) == [b"in doubt"]


def test_a_store_that_fills_up_half_way_keeps_nothing(database: Database, tmp_path: Path) -> None:
    class Full(FolderMediaStore):
        def put(self, source: Path) -> str:
            if files_in(self):
                raise OSError(errno.ENOSPC, "no space left")
            return super().put(source)

    store = Full(tmp_path / "media")
    with (
        pytest.raises(OSError, match="no space"),
        StagedUpload(database, store, [measured(tmp_path, b"one"), measured(tmp_path, b"two")]),
    ):
        pass
    assert files_in(store) == []


def test_a_file_is_deposited_before_it_is_kept(database: Database, tmp_path: Path) -> None:
    ana = create_customer(database)
    with pytest.raises(ValueError, match="deposited"), database.transaction() as session:
        files.create_media(session, ana.person, measured(tmp_path, b"bytes"), expires_at=database.clock())


def test_what_a_rolled_back_transaction_kept_is_not_counted(database: Database, store: FolderMediaStore) -> None:
    ana = create_customer(database)
    path = store.root.parent / "in"
    path.write_bytes(b"bytes")
    facts = MediaInfo(MediaKind.IMAGE, "png", 5, 64, 64)
    with (
        StagedUpload(database, store, [MeasuredFile.from_path(path, facts)]) as (file,),
        rolled_back_transaction_of(database) as session,
    ):
        files.create_media(session, ana.person, file, expires_at=database.clock())
    with database.read_transaction() as session:
        assert session.exec(select(func.count()).select_from(Media)).one() == 0
    assert stored(database) == []
