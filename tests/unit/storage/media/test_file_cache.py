"""The cache of copies: whole or not there, bounded, and never taken away from who reads it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.clock import SettableClock

from storage.media.file_cache import MAX_IDLE_SECONDS, MIN_IDLE_SECONDS, FileCache


@pytest.fixture
def cache(tmp_path: Path, clock: SettableClock) -> FileCache:
    return FileCache(tmp_path / "cache", 100, lambda: clock().timestamp())


def bytes_of(size: int) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(b"x" * size)


def names(cache: FileCache) -> set[str]:
    return {path.name for path in cache.root.glob("*")}


def read(cache: FileCache, key: str) -> None:
    copy = cache.find(key)
    assert copy is not None
    cache.touch(copy)


def test_beyond_the_bound_the_least_recently_used_go(cache: FileCache, clock: SettableClock) -> None:
    for key in ("one", "two", "three"):
        cache.fill(key, bytes_of(40))
        clock.advance(1)
    clock.advance(MIN_IDLE_SECONDS)
    read(cache, "one")
    cache.fill("four", bytes_of(40))
    assert names(cache) == {"one", "four"}


def test_a_copy_that_was_used_lately_stays_whatever_the_bound(cache: FileCache, clock: SettableClock) -> None:
    for key in ("one", "two", "three", "four"):
        cache.fill(key, bytes_of(90))
    clock.advance(MIN_IDLE_SECONDS - 1)
    cache.evict()
    assert names(cache) == {"one", "two", "three", "four"}
    clock.advance(2)
    cache.evict()
    assert len(names(cache)) == 1


def test_on_a_full_disk_every_copy_goes_that_nobody_used_lately(cache: FileCache, clock: SettableClock) -> None:
    for key in ("one", "two"):
        cache.fill(key, bytes_of(10))
    clock.advance(MIN_IDLE_SECONDS + 1)
    read(cache, "two")
    cache.evict(0)
    assert names(cache) == {"two"}


def test_a_copy_nobody_used_for_a_day_goes_though_there_is_room(cache: FileCache, clock: SettableClock) -> None:
    cache.fill("one", bytes_of(1))
    clock.advance(MAX_IDLE_SECONDS + 1)
    cache.evict()
    assert names(cache) == set()


def test_what_could_not_be_written_leaves_nothing(cache: FileCache) -> None:
    def half(path: Path) -> None:
        path.write_bytes(b"half")
        raise ConnectionError("cut off")

    with pytest.raises(ConnectionError):
        cache.fill("one", half)
    assert names(cache) == set()
    assert cache.find("one") is None


def test_while_a_copy_is_written_it_is_under_no_key(cache: FileCache) -> None:
    def write(path: Path) -> None:
        path.write_bytes(b"half")
        assert cache.find("one") is None
        path.write_bytes(b"whole")

    assert cache.fill("one", write).read_bytes() == b"whole"


def test_what_a_dead_process_left_half_written_goes(cache: FileCache, clock: SettableClock) -> None:
    cache.fill("one", bytes_of(1))
    (cache.root / "one").rename(cache.root / "dead.part")
    cache.evict()
    assert names(cache) == {"dead.part"}
    clock.advance(MIN_IDLE_SECONDS + 1)
    cache.evict()
    assert names(cache) == set()


def test_a_file_that_is_taken_is_gone_from_where_it_was(cache: FileCache, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(b"film")
    cache.move_in("one", path)
    assert not path.exists()
    assert (cache.root / "one").read_bytes() == b"film"
    cache.remove("one")
    cache.remove("one")
    assert names(cache) == set()
