"""Files sealed piece by piece: what was written is read, and nothing that was done to them goes unnoticed."""

import io
from collections.abc import Callable

import pytest

from storage.backups.sealed_file import (
    CHUNK_SIZE,
    MAGIC,
    SALT_SIZE,
    SEALED_CHUNK_SIZE,
    EncryptedReader,
    EncryptedWriter,
)
from storage.encryption import DecryptionError

SECRET = b"the secret of the house"
HEAD = len(MAGIC) + SALT_SIZE


def sealed(content: bytes, chunk: int = 300_000) -> bytes:
    file = io.BytesIO()
    sealing = EncryptedWriter(file, SECRET, "test")
    for start in range(0, len(content), chunk):
        sealing.write(content[start : start + chunk])
    sealing.close()
    return file.getvalue()


def opened(content: bytes, secret: bytes = SECRET, purpose: str = "test") -> bytes:
    return EncryptedReader(io.BytesIO(content), secret, purpose).read()


def pieces(content: bytes) -> list[bytes]:
    return [content[start : start + SEALED_CHUNK_SIZE] for start in range(HEAD, len(content), SEALED_CHUNK_SIZE)]


THREE = bytes(range(256)) * (CHUNK_SIZE * 5 // 2 // 256)  # two pieces and a half
TAMPERED: dict[str, Callable[[bytes], bytes]] = {
    "the last piece is missing": lambda content: content[: HEAD + 2 * SEALED_CHUNK_SIZE],
    "a piece in the middle is missing": lambda content: content[:HEAD] + b"".join(pieces(content)[::2]),
    "two pieces have changed places": lambda content: content[:HEAD] + b"".join(pieces(content)[i] for i in (1, 0, 2)),
    "a piece stands there twice": lambda content: content[:HEAD] + b"".join(pieces(content)[i] for i in (0, 0, 1, 2)),
    "something was added": lambda content: content + b"more",
    "one bit is another": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    "the salt is another": lambda content: content[: HEAD - 1] + bytes([content[HEAD - 1] ^ 1]) + content[HEAD:],
    "it is cut off in its head": lambda content: content[: HEAD - 3],
    "it is something else": lambda _content: b"PK\x03\x04 and so on",
    "it is empty": lambda _content: b"",
}


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE, len(THREE)])
def test_what_was_written_is_read_whatever_its_size(size: int) -> None:
    assert opened(sealed(THREE[:size])) == THREE[:size]


def test_it_can_be_read_a_little_at_a_time() -> None:
    unsealing = EncryptedReader(io.BytesIO(sealed(THREE)), SECRET, "test")
    parts = iter(lambda: unsealing.read(70_001), b"")
    assert b"".join(parts) == THREE


@pytest.mark.parametrize("what", TAMPERED)
def test_nothing_that_was_done_to_it_goes_unnoticed(what: str) -> None:
    with pytest.raises(DecryptionError):
        opened(TAMPERED[what](sealed(THREE)))


def test_neither_another_secret_nor_another_purpose_opens_it() -> None:
    with pytest.raises(DecryptionError):
        opened(sealed(b"films"), secret=b"another")
    with pytest.raises(DecryptionError):
        opened(sealed(b"films"), purpose="another")


def test_the_same_content_is_never_sealed_alike() -> None:
    assert sealed(b"films") != sealed(b"films")
