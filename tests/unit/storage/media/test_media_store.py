"""The media folder: keys nobody guesses, files that are whole or not there."""

import os
import stat
from pathlib import Path

import pytest

from storage.media.media_store import FolderMediaStore, compute_digest


@pytest.fixture
def store(tmp_path: Path) -> FolderMediaStore:
    return FolderMediaStore(tmp_path / "media")


def source(folder: Path, content: bytes = b"bytes") -> Path:
    path = folder / "in.bin"
    path.write_bytes(content)
    return path


def test_what_is_put_in_is_found_under_its_key_and_gone_from_where_it_was(
    store: FolderMediaStore, tmp_path: Path
) -> None:
    path = source(tmp_path)
    key = store.put(path)
    assert store.get_local_path(key).read_bytes() == b"bytes"
    assert not path.exists()


def test_keys_say_nothing_and_never_repeat(store: FolderMediaStore, tmp_path: Path) -> None:
    keys = {store.put(source(tmp_path)) for _ in range(50)}
    assert len(keys) == 50
    assert all(len(key) == 32 and set(key) <= set("0123456789abcdef") for key in keys)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "a" * 31,
        "a" * 33,
        "../" + "a" * 29,
        "a" * 15 + "/" + "a" * 16,
        "a" * 31 + "\0",
        "a" * 27 + ".part",
    ],
)
def test_a_key_that_is_none_reaches_no_file(store: FolderMediaStore, tmp_path: Path, key: str) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("secret")
    with pytest.raises(FileNotFoundError):
        store.get_local_path(key)
    with pytest.raises(FileNotFoundError):
        store.delete(key)
    assert (tmp_path / "etc" / "passwd").exists()


def test_a_key_of_nothing_is_not_found_and_deleting_it_is_no_error(store: FolderMediaStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.get_local_path("0" * 32)
    store.delete("0" * 32)


def test_deleted_bytes_are_gone(store: FolderMediaStore, tmp_path: Path) -> None:
    key = store.put(source(tmp_path))
    store.delete(key)
    with pytest.raises(FileNotFoundError):
        store.get_local_path(key)


def test_a_file_that_cannot_be_moved_leaves_none_under_any_key(store: FolderMediaStore, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.put(tmp_path / "never-there")
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_a_half_written_file_is_under_no_key(store: FolderMediaStore, tmp_path: Path) -> None:
    key = store.put(source(tmp_path))
    whole = store.get_local_path(key)
    whole.rename(whole.with_suffix(".part"))  # as a crash between copying and renaming leaves it
    with pytest.raises(FileNotFoundError):
        store.get_local_path(key)


def test_nobody_else_on_the_machine_may_look_into_the_folder(store: FolderMediaStore, tmp_path: Path) -> None:
    os.umask(os.umask(0o022))
    key = store.put(source(tmp_path))
    for folder in (store.root, store.get_local_path(key).parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_equal_bytes_have_equal_digests_and_others_do_not(tmp_path: Path) -> None:
    first = compute_digest(source(tmp_path, b"one"))
    assert first == compute_digest(source(tmp_path, b"one")) != compute_digest(source(tmp_path, b"two"))
    assert len(first) == 64
