"""Encryption of secrets at rest, with keys derived from the operator's secret key, one for each purpose."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Sealed(Exception):
    """The data was encrypted with another key or for another purpose, or is damaged."""


def seal(secret: bytes, purpose: str, content: bytes) -> bytes:
    """Encrypt and sign (Fernet, under a key derived by HKDF); `decrypt` takes the same secret and purpose."""
    return _box(secret, purpose).encrypt(content)


def unseal(secret: bytes, purpose: str, sealed: bytes) -> bytes:
    """Decrypt and verify. Raises DecryptionError."""
    try:
        return _box(secret, purpose).decrypt(sealed)
    except InvalidToken:
        raise Sealed(purpose) from None


def derived(secret: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    """Derive a key of 32 bytes from a secret for one purpose (HKDF-SHA256)."""
    return HKDF(SHA256(), 32, salt=salt, info=f"rabisco {purpose}".encode()).derive(secret)


def _box(secret: bytes, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived(secret, purpose)))
