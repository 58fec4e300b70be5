"""Streaming encryption of files in chunks, so that only one chunk at a time is in memory."""

import os
import struct
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.vault import Sealed, derived

MAGIC: Final = b"RABISCO\x01"
SALT: Final = 16
PIECE: Final = 1 << 20  # bytes, before encryption
SEALED_PIECE: Final = PIECE + 16


class Sealing:
    """Writable stream that encrypts and authenticates (AES-GCM, with a key of this file alone) until `close`.

    Each chunk is numbered and the last one flagged, so that none can be left out, moved or cut off.
    """

    def __init__(self, file: BinaryIO, secret: bytes, purpose: str) -> None:
        salt = os.urandom(SALT)
        self._file = file
        self._box = AESGCM(derived(secret, purpose, salt))
        self._waiting = bytearray()
        self._number = 0
        file.write(MAGIC + salt)

    def write(self, content: bytes) -> int:
        self._waiting += content
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        return len(content)

    def close(self) -> None:
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        self._file.write(self._box.encrypt(_nonce(self._number, is_last=is_last), piece, None))
        self._number += 1


class Unsealing:
    """Readable stream of what `EncryptedWriter` wrote. Raises DecryptionError for another key, changes or a cut."""

    def __init__(self, file: BinaryIO, secret: bytes, purpose: str) -> None:
        if file.read(len(MAGIC)) != MAGIC:
            raise Sealed(purpose)
        self._purpose = purpose
        self._file = file
        self._box = AESGCM(derived(secret, purpose, file.read(SALT)))
        self._ahead = file.read(SEALED_PIECE)
        self._open = b""
        self._number = 0
        self._is_over = False

    def read(self, size: int = -1) -> bytes:
        while not self._is_over and (size < 0 or len(self._open) < size):
            self._open += self._next()
        cut = len(self._open) if size < 0 else size
        given, self._open = self._open[:cut], self._open[cut:]
        return given

    def _next(self) -> bytes:
        sealed, self._ahead = self._ahead, self._file.read(SEALED_PIECE)
        self._is_over = not self._ahead
        try:
            piece = self._box.decrypt(_nonce(self._number, is_last=self._is_over), sealed, None)
        except (InvalidTag, ValueError):
            raise Sealed(self._purpose) from None
        self._number += 1
        return piece


def _nonce(number: int, *, is_last: bool) -> bytes:
    return struct.pack(">xxxQ?", number, is_last)
