"""Streaming encryption of files in chunks, so that only one chunk at a time is in memory."""

import os
import struct
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.encryption import DecryptionError, derive_key

MAGIC: Final = b"RABISCO\x01"
SALT_SIZE: Final = 16
CHUNK_SIZE: Final = 1 << 20  # bytes, before encryption
SEALED_CHUNK_SIZE: Final = CHUNK_SIZE + 16


class EncryptedWriter:
    """Writable stream that encrypts and authenticates (AES-GCM, with a key of this file alone) until `close`.

    Each chunk is numbered and the last one flagged, so that none can be left out, moved or cut off.
    """

    def __init__(self, file: BinaryIO, secret: bytes, purpose: str) -> None:
        salt = os.urandom(SALT_SIZE)
        self._file = file
        self._cipher = AESGCM(derive_key(secret, purpose, salt))
        self._buffer = bytearray()
        self._chunk_number = 0
        file.write(MAGIC + salt)

    def write(self, content: bytes) -> int:
        self._buffer += content
        while len(self._buffer) > CHUNK_SIZE:
            self._write_chunk(bytes(self._buffer[:CHUNK_SIZE]), is_last=False)
            del self._buffer[:CHUNK_SIZE]
        return len(content)

    def close(self) -> None:
        self._write_chunk(bytes(self._buffer), is_last=True)
        self._buffer.clear()

    def _write_chunk(self, chunk: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_build_nonce(self._chunk_number, is_last=is_last), chunk, None))
        self._chunk_number += 1


class EncryptedReader:
    """Readable stream of what `EncryptedWriter` wrote. Raises DecryptionError for another key, changes or a cut."""

    def __init__(self, file: BinaryIO, secret: bytes, purpose: str) -> None:
        if file.read(len(MAGIC)) != MAGIC:
            raise DecryptionError(purpose)
        self._purpose = purpose
        self._file = file
        self._cipher = AESGCM(derive_key(secret, purpose, file.read(SALT_SIZE)))
        self._lookahead = file.read(SEALED_CHUNK_SIZE)
        self._buffer = b""
        self._chunk_number = 0
        self._is_finished = False

    def read(self, size: int = -1) -> bytes:
        while not self._is_finished and (size < 0 or len(self._buffer) < size):
            self._buffer += self._read_chunk()
        length = len(self._buffer) if size < 0 else size
        content, self._buffer = self._buffer[:length], self._buffer[length:]
        return content

    def _read_chunk(self) -> bytes:
        sealed, self._lookahead = self._lookahead, self._file.read(SEALED_CHUNK_SIZE)
        self._is_finished = not self._lookahead
        try:
            chunk = self._cipher.decrypt(_build_nonce(self._chunk_number, is_last=self._is_finished), sealed, None)
        except (InvalidTag, ValueError):
            raise DecryptionError(self._purpose) from None
        self._chunk_number += 1
        return chunk


def _build_nonce(number: int, *, is_last: bool) -> bytes:
    return struct.pack(">xxxQ?", number, is_last)
